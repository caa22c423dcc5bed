"""What a selected centre goes through: stages with requirements, a mentor and visits, and how mature it has become."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.validators import ArrayMinLengthValidator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import User
from hub.programmes import rulebook
from hub.programmes.models import Application
from kernel import files


class Mentorship(models.Model):
    """Who accompanies a centre through the programme now."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="mentorship"
    )
    mentor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mentor"], name="mentorship_of_mentor")]

    def __str__(self) -> str:
        return f"{self.mentor_id} with {self.application_id}"


class StageState(models.TextChoices):
    RUNNING = "running", _("Under way")
    PASSED = "passed", _("Completed")
    FAILED = "failed", _("Not completed")


class StageRecord(models.Model):
    """One stage of one centre. Two different people sign it off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="stages")
    number = models.PositiveSmallIntegerField()  # from 1
    state = models.CharField(max_length=7, choices=StageState, default=StageState.RUNNING)
    started_at = models.DateTimeField()
    first_signed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_signed_at = models.DateTimeField(null=True, blank=True)
    second_signed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    second_signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="stage_numbered"),
            models.CheckConstraint(
                name="stage_signed_by_two",
                condition=Q(second_signed_by__isnull=True)
                | Q(first_signed_by__isnull=False) & ~Q(first_signed_by=F("second_signed_by")),
            ),
            models.CheckConstraint(
                name="stage_passed_is_signed", condition=~Q(state="passed") | Q(second_signed_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Stage {self.number} of {self.application_id}"

    @property
    def rules(self) -> rulebook.Stage:
        rules = self.application.cohort.rules
        assert rules is not None  # constraint cohort_runs_by_rules
        return rules.content.stages[self.number - 1]

    @property
    def is_last(self) -> bool:
        rules = self.application.cohort.rules
        assert rules is not None
        return self.number == len(rules.content.stages)


class EvidenceState(models.TextChoices):
    SENT = "sent", _("To be looked at")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Sent back")


class StageEvidence(models.Model):
    """What a centre shows for one requirement of a stage."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stage = models.ForeignKey(StageRecord, on_delete=models.PROTECT, related_name="evidence")
    requirement = models.PositiveSmallIntegerField()  # its place in the stage's rules, from 0
    amount = models.PositiveIntegerField(default=1)  # sessions, batches or files; of an indicator its value
    text = models.TextField(max_length=2000, blank=True)
    # The name of a file of ``kernel.files`` in the hub's folder, or empty.
    file = models.CharField(max_length=files.NAME_LENGTH, blank=True)
    size = models.PositiveIntegerField(default=0)  # bytes
    state = models.CharField(max_length=8, choices=EvidenceState, default=EvidenceState.SENT)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["requirement", "sent_at", "id"]
        constraints = [
            models.CheckConstraint(name="stage_evidence_shows_something", condition=~Q(text="") | ~Q(file="")),
            models.CheckConstraint(
                name="stage_evidence_checked_by_a_person", condition=Q(state="sent") | Q(checked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence {self.requirement} of {self.stage_id}"


class Visit(models.Model):
    """A mentor was at the centre: when, what was seen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="visits")
    mentor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    stage_number = models.PositiveSmallIntegerField()
    visited_on = models.DateField()
    seen = models.TextField(max_length=4000)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-visited_on", "-noted_at"]

    def __str__(self) -> str:
        return f"Visit of {self.visited_on}"


MOST_PHOTOS = 6  # of a visit


class VisitPhoto(models.Model):
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="photos")
    # The name of a file of ``kernel.files`` in the hub's folder.
    file = models.CharField(max_length=files.NAME_LENGTH, unique=True)
    width = models.PositiveSmallIntegerField()  # pixels
    height = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Photo of {self.visit_id}"


class AgreedAction(models.Model):
    """What centre and mentor agreed on at a visit, and until when."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(max_length=500)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text


class Standard(models.TextChoices):
    """The eight standards of accreditation (see the glossary of the domain)."""

    COMPETENCE = "competence", _("Graduates' competence")
    PROGRAMME = "programme", _("Training programme")
    MATERIALS = "materials", _("Training materials")
    ASSESSMENT = "assessment", _("Assessment")
    STAFF = "staff", _("Instructors and staff")
    FACILITIES = "facilities", _("Facilities")
    GOVERNANCE = "governance", _("Governance")
    FINANCE = "finance", _("Finance")


class Moment(models.TextChoices):
    BEFORE = "before", _("Before")
    AFTER = "after", _("After")


MOST_LEVEL = 4  # 0: nothing there; 4: fully met


class MaturityAssessment(models.Model):
    """How far a centre meets each standard, before or after the programme."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="maturity")
    moment = models.CharField(max_length=6, choices=Moment)
    # One for each standard, in the order of ``Standard``: 0 to 4.
    levels = ArrayField(
        models.SmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(MOST_LEVEL)]),
        size=len(Standard),
        validators=[ArrayMinLengthValidator(len(Standard))],
    )
    note = models.TextField(max_length=4000, blank=True)
    assessed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()

    class Meta:
        ordering = ["application", "-moment"]
        constraints = [models.UniqueConstraint(fields=["application", "moment"], name="maturity_once")]

    def __str__(self) -> str:
        return f"{self.moment} of {self.application_id}"
