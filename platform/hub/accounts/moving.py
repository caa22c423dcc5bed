"""What becomes of people when two centres turn out to be one: roles, open invitations and visits go along.

Nobody gains or loses a role. What was held where stays as history: a role ends at the one centre as it begins at
the other, in both their trails.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hub.audit import operations as audit
from hub.audit.actors import Actor
from hub.centres.models import Centre

from .models import Invitation, Membership, SupportState, SupportVisit
from .operations import end_visit, grant
from .roles import Role

_UNDER_WAY = (SupportState.ASKED, SupportState.OPEN)


@dataclass(frozen=True)
class Moving:
    """What would go from one centre to another. ``held_already`` are roles that the person has there, too."""

    roles: tuple[Membership, ...]
    held_already: frozenset[int]  # ids of memberships
    invitations: tuple[Invitation, ...]
    visits_to_end: int
    visits: int

    @property
    def people(self) -> int:
        return len({membership.user_id for membership in self.roles})


def what_moves(duplicate: Centre, survivor: Centre, *, now: datetime) -> Moving:
    """What ``move`` would do now: five statements."""
    there = set(Membership.objects.filter(centre=survivor, revoked_at=None).values_list("user", "role"))
    roles = tuple(
        Membership.objects.filter(centre=duplicate, revoked_at=None).select_related("user").order_by("user__name", "pk")
    )
    invitations = Invitation.objects.filter(centre=duplicate, accepted_at=None, revoked_at=None, expires_at__gt=now)
    visits = SupportVisit.objects.filter(centre=duplicate)
    return Moving(
        roles=roles,
        held_already=frozenset(one.pk for one in roles if (one.user_id, one.role) in there),
        invitations=tuple(invitations),
        visits_to_end=visits.filter(state__in=_UNDER_WAY).count(),
        visits=visits.count(),
    )


@transaction.atomic
def move(duplicate: Centre, survivor: Centre, *, reason: str, by: Actor, now: datetime) -> Moving:
    """Give everyone of the one centre the same role at the other. Returns what moved.

    A visit that is asked for or open ends: the people of the surviving centre have not agreed to it. Ended ones go
    along as history. A link that was sent and not used yet leads to the surviving centre.
    """
    list(Membership.objects.select_for_update().filter(centre__in=[duplicate, survivor]).order_by("pk"))
    moving = what_moves(duplicate, survivor, now=now)
    for membership in moving.roles:
        grant(membership.user, Role(membership.role), centre=survivor, by=by, now=now)
        # Not ``revoke``: the last head of a centre that closes may go.
        Membership.objects.filter(pk=membership.pk).update(revoked_at=now)
        held = {"user": str(membership.user_id), "role": membership.role}
        _record("role.ended", "membership", membership.pk, duplicate, after=held, reason=reason, by=by, now=now)
    for invitation in moving.invitations:
        Invitation.objects.filter(pk=invitation.pk).update(centre=survivor)
        for centre in (duplicate, survivor):
            after = {"role": invitation.role, "centre": survivor.code}
            _record("invitation.moved", "invitation", invitation.pk, centre, after=after, reason=reason, by=by, now=now)
    for visit in SupportVisit.objects.filter(centre=duplicate, state__in=_UNDER_WAY).order_by("pk"):
        end_visit(visit, by=by, now=now)
    SupportVisit.objects.filter(centre=duplicate).update(centre=survivor)
    return moving


def _record(  # noqa: PLR0913
    action: str, object_type: str, object_id: object, centre: Centre, *, after: dict[str, str], reason: str, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    audit.record(
        action=action, object_type=object_type, object_id=object_id, centre_id=centre.pk, after=after, reason=reason,
        by=by, now=now,
    )  # fmt: skip
