"""Reading rounds: an assessor's own work, the decision meeting's table, a centre's own results."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from hub.accounts.models import Membership, User
from hub.accounts.roles import Role
from hub.programmes.models import Application, Cohort, CohortState, Standing
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


def _kept_from(user: User) -> QuerySet[Application]:
    """Applications that the person has since come into conflict with: moved, or taken on at a centre."""
    conflict = Q(pk__in=[])
    known = Assessor.objects.filter(pk=user.pk).first()
    if known is not None:
        conflict |= Q(province=known.province)
    staff = [held.centre_id for held in user.held if held.centre_id]
    if staff:
        conflict |= Q(centre__in=staff)
    return Application.objects.filter(conflict)


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


def case_of(application: Application, *, needs: int = 0, asked: Iterable[uuid.UUID] = ()) -> Case:
    """An application, with its centre read, as conflicts and shares look at it."""
    return Case(
        application.pk, application.centre_id, application.province, foundation_key(application.centre.foundation),
        application.lot, needs, frozenset(asked),
    )  # fmt: skip


# ---------------------------------------------------------------- the decision meeting


def results(round_: Round) -> QuerySet[Result]:
    """The ranking as computed, the best first."""
    return round_.results.select_related("application__centre__regency__province", "appeal")


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


def own_scores(result: Result) -> list[float]:
    """A centre's points for each criterion of the round's rubric: the mean of its assessors."""
    rows = [
        points
        for (points,) in Assessment.objects.filter(
            round=result.round_id, application=result.application_id, state=AssessmentState.SUBMITTED
        ).values_list("points")
    ]
    return [sum(values) / len(rows) for values in zip(*rows, strict=True)] if rows else []
