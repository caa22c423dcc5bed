"""Changing what the hub knows of a centre. Every change of state and address goes through here.

A centre is registered (known, no space yet), then active; it may be suspended and resumed, archived, and at
last erased, which leaves a tombstone. An address that a centre has left keeps leading to it and is never
given to another.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hub.audit.actors import SYSTEM
from hub.regions.models import Regency
from hub.webhooks import events
from hub.webhooks import operations as webhooks
from hub.webhooks.models import Owner
from kernel.errors import DomainError

from . import slugs
from .models import Centre, Domain, State, VocationalField


class WrongState(DomainError):
    """The centre's state does not allow this step."""

    code = "wrong_state"


class SlugTaken(slugs.SlugRefused):
    code = "slug_taken"


_ADDRESS_CONSTRAINTS = ("centres_centre_slug_key", "centres_domain_domain_key", "centres_domain_skeleton_key")

_ALLOWED = {
    State.SUSPENDED: (State.ACTIVE,),
    State.ACTIVE: (State.SUSPENDED, State.ARCHIVED),
    State.ARCHIVED: (State.ACTIVE, State.SUSPENDED),
    State.ERASED: (State.ACTIVE, State.SUSPENDED, State.ARCHIVED),
}


@transaction.atomic
def register(
    *,
    name: str,
    regency: Regency,
    village: str = "",
    fields: Sequence[VocationalField] = (),
    slug: str = "",
    is_demo: bool = False,
    centre_id: uuid.UUID | None = None,
) -> Centre:
    """Make a centre known to the hub, with an address and no space yet. Raises SlugRefused, SlugTaken."""
    centre = Centre(id=centre_id or uuid.uuid4(), name=name, regency=regency, village=village, is_demo=is_demo)
    assign_free_code(centre, taken=code_is_taken)
    centre.slug = slugs.clean(slug) if slug else derive_slug(centre)
    with _refused_if_taken(centre.slug):
        centre.save(force_insert=True)
        _take_address(centre, centre.slug)
    centre.fields.set(fields)
    return centre


def derive_slug(centre: Centre) -> str:
    """A free address for this centre from its name, telling namesakes apart by place."""
    return slugs.derive(
        centre.name,
        places=[centre.regency.short_name, centre.village],
        is_taken=lambda skeleton: Domain.objects.filter(skeleton=skeleton).exists(),
    )


def code_is_taken(code: str) -> bool:
    return Centre.objects.filter(code=code).exists()


def assign_free_code(centre: Centre, *, taken: Callable[[str], bool]) -> None:
    """Derive the code from the id; on a clash with another centre's (40 bits), the next of the same id."""
    for attempt in range(8):
        centre.assign_code(attempt)
        if not taken(centre.code):
            return
    raise RuntimeError(f"No free code for centre {centre.id}")


@transaction.atomic
def rename_slug(centre: Centre, *, slug: str) -> Centre:
    """Give the centre another address; the old one redirects. Raises SlugRefused, SlugTaken."""
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    slug = slugs.clean(slug)
    if slug == centre.slug:
        return centre
    # Back to a former address; or to a look-alike of one, which goes on redirecting and leaves the skeleton to it.
    centre.domains.filter(domain=slug).delete()
    centre.domains.filter(skeleton=slugs.skeleton(slug)).update(skeleton=None)
    with _refused_if_taken(slug):
        _take_address(centre, slug)
    centre.slug = slug
    centre.save(update_fields=["slug", "updated_at"])
    return centre


def _take_address(centre: Centre, slug: str) -> None:
    Domain.objects.create(tenant=centre, domain=slug, skeleton=slugs.skeleton(slug), is_primary=True)


@contextmanager
def _refused_if_taken(slug: str) -> Iterator[None]:
    """The database decides whether an address is free: two who take it at once cannot both have it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint not in _ADDRESS_CONSTRAINTS:
            raise
        raise SlugTaken(_("The address “%(slug)s” is taken, or looks like one that is.") % {"slug": slug}) from None


def mark_live(schema_names: Sequence[str], *, now: datetime) -> int:
    """Note that these schemas are whole, so that their centres are live. Returns how many were not before."""
    return Centre.objects.filter(schema_name__in=schema_names, state=State.REGISTERED).update(
        state=State.ACTIVE, live_since=now, updated_at=now
    )


def suspend(centre: Centre, *, reason: str, now: datetime) -> Centre:
    """Close the centre's space for writing; reading goes on. Raises WrongState."""
    return _move(centre, State.SUSPENDED, reason=reason, now=now)


def resume(centre: Centre, *, now: datetime) -> Centre:
    """Open a suspended or archived centre for writing again. Raises WrongState."""
    return _move(centre, State.ACTIVE, reason="", now=now)


def archive(centre: Centre, *, reason: str, now: datetime) -> Centre:
    """Close the centre for good but keep everything readable. Raises WrongState."""
    return _move(centre, State.ARCHIVED, reason=reason, now=now)


def entomb(centre: Centre, *, tombstone: str, now: datetime) -> Centre:
    """Note that the centre's schema is gone and which export holds its rows. Raises WrongState."""
    centre = _move(centre, State.ERASED, reason="", now=now)
    centre.tombstone = tombstone
    centre.save(update_fields=["tombstone"])
    webhooks.remove_all(Owner(centre_id=centre.pk), by=SYSTEM, now=now)
    return centre


@transaction.atomic
def _move(centre: Centre, state: State, *, reason: str, now: datetime) -> Centre:
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    if centre.state not in _ALLOWED[state]:
        raise WrongState(
            _("“%(name)s” is %(state)s; this step is not possible from there.")
            % {"name": centre.name, "state": centre.get_state_display().lower()}
        )
    former_state = centre.state
    centre.state = state
    centre.state_reason = reason
    centre.updated_at = now
    centre.save(update_fields=["state", "state_reason", "updated_at"])
    if state != State.ERASED:  # its endpoints go with it
        said = {"state": str(state), "former_state": former_state}
        webhooks.publish(events.STATE_CHANGED, Owner(centre_id=centre.pk), data=said, now=now)
    return centre
