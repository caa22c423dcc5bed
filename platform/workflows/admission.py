"""Letting centres in: by an application that was approved, or by the code of one that is registered.

Each is one transaction. The centre's space comes from the pool of ready-made schemas, so it is open at once; whoever
shall lead it gets an invitation, and the list of what to set up begins by itself (``workflows.desk``).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hub.accounts import operations as accounts
from hub.accounts import queries as people
from hub.accounts.models import Invitation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.centres import operations as centres
from hub.centres.models import Centre, State, VocationalField
from hub.intake import operations as intake
from hub.intake import queries
from hub.intake.facts import Facts
from hub.intake.models import Application
from hub.regions.models import Regency
from kernel import schema
from kernel.errors import DomainError

from . import centre_profile, onboarding

# Facts of an application that are columns of the hub's row, too.
_COLUMNS = ("foundation", "established", "licence_kind", "licence_number", "vin", "seats", "is_women_led")

_UNSTATED = ("", None)


class CannotJoin(DomainError):
    """The row of the register is none that an application can become."""

    code = "cannot_join"


@dataclass(frozen=True)
class Admitted:
    """A centre that is live, and the invitation of its head with the token of its link."""

    centre: Centre
    invitation: Invitation
    token: str


@transaction.atomic
def approve(
    application: Application, *, decider: User, by: Actor, now: datetime, into: Centre | None = None, slug: str = ""
) -> Admitted:
    """Let the centre in: as a new one, or as the row ``into`` of the register that it has been all along.

    Two officials at once let in one centre: the second finds it approved. Raises WrongStep, TakenByOther, MayNot,
    CannotJoin, SlugRefused, SlugTaken, ValidationError.
    """
    application = intake.to_decide(application, decider=decider)
    facts = queries.facts_of(application)
    reason = _("By application %(code)s.") % {"code": application.code}
    if into is None:
        centre = _new(application, facts, slug=slug, reason=reason, by=by, now=now)
    else:
        centre = _joined(application, into, facts, decider=decider, reason=reason, by=by, now=now)
    intake.note_approved(application, centre, decider=decider, by=by, now=now)
    return _invite(centre, name=facts.head_name, email=facts.head_email, by=by, now=now)


def _new(application: Application, facts: Facts, *, slug: str, reason: str, by: Actor, now: datetime) -> Centre:
    centre = onboarding.admit(
        name=facts.name,
        regency=Regency.objects.select_related("province").get(pk=facts.regency),
        village=facts.village,
        fields=list(VocationalField.objects.filter(code__in=facts.fields_taught)),
        slug=slug,
        is_demo=application.is_demo,
        facts={column: getattr(facts, column) for column in _COLUMNS},
        reason=reason,
        by=by,
        now=now,
    )
    _furnish(centre, facts, by=by, now=now)
    return centre


def _joined(  # noqa: PLR0913
    application: Application, into: Centre, facts: Facts, *, decider: User, reason: str, by: Actor, now: datetime
) -> Centre:
    """The register's row stays as it is; only what it does not know comes from the application."""
    centre = Centre.objects.select_for_update(of=("self",)).select_related("regency").get(pk=into.pk)
    if not people.keeps(decider, centre):
        raise accounts.MayNot(_("This centre is outside your provinces."))
    if problem := obstacle_to_join(application, centre, now=now):
        raise CannotJoin(problem)
    missing: dict[str, Any] = {
        column: getattr(facts, column)
        for column in (*_COLUMNS, "village")
        if getattr(facts, column) not in _UNSTATED and getattr(centre, column) in _UNSTATED
    }
    taught = set(centre.fields.values_list("code", flat=True))
    if set(facts.fields_taught) - taught:
        missing["fields"] = list(VocationalField.objects.filter(code__in=taught | set(facts.fields_taught)))
    if missing:
        centre = centres.correct(centre, facts=missing, reason=reason, by=by, now=now)
    if centre.state == State.REGISTERED:
        centre = onboarding.activate(centre, reason=reason, by=by, now=now)
        _furnish(centre, facts, by=by, now=now)
    return centre


def obstacle_to_join(application: Application, centre: Centre, *, now: datetime) -> str:
    """Why the application cannot become this row of the register, in words; empty if it can."""
    if centre.is_demo != application.is_demo:
        return _("A demo centre and a real one cannot become one.")
    if not queries.is_claimable(centre, has_head=bool(queries.centres_with_head([centre.pk]))):
        return _("“%(name)s” is closed, or somebody leads it already.") % {"name": centre.name}
    if people.open_invitations(now=now, centre_id=centre.pk).filter(role=Role.CENTRE_HEAD).exists():
        return _("Somebody is invited to lead “%(name)s” already.") % {"name": centre.name}
    return ""


def _furnish(centre: Centre, facts: Facts, *, by: Actor, now: datetime) -> None:
    """What the application says of the centre's means and place, in its own fresh space."""
    with schema.centre(centre):
        centre_profile.state_means(
            centre.pk, facilities=facts.facilities, instructor_count=facts.instructor_count, address=facts.address,
            by=by, now=now,
        )  # fmt: skip


@transaction.atomic
def claim(centre_id: uuid.UUID, typed_code: str, *, name: str, email: str, now: datetime) -> Admitted:
    """Somebody has the code of a registered centre: its space opens, and they are invited to lead it.

    Two who type the code at once get one space, and one of them the invitation. Raises CodeRefused.
    """
    centre = Centre.objects.select_for_update(of=("self",)).select_related("regency").get(pk=centre_id)
    intake.use_code(centre, typed_code, now=now)
    if not queries.is_claimable(centre, has_head=bool(queries.centres_with_head([centre.pk]))):
        raise intake.CodeRefused(_("This code does not fit any more: the centre is closed, or somebody leads it."))
    if centre.state == State.REGISTERED:
        centre = onboarding.activate(centre, reason=_("Claimed with its code."), by=SYSTEM, now=now)
    return _invite(centre, name=name, email=email, by=SYSTEM, now=now)


@transaction.atomic
def invite_again(application: Application, *, now: datetime) -> Admitted:
    """Another invitation for the head of an approved centre, in place of the one before.

    Raises WrongStep unless it was approved lately and nobody has ever led the centre: the link of an old application
    must not lead into a centre that others have worked in since.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    centre = application.centre
    if centre is None or not queries.may_invite_again(application, now=now):
        raise intake.WrongStep(_("Somebody leads the centre already, or it was approved too long ago."))
    facts = queries.facts_of(application)
    for offer in people.open_invitations(now=now, centre_id=centre.pk).filter(role=Role.CENTRE_HEAD):
        accounts.revoke_invitation(offer, by=SYSTEM, now=now)
    return _invite(centre, name=facts.head_name, email=facts.head_email, by=SYSTEM, now=now)


def _invite(centre: Centre, *, name: str, email: str, by: Actor, now: datetime) -> Admitted:
    """On the platform's own account: provincial officers let centres in and invite nobody by themselves."""
    invitation, token = accounts.invite(None, Role.CENTRE_HEAD, name=name, email=email, centre=centre, by=by, now=now)
    return Admitted(centre, invitation, token)
