"""A centre's way through an intake, told as moments: the steps that it reached, its results, how it left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from hub.programmes.models import COMPLETED, SELECTED, Application, Exit, Standing
from hub.programmes.queries import rules_of
from hub.selection.models import Outcome
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
    found = [*_steps(application), *_not_passed(application)]
    if application.standing == Standing.OUT and application.exited_at:
        words = str(Exit(application.exit).label)
        found.append(Moment(words, application.exited_at, application.exit_note, "circle-x", "error"))
    return sorted(found, key=lambda one: one.at)


def _steps(application: Application) -> Iterator[Moment]:
    names = step_names(rules_of(application.cohort))
    for passage in application.passages.all():
        is_great = passage.step in (SELECTED, COMPLETED)
        yield Moment(
            names.get(passage.step, ""), passage.at, icon="award" if is_great else "circle-check",
            kind="success" if is_great else "info",
        )  # fmt: skip


def _not_passed(application: Application) -> Iterator[Moment]:
    """Each published result with its score: why a centre went on, or not."""
    for result in own_results(application):
        if result.round.published_at is None:
            continue
        words = {"number": result.round.number, "score": score(result.score), "rank": result.rank}
        yield Moment(
            _("Result of round %(number)d: %(score)s of 100, rank %(rank)d") % words, result.round.published_at,
            str(Outcome(result.outcome).label), "clipboard-list",
            "plain" if result.outcome == Outcome.PASSED else "warning",
        )  # fmt: skip
