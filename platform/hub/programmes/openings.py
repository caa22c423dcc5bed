"""What one centre may apply to now, and what keeps it from the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.centres.models import Centre
from hub.regions import zones

from . import eligibility, queries
from .models import Application, Cohort


@dataclass(frozen=True)
class Opening:
    """An intake that takes applications today. ``conditions``: the code of each, and whether the centre meets it."""

    cohort: Cohort
    application: Application | None
    conditions: tuple[tuple[str, bool], ...]

    @property
    def is_met(self) -> bool:
        return all(met for _code, met in self.conditions)

    @property
    def may_begin(self) -> bool:
        """Whether the centre can write its application, be it that it meets the conditions only by now."""
        return self.application is not None or self.is_met


def openings(centre: Centre, own: Sequence[Application], *, now: datetime) -> list[Opening]:
    """The intakes that take applications today and to which this centre has not sent one; the next to close first.

    ``own``: the centre's applications. One statement, and one for each opening.
    """
    by_cohort = {one.cohort_id: one for one in own}
    found = []
    for cohort in queries.open_cohorts(centre, now=now).order_by("closes_on", "name"):
        application = by_cohort.get(cohort.pk)
        if application is None or queries.may_write(application, now=now):
            found.append(opening(cohort, application, centre, now=now))
    return found


def opening(cohort: Cohort, application: Application | None, centre: Centre, *, now: datetime) -> Opening:
    """One intake as a centre may apply to it: one statement."""
    rules, today = queries.rules_of(cohort).eligibility, zones.today(now)
    missed = eligibility.obstacles(centre, rules, today=today)
    codes = eligibility.conditions(rules, today=today)
    return Opening(cohort, application, tuple((code, code not in missed) for code in codes))
