"""Charts as data: what is drawn by JavaScript and what stands in the table beside it come from the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["bar", "line", "stacked", "radar"]


@dataclass(frozen=True)
class Series:
    """One line or colour of a chart. A value of None is a gap: not known, which is not zero."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """Values by category; ``unit`` stands behind them in words, such as "orang" or "%"."""

    kind: Kind
    category: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    most: int | None = None  # where each axis of a radar ends

    @property
    def headings(self) -> list[str]:
        return [self.category, *(f"{one.name} ({self.unit})" if self.unit else one.name for one in self.series)]

    @property
    def rows(self) -> list[list[Any]]:
        return [[name, *(one.values[at] for one in self.series)] for at, name in enumerate(self.categories)]

    @property
    def data(self) -> dict[str, Any]:
        """What src/chart.ts draws."""
        return {
            "kind": self.kind,
            "categories": list(self.categories),
            "unit": self.unit,
            "most": self.most,
            "series": [{"name": one.name, "values": list(one.values)} for one in self.series],
        }
