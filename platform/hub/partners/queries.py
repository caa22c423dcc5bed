"""Reading companies: their own pages, the ministry's, and the public list. The doors raise NotVisible.

Where a company stands is never a column that could be set: it follows from its requests and from the time, in one
place for a single company (``Case``) and in one for lists (``_standing_of_row``); a test holds them together.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.accounts import queries as accounts
from hub.accounts.models import Membership, Organisation, OrganisationKind, User
from hub.accounts.queries import NotVisible
from hub.accounts.roles import OWNER_ROLES, PARTNER_DECIDERS, PARTNER_READERS

from .models import Evidence, JoinRequest, JoinState, PartnerProfile, Standing, Verification, VerificationState

# So long before its end a verification can be renewed, without a gap.
RENEW_WITHIN = timedelta(days=60)


# ---------------------------------------------------------------- where a company stands


@dataclass(frozen=True)
class Case:
    """All requests of one company, newest first, and where it stands at ``now``."""

    verifications: Sequence[Verification]
    now: datetime

    @property
    def in_force(self) -> Verification | None:
        return next((one for one in self.verifications if one.is_in_force(self.now)), None)

    @property
    def request(self) -> Verification | None:
        """The one that the ministry has yet to decide."""
        return next((one for one in self.verifications if one.state == VerificationState.SUBMITTED), None)

    @property
    def last_ended(self) -> Verification | None:
        """The last decision that does not hold any more, or never did: the one whose reason is worth showing."""
        telling = [one for one in self.verifications if one.state in _TELLING and not one.is_in_force(self.now)]
        return max(telling, key=lambda one: one.changed_at, default=None)

    @property
    def standing(self) -> Standing:
        if self.in_force:
            return Standing.VERIFIED
        if self.request:
            return Standing.SUBMITTED
        last = self.last_ended
        return _STANDING_AFTER[VerificationState(last.state)] if last else Standing.UNVERIFIED

    @property
    def may_submit(self) -> bool:
        if self.request:
            return False
        held = self.in_force
        return held is None or self._ends_soon(held)

    @property
    def should_renew(self) -> bool:
        held = self.in_force
        return held is not None and self.request is None and self._ends_soon(held)

    def _ends_soon(self, held: Verification) -> bool:
        return held.expires_at is not None and held.expires_at - self.now <= RENEW_WITHIN


# States that say where a company stands once nothing is in force and nothing waits.
_STANDING_AFTER = {
    VerificationState.VERIFIED: Standing.EXPIRED,
    VerificationState.REFUSED: Standing.REFUSED,
    VerificationState.WITHDRAWN: Standing.WITHDRAWN,
    VerificationState.LAPSED: Standing.UNVERIFIED,
}
_TELLING = tuple(_STANDING_AFTER)


def case_of(organisation_id: uuid.UUID, *, now: datetime) -> Case:
    """Every request with its documents and people: two statements."""
    verifications = (
        Verification.objects.filter(organisation=organisation_id)
        .select_related("submitted_by", "decided_by", "ended_by")
        .prefetch_related("evidence")
    )
    return Case(list(verifications), now)


def _in_force(now: datetime) -> QuerySet[Verification]:
    return Verification.objects.filter(
        organisation=OuterRef("pk"), state=VerificationState.VERIFIED, expires_at__gt=now
    )


# ---------------------------------------------------------------- a company's own pages


def company_desk(user: User, organisation_id: uuid.UUID) -> Organisation:
    """The door of what only companies have: for all who act for it. Raises NotVisible."""
    return _company(accounts.organisation_desk(user, organisation_id))


def owned_company(user: User, organisation_id: uuid.UUID) -> Organisation:
    """The door of what a company's owners alone do. Raises NotVisible."""
    return _company(accounts.owned_organisation(user, organisation_id))


def _company(organisation: Organisation) -> Organisation:
    if organisation.kind != OrganisationKind.PARTNER:
        raise NotVisible
    return organisation


def profile_of(organisation: Organisation) -> PartnerProfile:
    """What the company says of itself; an empty one, not saved, until it first says something."""
    found = PartnerProfile.objects.select_related("regency__province").filter(pk=organisation.pk).first()
    return found or PartnerProfile(organisation=organisation)


@dataclass(frozen=True)
class Completeness:
    """How much of a profile is there. ``missing`` names the rest in words, the needed ones first."""

    done: int
    total: int
    missing: tuple[str | Promise, ...]
    # What is missing of that without which nothing can be verified.
    needed: tuple[str | Promise, ...]

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total)

    @property
    def is_ready(self) -> bool:
        """Whether the company can ask to be verified."""
        return not self.needed


# The first are those without which nothing can be verified.
NEEDED = {
    "legal_form": _("legal form"),
    "nib": _("NIB"),
    "regency_id": _("regency or city"),
    "address": _("address"),
    "industry": _("industry"),
}
_WELCOME = {
    "kbli": _("KBLI code"),
    "size_band": _("number of workers"),
    "contact_role": _("whom centres should ask for"),
    "about": _("about the company"),
    "website": _("website"),
    "logo": _("logo"),
}


def completeness(profile: PartnerProfile) -> Completeness:
    needed = tuple(words for field, words in NEEDED.items() if not getattr(profile, field))
    welcome = tuple(words for field, words in _WELCOME.items() if not getattr(profile, field))
    total = len(NEEDED) + len(_WELCOME)
    return Completeness(total - len(needed) - len(welcome), total, needed + welcome, needed)


def evidence_of(user: User, organisation_id: uuid.UUID, name: str) -> Evidence:
    """One document of the company, for its owners. Raises NotVisible."""
    owned_company(user, organisation_id)
    return _evidence(organisation_id, name)


def _evidence(organisation_id: uuid.UUID, name: str) -> Evidence:
    documents = Evidence.objects.select_related("verification__organisation")
    found = documents.filter(verification__organisation=organisation_id, file=name).first()
    if found is None:
        raise NotVisible
    return found


# ---------------------------------------------------------------- the ministry's pages


def reading_desk(user: User) -> None:
    """The door of the ministry's list of companies: not for donors, who see aggregates only. Raises NotVisible."""
    if not accounts.ministry_desk(user) & PARTNER_READERS:
        raise NotVisible


def decides(user: User) -> bool:
    return bool(accounts.ministry_roles(user) & PARTNER_DECIDERS)


def deciding_desk(user: User) -> None:
    """The door of registering, deciding and reading documents. Raises NotVisible."""
    if not decides(user):
        raise NotVisible


def organisations_for_ministry(user: User, *, now: datetime) -> QuerySet[Organisation]:
    """Companies and training providers with where they stand (``standing``, ``asked_at``, ``verified_at``)
    and ``has_owner``: who waits longest first, the rest by name. Raises NotVisible.

    A provincial officer sees the companies of their provinces.
    """
    reading_desk(user)
    owners = Membership.objects.filter(organisation=OuterRef("pk"), role__in=OWNER_ROLES, revoked_at=None)
    requests = Verification.objects.filter(organisation=OuterRef("pk"))
    found = (
        Organisation.objects.select_related("partner_profile__regency__province")
        .annotate(
            last_state=Subquery(requests.filter(state__in=_TELLING).order_by("-changed_at").values("state")[:1]),
            has_owner=Exists(owners),
            verified_at=Subquery(_in_force(now).values("decided_at")[:1]),
            asked_at=Subquery(requests.filter(state=VerificationState.SUBMITTED).values("submitted_at")[:1]),
        )
        .annotate(standing=_standing_of_row())
        .order_by(F("asked_at").asc(nulls_last=True), "name", "id")
    )
    provinces = accounts.provinces_of(user)
    return found if provinces is None else found.filter(partner_profile__regency__province__in=provinces)


def _standing_of_row() -> models.Case:
    """The rules of ``Case.standing`` over what ``organisations_for_ministry`` reads of each row."""
    return models.Case(
        When(verified_at__isnull=False, then=Value(Standing.VERIFIED)),
        When(asked_at__isnull=False, then=Value(Standing.SUBMITTED)),
        *(When(last_state=state, then=Value(standing)) for state, standing in _STANDING_AFTER.items()),
        default=Value(Standing.UNVERIFIED),
        output_field=models.CharField(),
    )


def organisation_for_ministry(user: User, organisation_id: uuid.UUID, *, now: datetime) -> Organisation:
    """One of them. Raises NotVisible."""
    found = organisations_for_ministry(user, now=now).filter(pk=organisation_id).first()
    if found is None:
        raise NotVisible
    return found


def verification_for_ministry(user: User, organisation_id: uuid.UUID, verification_id: uuid.UUID) -> Verification:
    """One request of that company, for those who decide. Raises NotVisible."""
    deciding_desk(user)
    found = Verification.objects.filter(organisation=organisation_id, pk=verification_id).first()
    if found is None:
        raise NotVisible
    return found


def with_words(organisations: QuerySet[Organisation], words: str) -> QuerySet[Organisation]:
    """Those with these words in their name or industry."""
    return organisations.filter(Q(name__icontains=words) | Q(partner_profile__industry__icontains=words))


def evidence_for_ministry(user: User, organisation_id: uuid.UUID, name: str) -> Evidence:
    """One document, for those who decide. Raises NotVisible."""
    deciding_desk(user)
    return _evidence(organisation_id, name)


def waiting(user: User) -> int:
    """How many companies wait for this person's decision; 0 for whoever decides nothing."""
    return Verification.objects.filter(state=VerificationState.SUBMITTED).count() if decides(user) else 0


def join_requests(user: User) -> QuerySet[JoinRequest]:
    """Who asks to join, newest first. Raises NotVisible."""
    deciding_desk(user)
    return JoinRequest.objects.select_related("decided_by", "invitation")


def join_request(user: User, request_id: uuid.UUID) -> JoinRequest:
    """One of them. Raises NotVisible."""
    found = join_requests(user).filter(pk=request_id).first()
    if found is None:
        raise NotVisible
    return found


def open_join_requests(user: User) -> int:
    """How many wishes to join wait for this person's answer; 0 for whoever answers none."""
    return JoinRequest.objects.filter(state=JoinState.OPEN).count() if decides(user) else 0


# ---------------------------------------------------------------- everybody


def listed(*, now: datetime, search: str = "", province: str = "") -> QuerySet[Organisation]:
    """Companies that the ministry has verified and that want to be seen, with ``verified_at``, by name.

    ``search`` is part of a name or an industry, ``province`` a code.
    """
    found = (
        Organisation.objects.filter(
            Exists(_in_force(now)), kind=OrganisationKind.PARTNER, partner_profile__is_public=True
        )
        .select_related("partner_profile__regency__province")
        .annotate(verified_at=Subquery(_in_force(now).values("decided_at")[:1]))
        .order_by("name", "id")
    )
    if province:
        found = found.filter(partner_profile__regency__province=province)
    return with_words(found, search) if search else found


def logo_is_public(organisation_id: uuid.UUID, name: str, *, now: datetime) -> bool:
    """Whether everyone may see this logo: the public list shows it."""
    return listed(now=now).filter(pk=organisation_id, partner_profile__logo=name).exists()


def logo_is_visible(user: User, organisation_id: uuid.UUID, name: str) -> bool:
    """Whether this person sees it on a page that is not public: the company's own, or the ministry's."""
    if not PartnerProfile.objects.filter(pk=organisation_id, logo=name).exists() or not user.is_authenticated:
        return False
    return bool(accounts.roles_at(user, organisation_id) or accounts.ministry_roles(user) & PARTNER_READERS)
