"""A centre's way through an intake, told as moments: the steps that it reached, its results, how it left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from hub.programmes.models import COMPLETED, SELECTED, Application, Exit, Standing, round_passed
from hub.programmes.queries import rules_of
from hub.selection.models import Outcome, Result
from hub.selection.queries import own_results

from .funnel import step_names
from .templatetags.programmes import score


@dataclass(frozen=True, slots=True)
class Moment:
    title: str
    at: datetime
    text: str = ""
    icon: str = "circle-check"
    kind: Literal["plain", "success", "warning", "error", "info"] = "plain"


def story(application: Application) -> list[Moment]:
    """Oldest first: at most two statements. Results are those that the centre knows, too."""
    results = [one for one in own_results(application) if one.round.published_at]
    found = [*_steps(application, results), *_of_results(results)]
    if application.standing == Standing.OUT and application.exited_at:
        words = str(Exit(application.exit).label)
        found.append(Moment(words, application.exited_at, application.exit_note, "circle-x", "error"))
    return sorted(found, key=lambda one: one.at)


def _steps(application: Application, results: Iterable[Result]) -> Iterator[Moment]:
    """Each step that it reached; having passed a round is told with the round's result."""
    names = step_names(rules_of(application.cohort))
    told = {round_passed(one.round.number) for one in results}
    for passage in application.passages.exclude(step__in=told):
        is_great = passage.step in (SELECTED, COMPLETED)
        yield Moment(
            names.get(passage.step, ""), passage.at, icon="award" if is_great else "circle-check",
            kind="success" if is_great else "info",
        )  # fmt: skip


def _of_results(results: Iterable[Result]) -> Iterator[Moment]:
    """Each published result with its score: why a centre went on, or not."""
    for result in results:
        at = result.round.published_at
        assert at is not None  # constraint round_published_has_time
        words = {"number": result.round.number, "score": score(result.score), "rank": result.rank}
        passed = result.outcome == Outcome.PASSED
        yield Moment(
            _("Result of round %(number)d: %(score)s of 100, rank %(rank)d") % words, at,
            str(Outcome(result.outcome).label), "circle-check" if passed else "clipboard-list",
            "info" if passed else "warning",
        )  # fmt: skip
