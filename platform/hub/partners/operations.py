"""Writing what companies say of themselves, having it verified by the ministry, and asking to join.

A verification says one thing: on a day, a named person of the ministry compared the company's legal name and NIB with
the documents that it sent. It runs out, the ministry can withdraw it with a reason, and it lapses at the moment the
company changes its name or its NIB, because then nobody has compared them.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hub.accounts import consents
from hub.accounts import operations as accounts
from hub.accounts.models import Invitation, Membership, Organisation, OrganisationKind, User
from hub.accounts.operations import MayNot
from hub.accounts.roles import Role
from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor
from kernel import files
from kernel.errors import DomainError
from kernel.files import Storable
from kernel.uploads import Picture

from . import queries
from .models import Evidence, EvidenceKind, JoinRequest, JoinState, PartnerProfile, Verification, VerificationState

VERIFICATION_LASTS = timedelta(days=730)
# Deeds name people: so long after a request has ended, its documents are deleted.
EVIDENCE_KEPT = timedelta(days=90)

OWNER_ROLE = {OrganisationKind.PARTNER: Role.PARTNER_OWNER, OrganisationKind.PROVIDER: Role.PROVIDER_OWNER}
_SAID = (
    "legal_form", "nib", "industry", "kbli", "kbli_edition", "size_band", "regency_id", "address", "website", "about",
    "contact_role", "is_public",
)  # fmt: skip


class ProfileIncomplete(DomainError):
    """Something is missing without which nothing can be verified."""

    code = "profile_incomplete"


class EvidenceMissing(DomainError):
    """There is no NIB certificate among the documents."""

    code = "evidence_missing"


class WrongStep(DomainError):
    """Where the company stands does not allow this step; somebody may have been quicker."""

    code = "wrong_step"


class ReasonMissing(DomainError):
    """The company has to read why."""

    code = "reason_missing"


class AlreadyAnswered(DomainError):
    code = "already_answered"


# ---------------------------------------------------------------- what a company says of itself


@transaction.atomic
def describe(organisation: Organisation, *, name: str, by: Actor, now: datetime, **said: Any) -> PartnerProfile:
    """Write what the company says of itself; what is not named stays. A draft that was kept is used up by it.

    ``said``: fields of PartnerProfile. Another name or NIB ends the verification and takes back a request that waits.
    Raises NameTaken, ValidationError.
    """
    organisation = _locked(organisation)
    profile = _locked_profile(organisation, now=now)
    before = _what_is_said(profile)
    is_other = name.strip() != organisation.name or said.get("nib", profile.nib) != profile.nib
    accounts.rename_organisation(organisation, name, by=by, now=now)
    for field, value in {**said, "draft": None, "draft_at": None, "updated_at": now}.items():
        setattr(profile, field, value)
    profile.full_clean(validate_constraints=False)
    profile.save()
    after = _what_is_said(profile)
    changed = [field for field in after if after[field] != before[field]]
    if changed:
        _record(
            "partner.described", organisation, by=by, now=now,
            before={field: before[field] for field in changed}, after={field: after[field] for field in changed},
        )  # fmt: skip
    if is_other:
        _end_what_was_checked(organisation, by=by, now=now)
    return profile


def keep_draft(organisation: Organisation, typed: Mapping[str, str], *, now: datetime) -> None:
    """Keep what an owner has typed and not saved, as it is, in place of an earlier draft.

    It leaves no trace: nothing that anybody else sees has changed.
    """
    with transaction.atomic():
        profile = _locked_profile(organisation, now=now)
        profile.draft, profile.draft_at = dict(typed), now
        profile.save(update_fields=["draft", "draft_at"])


def drop_draft(organisation: Organisation) -> None:
    PartnerProfile.objects.filter(pk=organisation.pk).update(draft=None, draft_at=None)


def show_logo(organisation: Organisation, picture: Picture, *, by: Actor, now: datetime) -> PartnerProfile:
    """Put a logo on the company's profile, in place of the one before."""
    with files.kept(picture) as name, transaction.atomic():
        logo = {"logo": name, "logo_width": picture.width, "logo_height": picture.height}
        return _change_logo(organisation, logo, action="logo.set", by=by, now=now)


@transaction.atomic
def remove_logo(organisation: Organisation, *, by: Actor, now: datetime) -> PartnerProfile:
    """Take the logo off and delete it. Where there is none, nothing happens."""
    profile = _locked_profile(organisation, now=now)
    if not profile.logo:
        return profile
    logo = {"logo": "", "logo_width": 0, "logo_height": 0}
    return _change_logo(organisation, logo, action="logo.removed", by=by, now=now)


def _change_logo(
    organisation: Organisation, logo: dict[str, Any], *, action: str, by: Actor, now: datetime
) -> PartnerProfile:
    profile = _locked_profile(organisation, now=now)
    before = profile.logo
    for field, value in {**logo, "updated_at": now}.items():
        setattr(profile, field, value)
    profile.save()
    if before:
        files.remove_after_commit(before)
    _record(action, organisation, by=by, now=now, before={"logo": before}, after={"logo": profile.logo})
    return profile


def _what_is_said(profile: PartnerProfile) -> dict[str, Any]:
    return {field: getattr(profile, field) for field in _SAID}


def _locked(organisation: Organisation) -> Organisation:
    """Of two who change where a company stands, the second sees what the first did."""
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _locked_profile(organisation: Organisation, *, now: datetime) -> PartnerProfile:
    PartnerProfile.objects.get_or_create(organisation=organisation, defaults={"updated_at": now})
    return PartnerProfile.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


# ---------------------------------------------------------------- verification: the company's steps


def submit(
    organisation: Organisation, documents: Mapping[EvidenceKind, Storable], *, submitter: User, by: Actor, now: datetime
) -> Verification:
    """Ask the ministry to compare name and NIB with these documents.

    Raises WrongStep while one request waits or a verification holds for long yet; ProfileIncomplete; EvidenceMissing.
    """
    if EvidenceKind.NIB not in documents:
        raise EvidenceMissing(_("Add the NIB certificate: it is what we compare with."))
    with ExitStack() as kept, transaction.atomic():
        names = {kind: kept.enter_context(files.kept(document)) for kind, document in documents.items()}
        verification = _ask(_locked(organisation), submitter=submitter, now=now)
        Evidence.objects.bulk_create(
            Evidence(verification=verification, kind=kind, file=names[kind], size=len(documents[kind].content))
            for kind in documents
        )
        _record_verification(
            "verification.submitted", verification, by=by, now=now, documents=sorted(str(kind) for kind in documents)
        )
        return verification


def _ask(organisation: Organisation, *, submitter: User, now: datetime) -> Verification:
    if not queries.case_of(organisation.pk, now=now).may_submit:
        raise WrongStep(_("There is nothing to ask for now: a request is being checked, or you are verified."))
    profile = queries.profile_of(organisation)
    if missing := queries.completeness(profile).needed:
        words = ", ".join(str(one) for one in missing)
        raise ProfileIncomplete(_("Complete the profile first. Missing: %(fields)s.") % {"fields": words})
    return Verification.objects.create(
        organisation=organisation,
        name=organisation.name,
        nib=profile.nib,
        submitted_by=submitter,
        submitted_at=now,
        changed_at=now,
    )


@transaction.atomic
def take_back(organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """Take back the request that waits, and delete its documents. Raises WrongStep."""
    organisation = _locked(organisation)
    waiting = _in_state(organisation, VerificationState.SUBMITTED)
    if waiting is None:
        raise WrongStep(_("No request is being checked any more."))
    _end(waiting, VerificationState.TAKEN_BACK, "verification.taken_back", by=by, now=now)
    _delete_evidence([waiting])


def _end_what_was_checked(organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """Name or NIB have changed: nobody has compared the new ones."""
    if waiting := _in_state(organisation, VerificationState.SUBMITTED):
        _end(waiting, VerificationState.TAKEN_BACK, "verification.taken_back", by=by, now=now)
        _delete_evidence([waiting])
    verified = _in_state(organisation, VerificationState.VERIFIED)
    if verified and verified.is_in_force(now):
        _end(verified, VerificationState.LAPSED, "verification.lapsed", by=by, now=now)


# ---------------------------------------------------------------- verification: the ministry's steps


@transaction.atomic
def verify(verification: Verification, *, decider: User, by: Actor, now: datetime) -> Verification:
    """A person of the ministry says: name and NIB are those of the documents. Raises WrongStep, MayNot."""
    verification = _to_decide(verification, decider=decider)
    earlier = _in_state(verification.organisation, VerificationState.VERIFIED)
    if earlier is not None:
        _end(earlier, VerificationState.REPLACED, "verification.replaced", by=by, now=now)
    verification.state, verification.changed_at = VerificationState.VERIFIED, now
    verification.decided_by, verification.decided_at = decider, now
    verification.expires_at = now + VERIFICATION_LASTS
    verification.save()
    _record_verification("verification.verified", verification, by=by, now=now)
    return verification


@transaction.atomic
def refuse(verification: Verification, *, reason: str, decider: User, by: Actor, now: datetime) -> Verification:
    """A person of the ministry says why not. Raises WrongStep, MayNot, ReasonMissing."""
    verification = _to_decide(verification, decider=decider)
    verification.reason = _reason(reason)
    verification.decided_by, verification.decided_at = decider, now
    return _end(verification, VerificationState.REFUSED, "verification.refused", by=by, now=now, reason=reason)


@transaction.atomic
def withdraw(verification: Verification, *, reason: str, decider: User, by: Actor, now: datetime) -> Verification:
    """The ministry takes its word back. Raises WrongStep unless it holds now, MayNot, ReasonMissing."""
    _require_decider(verification, decider)
    _locked(verification.organisation)
    verification = _fresh(verification)
    if not verification.is_in_force(now):
        raise WrongStep(_("This verification does not hold any more."))
    verification.reason, verification.ended_by = _reason(reason), decider
    return _end(verification, VerificationState.WITHDRAWN, "verification.withdrawn", by=by, now=now, reason=reason)


def note_evidence_read(evidence: Evidence, organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """The company can see who of the ministry opened which of its documents."""
    _record("evidence.opened", organisation, by=by, now=now, after={"document": evidence.kind})


def _to_decide(verification: Verification, *, decider: User) -> Verification:
    _require_decider(verification, decider)
    _locked(verification.organisation)
    verification = _fresh(verification)
    if verification.state != VerificationState.SUBMITTED:
        raise WrongStep(_("This request was decided or taken back already."))
    return verification


def _require_decider(verification: Verification, decider: User) -> None:
    if not queries.decides(decider):
        raise MayNot(_("You may not decide on companies."))
    there = Membership.objects.filter(user=decider, organisation=verification.organisation_id, revoked_at=None)
    if there.exists():
        raise MayNot(_("You act for this company yourself. A colleague has to decide."))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Say why: the company reads it."))
    return reason.strip()


def _fresh(verification: Verification) -> Verification:
    return Verification.objects.select_related("organisation").get(pk=verification.pk)


def _in_state(organisation: Organisation, state: VerificationState) -> Verification | None:
    return Verification.objects.filter(organisation=organisation, state=state).first()


def _end(  # noqa: PLR0913
    verification: Verification, state: VerificationState, action: str, *, by: Actor, now: datetime, reason: str = ""
) -> Verification:
    verification.state, verification.changed_at, verification.ended_at = state, now, now
    verification.save()
    _record_verification(action, verification, by=by, now=now, reason=reason)
    return verification


def _delete_evidence(verifications: list[Verification]) -> int:
    """Rows now, files after the commit. Returns how many."""
    documents = Evidence.objects.filter(verification__in=verifications)
    for name in documents.values_list("file", flat=True):
        files.remove_after_commit(name)
    return documents.delete()[0]


def remove_old_evidence(*, now: datetime) -> int:
    """Delete the documents of requests that ended, or ran out, some time ago. Returns how many; run again, none."""
    cut = now - EVIDENCE_KEPT
    over = Q(ended_at__lt=cut) | Q(state=VerificationState.VERIFIED, expires_at__lt=cut)
    removed = 0
    for verification in Verification.objects.filter(over, evidence__isnull=False).distinct().order_by("pk"):
        with transaction.atomic():
            count = _delete_evidence([verification])
            _record_verification("evidence.removed", verification, by=SYSTEM, now=now, documents=count)
        removed += count
    return removed


# ---------------------------------------------------------------- coming in


@transaction.atomic
def register(  # noqa: PLR0913
    kind: OrganisationKind, name: str, *, owner_name: str, owner_email: str, inviter: User, by: Actor, now: datetime
) -> tuple[Organisation, Invitation, str]:
    """Make a company or training provider known and invite its owner. Returns both and the invitation's token.

    Raises NameTaken, MayNot.
    """
    organisation = accounts.register_organisation(kind, name, by=by, now=now)
    invitation, token = accounts.invite(
        inviter, OWNER_ROLE[kind], name=owner_name, email=owner_email, organisation=organisation, by=by, now=now
    )
    return organisation, invitation, token


@transaction.atomic
def ask_to_join(*, name: str, company: str, email: str, message: str, now: datetime) -> None:
    """Note that a company wishes to join. One that waits already stays as it is: whoever asks again learns nothing."""
    consent = consents.current("join_request")
    try:
        with transaction.atomic():
            request = JoinRequest.objects.create(
                name=name.strip(),
                company=company.strip(),
                email=email.strip().lower(),
                message=message.strip(),
                consent_version=consent.version,
                consent_language=consent.language,
                created_at=now,
            )
    except IntegrityError:
        return
    # The trail is for good and this person's data for half a year: it gets neither their name nor their address.
    audit.record(by=SYSTEM, action="join.asked", object_type="join_request", object_id=request.pk, now=now)


@transaction.atomic
def accept_to_join(request: JoinRequest, *, decider: User, by: Actor, now: datetime) -> tuple[Invitation, str]:
    """Register the company and invite the person who asked as its owner. Returns the invitation and its token.

    Raises AlreadyAnswered, NameTaken, MayNot.
    """
    request = _unanswered(request, decider)
    _organisation, invitation, token = register(
        OrganisationKind.PARTNER, request.company, owner_name=request.name, owner_email=request.email,
        inviter=decider, by=by, now=now,
    )  # fmt: skip
    request.invitation = invitation
    _answer(request, JoinState.ACCEPTED, "join.accepted", decider=decider, by=by, now=now)
    return invitation, token


@transaction.atomic
def refuse_to_join(request: JoinRequest, *, reason: str, decider: User, by: Actor, now: datetime) -> JoinRequest:
    """Say no, with the reason that the person gets to read. Raises AlreadyAnswered, MayNot, ReasonMissing."""
    request = _unanswered(request, decider)
    request.reason = _reason(reason)
    return _answer(request, JoinState.REFUSED, "join.refused", decider=decider, by=by, now=now)


@transaction.atomic
def forget_join_request(request: JoinRequest, *, by: Actor, now: datetime) -> None:
    """Delete a request and all that its sender said, before its time is over: they asked for it, or it is spam."""
    if JoinRequest.objects.filter(pk=request.pk).delete()[0]:
        audit.record(by=by, action="join.forgotten", object_type="join_request", object_id=request.pk, now=now)


def _unanswered(request: JoinRequest, decider: User) -> JoinRequest:
    if not queries.decides(decider):
        raise MayNot(_("You may not decide on companies."))
    request = JoinRequest.objects.select_for_update().get(pk=request.pk)
    if request.state != JoinState.OPEN:
        raise AlreadyAnswered(_("This request was answered already."))
    return request


def _answer(
    request: JoinRequest, state: JoinState, action: str, *, decider: User, by: Actor, now: datetime
) -> JoinRequest:
    request.state, request.decided_by, request.decided_at = state, decider, now
    request.save()
    audit.record(by=by, action=action, object_type="join_request", object_id=request.pk, now=now)
    return request


# ---------------------------------------------------------------- the trail


def _record(action: str, organisation: Organisation, *, by: Actor, now: datetime, **what: Any) -> None:
    """In the organisation's own chain."""
    audit.record(
        by=by,
        action=action,
        object_type="organisation",
        object_id=organisation.pk,
        organisation_id=organisation.pk,
        now=now,
        **what,
    )


def _record_verification(
    action: str, verification: Verification, *, by: Actor, now: datetime, reason: str = "", **what: Any
) -> None:
    audit.record(
        by=by,
        action=action,
        object_type="verification",
        object_id=verification.pk,
        organisation_id=verification.organisation_id,
        now=now,
        after={"name": verification.name, "nib": verification.nib, **what},
        reason=reason,
    )
