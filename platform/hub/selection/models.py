"""Rounds of selection: who scores what, what came of it, and who disagrees."""

import uuid
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import User
from hub.programmes import rulebook
from hub.programmes.models import Application, Cohort
from hub.regions import zones


class Assessor(models.Model):
    """What is known of a person who assesses, so that nobody scores a centre that is their own business."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="assessor")
    province = models.CharField(max_length=2)  # where the person lives or works
    foundation = models.CharField(max_length=200, blank=True)  # that the person belongs to
    is_available = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Assessor {self.user_id}"


class RoundState(models.TextChoices):
    SCORING = "scoring", _("Being scored")
    RANKED = "ranked", _("For the decision meeting")
    PUBLISHED = "published", _("Published")


class Round(models.Model):
    """One round of an intake, under way or over. Its rules are those that the intake runs by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()  # from 1
    state = models.CharField(max_length=9, choices=RoundState, default=RoundState.SCORING)
    opened_at = models.DateTimeField()
    ranked_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="round_numbered"),
            models.CheckConstraint(
                name="round_published_has_time",
                condition=Q(state="published", published_at__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Round {self.number} of {self.cohort_id}"

    @property
    def rules(self) -> rulebook.Round:
        assert self.cohort.rules is not None  # constraint cohort_runs_by_rules
        return self.cohort.rules.content.rounds[self.number - 1]

    @property
    def is_last(self) -> bool:
        assert self.cohort.rules is not None
        return self.number == len(self.cohort.rules.content.rounds)

    @property
    def appeals_until(self) -> date | None:
        """The last day to file an appeal, in the capital; None while nothing is published."""
        if self.published_at is None:
            return None
        return zones.today(self.published_at) + timedelta(days=self.rules.appeal_days)


class AssessmentState(models.TextChoices):
    ASSIGNED = "assigned", _("To be scored")
    SUBMITTED = "submitted", _("Scored")
    RECUSED = "recused", _("Declined for conflict of interest")


class Assessment(models.Model):
    """One assessor's scores of one application in one round. After publication a trigger refuses any change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assessments")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assessments")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=AssessmentState, default=AssessmentState.ASSIGNED)
    # Asked because the first two differed too much.
    is_third = models.BooleanField(default=False)
    # One for each criterion of the rubric, in its order; None: not scored yet.
    points = ArrayField(models.SmallIntegerField(null=True), default=list)
    # Thousandths of the whole rubric: 0 to 100,000.
    total = models.IntegerField(null=True, blank=True)
    # {the criterion's place from 0, as text: why so many points}
    notes = models.JSONField(default=dict, blank=True)
    comment = models.TextField(max_length=4000, blank=True)
    recusal = models.CharField(max_length=500, blank=True)
    assigned_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["assigned_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "application", "assessor"], name="assessment_once"),
            models.CheckConstraint(
                name="assessment_submitted_is_whole",
                condition=~Q(state="submitted") | Q(total__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(name="assessment_recused_says_why", condition=~Q(state="recused") | ~Q(recusal="")),
        ]
        indexes = [models.Index(fields=["assessor", "state"], name="assessment_of_assessor")]

    def __str__(self) -> str:
        return f"{self.application_id} by {self.assessor_id}"

    @property
    def is_begun(self) -> bool:
        """Whether there is a draft."""
        return any(points is not None for points in self.points) or bool(self.comment)


class Outcome(models.TextChoices):
    PASSED = "passed", _("Passed")
    WAITING = "waiting", _("On the waiting list")
    NO_SEAT = "no_seat", _("Passed, but no place was left")
    BELOW_MARK = "below_mark", _("Below the pass mark")


class Result(models.Model):
    """What a round gave one application. Seen by its centre once published; then only an appeal changes it."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="results")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="results")
    rank = models.PositiveIntegerField()  # 1 is best
    score = models.IntegerField()  # thousandths, the middle of the assessors' totals
    spread = models.IntegerField()  # the highest total less the lowest, thousandths
    outcome = models.CharField(max_length=10, choices=Outcome)
    # Passed thanks to places that are kept for a group.
    by_quota = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["round", "application"], name="result_once"),
            models.UniqueConstraint(fields=["round", "rank"], name="result_ranked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} in {self.round_id}"


class AppealState(models.TextChoices):
    FILED = "filed", _("Being looked at")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")


class Appeal(models.Model):
    """A centre disagrees with its result; somebody of the ministry answers, with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(max_length=4000)
    state = models.CharField(max_length=8, choices=AppealState, default=AppealState.FILED)
    filed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    former_score = models.IntegerField()  # what was published, thousandths
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["filed_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="appeal_decided_with_reason",
                condition=Q(state="filed", decided_at__isnull=True)
                | ~Q(state="filed") & Q(decided_at__isnull=False) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal against {self.result_id}"
