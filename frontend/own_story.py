"""A centre's way through an intake as the centre may know it: no rank, no assessor, nothing of other centres."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hub.programmes.models import COMPLETED, SELECTED, Application, CohortState, Exit, Standing
from hub.programmes.queries import is_open, rules_of
from hub.programmes.rulebook import Criterion
from hub.regions import zones
from hub.selection.models import AppealState, Outcome, Result
from hub.selection.queries import may_appeal, own_scores

from .funnel import step_names
from .templatetags.programmes import score


@dataclass(frozen=True, slots=True)
class Moment:
    title: str
    at: datetime
    text: str = ""
    icon: str = "circle-check"
    kind: str = "plain"


_GREAT = {"icon": "award", "kind": "success"}


def timeline(application: Application, results: Sequence[Result]) -> list[Moment]:
    """What happened, newest first: one statement, with the results that are published."""
    names = step_names(rules_of(application.cohort))
    found = [
        Moment(names.get(one.step, ""), one.at, **_GREAT if one.step in (SELECTED, COMPLETED) else {"kind": "info"})
        for one in application.passages.all()
        if not 100 < one.step < SELECTED  # a round's result says it
    ]  # fmt: skip
    found += [moment for result in results for moment in _of_result(result)]
    if application.standing == Standing.OUT and application.exited_at:
        words = str(Exit(application.exit).label)
        found.append(Moment(words, application.exited_at, application.exit_note, "circle-x", "error"))
    # Of what happened at once, the later step stands above.
    return sorted(found, key=lambda one: one.at)[::-1]


def _of_result(result: Result) -> Iterator[Moment]:
    assert result.round.published_at is not None  # only published ones are given
    title = _("Result of round %(number)d: %(score)s of 100") % {
        "number": result.round.number, "score": score(published_score(result)),
    }  # fmt: skip
    appeal = getattr(result, "appeal", None)
    is_corrected = appeal is not None and appeal.state == AppealState.UPHELD
    is_passed = result.outcome == Outcome.PASSED and not is_corrected
    words = "" if is_corrected else str(result.get_outcome_display())
    yield Moment(title, result.round.published_at, words, "clipboard-list", "success" if is_passed else "warning")
    if appeal is not None:
        yield Moment(_("You appealed"), appeal.filed_at, icon="scale")
        if appeal.decided_at:
            yield Moment(str(appeal.get_state_display()), appeal.decided_at, appeal.reason, "scale", "info")


def published_score(result: Result) -> int:
    """The score as it was published, before an appeal corrected it; thousandths."""
    appeal = getattr(result, "appeal", None)
    return appeal.former_score if appeal is not None else result.score


# ---------------------------------------------------------------- results


@dataclass(frozen=True, slots=True)
class Scored:
    """One criterion with a centre's points: the mean of its assessors."""

    criterion: Criterion
    points: float

    @property
    def percent(self) -> int:
        return round(100 * self.points / self.criterion.most)


def criteria(result: Result) -> list[Scored]:
    """One statement."""
    points = own_scores(result)
    return [Scored(*pair) for pair in zip(result.round.rules.criteria, points, strict=bool(points))]


@dataclass(frozen=True, slots=True)
class ShownResult:
    result: Result
    criteria: list[Scored]
    reason: str
    may_appeal: bool

    @property
    def kind(self) -> str:
        return {Outcome.PASSED: "success", Outcome.WAITING: "warning"}.get(Outcome(self.result.outcome), "plain")


def shown_results(results: Sequence[Result], *, now: datetime) -> list[ShownResult]:
    """The newest round first: one statement for each."""
    return [
        ShownResult(one, criteria(one), reason(one), may_appeal(one, now=now))
        for one in sorted(results, key=lambda one: -one.round.number)
    ]


def reason(result: Result) -> str:
    """Why the outcome is what it is, by the published rules."""
    rules = result.round.rules
    words = {"score": score(result.score), "mark": rules.pass_mark or 0, "seats": rules.seats or 0}
    match result.outcome:
        case Outcome.BELOW_MARK:
            return _("Your score of %(score)s is below the pass mark of %(mark)d.") % words
        case Outcome.PASSED if result.by_quota:
            return _("Your score of %(score)s reaches the pass mark, and a place was kept for your group.") % words
        case Outcome.PASSED if rules.seats is None:
            return _("Your score of %(score)s reaches the pass mark of %(mark)d.") % words
        case Outcome.PASSED:
            return _("Your score of %(score)s is among the best for %(seats)d places.") % words
        case Outcome.WAITING:
            return _("Your score of %(score)s reaches the pass mark, but the %(seats)d places are taken. If a centre"
                     " withdraws, the next on the list moves up.") % words  # fmt: skip
    return _("Your score of %(score)s reaches the pass mark, but the %(seats)d places went to higher scores.") % words


# ---------------------------------------------------------------- what happens next


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a centre stands, in one line, and what comes; ``kind`` as ``c-alert`` takes it."""

    title: str
    text: str = ""
    kind: str = "info"


def outlook(application: Application, results: Sequence[Result], *, now: datetime) -> Outlook:
    """No statement."""
    cohort, standing = application.cohort, application.standing
    if standing == Standing.ELIGIBLE:
        return _before_sending(application, now=now)
    if standing == Standing.APPLIED:
        return _in_selection(application, results, now=now)
    if standing == Standing.WAITING:
        text = _("You are number %(place)d. If a place becomes free we write to you.")
        return Outlook(_("You are on the waiting list"), text % {"place": application.waiting_position}, "warning")
    if standing == Standing.SELECTED:
        if cohort.state == CohortState.SELECTING:
            return Outlook(_("You are selected"), _("The ministry starts the transformation and names your mentor."),
                           "success")  # fmt: skip
        return Outlook(_("You are in transformation"), _("Your mentor goes through the stages with you."), "success")
    if standing == Standing.COMPLETED:
        return Outlook(_("You have completed the programme"), _("Congratulations."), "success")
    return _out(application, results)


def _before_sending(application: Application, *, now: datetime) -> Outlook:
    cohort = application.cohort
    if is_open(cohort, now=now):
        title = _("Begun, not sent yet") if application.is_begun else _("You may apply")
        return Outlook(title, _("The last day is %(day)s.") % {"day": _day(cohort.closes_on)})
    if zones.today(now) < cohort.opens_on:
        return Outlook(_("You may apply soon"), _("Applications begin on %(day)s.") % {"day": _day(cohort.opens_on)})
    return Outlook(_("Applications are over"), _("Nothing was sent in time."), "warning")


def _in_selection(application: Application, results: Sequence[Result], *, now: datetime) -> Outlook:
    rounds = rules_of(application.cohort).rounds
    number = application.round_number + 1
    if application.cohort.state == CohortState.OPEN:
        return Outlook(_("Sent"), _("Applications are open until %(day)s. Then round 1 begins.")
                       % {"day": _day(application.cohort.closes_on)}, "success")  # fmt: skip
    if number > len(rounds):
        return Outlook(_("You passed every round"), _("The ministry will tell you what comes next."), "success")
    words = {"number": number, "name": rounds[number - 1].name, "all": len(rounds)}
    title = _("Round %(number)d of %(all)d: %(name)s") % words
    text = _("Two people from outside your province and foundation score it. You get the result by mail and here.")
    if rounds[number - 1].assessors != 2:
        text = _("People from outside your province and foundation score it. You get the result by mail and here.")
    return Outlook(title, text)


def _out(application: Application, results: Sequence[Result]) -> Outlook:
    waiting = any(getattr(one, "appeal", None) and one.appeal.state == AppealState.FILED for one in results)
    if waiting:
        return Outlook(_("Your appeal is being looked at"), _("You get the answer by mail and here."))
    text = application.exit_note or _("You may apply again when the next intake opens.")
    return Outlook(str(Exit(application.exit).label), text, "warning")


def _day(day: date) -> str:
    return date_format(day, "j F Y")
