"""Reading rounds: an assessor's own work, the decision meeting's table, a centre's own results."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hub.accounts.models import Membership, User
from hub.accounts.roles import Role
from hub.programmes import rulebook
from hub.programmes.models import Application, Attachment, Cohort, CohortState, Standing
from hub.programmes.queries import MANAGERS, require
from hub.regions import zones
from kernel.errors import NotVisible

from .assigning import Case, Judge, foundation_key, is_in_conflict
from .models import Appeal, AppealState, Assessment, AssessmentState, Assessor, Result, Round, RoundState


def rounds(cohort: Cohort) -> QuerySet[Round]:
    """The rounds of an intake that have begun, each with how many assessments it has and lacks."""
    asked = ~Q(assessments__state=AssessmentState.RECUSED)
    return cohort.rounds.select_related("cohort__rules", "cohort__programme").annotate(
        asked=Count("assessments", filter=asked),
        scored=Count("assessments", filter=Q(assessments__state=AssessmentState.SUBMITTED)),
    )


def last_round(cohort: Cohort) -> Round | None:
    """The round that was opened last, if any."""
    return cohort.rounds.select_related("cohort__rules").order_by("-number").first()


def scored_of(round_: Round) -> tuple[int, int]:
    """How many assessments of a round have been handed in, and how many were asked for."""
    row = round_.assessments.exclude(state=AssessmentState.RECUSED).aggregate(
        scored=Count("pk", filter=Q(state=AssessmentState.SUBMITTED)), asked=Count("pk")
    )
    return row["scored"], row["asked"]


def round_of(cohort_id: uuid.UUID, number: int) -> Round:
    """One round with its intake and rules. Raises NotVisible."""
    found = Round.objects.select_related("cohort__rules", "cohort__programme")
    one = found.filter(cohort=cohort_id, number=number).first()
    if one is None:
        raise NotVisible
    return one


def candidates(round_: Round) -> QuerySet[Application]:
    """The applications that are in this round."""
    return round_.cohort.applications.filter(standing=Standing.APPLIED, round_number=round_.number - 1)


# ---------------------------------------------------------------- assessors


def assessors() -> QuerySet[User]:
    """People who assess now, by name; ``assessor`` holds what is known of their conflicts, if anything."""
    holders = Membership.objects.filter(role=Role.ASSESSOR, revoked_at=None).values("user_id")
    return User.objects.filter(pk__in=holders, is_active=True).select_related("assessor").order_by("name", "pk")


def workload() -> QuerySet[User]:
    """People who assess, each with how many applications wait for them (``open_now``) and how many they scored."""
    waits = Q(state=AssessmentState.ASSIGNED, round__state=RoundState.SCORING)
    return assessors().annotate(open_now=_count(waits), scored=_count(Q(state=AssessmentState.SUBMITTED)))


def _count(which: Q) -> Coalesce:
    own = Assessment.objects.filter(which, assessor=OuterRef("pk")).order_by().values("assessor")
    return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)


def assessor(user_id: uuid.UUID) -> User:
    """One person who assesses. Raises NotVisible for anybody else."""
    found = assessors().filter(pk=user_id).first()
    if found is None:
        raise NotVisible
    return found


def judges() -> list[Judge]:
    """Everybody who can be asked: those who hold the role, are available, and whose conflicts are known."""
    known = list(Assessor.objects.filter(user__in=assessors().values("pk"), is_available=True).order_by("pk"))
    staff: dict[uuid.UUID, set[uuid.UUID]] = {}
    held = Membership.objects.filter(user__in=[one.pk for one in known]).exclude(centre=None)
    for user_id, centre_id in held.values_list("user_id", "centre_id"):
        staff.setdefault(user_id, set()).add(centre_id)
    return [_judge(one, staff.get(one.pk, ())) for one in known]


def _judge(one: Assessor, centres: Iterable[uuid.UUID]) -> Judge:
    return Judge(one.pk, one.province, foundation_key(one.foundation), frozenset(centres))


def loads(round_: Round) -> dict[uuid.UUID, int]:
    """How many applications each assessor has in this round."""
    asked = round_.assessments.exclude(state=AssessmentState.RECUSED).order_by()
    return dict(asked.values_list("assessor_id").annotate(n=Count("pk")))


def mine(user: User) -> QuerySet[Assessment]:
    """What an assessor scores in rounds that are not over. Never what a conflict of interest keeps from them."""
    return (
        Assessment.objects.filter(assessor=user, round__state=RoundState.SCORING)
        .exclude(state=AssessmentState.RECUSED)
        .exclude(application__in=_kept_from(user))
        .select_related("round__cohort__rules", "round__cohort__programme", "application__centre__regency__province")
        .order_by("state", "round__cohort__name", "application__centre__name", "pk")
    )


def is_known(user: User) -> bool:
    """Whether the person's conflicts of interest are known: without that they are never asked."""
    return Assessor.objects.filter(pk=user.pk).exists()


def waiting_for(user: User) -> int:
    """How many applications wait for this assessor's scores."""
    return mine(user).filter(state=AssessmentState.ASSIGNED).count()


def _kept_from(user: User) -> QuerySet[Application]:
    """Applications that the person has since come into conflict with: moved, or taken on at a centre."""
    conflict = Q(pk__in=[])
    known = Assessor.objects.filter(pk=user.pk).first()
    if known is not None:
        conflict |= Q(province=known.province)
        if known.foundation:
            conflict |= Q(pk__in=_of_foundation(user, foundation_key(known.foundation)))
    staff = [held.centre_id for held in user.held if held.centre_id]
    if staff:
        conflict |= Q(centre__in=staff)
    return Application.objects.filter(conflict)


def _of_foundation(user: User, key: str) -> list[uuid.UUID]:
    """What the person was asked to score, and is of a foundation that is spelt somehow like theirs."""
    asked = Assessment.objects.filter(assessor=user).values_list("application_id", "application__centre__foundation")
    return [pk for pk, foundation in asked if foundation_key(foundation) == key]


def my_assessment(user: User, assessment_id: uuid.UUID) -> Assessment:
    """The door of one application for its assessor. Raises NotVisible: for others', declined ones, and conflicts."""
    if not (user.is_authenticated and any(held.role == Role.ASSESSOR for held in user.held)):
        raise NotVisible
    found = Assessment.objects.filter(pk=assessment_id, assessor=user).exclude(state=AssessmentState.RECUSED)
    one = found.select_related(
        "round__cohort__rules", "round__cohort__programme", "application__centre__regency__province"
    ).first()
    known = Assessor.objects.filter(pk=user.pk).first()
    if one is None or known is None:
        raise NotVisible
    judge = _judge(known, {held.centre_id for held in user.held if held.centre_id})
    if is_in_conflict(judge, case_of(one.application)):
        raise NotVisible
    return one


def my_attachment(user: User, assessment_id: uuid.UUID, attachment_id: int) -> tuple[Assessment, Attachment]:
    """A document of an application, for its assessor, through the same door. Raises NotVisible."""
    one = my_assessment(user, assessment_id)
    paper = Attachment.objects.filter(application=one.application_id, pk=attachment_id).first()
    if paper is None:
        raise NotVisible
    return one, paper


def case_of(application: Application, *, needs: int = 0, asked: Iterable[uuid.UUID] = ()) -> Case:
    """An application, with its centre read, as conflicts and shares look at it."""
    return Case(
        application.pk, application.centre_id, application.province, foundation_key(application.centre.foundation),
        application.lot, needs, frozenset(asked),
    )  # fmt: skip


# ---------------------------------------------------------------- the decision meeting


def managed_round(user: User, cohort_id: uuid.UUID, number: int) -> Round:
    """One round, for who runs the programme. Raises NotVisible."""
    require(user, MANAGERS)
    return round_of(cohort_id, number)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one assessor is in a round."""

    user_id: uuid.UUID
    name: str
    email: str
    asked: int
    submitted: int
    declined: int
    last: datetime | None  # when they last handed in

    @property
    def left(self) -> int:
        return self.asked - self.submitted


def progress(round_: Round) -> list[Progress]:
    """Every assessor of a round, those with most left to do first: one statement."""
    declined = Q(state=AssessmentState.RECUSED)
    rows = (
        round_.assessments.order_by()
        .values("assessor_id", "assessor__name", "assessor__email")
        .annotate(
            asked=Count("pk", filter=~declined),
            submitted=Count("pk", filter=Q(state=AssessmentState.SUBMITTED)),
            declined=Count("pk", filter=declined),
            last=Max("submitted_at"),
        )
    )
    found = [
        Progress(row["assessor_id"], row["assessor__name"], row["assessor__email"] or "", row["asked"],
                 row["submitted"], row["declined"], row["last"])
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.left, one.name, str(one.user_id)))


def lacking(round_: Round) -> int:
    """How many applications of a round that is being scored have fewer assessors than the rules ask for."""
    asked = Count("assessments", filter=Q(assessments__round=round_) & ~Q(assessments__state=AssessmentState.RECUSED))
    return candidates(round_).annotate(asked_now=asked).filter(asked_now__lt=round_.rules.assessors).count()


def results(round_: Round) -> QuerySet[Result]:
    """The ranking as computed, the best first."""
    return round_.results.select_related("application__centre__regency__province", "appeal")


def meeting(round_: Round) -> QuerySet[Result]:
    """The ranking with what each assessor gave (``result.application.scores``): two statements for a page of it."""
    scores = (
        Assessment.objects.filter(round=round_, state=AssessmentState.SUBMITTED)
        .select_related("assessor")
        .order_by("submitted_at", "pk")
    )
    return results(round_).prefetch_related(Prefetch("application__assessments", scores, to_attr="scores"))


@dataclass(frozen=True, slots=True)
class Kept:
    """Places kept for a group: how many of those who pass are of it."""

    quota: rulebook.Quota
    passed: int
    by_quota: int

    @property
    def is_met(self) -> bool:
        return self.passed >= self.quota.seats


def kept_places(round_: Round) -> list[Kept]:
    """How far the quotas of a ranked round are met: one statement, none without quotas."""
    quotas = round_.rules.quotas
    if not quotas:
        return []
    counts = {}
    for place, quota in enumerate(quotas):
        of_group = Q(outcome="passed") & _of_group(quota)
        counts[f"passed_{place}"] = Count("pk", filter=of_group)
        counts[f"kept_{place}"] = Count("pk", filter=of_group & Q(by_quota=True))
    row = round_.results.order_by().aggregate(**counts)
    return [Kept(quota, row[f"passed_{place}"], row[f"kept_{place}"]) for place, quota in enumerate(quotas)]


def _of_group(quota: rulebook.Quota) -> Q:
    match quota.group:
        case rulebook.Group.PROVINCE:
            return Q(application__province=quota.value)
        case rulebook.Group.FIELD:
            return Q(application__fields__contains=[quota.value])
        case _:
            return Q(application__is_women_led=True)


def cut(round_: Round) -> int | None:
    """The last rank that has a place by rank alone: the line in the table. None where nobody passes so."""
    passed = round_.results.filter(outcome="passed", by_quota=False)
    return passed.aggregate(last=Max("rank"))["last"]


def free_seats(cohort: Cohort) -> int:
    """Places of the last round that nobody has: never below 0; a large number where places are not limited."""
    seats = cohort.rules.content.seats if cohort.rules else None
    if seats is None:
        return 1_000_000
    return max(0, seats - cohort.applications.filter(standing__in=[Standing.SELECTED, Standing.COMPLETED]).count())


def waiting_list(cohort: Cohort) -> QuerySet[Application]:
    """Who waits for a place, the first to move up first."""
    waiting = cohort.applications.filter(standing=Standing.WAITING).order_by("waiting_position")
    return waiting.select_related("centre__regency__province")


def outcomes(round_: Round) -> dict[str, int]:
    """How many got which outcome: one statement."""
    return dict(round_.results.order_by().values_list("outcome").annotate(n=Count("pk")))


def assessments_of(application: Application) -> QuerySet[Assessment]:
    """All that assessors wrote of an application, for who runs the programme."""
    return application.assessments.select_related("assessor", "round__cohort__rules").order_by("round__number", "pk")


def appeals(cohort: Cohort) -> QuerySet[Appeal]:
    """Appeals of an intake, those that wait first."""
    waiting = Q(state=AppealState.FILED)
    return (
        Appeal.objects.filter(result__round__cohort=cohort)
        .select_related("result__round__cohort__rules", "result__application__centre__regency__province")
        .annotate(waits=Count("pk", filter=waiting))
        .order_by("-waits", "filed_at", "pk")
    )


def appeals_waiting() -> dict[uuid.UUID, int]:
    """How many appeals wait for an answer, by intake, that with most first: one statement."""
    waiting = Appeal.objects.filter(state=AppealState.FILED).order_by()
    rows = waiting.values_list("result__round__cohort_id").annotate(n=Count("pk"))
    return dict(sorted(rows, key=lambda one: -one[1]))


def appeal(cohort: Cohort, appeal_id: uuid.UUID) -> Appeal:
    """Raises NotVisible."""
    found = appeals(cohort).filter(pk=appeal_id).first()
    if found is None:
        raise NotVisible
    return found


# ---------------------------------------------------------------- a centre's own results


def own_results(application: Application) -> list[Result]:
    """What a centre may know: its own published results, by round. Assessors are not named."""
    found = Result.objects.filter(application=application, round__state=RoundState.PUBLISHED)
    return list(found.select_related("round__cohort__rules", "appeal").order_by("round__number"))


def results_of(centre_id: uuid.UUID) -> list[Result]:
    """All published results of one centre, in all intakes: one statement."""
    found = Result.objects.filter(application__centre=centre_id, round__state=RoundState.PUBLISHED)
    return list(found.select_related("round__cohort__rules", "application", "appeal").order_by("round__published_at"))


def may_appeal(result: Result, *, now: datetime) -> bool:
    """Whether the centre may still file an appeal against this result. Not once transformation has begun."""
    until = result.round.appeals_until
    return (
        until is not None
        and result.round.cohort.state == CohortState.SELECTING
        and zones.today(now) <= until
        and result.outcome != "passed"
        and not hasattr(result, "appeal")
        and result.application.standing in (Standing.OUT, Standing.WAITING)
    )


def points_of(centre_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], list[float]]:
    """As ``own_scores`` for every published result of a centre, by round and application: one statement."""
    rows = Assessment.objects.filter(
        application__centre=centre_id, round__state=RoundState.PUBLISHED, state=AssessmentState.SUBMITTED
    ).values_list("round_id", "application_id", "points")
    found: dict[tuple[uuid.UUID, uuid.UUID], list[list[int | None]]] = {}
    for round_id, application_id, points in rows:
        found.setdefault((round_id, application_id), []).append(points)
    return {key: _means(rows) for key, rows in found.items()}


def _means(rows: list[list[int | None]]) -> list[float]:
    """Of rows that were handed in, which have points everywhere."""
    return [sum(value or 0 for value in values) / len(rows) for values in zip(*rows, strict=True)]


def own_scores(result: Result) -> list[float]:
    """A centre's points for each criterion of the round's rubric: the mean of its assessors."""
    scored = Assessment.objects.filter(
        round=result.round_id, application=result.application_id, state=AssessmentState.SUBMITTED
    )
    return _means(list(scored.values_list("points", flat=True)))
