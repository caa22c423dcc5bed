"""An assessor's work, round by round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hub.selection.models import Assessment, AssessmentState, Round


@dataclass(frozen=True)
class Share:
    """One assessor's part of one round."""

    round: Round
    waiting: list[Assessment]
    submitted: list[Assessment]
    days: int | None  # until the last day to score; negative since it is over; None: no day is fixed

    @property
    def total(self) -> int:
        return len(self.waiting) + len(self.submitted)

    @property
    def percent(self) -> int:
        return 100 * len(self.submitted) // self.total


def shares(mine: Iterable[Assessment], *, today: date) -> list[Share]:
    """The rounds that somebody scores in, the one that ends first in front; begun drafts before untouched ones."""
    by_round: dict[object, list[Assessment]] = {}
    for one in mine:
        by_round.setdefault(one.round_id, []).append(one)
    found = []
    for several in by_round.values():
        round_ = several[0].round
        waiting = [one for one in several if one.state == AssessmentState.ASSIGNED]
        ends = round_.rules.ends_on
        found.append(
            Share(
                round=round_,
                waiting=sorted(waiting, key=lambda one: not one.is_begun),
                submitted=[one for one in several if one.state == AssessmentState.SUBMITTED],
                days=(ends - today).days if ends else None,
            )
        )
    return sorted(found, key=lambda one: (one.days is None, one.days or 0, one.round.cohort.name))
