"""Reading people for those who give out roles: the list, and one person with what they held and hold.

Participants are people of their centre and are not listed here. Nothing here reads a phone number.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from hub.audit import queries as audit
from hub.audit.models import HUB
from hub.regions.models import Province

from .models import Membership, User
from .queries import NotVisible, ministry_desk, roles_to_offer
from .roles import Role

MOST_WORDS = 8  # of a search


class Standing(TextChoices):
    """How a person stands to the platform."""

    CURRENT = "current", _("Holds a role")
    FORMER = "former", _("Held a role")
    CLOSED = "closed", _("Account closed")


def people_desk(user: User) -> list[Role]:
    """The door of the pages about people: the roles that the person may offer. Raises NotVisible if there is none."""
    offered = roles_to_offer(ministry_desk(user))
    if not offered:
        raise NotVisible
    return offered


def people(*, search: str = "", role: str = "", province: str = "", standing: str = "") -> QuerySet[User]:
    """Everyone who holds or held a role, by name, with ``roles_now`` and ``has_second_factor``.

    Empty filters do not filter. Every word of ``search`` must occur in the name, or it is the whole e-mail address.
    """
    found = User.objects.with_roles().filter(Exists(_held()), erased_at=None)
    found = found.annotate(is_current=Exists(_held().filter(revoked_at=None)))
    for word in search.split()[:MOST_WORDS]:
        found = found.filter(Q(name__icontains=word) | Q(email__iexact=word))
    if role or province:
        found = found.filter(Exists(_held().filter(_role(role), _province(province), _still(standing))))
    if standing == Standing.CLOSED:
        found = found.filter(is_active=False)
    elif standing:
        found = found.filter(is_active=True, is_current=standing == Standing.CURRENT)
    return found.order_by("name", "id").prefetch_related(_roles_now())


def _held() -> QuerySet[Membership]:
    return Membership.objects.filter(user=OuterRef("pk")).exclude(role=Role.PARTICIPANT)


def _role(role: str) -> Q:
    return Q(role=role) if role else Q()


def _province(code: str) -> Q:
    """Where a role holds: a centre's province, or one that an officer answers for."""
    return Q(centre__regency__province=code) | Q(provinces__contains=[code]) if code else Q()


def _still(standing: str) -> Q:
    return Q() if standing in (Standing.FORMER, Standing.CLOSED) else Q(revoked_at=None)


def _roles_now() -> Prefetch:
    current = Membership.objects.filter(revoked_at=None).exclude(role=Role.PARTICIPANT)
    return Prefetch(
        "memberships",
        queryset=current.select_related("centre", "organisation").order_by("granted_at"),
        to_attr="roles_now",
    )


@dataclass(frozen=True)
class RoleRecord:
    """One role that a person holds or held: the provinces it holds for by name, who ended it and for which reason."""

    membership: Membership
    provinces: tuple[str, ...] = ()
    ended_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Factor:
    """A second factor: its kind (totp or webauthn), since when, and when it was last used."""

    kind: str
    since: datetime
    last_used: datetime | None


@dataclass(frozen=True)
class Person:
    """What whoever gives out roles sees of a person."""

    user: User
    roles: Sequence[RoleRecord]
    factors: Sequence[Factor]
    sessions: int  # browsers in which they are signed in

    @property
    def current(self) -> list[RoleRecord]:
        return [record for record in self.roles if record.membership.revoked_at is None]

    @property
    def former(self) -> list[RoleRecord]:
        return [record for record in self.roles if record.membership.revoked_at is not None]


def person(user: User, person_id: uuid.UUID, *, now: datetime) -> Person:
    """One person, for whoever has a people's desk: six statements. Raises NotVisible."""
    people_desk(user)
    found = people().filter(pk=person_id).first()
    if found is None:
        raise NotVisible
    return Person(found, _history(found), _factors(found), _sessions(found, now=now))


def _history(user: User) -> list[RoleRecord]:
    """Newest first; the reason stands in the trail, at the very moment at which the role ended."""
    held = Membership.objects.filter(user=user).exclude(role=Role.PARTICIPANT)
    memberships = list(held.select_related("centre", "organisation", "granted_by").order_by("-granted_at", "-id"))
    said = _ends([one for one in memberships if one.revoked_at])
    codes = {code for one in memberships for code in one.provinces}
    names = {one.pk: str(one) for one in Province.objects.filter(pk__in=codes)} if codes else {}
    return [
        RoleRecord(one, tuple(names.get(code, code) for code in one.provinces), *said.get(str(one.pk), ("", "")))
        for one in memberships
    ]


def _ends(ended: Sequence[Membership]) -> dict[str, tuple[str, str]]:
    """By membership: who ended it, and why."""
    if not ended:
        return {}
    entries = audit.of_objects(
        "role.ended",
        "membership",
        [one.pk for one in ended],
        times=[one.revoked_at for one in ended if one.revoked_at],
        chains={HUB, *(str(one.centre_id or one.organisation_id) for one in ended)},
    )
    return {entry.object_id: (entry.actor_name, entry.reason) for entry in entries}


def _factors(user: User) -> list[Factor]:
    from allauth.mfa.models import Authenticator

    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    rows = Authenticator.objects.filter(user=user, type__in=kinds).order_by("created_at")
    return [Factor(*row) for row in rows.values_list("type", "created_at", "last_used_at")]


def _sessions(user: User, *, now: datetime) -> int:
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.models import Session

    alive = Session.objects.filter(expire_date__gt=now, session_key=OuterRef("session_key"))
    return int(UserSession.objects.filter(Exists(alive), user=user).count())
