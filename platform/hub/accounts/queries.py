"""Reading people, their roles and what they may enter: the doors.

A door takes the person and gives the row, or raises NotVisible, which becomes 404: whoever may not see a
thing does not learn whether it exists. No view fetches a row by its id alone.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hub.centres.models import Centre
from kernel import tokens
from kernel.errors import NotVisible as NotVisible  # (the name it has had here)

from . import consents
from .models import Consent, Invitation, Membership, Organisation, SupportState, SupportVisit, User
from .roles import AUDIT_ROLES, KEEPER_ROLES, MAY_INVITE, MINISTRY_ROLES, OWNER_ROLES, STAFF_ROLES, SUPPORT_ROLES, Role


@dataclass(frozen=True, slots=True)
class Access:
    """How a person is in a centre's space: by roles of their own, or on a support visit."""

    roles: frozenset[Role] = frozenset()
    visit: SupportVisit | None = None

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF_ROLES) or self.visit is not None

    @property
    def may_write(self) -> bool:
        return bool(self.roles & STAFF_ROLES) or (self.visit is not None and self.visit.may_write)

    @property
    def leads(self) -> bool:
        """May invite, and answer support requests: people of the centre only, never a visitor."""
        return bool(self.roles & {Role.CENTRE_HEAD, Role.CENTRE_ADMINISTRATOR})

    @property
    def keeps(self) -> bool:
        """Looks after profile and papers: who leads, and a visitor (who writes only if the visit says so)."""
        return self.leads or self.visit is not None


def roles_in(user: User, centre_id: uuid.UUID) -> frozenset[Role]:
    return frozenset(held.role for held in user.held if held.centre_id == centre_id)


def ministry_roles(user: User) -> frozenset[Role]:
    return frozenset(held.role for held in user.held if held.role in MINISTRY_ROLES)


def provinces_of(user: User, roles: frozenset[Role] = MINISTRY_ROLES) -> frozenset[str] | None:
    """The provinces that a ministry person is limited to by the roles among these, or None for no limit."""
    limits = [held for held in user.held if held.role in roles]
    if not limits or any(held.role != Role.PROVINCIAL_OFFICER for held in limits):
        return None
    return frozenset(code for held in limits for code in held.provinces)


def centre_space(user: User, centre_id: uuid.UUID, *, now: datetime) -> Access:
    """The door of a centre's inner pages. One query, and only for ministry people, for their visit.

    Raises NotVisible for whoever is neither of the centre nor on an open visit.
    """
    if not user.is_authenticated:
        raise NotVisible
    roles = roles_in(user, centre_id)
    if roles:
        return Access(roles)
    if ministry_roles(user) & SUPPORT_ROLES:
        visit = SupportVisit.objects.filter(
            visitor=user, centre_id=centre_id, state=SupportState.OPEN, expires_at__gt=now
        ).first()
        if visit is not None:
            return Access(visit=visit)
    raise NotVisible


def own_space(user: User, centre_id: uuid.UUID) -> Access:
    """As ``centre_space``, for a person's program: by roles of their own, never on a visit. Raises NotVisible."""
    roles = roles_in(user, centre_id)
    if not roles:
        raise NotVisible
    return Access(roles)


def ministry_desk(user: User) -> frozenset[Role]:
    """The door of the ministry's pages: the person's ministry roles. Raises NotVisible."""
    roles = ministry_roles(user) if user.is_authenticated else frozenset()
    if not roles:
        raise NotVisible
    return roles


def audit_desk(user: User) -> None:
    """The door of the hub's whole audit trail. Raises NotVisible."""
    if not ministry_desk(user) & AUDIT_ROLES:
        raise NotVisible


def organisation_desk(user: User, organisation_id: uuid.UUID | None) -> Organisation:
    """The door of an organisation's pages: for those who act for it. Raises NotVisible."""
    if organisation_id is None or not any(held.organisation_id == organisation_id for held in user.held):
        raise NotVisible
    return Organisation.objects.get(pk=organisation_id)


def owned_organisation(user: User, organisation_id: uuid.UUID) -> Organisation:
    """The door of what only an organisation's owners do. Raises NotVisible."""
    if not roles_at(user, organisation_id) & OWNER_ROLES:
        raise NotVisible
    return Organisation.objects.get(pk=organisation_id)


def centres_for_ministry(user: User) -> QuerySet[Centre]:
    """Every centre that this ministry person sees: all of them, or those of their provinces. Raises NotVisible."""
    ministry_desk(user)
    return _within(provinces_of(user))


def centre_for_ministry(user: User, code: str) -> Centre:
    """A centre that this ministry person sees. Raises NotVisible."""
    return _one(centres_for_ministry(user), code)


def keeps_centres(user: User) -> bool:
    """Whether the person looks after centres at all, be it in some provinces only."""
    return bool(ministry_roles(user) & KEEPER_ROLES)


def keeps(user: User, centre: Centre) -> bool:
    """Whether the person looks after this centre. Asks no database for one that came with its regency."""
    limit = provinces_of(user, KEEPER_ROLES)
    return keeps_centres(user) and (limit is None or centre.regency.province_id in limit)


def centres_to_keep(user: User) -> QuerySet[Centre]:
    """Every centre that this person may suspend, correct, merge … Raises NotVisible.

    Whoever sees all centres by one role and keeps those of some provinces by another, keeps these only.
    """
    if not keeps_centres(user):
        raise NotVisible
    return _within(provinces_of(user, KEEPER_ROLES))


def centre_to_keep(user: User, code: str) -> Centre:
    """A centre that this person may suspend, correct, merge … Raises NotVisible."""
    return _one(centres_to_keep(user), code)


def _within(provinces: frozenset[str] | None) -> QuerySet[Centre]:
    centres = Centre.objects.select_related("regency__province")
    return centres if provinces is None else centres.filter(regency__province__in=provinces)


def _one(centres: QuerySet[Centre], code: str) -> Centre:
    centre = centres.filter(code=code.lower()).first()
    if centre is None:
        raise NotVisible
    return centre


# ---------------------------------------------------------------- people and invitations


def may_invite(user: User, role: Role, *, centre_id: uuid.UUID | None, organisation_id: uuid.UUID | None) -> bool:
    """Whether the person may offer, or end, this role there. Ministry people offer roles anywhere they may."""
    return any(
        role in MAY_INVITE.get(held.role, ())
        and (held.centre_id is None or held.centre_id == centre_id)
        and (held.organisation_id is None or held.organisation_id == organisation_id)
        for held in user.held
    )


def staff_of(centre_id: uuid.UUID) -> QuerySet[Membership]:
    """Current staff of a centre, by name."""
    return (
        Membership.objects.filter(centre_id=centre_id, role__in=STAFF_ROLES, revoked_at=None)
        .select_related("user")
        .order_by("user__name", "id")
    )


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """Numbers around the people of one centre, as of a moment."""

    staff: int  # persons, however many roles each has
    invitations: int  # that can still be accepted
    next_invitation_ends: datetime | None
    visits_waiting: int  # requests of the ministry that nobody has answered


def people_counts(centre_id: uuid.UUID, *, now: datetime) -> PeopleCounts:
    """One statement."""

    def alone(rows: QuerySet, what: Count | Min) -> Subquery:
        """The one value of all rows that belong to the centre."""
        return Subquery(rows.filter(centre=OuterRef("pk")).order_by().values("centre").annotate(of=what).values("of"))

    staff = Membership.objects.filter(role__in=STAFF_ROLES, revoked_at=None)
    offers = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
    asked = SupportVisit.objects.filter(state=SupportState.ASKED)
    return PeopleCounts(
        *Centre.objects.filter(pk=centre_id)
        .annotate(
            staff=Coalesce(alone(staff, Count("user", distinct=True)), 0),
            offers=Coalesce(alone(offers, Count("pk")), 0),
            ends=alone(offers, Min("expires_at")),
            asked=Coalesce(alone(asked, Count("pk")), 0),
        )
        .values_list("staff", "offers", "ends", "asked")
        .get()
    )


def people_of_organisation(organisation_id: uuid.UUID) -> QuerySet[Membership]:
    """Who acts for a company or training provider now, by name."""
    return (
        Membership.objects.filter(organisation_id=organisation_id, revoked_at=None)
        .select_related("user")
        .order_by("user__name", "id")
    )


def ministry_people() -> QuerySet[Membership]:
    return (
        Membership.objects.filter(role__in=MINISTRY_ROLES, revoked_at=None)
        .select_related("user")
        .order_by("user__name", "id")
    )


def open_invitations(
    *, now: datetime, centre_id: uuid.UUID | None = None, organisation_id: uuid.UUID | None = None
) -> QuerySet[Invitation]:
    """Invitations that can still be accepted: of one centre, one organisation, or (neither) the ministry's."""
    invitations = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
    if centre_id:
        return invitations.filter(centre=centre_id)
    if organisation_id:
        return invitations.filter(organisation=organisation_id)
    return invitations.filter(
        Q(role__in=MINISTRY_ROLES) | Q(invited_by__memberships__role__in=MINISTRY_ROLES)
    ).distinct()


def invitation_by_token(token: str, *, now: datetime) -> Invitation:
    """The open invitation of this link. Raises NotVisible: used, ended, expired and unknown look the same."""
    invitation = (
        Invitation.objects.select_related("centre", "organisation", "invited_by")
        .filter(token_hash=tokens.hash_of(token))
        .first()
    )
    if invitation is None or not invitation.is_open(now):
        raise NotVisible
    return invitation


def invitation_to_manage(user: User, invitation_id: uuid.UUID) -> Invitation:
    """An invitation that this person may end. Raises NotVisible."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None or not _may_manage(user, invitation):
        raise NotVisible
    return invitation


def membership_to_manage(user: User, membership_id: int) -> Membership:
    """A membership that this person may end. Raises NotVisible."""
    membership = Membership.objects.select_related("user").filter(pk=membership_id, revoked_at=None).first()
    if membership is None or not _may_manage(user, membership):
        raise NotVisible
    return membership


def _may_manage(user: User, scoped: Invitation | Membership) -> bool:
    return user.is_authenticated and may_invite(
        user, Role(scoped.role), centre_id=scoped.centre_id, organisation_id=scoped.organisation_id
    )


# ---------------------------------------------------------------- support visits


def visits_of_centre(centre_id: uuid.UUID) -> QuerySet[SupportVisit]:
    return SupportVisit.objects.filter(centre_id=centre_id).select_related("visitor", "answered_by")


def visits_by(user: User) -> QuerySet[SupportVisit]:
    return SupportVisit.objects.filter(visitor=user).select_related("centre")


def visit_to_answer(user: User, centre_id: uuid.UUID, visit_id: uuid.UUID) -> SupportVisit:
    """A visit to this centre that this person may allow, refuse or end. Raises NotVisible."""
    if not Access(roles_in(user, centre_id)).leads:
        raise NotVisible
    visit = visits_of_centre(centre_id).filter(pk=visit_id).first()
    if visit is None:
        raise NotVisible
    return visit


def own_visit(user: User, visit_id: uuid.UUID) -> SupportVisit:
    visit = visits_by(user).filter(pk=visit_id).first()
    if visit is None:
        raise NotVisible
    return visit


def owners_of(organisation_id: uuid.UUID) -> QuerySet[User]:
    """The people who answer for an organisation, to be told of what was decided."""
    return User.objects.filter(
        memberships__organisation_id=organisation_id,
        memberships__revoked_at=None,
        memberships__role__in=OWNER_ROLES,
        is_active=True,
    ).distinct()


def heads_of(centre_id: uuid.UUID) -> QuerySet[User]:
    """The people who answer for a centre, to be told of an emergency visit."""
    return User.objects.filter(
        memberships__centre_id=centre_id,
        memberships__revoked_at=None,
        memberships__role__in=[Role.CENTRE_HEAD, Role.CENTRE_ADMINISTRATOR],
        is_active=True,
    ).distinct()


def memberships_of(user: User) -> QuerySet[Membership]:
    """A person's current roles with where they hold, for their own page."""
    return (
        Membership.objects.filter(user=user, revoked_at=None)
        .select_related("centre__regency", "organisation")
        .order_by("granted_at")
    )


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One purpose in its current wording, and the person's latest yes to any version of it, if it still stands."""

    text: consents.Text
    given: Consent | None

    @property
    def is_current(self) -> bool:
        return self.given is not None and self.given.version == self.text.version


def consents_of(user: User) -> list[ConsentState]:
    given = {one.purpose: one for one in user.consents.filter(withdrawn_at=None).order_by("version")}
    return [ConsentState(text, given.get(text.purpose)) for text in consents.of_accounts()]


def lacks_consent(user: User) -> bool:
    """True while the person has yet to agree to the current wording of what every account rests on."""
    return any(state.text.required and not state.is_current for state in consents_of(user))


def roles_to_offer(own: Iterable[Role]) -> list[Role]:
    """Roles that whoever holds these may offer, in the order of Role."""
    offered = {role for one in own for role in MAY_INVITE.get(one, ())}
    return [role for role in Role if role in offered]


def roles_at(user: User, organisation_id: uuid.UUID) -> frozenset[Role]:
    return frozenset(held.role for held in user.held if held.organisation_id == organisation_id)


def centre_of(centre_id: uuid.UUID) -> Centre:
    """The centre of a membership that the person holds."""
    return Centre.objects.get(pk=centre_id)
