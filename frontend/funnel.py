"""The funnel of an intake as its page shows it: bars, exits, the breakdown, and the same as tables to take away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.programmes import models, queries, rulebook
from hub.programmes.models import Cohort, Exit
from hub.programmes.queries import Bar, Cut, Funnel

from .charts import Chart, Series
from .listing import Table
from .programme_forms import CutForm
from .rule_words import Names

# What a breakdown is by: the word in the address, the column, its heading.
BREAKDOWNS = {
    "provinsi": ("province", gettext_lazy("Province")),
    "kejuruan": ("fields", gettext_lazy("Vocational field")),
    "perempuan": ("is_women_led", gettext_lazy("Led by a woman")),
}
UNKNOWN = "tidak-diketahui"
DAY = 86_400  # seconds


def step_name(step: int, name: str = "") -> str:
    """A step in words; ``name`` is that of its round or stage."""
    fixed = {
        models.ELIGIBLE: _("May apply"),
        models.APPLIED: _("Applied"),
        models.SELECTED: _("Selected"),
        models.COMPLETED: _("Completed"),
    }
    if step in fixed:
        return fixed[step]
    if step < models.SELECTED:
        return _("Passed round %(number)d: %(name)s") % {"number": step - 100, "name": name}
    return _("Passed stage %(number)d: %(name)s") % {"number": step - 300, "name": name}


def short_name(step: int) -> str:
    """As the head of a narrow column."""
    if models.APPLIED < step < models.SELECTED:
        return _("Round %(number)d") % {"number": step - 100}
    if models.SELECTED < step < models.COMPLETED:
        return _("Stage %(number)d") % {"number": step - 300}
    return step_name(step)


def step_names(rules: rulebook.Rules) -> dict[int, str]:
    return {step: step_name(step, name) for step, name in queries.steps_of(rules)}


def cut_of(form: CutForm) -> Cut:
    said = form.in_force
    women_led = {"ya": True, "tidak": False}.get(said.get("perempuan", ""))
    return Cut(said.get("provinsi", ""), said.get("kejuruan", ""), women_led, form.provinces)


def days(seconds: float | None) -> int | None:
    """Whole days, rounded half up; None where it is not known."""
    return None if seconds is None else int(seconds / DAY + 0.5)


# ---------------------------------------------------------------- what the page shows


@dataclass(frozen=True, slots=True)
class ShownBar:
    """One bar. The addresses of the lists behind it are empty for who sees no lists."""

    name: str
    count: int
    before: int | None  # how many reached the step before
    exits: int
    days: int | None
    url: str
    exits_url: str
    number: str = ""  # of a round or stage, for a phone


@dataclass(frozen=True, slots=True)
class Reason:
    words: str
    count: int
    url: str


class Shown:
    """A funnel with the addresses of what stands behind each figure."""

    def __init__(self, cohort: Cohort, funnel: Funnel, narrowed: dict[str, str], *, has_lists: bool) -> None:
        self.cohort, self.funnel, self.narrowed = cohort, funnel, narrowed
        self._lists = reverse("hub:cohort_centres", args=[cohort.pk]) if has_lists else ""

    @property
    def most(self) -> int:
        """What the longest bar stands for."""
        return max((bar.count for bar in self.funnel.bars), default=0) or 1

    @property
    def bars(self) -> Iterator[ShownBar]:
        before: Bar | None = None
        for bar in self.funnel.bars:
            yield ShownBar(
                step_name(bar.step, bar.name), bar.count, before.count if before else None, bar.exits,
                days(bar.seconds), self.list_of(langkah=bar.step), self.list_of(keluar=bar.step) if bar.exits else "",
            )  # fmt: skip
            before = bar

    @property
    def reasons(self) -> Iterator[Reason]:
        for code, count in self.funnel.exits.items():
            yield Reason(str(Exit(code).label), count, self.list_of(alasan=code))

    @property
    def out(self) -> int:
        return sum(self.funnel.exits.values())

    @property
    def completed(self) -> int:
        return self.funnel.bars[-1].count

    @property
    def selected(self) -> int:
        return next(bar.count for bar in self.funnel.bars if bar.step == models.SELECTED)

    @property
    def applied(self) -> int:
        return self.funnel.bars[1].count

    @property
    def eligible(self) -> int:
        return self.funnel.bars[0].count

    def list_of(self, **more: Any) -> str:
        """The address of the list of centres behind a figure."""
        return f"{self._lists}?{urlencode({**self.narrowed, **more})}" if self._lists else ""

    @property
    def still_in_url(self) -> str:
        return self.list_of(keadaan="masih")

    @property
    def chart(self) -> Chart:
        """The same figures as rows."""
        shown = list(self.bars)
        return Chart(
            "bar", _("Step"), [bar.name for bar in shown],
            [
                Series(_("Reached it"), [bar.count for bar in shown]),
                Series(_("Left after it"), [bar.exits for bar in shown]),
                Series(_("Median days to the next step"), [bar.days for bar in shown]),
            ],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a breakdown: for each step how many reached it, and the list behind it."""

    name: str
    cells: list["Cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    text: str  # the count as the reader's language writes it
    url: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    word: str
    heading: Any
    steps: list[tuple[int, str]]
    rows: list[Row]


def breakdown(shown: Shown, word: str, cut: Cut, names: Names) -> Breakdown:
    """One statement."""
    column, heading = BREAKDOWNS[word]
    found = queries.breakdown(shown.cohort, column, cut)
    steps = [(bar.step, short_name(bar.step)) for bar in shown.funnel.bars]
    rows = []
    for value, name in sorted(_named(found, word, names), key=lambda one: (one[0] == "", one[1])):
        key = _VALUES.get(value, value) or UNKNOWN
        rows.append(Row(name, [_cell(shown, found[value].get(step, 0), step, word, key) for step, _name in steps]))
    return Breakdown(word, heading, steps, rows)


def _cell(shown: Shown, count: int, step: int, word: str, value: str) -> Cell:
    """Hundreds of them stand on a page: what is small is written without asking the language."""
    text = str(count) if count < 1000 else str(intcomma(count))
    return Cell(count, text, shown.list_of(**{"langkah": step, word: value}) if count else "")


# As PostgreSQL writes a boolean, and as the address does.
_VALUES = {"true": "ya", "false": "tidak"}


def _named(values: Iterable[str], word: str, names: Names) -> Iterator[tuple[str, str]]:
    words = {
        "provinsi": names.provinces, "kejuruan": names.fields, "perempuan": {"true": _("Yes"), "false": _("No")}
    }[word]  # fmt: skip
    for value in values:
        yield value, words.get(value, value) or _("Not stated")


# ---------------------------------------------------------------- to take away


class FunnelTable(Table):
    name = tables.Column(gettext_lazy("Step"))
    count = tables.Column(gettext_lazy("Centres"))
    share = tables.Column(gettext_lazy("Per cent of the step before"))
    of_all = tables.Column(gettext_lazy("Per cent of all"))
    exits = tables.Column(gettext_lazy("Left after it"))
    days = tables.Column(gettext_lazy("Median days to the next step"))

    class Meta:
        default = ""


def funnel_rows(shown: Shown) -> list[dict[str, Any]]:
    all_of_them = shown.eligible
    return [
        {"name": bar.name, "count": bar.count, "share": _per_cent(bar.count, bar.before),
         "of_all": _per_cent(bar.count, all_of_them), "exits": bar.exits, "days": bar.days}
        for bar in shown.bars
    ]  # fmt: skip


def _per_cent(part: int, whole: int | None) -> float | None:
    return round(part * 100 / whole, 1) if whole else None


class BreakdownTable(Table):
    name = tables.Column(gettext_lazy("Part"))

    class Meta:
        default = ""


def breakdown_table(found: Breakdown) -> BreakdownTable:
    rows = [
        {
            "name": row.name,
            **{f"step_{step}": cell.count for (step, _n), cell in zip(found.steps, row.cells, strict=True)},
        }
        for row in found.rows
    ]
    columns = [(f"step_{step}", tables.Column(name)) for step, name in found.steps]
    return BreakdownTable(rows, extra_columns=columns)


# ---------------------------------------------------------------- intakes side by side


@dataclass(frozen=True, slots=True)
class Side:
    """One intake of a comparison: its count, and the share of those that might apply, at each step (None: has none)."""

    cohort: Cohort
    cells: list[tuple[int, int] | None]
    url: str


@dataclass(frozen=True, slots=True)
class Comparison:
    steps: list[str]
    sides: list[Side]

    @property
    def rows(self) -> Iterator[tuple[str, list[tuple[int, int] | None]]]:
        for at, name in enumerate(self.steps):
            yield name, [side.cells[at] for side in self.sides]

    @property
    def chart(self) -> Chart:
        series = [Series(str(side.cohort), [cell and _per_cent(*cell) for cell in side.cells]) for side in self.sides]
        return Chart("bar", _("Step"), self.steps, series, "%")


def comparison(cohorts: Iterable[Cohort], cut: Cut) -> Comparison:
    """Intakes beside each other, round 1 beside round 1: two statements for each."""
    funnels = [(cohort, {bar.step: bar.count for bar in queries.funnel(cohort, cut).bars}) for cohort in cohorts]
    steps = sorted({step for _cohort, counts in funnels for step in counts})
    sides = [
        Side(
            cohort, [(counts[step], counts[models.ELIGIBLE]) if step in counts else None for step in steps],
            reverse("hub:cohort", args=[cohort.pk]),
        )
        for cohort, counts in funnels
    ]  # fmt: skip
    return Comparison([short_name(step) for step in steps], sides)
