"""An intake's one next step: what it is, what follows from it, and whether it is time.

An intake goes one way: rules are published, applications close, rounds open one after the other, transformation
begins, the intake is closed. A step that is taken here has a page that says what follows; scoring, publishing
results and signing stages are on pages of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hub.audit.actors import Actor
from hub.programmes import operations as programmes
from hub.programmes.models import Cohort, CohortState, Standing
from hub.programmes.queries import by_standing
from hub.regions import zones
from hub.selection import operations as selection
from hub.selection import queries as rounds
from hub.selection.models import AppealState, Round, RoundState
from hub.transformation import operations as transformation


@dataclass(frozen=True, slots=True)
class Step:
    """A step that an officer takes for the whole intake. ``word`` stands in its address."""

    word: str
    title: Any
    button: Any
    icon: str
    consequences: tuple[Any, ...]
    take: Callable[..., Any]


def _open_round(cohort: Cohort, *, by: Actor, now: datetime) -> Round:
    return selection.open_round(cohort, by=by, now=now)


STEPS = {
    step.word: step
    for step in (
        Step(
            "terbitkan", gettext_lazy("Publish the rules"), gettext_lazy("Publish"), "megaphone",
            (
                gettext_lazy("Every centre that meets the conditions today may apply within the dates of the intake."),
                gettext_lazy("Centres, assessors and the ministry read the same rules, with a number and a digest."),
                gettext_lazy("You may publish other rules until the first centre has applied; after that they stay."),
            ),
            programmes.publish,
        ),
        Step(
            "tutup-pendaftaran", gettext_lazy("Close applications"), gettext_lazy("Close applications"), "circle-x",
            (
                gettext_lazy("No centre can apply any more. What was not sent is out: did not apply in time."),
                gettext_lazy("Selection begins with the applications that were sent."),
                gettext_lazy("This cannot be undone."),
            ),
            programmes.close_applications,
        ),
        Step(
            "buka-babak", gettext_lazy("Begin the next round"), gettext_lazy("Begin the round"), "play",
            (
                gettext_lazy("Every application that is still in gets its assessors, none of them with a conflict."),
                gettext_lazy("Assessors see the applications that are theirs, and can score at once."),
            ),
            _open_round,
        ),
        Step(
            "mulai-pendampingan", gettext_lazy("Begin the transformation"), gettext_lazy("Begin"), "play",
            (
                gettext_lazy("The first stage begins for every selected centre."),
                gettext_lazy("The waiting list ends: whoever is on it is told that no place was left."),
                gettext_lazy("This cannot be undone."),
            ),
            transformation.begin,
        ),
        Step(
            "tutup", gettext_lazy("Close the intake"), gettext_lazy("Close the intake"), "archive",
            (
                gettext_lazy("Nothing changes any more. Everything stays readable."),
                gettext_lazy("This cannot be undone."),
            ),
            programmes.close,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, as the intake's page shows it. ``url`` empty: nothing can be done but wait."""

    title: str
    why: str = ""
    button: str = ""
    url: str = ""
    step: Step | None = None
    is_time: bool = True
    round_number: int = 0  # of the round whose page it is about
    is_of_stages: bool = False


def coming(cohort: Cohort, *, now: datetime) -> Next:
    """The intake's next step: at most three statements."""
    match cohort.state:
        case CohortState.DRAFT:
            return _draft(cohort)
        case CohortState.OPEN:
            return _open(cohort, now=now)
        case CohortState.SELECTING:
            return _selecting(cohort, now=now)
        case CohortState.TRANSFORMING:
            return _transforming(cohort)
    return Next(_("This intake is closed"), _("Closed on %(day)s.") % {"day": _day(cohort.closed_at)})


# These say more than what follows: who has no mentor, what is still open.
_OWN_PAGES = {"mulai-pendampingan": "hub:begin_stages", "tutup": "hub:close_stages"}


def _own(cohort: Cohort, word: str, title: str, why: str, *, is_time: bool = True) -> Next:
    step = STEPS[word]
    page = _OWN_PAGES.get(word)
    url = reverse(page, args=[cohort.pk]) if page else reverse("hub:cohort_step", args=[cohort.pk, word])
    return Next(title, why, str(step.button), url, step, is_time)


def _draft(cohort: Cohort) -> Next:
    gaps, rules = cohort.draft.gaps(), reverse("hub:cohort_rules", args=[cohort.pk])
    if gaps:
        why = ngettext(
            "%(count)d thing is still missing before the rules can be published.",
            "%(count)d things are still missing before the rules can be published.", len(gaps),
        ) % {"count": len(gaps)}  # fmt: skip
        return Next(_("Write the rules"), why, _("Go on writing"), rules)
    why = _("The rules are complete. Read them once more, then publish.")
    return Next(_("Publish the rules"), why, _("Review and publish"), rules)


def _open(cohort: Cohort, *, now: datetime) -> Next:
    today, word = zones.today(now), "tutup-pendaftaran"
    days = {"from": _day(cohort.opens_on), "until": _day(cohort.closes_on)}
    if today < cohort.opens_on:
        return _own(cohort, word, _("Applications open soon"),
                    _("Centres may apply from %(from)s until %(until)s.") % days, is_time=False)  # fmt: skip
    if today <= cohort.closes_on:
        return _own(cohort, word, _("Centres are applying"),
                    _("The last day is %(until)s. After that, close applications.") % days, is_time=False)  # fmt: skip
    return _own(cohort, word, _("Close applications"), _("The last day was %(until)s.") % days)


def _selecting(cohort: Cohort, *, now: datetime) -> Next:
    assert cohort.rules is not None  # constraint cohort_runs_by_rules
    of_rules = cohort.rules.content.rounds
    last = rounds.last_round(cohort)
    if last is None:
        return _begin(cohort, 1, _("Applications are closed."))
    name = {"number": last.number, "name": of_rules[last.number - 1].name}
    if last.state == RoundState.SCORING:
        done = dict(zip(("done", "all"), rounds.scored_of(last), strict=True))
        return Next(_("Round %(number)d is being scored: %(name)s") % name,
                    _("%(done)d of %(all)d scores are in.") % done, _("Open the round"),
                    round_number=last.number)  # fmt: skip
    if last.state == RoundState.RANKED:
        return Next(_("Decide round %(number)d: %(name)s") % name,
                    _("The ranking is computed. After the decision meeting, publish the results."),
                    _("Open the round"), round_number=last.number)  # fmt: skip
    return _after(cohort, last, now=now)


def _after(cohort: Cohort, last: Round, *, now: datetime) -> Next:
    """The results of a round are out."""
    waiting = rounds.appeals(cohort).filter(state=AppealState.FILED, result__round=last).count()
    if waiting:
        title = ngettext("%(count)d appeal waits for an answer", "%(count)d appeals wait for an answer", waiting)
        return Next(title % {"count": waiting}, _("The next round begins when all are answered."), _("Open the round"),
                    round_number=last.number)  # fmt: skip
    until = last.appeals_until
    may_appeal = until is not None and zones.today(now) <= until
    title = _("Centres may appeal until %(day)s") % {"day": _day(until)}
    if last.is_last:
        words = (title, _("Whoever appeals later is too late once the transformation has begun."))
        over = (_("Begin the transformation"), _("All rounds of selection are over."))
        return _own(cohort, "mulai-pendampingan", *(words if may_appeal else over), is_time=not may_appeal)
    if may_appeal:
        return Next(title, _("The next round can begin after that."), _("Open the round"), is_time=False,
                    round_number=last.number)  # fmt: skip
    return _begin(cohort, last.number + 1, _("The round before is over, and no appeal is open."))


def _begin(cohort: Cohort, number: int, why: str) -> Next:
    assert cohort.rules is not None
    name = cohort.rules.content.rounds[number - 1].name
    return _own(cohort, "buka-babak", _("Begin round %(number)d: %(name)s") % {"number": number, "name": name}, why)


def _transforming(cohort: Cohort) -> Next:
    under_way = by_standing(cohort).get(Standing.SELECTED, 0)
    if under_way:
        title = ngettext("%(count)d centre is in transformation", "%(count)d centres are in transformation", under_way)
        return Next(title % {"count": under_way}, _("The intake can be closed when each has completed or left."),
                    _("Open the stages"), is_time=False, is_of_stages=True)  # fmt: skip
    return _own(cohort, "tutup", _("Close the intake"), _("Every centre has completed or left."))


def _day(day: Any) -> str:
    return date_format(day, "j F Y")
