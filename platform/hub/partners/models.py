"""Companies on the hub: what they say of themselves, what the ministry checked, and who asks to join.

The organisation itself and the people who act for it are ``hub.accounts``'.
"""

import uuid
from datetime import datetime

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import Invitation, Organisation, User
from hub.regions.models import Regency
from kernel import files


class LegalForm(models.TextChoices):
    PT = "pt", _("Limited company (PT)")
    SOLE_PT = "sole_pt", _("One-person company (PT Perorangan)")
    CV = "cv", _("Limited partnership (CV)")
    FIRM = "firm", _("Partnership (Firma)")
    COOPERATIVE = "cooperative", _("Cooperative")
    SOLE = "sole", _("Sole trader (UD)")
    FOUNDATION = "foundation", _("Foundation (Yayasan)")
    ASSOCIATION = "association", _("Association (Perkumpulan)")
    STATE = "state", _("State or regional company (BUMN, BUMD)")
    OTHER = "other", _("Other")


class SizeBand(models.TextChoices):
    """By workers, in the bands of Statistics Indonesia (BPS) for industry."""

    MICRO = "micro", _("1–4 workers")
    SMALL = "small", _("5–19 workers")
    MEDIUM = "medium", _("20–99 workers")
    LARGE = "large", _("100 workers or more")


class KbliEdition(models.TextChoices):
    KBLI_2020 = "2020", "KBLI 2020"
    KBLI_2025 = "2025", "KBLI 2025"


# Government regulation 5/2021: the business identification number has 13 digits. No public check digit is known.
nib_format = RegexValidator(r"^[0-9]{13}\Z", _("A NIB has 13 digits."))
# Divisions are 01 to 99. Which codes there are is not known here: only the form is checked.
kbli_format = RegexValidator(r"^(?!00)[0-9]{5}\Z", _("A KBLI code has 5 digits, such as 14111."))
website_format = URLValidator(schemes=["http", "https"])


class PartnerProfile(models.Model):
    """What a company says of itself. The name is the organisation's."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.PROTECT, related_name="partner_profile"
    )
    legal_form = models.CharField(_("legal form"), max_length=12, choices=LegalForm, blank=True)
    nib = models.CharField(_("NIB"), max_length=13, blank=True, validators=[nib_format])
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    kbli = models.CharField(_("KBLI code"), max_length=5, blank=True, validators=[kbli_format])
    kbli_edition = models.CharField(max_length=4, choices=KbliEdition, blank=True)
    size_band = models.CharField(_("size"), max_length=8, choices=SizeBand, blank=True)
    regency = models.ForeignKey(Regency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(_("address"), max_length=300, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True, validators=[website_format])
    about = models.TextField(_("about"), max_length=2000, blank=True)
    # What the person does whom centres should ask for, such as "HR manager". No name, no number.
    contact_role = models.CharField(max_length=100, blank=True)
    # The name of a file of ``kernel.files`` in the hub's folder, or empty.
    logo = models.CharField(max_length=files.NAME_LENGTH, blank=True)
    logo_width = models.PositiveSmallIntegerField(default=0)  # pixels
    logo_height = models.PositiveSmallIntegerField(default=0)
    # Shown on the public list, once the ministry has verified it.
    is_public = models.BooleanField(default=False)
    # What an owner typed and has not saved yet, by the form's field names, as it was typed.
    draft = models.JSONField(null=True, blank=True)
    draft_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partner_kbli_has_edition",
                condition=Q(kbli="", kbli_edition="") | (~Q(kbli="") & ~Q(kbli_edition="")),
            ),
            models.CheckConstraint(
                name="partner_draft_has_time",
                condition=Q(draft__isnull=True, draft_at__isnull=True) | Q(draft__isnull=False, draft_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Profile of {self.organisation_id}"


class VerificationState(models.TextChoices):
    """What became of one request to be verified. An expired one is VERIFIED with an end that has passed."""

    SUBMITTED = "submitted", _("Being checked")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")  # by the company, or because it changed its name or NIB meanwhile
    LAPSED = "lapsed", _("Lapsed")  # name or NIB are no longer those that were checked
    WITHDRAWN = "withdrawn", _("Withdrawn by the ministry")
    REPLACED = "replaced", _("Renewed")


class Standing(models.TextChoices):
    """Where a company stands now, as everybody reads it. It follows from its requests and from the time."""

    UNVERIFIED = "unverified", _("Not verified")
    SUBMITTED = "submitted", _("Being checked")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn by the ministry")
    EXPIRED = "expired", _("Expired")


# Decided by a person of the ministry: there is no such state without who and when.
DECIDED_STATES = (
    VerificationState.VERIFIED,
    VerificationState.REFUSED,
    VerificationState.LAPSED,
    VerificationState.WITHDRAWN,
    VerificationState.REPLACED,
)


class Verification(models.Model):
    """One request of a company to be verified, and what became of it. History: rows are never deleted.

    ``name`` and ``nib`` are what was checked, not what the company is called since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="verifications")
    state = models.CharField(max_length=12, choices=VerificationState, default=VerificationState.SUBMITTED)
    name = models.CharField(max_length=200)
    nib = models.CharField(max_length=13)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # Who took the ministry's word back; that it was given, and by whom, stays.
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Why it was refused or withdrawn: the company reads it.
    reason = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # When it came into its state.
    changed_at = models.DateTimeField()
    # When it ended other than by running out; its documents go some time later.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="submitted"), name="verification_asked_once"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="verified"), name="verification_verified_once"
            ),
            models.CheckConstraint(
                name="verification_decided_by_a_person",
                condition=~Q(state__in=DECIDED_STATES) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="verification_withdrawn_by_a_person",
                condition=~Q(state="withdrawn") | Q(ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="verification_verified_has_end", condition=~Q(state="verified") | Q(expires_at__isnull=False)
            ),
            models.CheckConstraint(
                name="verification_says_why", condition=~Q(state__in=["refused", "withdrawn"]) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="verification_ended_has_time",
                condition=Q(state__in=["submitted", "verified"], ended_at__isnull=True)
                | (~Q(state__in=["submitted", "verified"]) & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    def is_in_force(self, now: datetime) -> bool:
        return self.state == VerificationState.VERIFIED and self.expires_at is not None and now < self.expires_at

    def has_expired(self, now: datetime) -> bool:
        return self.state == VerificationState.VERIFIED and not self.is_in_force(now)


class EvidenceKind(models.TextChoices):
    NIB = "nib", _("NIB certificate")
    DEED = "deed", _("Deed of establishment or other legal document")
    OTHER = "other", _("Other document")


class Evidence(models.Model):
    """One document of a request: for the company's owners and those of the ministry who decide, for nobody else."""

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=8, choices=EvidenceKind)
    # The name of a file of ``kernel.files`` in the hub's folder.
    file = models.CharField(max_length=files.NAME_LENGTH, unique=True)
    size = models.PositiveIntegerField()  # bytes

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["verification", "kind"], name="evidence_once_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.verification_id}"


class JoinState(models.TextChoices):
    OPEN = "open", _("Waiting")
    ACCEPTED = "accepted", _("Invited")
    REFUSED = "refused", _("Refused")


class JoinRequest(models.Model):
    """A wish of a company to join, from somebody without an account. It goes after half a year in any case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=150)
    company = models.CharField(max_length=200)
    email = models.EmailField()
    message = models.CharField(max_length=1000, blank=True)
    # The wording that was agreed to (hub.accounts.consents, purpose "join_request"), and in which language.
    consent_version = models.PositiveSmallIntegerField()
    consent_language = models.CharField(max_length=2)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=JoinState, default=JoinState.OPEN)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint("email", condition=Q(state="open"), name="join_request_waits_once"),
            models.CheckConstraint(
                name="join_request_decided_by_a_person",
                condition=Q(state="open") | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.company
