"""Running the rounds of an intake: opening, assigning, scoring, ranking, publishing, and answering appeals."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hub.accounts.models import User
from hub.audit import operations as audit
from hub.audit.actors import Actor
from hub.programmes import operations as programmes
from hub.programmes.models import Application, Attachment, Cohort, CohortState, Exit, Standing
from hub.programmes.operations import WrongStep
from hub.regions import zones
from kernel.errors import DomainError

from . import queries, ranking
from .assigning import Case, Given, share_out
from .models import (
    Appeal,
    AppealState,
    Assessment,
    AssessmentState,
    Assessor,
    Outcome,
    Result,
    Round,
    RoundState,
)  # fmt: skip


class TooFewAssessors(DomainError):
    """Not everybody can be given enough assessors without a conflict of interest."""

    code = "too_few_assessors"

    def __init__(self, short: list[Case]) -> None:
        provinces = ", ".join(sorted({case.province for case in short}))
        super().__init__(
            _("For %(count)d applications there are not enough assessors without a conflict (provinces: %(where)s).")
            % {"count": len(short), "where": provinces}
        )
        self.short = short


class Unfinished(DomainError):
    """Something has to be finished first."""

    code = "unfinished"


class ScoresIncomplete(DomainError):
    """Every criterion needs a number of points within its scale."""

    code = "scores_incomplete"


class TooLate(DomainError):
    code = "too_late"


# ---------------------------------------------------------------- assessors


@transaction.atomic
def describe_assessor(
    user: User, *, province: str, foundation: str, is_available: bool, by: Actor, now: datetime
) -> Assessor:
    """Note whose business is an assessor's own. Those not known here are never asked."""
    said = {"province": province, "foundation": foundation.strip(), "is_available": is_available}
    assessor, _made = Assessor.objects.update_or_create(user=user, defaults={**said, "updated_at": now})
    audit.record(by=by, action="assessor.described", object_type="person", object_id=user.pk, now=now, after=said)
    return assessor


# ---------------------------------------------------------------- a round begins


@transaction.atomic
def open_round(cohort: Cohort, *, by: Actor, now: datetime) -> Round:
    """Begin the next round: every application that is still in gets its assessors.

    Raises WrongStep, Unfinished (the round before), TooFewAssessors.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("rules").get(pk=cohort.pk)
    if cohort.state != CohortState.SELECTING or cohort.rules is None:
        raise WrongStep(_("Close applications first."))
    last = cohort.rounds.order_by("-number").first()
    if last is not None:
        _require_over(last, now=now)
    number = last.number + 1 if last else 1
    if number > len(cohort.rules.content.rounds):
        raise WrongStep(_("All rounds of this intake are over."))
    round_ = Round.objects.create(cohort=cohort, number=number, opened_at=now)
    count = assign(round_, by=by, now=now)
    _record("round.opened", round_, by=by, now=now, after={"round": number, "assessments": count})
    return round_


def _require_over(round_: Round, *, now: datetime) -> None:
    if round_.state != RoundState.PUBLISHED:
        raise Unfinished(_("Publish the results of the round before first."))
    if Appeal.objects.filter(result__round=round_, state=AppealState.FILED).exists():
        raise Unfinished(_("Answer the appeals of the round before first."))
    until = round_.appeals_until
    if until is not None and zones.today(now) <= until:
        raise Unfinished(_("Centres may appeal until %(day)s; the next round begins after that.") % {"day": until})


@transaction.atomic
def assign(round_: Round, *, by: Actor, now: datetime) -> int:
    """Give every application of the round the assessors that it lacks. Returns how many were asked.

    Raises TooFewAssessors; then nobody was.
    """
    needed = round_.rules.assessors
    asked: dict[uuid.UUID, set[uuid.UUID]] = {}
    active: dict[uuid.UUID, int] = {}
    for pk, assessor, state in round_.assessments.values_list("application_id", "assessor_id", "state"):
        asked.setdefault(pk, set()).add(assessor)
        active[pk] = active.get(pk, 0) + (state != AssessmentState.RECUSED)
    cases = [
        queries.case_of(one, needs=needed - active.get(one.pk, 0), asked=asked.get(one.pk, ()))
        for one in queries.candidates(round_).select_related("centre")
        if active.get(one.pk, 0) < needed
    ]
    given, short = share_out(cases, queries.judges(), queries.loads(round_))
    if short:
        raise TooFewAssessors(short)
    _ask(round_, given, now=now)
    return len(given)


@transaction.atomic
def assign_missing(round_: Round, *, by: Actor, now: datetime) -> int:
    """As ``assign``, for a round under way in which somebody is missing. Raises WrongStep, TooFewAssessors."""
    round_ = _locked(round_, RoundState.SCORING)
    count = assign(round_, by=by, now=now)
    if count:
        _record("assessors.added", round_, by=by, now=now, after={"assessments": count})
    return count


def _ask(round_: Round, given: Sequence[Given], *, now: datetime, is_third: bool = False) -> None:
    blank = [None] * len(round_.rules.criteria)
    Assessment.objects.bulk_create(
        [
            Assessment(round=round_, application_id=one.application_id, assessor_id=one.user_id, points=blank,
                       assigned_at=now, is_third=is_third)
            for one in given
        ],
        batch_size=2000,
    )  # fmt: skip


@transaction.atomic
def recuse(assessment: Assessment, *, reason: str, by: Actor, now: datetime) -> None:
    """An assessor declines an application for a conflict of interest; somebody else is asked at once.

    Raises WrongStep, TooFewAssessors.
    """
    assessment = _scoring(assessment)
    if not reason.strip():
        raise ScoresIncomplete(_("Say why you decline."))
    assessment.state, assessment.recusal = AssessmentState.RECUSED, reason.strip()
    assessment.total, assessment.submitted_at = None, None
    assessment.save(update_fields=["state", "recusal", "total", "submitted_at"])
    _ask_one_more(assessment, is_third=assessment.is_third, now=now)
    _record("assessment.recused", assessment.round, by=by, now=now, reason=reason.strip(),
            after={"application": str(assessment.application_id)})  # fmt: skip


def _ask_one_more(assessment: Assessment, *, is_third: bool, now: datetime) -> None:
    round_ = assessment.round
    application = Application.objects.select_related("centre").get(pk=assessment.application_id)
    asked = round_.assessments.filter(application=application).values_list("assessor_id", flat=True)
    case = queries.case_of(application, needs=1, asked=asked)
    given, short = share_out([case], queries.judges(), queries.loads(round_))
    if short:
        raise TooFewAssessors(short)
    _ask(round_, given, now=now, is_third=is_third)


# ---------------------------------------------------------------- scoring


@transaction.atomic
def keep_scores(
    assessment: Assessment, *, points: Sequence[int | None], notes: Mapping[str, str], comment: str
) -> Assessment:
    """Keep an assessor's points so far; None where there is none yet. Raises WrongStep, ScoresIncomplete."""
    assessment = _scoring(assessment)
    _check(assessment.round, points, whole=False)
    assessment.points, assessment.notes, assessment.comment = list(points), dict(notes), comment
    if assessment.state == AssessmentState.SUBMITTED:
        assessment.state, assessment.total, assessment.submitted_at = AssessmentState.ASSIGNED, None, None
    assessment.save(update_fields=["points", "notes", "comment", "state", "total", "submitted_at"])
    return assessment


@transaction.atomic
def submit_scores(
    assessment: Assessment, *, points: Sequence[int | None], notes: Mapping[str, str], comment: str, by: Actor,
    now: datetime,
) -> Assessment:  # fmt: skip
    """Hand in the scores; may be done anew until the round is ranked. A third assessor is asked where two differ.

    Raises WrongStep, ScoresIncomplete, TooFewAssessors.
    """
    assessment = _scoring(assessment)
    whole = _check(assessment.round, points, whole=True)
    assessment.points, assessment.notes, assessment.comment = list(points), dict(notes), comment
    assessment.state, assessment.submitted_at = AssessmentState.SUBMITTED, now
    assessment.total = assessment.round.rules.total(whole)
    assessment.save(update_fields=["points", "notes", "comment", "state", "submitted_at", "total"])
    _ask_a_third(assessment, now=now)
    _record("assessment.submitted", assessment.round, by=by, now=now,
            after={"application": str(assessment.application_id)})  # fmt: skip
    return assessment


def note_attachment_read(assessment: Assessment, paper: Attachment, *, by: Actor, now: datetime) -> None:
    """Which assessor opened which document. In the hub's own trail: a centre does not learn who assesses it."""
    after = {"application": str(assessment.application_id), "document": paper.pk}
    _record("attachment.opened", assessment.round, by=by, now=now, after=after)


def _scoring(assessment: Assessment) -> Assessment:
    """The assessment, locked together with its round, while scores may be written. Raises WrongStep."""
    round_ = (
        Round.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cohort__rules")
        .get(pk=assessment.round_id)
    )
    assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    assessment.round = round_
    if round_.state != RoundState.SCORING:
        raise WrongStep(_("This round is not being scored any more."))
    if assessment.state == AssessmentState.RECUSED:
        raise WrongStep(_("This application was declined."))
    return assessment


def _check(round_: Round, points: Sequence[int | None], *, whole: bool) -> list[int]:
    criteria = round_.rules.criteria
    given = [one for one in points if one is not None]
    if len(points) != len(criteria) or (whole and len(given) < len(criteria)):
        raise ScoresIncomplete(_("Give points for every criterion."))
    for value, criterion in zip(points, criteria, strict=True):
        if value is not None and not 0 <= value <= criterion.most:
            raise ScoresIncomplete(
                _("“%(name)s”: 0 to %(most)d points.") % {"name": criterion.name, "most": criterion.most}
            )
    return given


def _ask_a_third(assessment: Assessment, *, now: datetime) -> None:
    rules = assessment.round.rules
    if rules.assessors != 2 or rules.third_margin is None:
        return
    of_this = assessment.round.assessments.filter(application=assessment.application_id)
    of_this = of_this.exclude(state=AssessmentState.RECUSED)
    totals = [one.total for one in of_this if one.total is not None]
    if of_this.count() == 2 and len(totals) == 2 and abs(totals[0] - totals[1]) > rules.third_margin * 1000:
        _ask_one_more(assessment, is_third=True, now=now)


# ---------------------------------------------------------------- from scores to results


@transaction.atomic
def rank(round_: Round, *, by: Actor, now: datetime) -> Round:
    """Compute the order and who would pass, for the decision meeting. May be done anew until it is published.

    Raises WrongStep, Unfinished (scores are missing).
    """
    round_ = _locked(round_, RoundState.SCORING, RoundState.RANKED)
    still_in = queries.candidates(round_)
    missing = round_.assessments.filter(state=AssessmentState.ASSIGNED, application__in=still_in).count()
    if missing:
        raise Unfinished(_("%(count)d assessments have not been handed in yet.") % {"count": missing})
    ranking.write(round_, waits=round_.is_last)
    round_.state, round_.ranked_at = RoundState.RANKED, now
    round_.save(update_fields=["state", "ranked_at"])
    after = {**queries.outcomes(round_), "digest": ranking.digest(round_)}
    _record("round.ranked", round_, by=by, now=now, after=after)
    return round_


@transaction.atomic
def reopen(round_: Round, *, reason: str, by: Actor, now: datetime) -> Round:
    """Back from the decision meeting to scoring. Raises WrongStep."""
    round_ = _locked(round_, RoundState.RANKED)
    round_.results.all().delete()
    round_.state, round_.ranked_at = RoundState.SCORING, None
    round_.save(update_fields=["state", "ranked_at"])
    _record("round.reopened", round_, by=by, now=now, reason=reason)
    return round_


@transaction.atomic
def publish(round_: Round, *, by: Actor, now: datetime) -> Round:
    """Make the results known and let them take effect: from here on only an appeal changes them. Raises WrongStep."""
    round_ = _locked(round_, RoundState.RANKED)
    results = list(round_.results.select_related("application"))
    if any(one.application.standing != Standing.APPLIED for one in results):
        raise WrongStep(_("A centre has left since the ranking was made. Rank again, then publish."))
    round_.state, round_.published_at = RoundState.PUBLISHED, now
    round_.save(update_fields=["state", "published_at"])
    _take_effect(round_, results, now=now)
    after = {**queries.outcomes(round_), "digest": ranking.digest(round_)}
    _record("round.published", round_, by=by, now=now, after=after)
    return round_


def _take_effect(round_: Round, results: Sequence[Result], *, now: datetime) -> None:
    having = {outcome: [one.application_id for one in results if one.outcome == outcome] for outcome in Outcome.values}
    programmes.pass_round(having[Outcome.PASSED], round_.number, now=now)
    programmes.put_out(having[Outcome.BELOW_MARK], Exit.BELOW_MARK, now=now)
    programmes.put_out(having[Outcome.NO_SEAT], Exit.NO_SEAT, now=now)
    if round_.is_last:
        programmes.select(having[Outcome.PASSED], now=now)
        # Whoever waits has passed the last round only with the place.
        programmes.put_in_line(having[Outcome.WAITING], now=now)


def _locked(round_: Round, *states: RoundState) -> Round:
    found = Round.objects.select_for_update(of=("self",)).select_related("cohort__rules")
    round_ = found.get(pk=round_.pk)
    if round_.state not in states:
        raise WrongStep(
            _("This round is at “%(state)s”; this step is not possible from there.")
            % {"state": round_.get_state_display()}
        )
    return round_


# ---------------------------------------------------------------- appeals


@transaction.atomic
def file_appeal(result: Result, *, text: str, by: Actor, now: datetime) -> Appeal:
    """A centre disagrees with its published result. Raises TooLate, Incomplete, WrongStep (it has appealed)."""
    if not text.strip():
        raise programmes.Incomplete(_("Write what is wrong with the result."))
    result = Result.objects.select_related("round__cohort__rules", "application").get(pk=result.pk)
    if Appeal.objects.filter(result=result).exists():
        raise WrongStep(_("Your centre has appealed already."))
    if not queries.may_appeal(result, now=now):
        raise TooLate(_("An appeal against this result is not possible any more."))
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                result=result, text=text.strip(), filed_by_id=by.user_id, filed_at=now, former_score=result.score
            )
    except IntegrityError:
        raise WrongStep(_("Your centre has appealed already.")) from None
    _record_appeal("appeal.filed", appeal, by=by, now=now)
    return appeal


@transaction.atomic
def answer_appeal(
    appeal: Appeal, *, upheld: bool, reason: str, score: int | None = None, by: Actor, now: datetime
) -> Appeal:
    """Uphold or reject an appeal. ``score``: the corrected one, in thousandths; None leaves it.

    An upheld centre that reaches the pass mark goes on: in an earlier round in addition to those who passed, in the
    last one into a free place, else to the head of the waiting list. Nobody else's result changes. Raises WrongStep.
    """
    # Places are given one at a time.
    Cohort.objects.select_for_update().get(rounds__results__appeal=appeal.pk)
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if appeal.state != AppealState.FILED:
        raise WrongStep(_("This appeal was answered already."))
    if not reason.strip():
        raise programmes.Incomplete(_("Give a reason: the centre reads it."))
    appeal.state = AppealState.UPHELD if upheld else AppealState.REJECTED
    appeal.decided_by_id, appeal.decided_at, appeal.reason = by.user_id, now, reason.strip()
    appeal.save()
    change: dict[str, Any] = {}
    if upheld:
        change = _correct(appeal, appeal.former_score if score is None else score, now=now)
    _record_appeal(
        "appeal.upheld" if upheld else "appeal.rejected", appeal, by=by, now=now, reason=reason.strip(), **change
    )
    return appeal


def _correct(appeal: Appeal, score: int, *, now: datetime) -> dict[str, Any]:
    result = Result.objects.select_related("round__cohort__rules", "application").get(pk=appeal.result_id)
    round_, before = result.round, {"score": result.score, "outcome": result.outcome}
    if score < (round_.rules.pass_mark or 0) * 1000:
        outcome = Outcome.BELOW_MARK
    elif round_.is_last and not queries.free_seats(round_.cohort):
        outcome = Outcome.WAITING
    else:
        outcome = Outcome.PASSED
    Result.objects.filter(pk=result.pk).update(score=score, outcome=outcome)
    if outcome != Outcome.BELOW_MARK:
        programmes.take_back(result.application_id, now=now)
    if outcome == Outcome.PASSED:
        programmes.pass_round([result.application_id], round_.number, now=now)
        if round_.is_last:
            programmes.select([result.application_id], now=now)
    if outcome == Outcome.WAITING:
        _put_first(round_.cohort, result.application_id, now=now)
    return {"before": before, "after": {"score": score, "outcome": outcome.value}}


def _put_first(cohort: Cohort, application_id: uuid.UUID, *, now: datetime) -> None:
    line = cohort.applications.filter(standing=Standing.WAITING).order_by("waiting_position")
    behind = [pk for pk in line.values_list("pk", flat=True) if pk != application_id]
    programmes.put_in_line([application_id, *behind], now=now)


# ---------------------------------------------------------------- leaving


@transaction.atomic
def leave(application: Application, *, exit: Exit, note: str = "", by: Actor, now: datetime) -> Application:
    """A centre withdraws or is expelled. Until transformation begins, the first of the waiting list moves up.

    Raises WrongStep.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("rules").get(pk=application.cohort_id)
    application = programmes.leave(application, exit=exit, note=note, by=by, now=now)
    if cohort.state == CohortState.SELECTING:
        move_up(cohort, by=by, now=now)
    return application


def move_up(cohort: Cohort, *, by: Actor, now: datetime) -> list[Application]:
    """Give free places to the waiting list, in its order. Inside the transaction that locks the intake."""
    line = list(cohort.applications.filter(standing=Standing.WAITING).order_by("waiting_position"))
    lucky = line[: queries.free_seats(cohort)]
    if not lucky:
        return []
    assert cohort.rules is not None  # constraint cohort_runs_by_rules
    programmes.pass_round([one.pk for one in lucky], len(cohort.rules.content.rounds), now=now)
    programmes.select([one.pk for one in lucky], now=now)
    programmes.put_in_line([one.pk for one in line[len(lucky) :]], now=now)
    for one in lucky:
        audit.record(by=by, action="application.moved_up", object_type="application", object_id=one.pk, now=now,
                     centre_id=one.centre_id)  # fmt: skip
    return lucky


# ---------------------------------------------------------------- traces


def _record(action: str, round_: Round, *, by: Actor, now: datetime, **said: Any) -> None:
    audit.record(by=by, action=action, object_type="round", object_id=round_.pk, now=now, **said)


def _record_appeal(action: str, appeal: Appeal, *, by: Actor, now: datetime, **said: Any) -> None:
    centre = Application.objects.values_list("centre_id", flat=True).get(results=appeal.result_id)
    audit.record(by=by, action=action, object_type="appeal", object_id=appeal.pk, now=now, centre_id=centre, **said)
