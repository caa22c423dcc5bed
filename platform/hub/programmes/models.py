"""A programme, its intakes (cohorts), the rules of each, and the centres that take part."""

import hashlib
import uuid
from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import User
from hub.centres.models import Centre
from kernel import files

from . import rulebook


class TargetGroup(models.TextChoices):
    """Whom a programme is meant for first."""

    WOMEN = "women", _("Women")
    YOUTH = "youth", _("Young people")
    DISABILITY = "disability", _("People with a disability")
    POVERTY = "poverty", _("Poor households")
    MIGRANTS = "migrants", _("Former migrant workers")
    REMOTE = "remote", _("Remote and lagging regions")


class Programme(models.Model):
    """A programme of empowerment (program pemberdayaan): who pays for it, what for, and for how long."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150, unique=True)
    funder = models.CharField(_("funder"), max_length=200)
    aims = models.TextField(_("aims"), max_length=4000)
    target_groups = ArrayField(models.CharField(max_length=12, choices=TargetGroup), default=list, blank=True)
    budget = models.BigIntegerField(_("budget"), null=True, blank=True, validators=[MinValueValidator(0)])  # rupiah
    starts_on = models.DateField(_("begins on"))
    ends_on = models.DateField(_("ends on"))
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                name="programme_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def target_group_names(self) -> list[str]:
        return [str(TargetGroup(one).label) for one in self.target_groups]


class CohortState(models.TextChoices):
    DRAFT = "draft", _("In preparation")  # its rules are being written
    OPEN = "open", _("Applications open")
    SELECTING = "selecting", _("Selection")
    TRANSFORMING = "transforming", _("Transformation")
    CLOSED = "closed", _("Closed")


class Cohort(models.Model):
    """One intake of a programme."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField(_("name"), max_length=150)
    state = models.CharField(max_length=12, choices=CohortState, default=CohortState.DRAFT)
    opens_on = models.DateField(_("applications from"))
    closes_on = models.DateField(_("applications until"))  # the last day
    # The rules as they are being written: ``rulebook.to_json``. What counts is ``rules``.
    design = models.JSONField()
    rules = models.ForeignKey("RuleVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opens_on", "name"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="cohort_once"),
            models.CheckConstraint(
                name="cohort_closes_after_opening",
                condition=Q(closes_on__gte=F("opens_on")),
                violation_error_message=_("Applications cannot end before they begin."),
            ),
            models.CheckConstraint(name="cohort_runs_by_rules", condition=Q(state="draft") | Q(rules__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def draft(self) -> rulebook.Rules:
        """The rules as they are being written."""
        return rulebook.from_json(self.design)


class RuleVersion(models.Model):
    """Published rules. Never changed: a trigger refuses it (migrations/0002)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of the document, in hexadecimal
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["cohort", "number"], name="rules_numbered")]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @cached_property
    def content(self) -> rulebook.Rules:
        return rulebook.from_json(self.document)


class Standing(models.TextChoices):
    """Where a centre stands in an intake."""

    ELIGIBLE = "eligible", _("May apply")
    APPLIED = "applied", _("In selection")
    WAITING = "waiting", _("On the waiting list")
    SELECTED = "selected", _("In transformation")
    COMPLETED = "completed", _("Completed")
    OUT = "out", _("No longer taking part")


class Exit(models.TextChoices):
    """Why a centre no longer takes part; the fixed list, beside which a text may say more."""

    NOT_APPLIED = "not_applied", _("Did not apply in time")
    BELOW_MARK = "below_mark", _("Below the pass mark")
    NO_SEAT = "no_seat", _("Passed, but no place was left")
    NO_STAFF = "no_staff", _("Withdrew: not enough instructors or staff")
    NO_MEANS = "no_means", _("Withdrew: rooms, machines or money are missing")
    NEW_HEAD = "new_head", _("Withdrew: the head or the foundation changed")
    OTHER_PLANS = "other_plans", _("Withdrew: other plans")
    FALSE_CLAIM = "false_claim", _("Expelled: statements were not true")
    ABSENT = "absent", _("Expelled: did not take part")
    MISUSE = "misuse", _("Expelled: misuse of money or equipment")
    STAGE_FAILED = "stage_failed", _("Did not meet a stage's requirements")


WITHDRAWALS = (Exit.NO_STAFF, Exit.NO_MEANS, Exit.NEW_HEAD, Exit.OTHER_PLANS)
EXPULSIONS = (Exit.FALSE_CLAIM, Exit.ABSENT, Exit.MISUSE)


def draw_lot(cohort_id: uuid.UUID, centre_id: uuid.UUID) -> int:
    """The lot that decides between equals: fixed by the two ids, so anybody can draw it again. 0 to 2**63 - 1."""
    return int.from_bytes(hashlib.sha256(cohort_id.bytes + centre_id.bytes).digest()[:8], "big") >> 1


class Application(models.Model):
    """A centre in an intake, from being eligible on. What it was when it applied stays, whatever it becomes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="applications")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="applications")
    standing = models.CharField(max_length=9, choices=Standing, default=Standing.ELIGIBLE)
    # The last round passed, the last stage passed.
    round_number = models.PositiveSmallIntegerField(default=0)
    stage_number = models.PositiveSmallIntegerField(default=0)
    waiting_position = models.PositiveIntegerField(null=True, blank=True)  # 1 moves up first
    lot = models.BigIntegerField()
    # As they were when it was found eligible, and again when it applied: by these it is counted and ranked.
    province = models.CharField(max_length=2)
    fields = ArrayField(models.CharField(max_length=50), default=list)
    is_women_led = models.BooleanField(null=True, blank=True)
    # What the centre writes: why, and what for. Kept as typed until it is sent.
    motivation = models.TextField(max_length=4000, blank=True)
    plan = models.TextField(max_length=4000, blank=True)
    partners = models.TextField(max_length=2000, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    exit = models.CharField(max_length=12, choices=Exit, blank=True)
    exit_note = models.CharField(max_length=500, blank=True)
    exited_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["centre__name", "id"]
        indexes = [models.Index(fields=["cohort", "standing"], name="application_of_cohort")]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "centre"], name="application_once"),
            models.CheckConstraint(
                name="application_out_has_reason",
                condition=Q(standing="out", exited_at__isnull=False) & ~Q(exit="")
                | ~Q(standing="out") & Q(exit="", exited_at__isnull=True),
            ),
            models.CheckConstraint(
                name="application_waits_in_line",
                condition=Q(standing="waiting", waiting_position__isnull=False)
                | ~Q(standing="waiting") & Q(waiting_position__isnull=True),
            ),
            models.CheckConstraint(
                name="application_was_sent",
                condition=Q(standing__in=["eligible", "out"]) | Q(submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id} in {self.cohort_id}"


class Attachment(models.Model):
    """A document of an application: for its centre, its assessors and those of the ministry who run the programme."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField(max_length=150)
    # The name of a file of ``kernel.files`` in the hub's folder.
    file = models.CharField(max_length=files.NAME_LENGTH, unique=True)
    size = models.PositiveIntegerField()  # bytes
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


# How far a centre has come, as one number that only grows: see ``Passage``.
ELIGIBLE, APPLIED, SELECTED, COMPLETED = 0, 1, 200, 400
MOST_STEP = COMPLETED


def round_passed(number: int) -> int:
    """The step of having passed a round of selection."""
    return 100 + number


def stage_passed(number: int) -> int:
    """The step of having passed a stage of transformation."""
    return 300 + number


class Passage(models.Model):
    """When a centre reached a step of the way: what the funnel counts."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="passages")
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["step"]
        constraints = [models.UniqueConstraint(fields=["application", "step"], name="passage_once")]

    def __str__(self) -> str:
        return f"{self.step} of {self.application_id}"
