"""Centres that want a space: those that stand in no register apply, those that do claim theirs by a code."""

import uuid
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import User
from hub.centres.models import CODE_LENGTH, Centre
from hub.regions.models import Regency
from kernel import files
from kernel.encryption import EncryptedTextField

from . import clock

DRAFT_LASTS = timedelta(days=60)  # since it was last touched
ASKED_LASTS = timedelta(days=60)  # without an answer of the applicant
DECIDED_LASTS = timedelta(days=365)


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Waiting")
    TAKEN = "taken", _("Being checked")
    ASKED = "asked", _("Asked back")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")


# With the applicant, who can change it; with the ministry, whose clock runs; over.
EDITABLE_STATES = (ApplicationState.DRAFT, ApplicationState.ASKED)
OPEN_STATES = (ApplicationState.SENT, ApplicationState.TAKEN)
DECIDED_STATES = (ApplicationState.APPROVED, ApplicationState.REJECTED)


class Application(models.Model):
    """A centre's wish for a space. Until it is sent nobody but who has its link sees it.

    What was typed and what it says of people is sealed; the columns beside it describe an institution, for lists.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What applicant and official call it on the phone.
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    state = models.CharField(max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT)
    # JSON: step → field → what was typed.
    typed = EncryptedTextField()
    # What was sent last, as ``facts.Facts`` writes it.
    facts = EncryptedTextField(null=True, blank=True)
    name = models.CharField(max_length=200, blank=True)
    foundation = models.CharField(max_length=200, blank=True)
    regency = models.ForeignKey(Regency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    village = models.CharField(max_length=100, blank=True)
    vin = models.CharField(max_length=40, blank=True)
    is_demo = models.BooleanField(default=False)
    # The wording that was agreed to (hub.accounts.consents, purpose "centre_application"), and in which language.
    consent_version = models.PositiveSmallIntegerField(null=True, blank=True)
    consent_language = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # for the first time
    # Until when the ministry owes an answer; stands still while it is asked back.
    due_on = models.DateField(null=True, blank=True)
    taken_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # Why it was rejected: the applicant reads it.
    reason = models.CharField(max_length=1000, blank=True)
    # The centre that it has become, or that it was all along.
    centre = models.ForeignKey(Centre, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # When all of it goes; None while the ministry owes an answer.
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="application_sent_is_whole",
                condition=Q(state="draft")
                | Q(
                    facts__isnull=False,
                    regency__isnull=False,
                    sent_at__isnull=False,
                    due_on__isnull=False,
                    consent_version__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="application_taken_by_a_person", condition=~Q(state="taken") | Q(taken_by__isnull=False)
            ),
            models.CheckConstraint(
                name="application_decided_by_a_person",
                condition=~Q(state__in=DECIDED_STATES) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_rejected_says_why", condition=~Q(state="rejected") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="application_approved_has_centre",
                condition=Q(state="approved", centre__isnull=False) | (~Q(state="approved") & Q(centre__isnull=True)),
            ),
            models.CheckConstraint(
                name="application_goes_unless_owed",
                condition=Q(state__in=OPEN_STATES, expires_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(expires_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["centre"], name="application_one_for_a_centre"),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE_STATES

    @property
    def is_open(self) -> bool:
        """Whether the ministry owes an answer."""
        return self.state in OPEN_STATES

    @property
    def was_sent(self) -> bool:
        return self.state != ApplicationState.DRAFT

    def standing(self, today: date) -> clock.Standing | None:
        """How it stands with the ministry's promise; None while it owes nothing."""
        return clock.standing(self.due_on, today) if self.is_open and self.due_on else None


class Link(models.Model):
    """A way to one application for whoever has no account. Each mail carries its own; only hashes are kept."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"to {self.application_id}"


class MomentKind(models.TextChoices):
    BEGUN = "begun", _("Begun")
    SENT = "sent", _("Sent")
    TAKEN = "taken", _("Being checked")
    HANDED_BACK = "handed_back", _("Waits for an official")
    ASKED = "asked", _("Asked back")
    SENT_AGAIN = "sent_again", _("Sent again")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")


class Moment(models.Model):
    """Something that happened to an application. ``by`` is None where its applicant did it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="moments")
    kind = models.CharField(max_length=12, choices=MomentKind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)
    # Asked back: remark by the name of a fact or paper. Sent again: their names with an empty text, as changed.
    about = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.application_id}"


class PaperKind(models.TextChoices):
    LICENCE = "paper_licence", _("Licence or permit")
    DEED = "paper_deed", _("Deed of the foundation")
    PHOTO = "paper_photo", _("Photo of the workshop")
    OTHER = "paper_other", _("Other document")


class Paper(models.Model):
    """One document of an application: for its applicant and the officials who may decide, for nobody else."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=14, choices=PaperKind)
    # The name of a file of ``kernel.files`` in the hub's folder.
    file = models.CharField(max_length=files.NAME_LENGTH, unique=True)
    size = models.PositiveIntegerField()  # bytes
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["application", "kind"], name="paper_once_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.application_id}"


class ClaimCode(models.Model):
    """A code by which a registered centre claims its space, once. Only its keyed hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    # Replaced by a newer one, or taken back.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre"], condition=Q(used_at=None, ended_at=None), name="claim_code_open_once"
            ),
            models.CheckConstraint(
                name="claim_code_ends_once", condition=Q(used_at__isnull=True) | Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"for {self.centre_id}"

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and self.ended_at is None and now < self.expires_at
