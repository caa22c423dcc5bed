"""The map of the home page: Indonesia's provinces, darker where there are more centres."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma

from hub.regions.models import Province

from . import addresses

_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
LEVELS = 4  # shades besides the one for none


@dataclass(frozen=True)
class Shape:
    """One outline. Two of them hold several provinces: those that were divided in 2022 are drawn as they were."""

    path: str
    name: str
    count: int
    level: int  # 0 for none, 1 to LEVELS for the shade
    href: str


@dataclass(frozen=True)
class ProvinceMap:
    view_box: str
    width: int
    height: int
    shapes: list[Shape]
    legend: list[str]  # what each level says, from 0 on


@cache
def _drawing() -> dict[str, Any]:
    """The outlines as ``npm run map`` wrote them."""
    return json.loads((Path(__file__).parent / "provinces.json").read_text())


def codes() -> list[str]:
    """The codes of all provinces that the drawing knows."""
    return [code for shape in _drawing()["shapes"] for code in shape["codes"]]


def of(provinces: Sequence[Province]) -> ProvinceMap:
    """The map of all provinces, each with ``centre_count``."""
    counts: dict[str, int] = {province.code: province.centre_count for province in provinces}  # type: ignore[attr-defined]
    names = {province.code: str(province) for province in provinces}
    drawing = _drawing()
    counted = [sum(counts.get(code, 0) for code in shape["codes"]) for shape in drawing["shapes"]]
    starts = _starts(max(counted, default=0))
    shapes = [
        Shape(
            path=shape["path"],
            name=", ".join(names[code] for code in shape["codes"] if code in names),
            count=count,
            level=bisect_right(starts, count),
            href=_href([code for code in shape["codes"] if counts.get(code)]),
        )
        for shape, count in zip(drawing["shapes"], counted, strict=True)
    ]
    return ProvinceMap(drawing["view_box"], drawing["width"], drawing["height"], shapes, _legend(starts))


def _href(codes: list[str]) -> str:
    """To the centres of the one province, or to the rows of several in the list below the map."""
    if len(codes) == 1:
        return f"{addresses.hub_path('directory')}?provinsi={codes[0]}"
    return f"#provinsi-{codes[0]}" if codes else ""


def _starts(most: int) -> list[int]:
    """The count at which each shade begins: round numbers, each about as many times the one before."""
    starts = [1]
    for part in range(1, LEVELS):
        wished = most ** (part / LEVELS)
        round_number = max(step for step in _STEPS if step <= max(wished, 1))
        starts.append(max(round_number, starts[-1] + 1))
    return starts


def _legend(starts: list[int]) -> list[str]:
    ends = [start - 1 for start in starts[1:]]
    ranges = [
        intcomma(start) if start == end else f"{intcomma(start)}–{intcomma(end)}"
        for start, end in zip(starts, ends, strict=False)
    ]
    return ["0", *ranges, f"{intcomma(starts[-1])}+"]
