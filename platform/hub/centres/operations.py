"""Changing what the hub knows of a centre. Every change of state and address goes through here.

A centre is registered (known, no space yet), then active; it may be suspended and resumed, archived, and at
last erased, which leaves a tombstone. An address that a centre has left keeps leading to it and is never
given to another.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor
from hub.regions.models import Regency
from hub.webhooks import events
from hub.webhooks import operations as webhooks
from hub.webhooks.models import Owner
from kernel.errors import DomainError

from . import hosts, naming, slugs
from .models import Centre, Domain, State, VocationalField
from .queries import FACTS, merge_obstacle, obstacle


class WrongState(DomainError):
    """The centre's state does not allow this step."""

    code = "wrong_state"


class SlugTaken(slugs.SlugRefused):
    code = "slug_taken"


class ChangedMeanwhile(DomainError):
    """Someone else changed the centre after it was shown to this person."""

    code = "changed_meanwhile"


_ADDRESS_CONSTRAINTS = ("centres_centre_slug_key", "centres_domain_domain_key", "centres_domain_skeleton_key")


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
    facts: Mapping[str, Any] | None = None,
) -> Centre:
    """Make a centre known to the hub, with an address and no space yet. Raises SlugRefused, SlugTaken.

    ``facts`` are more of its columns, among FACTS. Raises ValidationError for one that does not fit its column.
    """
    centre = Centre(id=centre_id or uuid.uuid4(), name=name, regency=regency, village=village, is_demo=is_demo)
    for column, value in (facts or {}).items():
        setattr(centre, column, value)
    assign_free_code(centre, taken=code_is_taken)
    centre.slug = slugs.clean(slug) if slug else derive_slug(centre)
    centre.clean_fields(exclude=["schema_name"])
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
        is_taken=_skeleton_is_taken,
    )


def address_is_taken(slug: str) -> bool:
    """Whether this address, or one that looks like it, leads somewhere already."""
    return _skeleton_is_taken(slugs.skeleton(slug))


def _skeleton_is_taken(skeleton: str) -> bool:
    return Domain.objects.filter(skeleton=skeleton).exists()


def code_is_taken(code: str) -> bool:
    return Centre.objects.filter(code=code).exists()


def assign_free_code(centre: Centre, *, taken: Callable[[str], bool]) -> None:
    """Derive the code from the id; on a clash with another centre's (40 bits), the next of the same id."""
    for attempt in range(8):
        centre.assign_code(attempt)
        if not taken(centre.code):
            return
    raise RuntimeError(f"No free code for centre {centre.id}")


# ---------------------------------------------------------------- addresses


@transaction.atomic
def rename_slug(
    centre: Centre, *, slug: str, reason: str = "", by: Actor = SYSTEM, now: datetime | None = None
) -> Centre:
    """Give the centre another address; the old one redirects. Raises SlugRefused, SlugTaken, WrongState if merged."""
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    slug = slugs.clean(slug)
    if slug == centre.slug:
        return centre
    if centre.merged_into_id:
        raise WrongState(_("“%(name)s” was merged into another centre.") % {"name": centre.name})
    before = centre.slug
    # Back to a former address; or to a look-alike of one, which goes on redirecting and leaves the skeleton to it.
    centre.domains.filter(domain=slug).delete()
    centre.domains.filter(skeleton=slugs.skeleton(slug)).update(skeleton=None)
    with _refused_if_taken(slug):
        _take_address(centre, slug)
    centre.slug = slug
    centre.save(update_fields=["slug", "updated_at"])
    change = {"before": {"slug": before}, "after": {"slug": slug}, "reason": reason}
    _record(centre, "centre.renamed", by=by, now=now or timezone.now(), **change)
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


# ---------------------------------------------------------------- states


def mark_live(schema_names: Sequence[str], *, now: datetime) -> int:
    """Note that these schemas are whole, so that their centres are live. Returns how many were not before."""
    return Centre.objects.filter(schema_name__in=schema_names, state=State.REGISTERED).update(
        state=State.ACTIVE, live_since=now, updated_at=now
    )


def note_registered(centre: Centre, *, reason: str, by: Actor, now: datetime) -> None:
    """Someone registered this centre by hand and gave it its space, in the same transaction."""
    after = {"name": centre.name, "slug": centre.slug, "regency": centre.regency_id}
    _record(centre, "centre.registered", after=after, reason=reason, by=by, now=now)


def note_activated(centre: Centre, *, reason: str, by: Actor, now: datetime) -> None:
    """Someone decided that this centre gets its space, in the same transaction. Raises WrongState if it had one."""
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    if centre.state != State.REGISTERED:
        raise WrongState(
            _("“%(name)s” is %(state)s; this step is not possible from there.")
            % {"name": centre.name, "state": centre.get_state_display().lower()}
        )
    _record(centre, "centre.activated", before={"state": State.REGISTERED}, after={"state": State.ACTIVE},
            reason=reason, by=by, now=now)  # fmt: skip


def suspend(centre: Centre, *, reason: str, now: datetime, by: Actor = SYSTEM) -> Centre:
    """Close the centre's space for writing; reading goes on. Raises WrongState."""
    return _move(centre, State.SUSPENDED, "centre.suspended", reason=reason, by=by, now=now)


def resume(centre: Centre, *, now: datetime, reason: str = "", by: Actor = SYSTEM) -> Centre:
    """Open a suspended or archived centre for writing again. Raises WrongState."""
    return _move(centre, State.ACTIVE, "centre.resumed", reason=reason, by=by, now=now)


def archive(centre: Centre, *, reason: str, now: datetime, by: Actor = SYSTEM) -> Centre:
    """Close the centre for good but keep everything readable. Raises WrongState."""
    return _move(centre, State.ARCHIVED, "centre.archived", reason=reason, by=by, now=now)


@transaction.atomic
def entomb(centre: Centre, *, tombstone: str, now: datetime, by: Actor = SYSTEM) -> Centre:
    """Note that the centre's schema is gone and which export holds its rows. Raises WrongState."""
    centre = _move(centre, State.ERASED, "centre.erased", reason="", by=by, now=now)
    centre.tombstone = tombstone
    centre.save(update_fields=["tombstone"])
    webhooks.remove_all(Owner(centre_id=centre.pk), by=SYSTEM, now=now)
    return centre


@transaction.atomic
def _move(centre: Centre, state: State, action: str, *, reason: str, by: Actor, now: datetime) -> Centre:
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    if problem := obstacle(centre, state):
        raise WrongState(problem)
    before = centre.state
    centre.state = state
    # The public reads it where writing is closed; why a space was opened again stands in the trail alone.
    centre.state_reason = "" if state == State.ACTIVE else reason
    centre.updated_at = now
    centre.save(update_fields=["state", "state_reason", "updated_at"])
    _record(centre, action, before={"state": before}, after={"state": state.value}, reason=reason, by=by, now=now)
    if state != State.ERASED:  # its endpoints go with it
        said = {"state": str(state), "former_state": before}
        webhooks.publish(events.STATE_CHANGED, Owner(centre_id=centre.pk), data=said, now=now)
    return centre


# ---------------------------------------------------------------- what a centre says of itself on the hub


def describe_institution(
    centre_id: uuid.UUID,
    *,
    foundation: str,
    village: str,
    established: int | None,
    seats: int | None = None,
    is_women_led: bool | None = None,
    now: datetime,
    by: Actor = SYSTEM,
) -> Centre:
    """Who carries the centre, in which village, since which year, for how many people at a time, and whether a woman
    heads it. Counts as an update of its profile.

    Name, regency, vocational fields, class and register id are the ministry's to change. Raises ValidationError.
    """
    said = {
        "foundation": naming.clean(foundation),
        "village": naming.clean(village),
        "established": established,
        "seats": seats,
        "is_women_led": is_women_led,
    }
    return _say(centre_id, said, action="profile.institution", now=now, by=by)


def state_licence(
    centre_id: uuid.UUID, *, licence_kind: str, licence_number: str, vin: str, now: datetime, by: Actor = SYSTEM
) -> Centre:
    """Under which licence the centre works, and its VIN: its own words, which nobody has checked.

    Counts as an update of its profile. Raises ValidationError.
    """
    said = {"licence_kind": licence_kind, "licence_number": licence_number.strip(), "vin": vin.strip()}
    return _say(centre_id, said, action="profile.licence", now=now, by=by)


@transaction.atomic
def _say(centre_id: uuid.UUID, said: dict[str, Any], *, action: str, now: datetime, by: Actor) -> Centre:
    centre = Centre.objects.select_for_update().get(pk=centre_id)
    before = {key: getattr(centre, key) for key in said}
    for key, value in said.items():
        setattr(centre, key, value)
    centre.clean_fields(exclude=[field.name for field in Centre._meta.fields if field.name not in said])
    centre.profile_updated_at = now
    centre.save(update_fields=[*said, "profile_updated_at", "updated_at"])
    audit.record(
        by=by, action=action, object_type="centre", object_id=centre.code, now=now, centre_id=centre.id,
        before=before, after=said,
    )  # fmt: skip
    if changed := [key for key in said if before[key] != said[key]]:
        webhooks.publish(events.PROFILE_UPDATED, Owner(centre_id=centre.pk), data={"changed": changed}, now=now)
    return centre


def note_profile_updated(centre_id: uuid.UUID, *, now: datetime) -> None:
    """Start the year of the VIN rule anew (see ``freshness``). Whoever calls it records what was updated."""
    Centre.objects.filter(pk=centre_id).update(profile_updated_at=now, updated_at=now)


@transaction.atomic
def confirm_profile(centre_id: uuid.UUID, *, now: datetime, by: Actor = SYSTEM) -> None:
    """The centre's staff have looked: nothing has changed, and all is as it says. An update like any other."""
    note_profile_updated(centre_id, now=now)
    audit.record(
        by=by, action="profile.confirmed", object_type="centre", object_id=centre_id, now=now, centre_id=centre_id
    )


# ---------------------------------------------------------------- what the hub knows of a centre


@transaction.atomic
def correct(
    centre: Centre, *, facts: Mapping[str, Any], reason: str, by: Actor, now: datetime, seen: datetime | None = None
) -> Centre:
    """Change what the hub states about a centre: ``facts`` names some of FACTS. What is equal already stays.

    ``seen`` is the centre's ``updated_at`` when the person looked at it. Raises ChangedMeanwhile; ValidationError on
    bad input; WrongState for a centre that was merged or erased.
    """
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    if centre.merged_into_id or centre.state == State.ERASED:
        raise WrongState(_("“%(name)s” is closed for good; nothing can be changed.") % {"name": centre.name})
    if seen is not None and centre.updated_at != seen:
        raise ChangedMeanwhile(_("Someone else changed this centre meanwhile. Look at it again, then change it."))
    return _correct(centre, facts, action="centre.corrected", reason=reason, by=by, now=now)


def classify(centre: Centre, *, maturity_class: str, reason: str, by: Actor, now: datetime) -> Centre:
    """Put the centre into a class of the ladder, or (empty) into none. Raises as ``correct``."""
    return correct(centre, facts={"maturity_class": maturity_class}, reason=reason, by=by, now=now)


def _correct(centre: Centre, facts: Mapping[str, Any], *, action: str, reason: str, by: Actor, now: datetime) -> Centre:
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise ValueError(f"No facts of a centre: {unknown}")
    was = facts_of(centre)
    for name, value in facts.items():
        if name != "fields":
            setattr(centre, name, value)
    centre.clean_fields(exclude=[field.name for field in Centre._meta.fields if field.name not in facts])
    if "fields" in facts:
        centre.fields.set(facts["fields"])
    said = facts_of(centre)
    changed = [name for name in FACTS if was[name] != said[name]]
    if changed:
        centre.updated_at = now
        centre.save(update_fields=[*(name for name in changed if name != "fields"), "updated_at"])
        before, after = ({name: facts[name] for name in changed} for facts in (was, said))
        _record(centre, action, before=before, after=after, reason=reason, by=by, now=now)
    return centre


def facts_of(centre: Centre) -> dict[str, Any]:
    """The hub's facts as the audit trail writes them: codes for the regency and the fields."""
    facts = {name: getattr(centre, name) for name in FACTS if name not in ("regency", "fields", "accredited_until")}
    fields = sorted(VocationalField.objects.filter(centres=centre).values_list("code", flat=True))
    accredited_until = centre.accredited_until.isoformat() if centre.accredited_until else None
    return {**facts, "accredited_until": accredited_until, "regency": centre.regency_id, "fields": fields}


def note_activity(centre: hosts.CentreHost, *, now: datetime) -> None:
    """Someone of the centre's own staff is in its space today. Costs a statement only until the day is noted.

    Leaves nothing in the trail and tells no process: it is no change that anyone made.
    """
    today = timezone.localdate(now)
    if centre.last_active_on is None or centre.last_active_on < today:
        earlier = Q(last_active_on=None) | Q(last_active_on__lt=today)
        Centre.objects.filter(earlier, pk=centre.id).update(last_active_on=today)
        hosts.cache.note_active(centre, today)


# ---------------------------------------------------------------- two rows for one institution


class CannotMerge(DomainError):
    """These two cannot become one; the message says why."""

    code = "cannot_merge"


@transaction.atomic
def absorb(
    duplicate: Centre, survivor: Centre, *, facts: Mapping[str, Any], reason: str, by: Actor, now: datetime
) -> Centre:
    """Make two rows for one institution one: the survivor gets the addresses, and ``facts`` as its own.

    The duplicate's space is closed, and kept as it is; a duplicate that never had one becomes a tombstone. Its register
    id goes along unless the survivor has one. Raises CannotMerge. People and visits are the caller's to move.
    """
    # In one order, so that two who merge the same two the other way round do not wait for each other.
    both = Centre.objects.select_for_update().filter(pk__in=[duplicate.pk, survivor.pk]).order_by("pk")
    rows = {centre.pk: centre for centre in both}
    duplicate, survivor = rows[duplicate.pk], rows[survivor.pk]
    if problem := merge_obstacle(duplicate, survivor):
        raise CannotMerge(problem)
    former, state = duplicate.slug, duplicate.state
    moved = sorted(duplicate.domains.values_list("domain", flat=True))
    duplicate.domains.update(tenant=survivor, is_primary=False)
    register = (duplicate.register_id, duplicate.register_spelling)
    takes_register = survivor.register_id is None and duplicate.register_id is not None
    if takes_register:
        duplicate.register_id = duplicate.register_spelling = None
    duplicate.merged_into = survivor
    duplicate.state = State.ARCHIVED if duplicate.is_live else State.ERASED
    duplicate.state_reason = _("Merged into %(name)s.") % {"name": survivor.name}
    duplicate.slug = f"{duplicate.code}-merged"  # its address is the survivor's now, also to rename to
    duplicate.updated_at = now
    duplicate.save()
    # Nobody could reach the page any more on which they are switched off.
    webhooks.remove_all(Owner(centre_id=duplicate.pk), by=by, now=now)
    if takes_register:
        survivor.register_id, survivor.register_spelling = register
    survivor.last_active_on = max(filter(None, (survivor.last_active_on, duplicate.last_active_on)), default=None)
    survivor.updated_at = now
    survivor.save(update_fields=["register_id", "register_spelling", "last_active_on", "updated_at"])
    _correct(survivor, facts, action="centre.corrected", reason=reason, by=by, now=now)
    _record(
        duplicate, "centre.merged", before={"state": state, "slug": former},
        after={"state": duplicate.state, "merged_into": survivor.code}, reason=reason, by=by, now=now,
    )  # fmt: skip
    _record(
        survivor, "centre.absorbed",
        after={"merged": duplicate.code, "name": duplicate.name, "addresses": moved,
               "register_id": register[0] if takes_register else None},
        reason=reason, by=by, now=now,
    )  # fmt: skip
    return survivor


def _record(centre: Centre, action: str, **entry: Any) -> None:
    audit.record(action=action, object_type="centre", object_id=centre.pk, centre_id=centre.pk, **entry)
