"""Reading the transformation: a mentor's centres, the stage board, one centre's way through a stage."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)  # fmt: skip
from django.db.models.functions import Cast, Coalesce

from hub.accounts.models import Membership, User
from hub.accounts.queries import ministry_roles, provinces_of
from hub.accounts.roles import Role
from hub.programmes import rulebook
from hub.programmes.models import Application, Cohort, CohortState, Standing
from hub.programmes.queries import MANAGERS, READERS
from kernel.errors import NotVisible

from .models import (
    AgreedAction,
    EvidenceState,
    MaturityAssessment,
    Mentorship,
    StageEvidence,
    StageRecord,
    StageState,
    Standard,
    Visit,
    VisitPhoto,
)  # fmt: skip

# A mentor is at each of their centres at least this often; after that a visit is due.
VISIT_WITHIN = timedelta(days=30)


def mentors() -> QuerySet[User]:
    """People who hold the role of a mentor now, by name."""
    holders = Membership.objects.filter(role=Role.MENTOR, revoked_at=None).values("user_id")
    return User.objects.filter(pk__in=holders, is_active=True).order_by("name", "pk")


def in_transformation() -> QuerySet[Application]:
    """Centres that were selected, whatever became of them since."""
    return Application.objects.exclude(stages=None).select_related(
        "cohort__programme", "cohort__rules", "centre__regency__province", "mentorship__mentor"
    )


def accompanied(user: User, *, today: date) -> QuerySet[Application]:
    """A mentor's own centres, those under way first, with their stages, evidence and what waits: three statements.

    Raises NotVisible.
    """
    if Role.MENTOR not in ministry_roles(user):
        raise NotVisible
    found = with_matters(in_transformation().filter(mentorship__mentor=user).distinct(), today=today)
    return found.prefetch_related(_with_evidence()).order_by("-standing", "centre__name", "pk")


def with_matters(found: QuerySet[Application], *, today: date) -> QuerySet[Application]:
    """Each application with what waits, while its centre takes part: ``to_check`` (evidence), ``overdue`` (agreed
    actions), ``last_visit`` (day or None) and ``visit_due``."""
    running = Q(stage__state=StageState.RUNNING, stage__application__standing=Standing.SELECTED)
    sent = StageEvidence.objects.filter(running, stage__application=OuterRef("pk"), state=EvidenceState.SENT)
    late = AgreedAction.objects.filter(
        visit__application=OuterRef("pk"),
        visit__application__standing=Standing.SELECTED,
        done_at=None,
        due_on__lt=today,
    )
    last = Visit.objects.filter(application=OuterRef("pk"))
    begun = StageRecord.objects.filter(application=OuterRef("pk"))
    seen = Coalesce(F("last_visit"), Cast(_alone(begun, "application", Min("started_at")), DateField()))
    due = Q(standing=Standing.SELECTED, seen_on__lt=today - VISIT_WITHIN)
    return found.annotate(
        to_check=_counted(sent, "stage__application"),
        overdue=_counted(late, "visit__application"),
        last_visit=_alone(last, "application", Max("visited_on")),
        seen_on=seen,
        visit_due=ExpressionWrapper(due, output_field=BooleanField()),
    )


def _alone(rows: QuerySet, of: str, what: Count | Max | Min) -> Subquery:
    return Subquery(rows.order_by().values(of).annotate(only=what).values("only"))


def _counted(rows: QuerySet, of: str) -> Coalesce:
    return Coalesce(_alone(rows, of, Count("pk")), 0, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody of the ministry may do with a centre in transformation."""

    application: Application
    is_mentor: bool
    manages: bool

    @property
    def may_write(self) -> bool:
        """Note visits, check evidence, assess maturity, sign."""
        return self.is_mentor or self.manages


def door(user: User, application_id: uuid.UUID) -> Access:
    """One centre in transformation: for its mentor, for who runs programmes, and to read for its province's officers.

    Raises NotVisible.
    """
    roles = ministry_roles(user) if user.is_authenticated else frozenset()
    one = in_transformation().filter(pk=application_id).distinct().first()
    if one is None:
        raise NotVisible
    mentorship = getattr(one, "mentorship", None)
    is_mentor = Role.MENTOR in roles and mentorship is not None and mentorship.mentor_id == user.pk
    manages = bool(roles & MANAGERS)
    if is_mentor or manages:
        return Access(one, is_mentor, manages)
    provinces = provinces_of(user, READERS) if roles & READERS else frozenset()
    if provinces is not None and one.province not in provinces:
        raise NotVisible
    return Access(one, is_mentor=False, manages=False)


# ---------------------------------------------------------------- one centre


@dataclass(frozen=True)
class Progress:
    """How far one requirement of a stage is met: ``reached`` of ``least``, as accepted."""

    place: int
    requirement: rulebook.Requirement
    reached: int
    evidence: tuple[StageEvidence, ...]

    @property
    def is_met(self) -> bool:
        return self.reached >= self.requirement.least

    @property
    def percent(self) -> int:
        """How much of it is met, 0 to 100."""
        return min(100, self.reached * 100 // self.requirement.least) if self.requirement.least else 100

    @property
    def waiting(self) -> int:
        """Pieces of evidence that nobody has looked at yet."""
        return sum(one.state == EvidenceState.SENT for one in self.evidence)

    @property
    def to_mend(self) -> StageEvidence | None:
        """The evidence that was sent back, while nothing newer was sent and the requirement is not met."""
        last = max(self.evidence, key=lambda one: (one.sent_at, one.pk), default=None)
        return last if last and last.state == EvidenceState.RETURNED and not self.is_met else None


def stages(application: Application) -> QuerySet[StageRecord]:
    """The stages that a centre has begun, with their evidence and signatures: two statements."""
    return application.stages.select_related(
        "application__cohort__rules", "first_signed_by", "second_signed_by"
    ).prefetch_related(Prefetch("evidence", StageEvidence.objects.select_related("sent_by", "checked_by")))


def progress(stage: StageRecord) -> list[Progress]:
    """Each requirement of a stage and how far it is met. Of an indicator the highest accepted value counts."""
    evidence = list(stage.evidence.all())
    found = []
    for place, requirement in enumerate(stage.rules.requirements):
        own = tuple(one for one in evidence if one.requirement == place)
        amounts = [one.amount for one in own if one.state == EvidenceState.ACCEPTED]
        is_value = requirement.kind == rulebook.RequirementKind.INDICATOR
        reached = max(amounts, default=0) if is_value else sum(amounts)
        found.append(Progress(place, requirement, reached, own))
    return found


def visits(application: Application) -> QuerySet[Visit]:
    """What mentors saw, newest first, with photos and agreed actions: three statements."""
    return application.visits.select_related("mentor").prefetch_related("photos", "actions")


def visit_of(application: Application, visit_id: uuid.UUID) -> Visit:
    """Raises NotVisible."""
    return _only(application.visits.filter(pk=visit_id))


def action_of(application: Application, action_id: int) -> AgreedAction:
    """Raises NotVisible."""
    return _only(AgreedAction.objects.filter(visit__application=application, pk=action_id))


def stage_of(application: Application, number: int) -> StageRecord:
    """Raises NotVisible."""
    return _only(stages(application).filter(number=number))


def evidence_of(application: Application, evidence_id: uuid.UUID) -> StageEvidence:
    """Raises NotVisible."""
    return _only(StageEvidence.objects.filter(stage__application=application, pk=evidence_id).select_related("stage"))


def evidence_file(application: Application, name: str) -> StageEvidence:
    """The evidence of this centre that this file belongs to. Raises NotVisible."""
    return _only(StageEvidence.objects.filter(stage__application=application, file=name).exclude(file=""))


def photo_file(application: Application, name: str) -> VisitPhoto:
    """The photo of a visit to this centre that this file is. Raises NotVisible."""
    return _only(VisitPhoto.objects.filter(visit__application=application, file=name))


Row = TypeVar("Row", bound=Model)


def _only(rows: QuerySet[Row]) -> Row:
    found = rows.first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class Maturity:
    """One standard, before and after the programme: 0 to 4, None where it was not assessed."""

    standard: Standard
    before: int | None
    after: int | None


def maturity(assessments: Sequence[MaturityAssessment]) -> list[Maturity]:
    """The eight standards with their levels before and after."""
    by_moment = {one.moment: one.levels for one in assessments}
    before, after = by_moment.get("before"), by_moment.get("after")
    return [
        Maturity(standard, before[place] if before else None, after[place] if after else None)
        for place, standard in enumerate(Standard)
    ]


# ---------------------------------------------------------------- a centre's own


def own(centre_id: uuid.UUID, *, today: date) -> list[Application]:
    """Where a centre is or was in transformation, the newest intake first, with its stages and evidence and how many
    agreed actions are late: one statement for a centre that never was, three for others."""
    found = Application.objects.filter(centre_id=centre_id, standing__in=[Standing.SELECTED, Standing.COMPLETED])
    found = found.exclude(stages=None).distinct().select_related("cohort__programme", "cohort__rules")
    found = with_matters(found, today=today).order_by("-cohort__opens_on", "pk")
    return list(found.prefetch_related(_with_evidence()))


def own_transformation(centre_id: uuid.UUID, application_id: uuid.UUID) -> Application:
    """A centre's own application that has come to transformation. Raises NotVisible for anybody else's."""
    found = in_transformation().filter(pk=application_id, centre_id=centre_id).distinct().first()
    if found is None:
        raise NotVisible
    return found


def is_running(stage: StageRecord) -> bool:
    """Whether a centre is in this stage now; one that has left is in none, however it left."""
    return stage.state == StageState.RUNNING and stage.application.standing == Standing.SELECTED


def running(application: Application) -> StageRecord | None:
    """The stage that a centre is in, from its stages as read; None once it has completed or left."""
    return next((one for one in application.stages.all() if is_running(one)), None)


def _with_evidence() -> Prefetch:
    return Prefetch("stages", StageRecord.objects.prefetch_related("evidence"))


# ---------------------------------------------------------------- the stage board


def board(cohort: Cohort, user: User | None = None, *, today: date) -> QuerySet[Application]:
    """The centres of an intake that were selected, with their stages, evidence and what waits, by name: three
    statements. Before transformation begins they have no stages yet."""
    begun = StageRecord.objects.values("application")
    selected = Q(standing__in=[Standing.SELECTED, Standing.COMPLETED]) | Q(pk__in=begun)
    found = cohort.applications.filter(selected).select_related(
        "cohort__rules", "centre__regency__province", "mentorship__mentor"
    )
    provinces = provinces_of(user, READERS) if user else None
    if provinces is not None:
        found = found.filter(province__in=provinces)
    return with_matters(found, today=today).prefetch_related(_with_evidence()).order_by("centre__name", "pk")


def overdue(application: Application, *, today: date) -> int:
    """How many agreed actions are past their day and not done."""
    return AgreedAction.objects.filter(visit__application=application, done_at=None, due_on__lt=today).count()


def without_mentor(cohort: Cohort) -> QuerySet[Application]:
    """Centres that were selected and that nobody accompanies yet."""
    accompanied_now = Mentorship.objects.values("application_id")
    found = cohort.applications.filter(standing=Standing.SELECTED).exclude(pk__in=accompanied_now)
    return found.select_related("centre__regency__province").order_by("centre__name", "pk")


def still_open(cohort: Cohort) -> QuerySet[Application]:
    """Centres that have neither completed nor left: an intake is closed when there is none."""
    found = cohort.applications.filter(standing__in=[Standing.SELECTED, Standing.WAITING])
    return found.select_related("centre__regency__province", "mentorship__mentor").order_by("centre__name", "pk")


# ---------------------------------------------------------------- what waits, for the overview


def half_signed(user: User) -> list[uuid.UUID]:
    """The intakes of stages that wait for a second signature that this manager of programmes may give, one for each
    stage: one statement."""
    found = StageRecord.objects.filter(
        state=StageState.RUNNING, application__standing=Standing.SELECTED, first_signed_by__isnull=False
    )
    return list(found.exclude(first_signed_by=user).order_by("pk").values_list("application__cohort_id", flat=True))


def nobody_accompanies() -> list[Cohort]:
    """Intakes in transformation in which centres have no mentor, each with how many (``alone``): one statement."""
    alone = Count("applications", filter=Q(applications__standing=Standing.SELECTED, applications__mentorship=None))
    found = Cohort.objects.filter(state=CohortState.TRANSFORMING).annotate(alone=alone)
    return list(found.filter(alone__gt=0).order_by("-opens_on", "name"))
