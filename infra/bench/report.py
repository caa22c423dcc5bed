"""The figures as a table for people, and the goals that they are held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """One row: the keys of its figures and their unit, and which measure is held against the goal.

    ``shape`` is how measure and goal are written, such as ``{} ×``.
    """

    name: str
    unit: str
    raw: str
    stock: str
    ours: str
    measure: str
    shape: str = "{} ×"
    goal: float | None = None


def _timed(name: str, key: str, per: str, goal: float | None, *, suffix: str = "") -> Line:
    raw, stock, ours = (f"{key}_{variant}_ms{per}{suffix}" for variant in ("raw", "stock", "ours"))
    return Line(name, "ms", raw, stock, ours, f"{key}_ratio{suffix}", goal=goal)


LINES = (
    _timed("Bring a centre live, 200 present", "provision", "_per_centre", 1.5, suffix="_200"),
    _timed("Bring a centre live, all present", "provision", "_per_centre", 1.5),
    Line(
        "Live after approval", "ms", "live_raw_ms", "provision_stock_ms_per_centre", "live_ms", "live_ms", "{} ms", 50
    ),
    Line("Application approved, head invited", "ms", "", "", "admit_ms", "admit_ms", "{} ms", 50),
    _timed("Nothing to migrate, per schema", "noop", "_per_schema", 2),
    _timed("Add a column, per schema", "migrate", "_per_schema", 3),
    _timed("Export a centre", "export", "", 5),
    _timed("Import a centre", "import", "", None),
    Line(
        "Request to a centre's page", "ms", "request_plain_ms", "request_stock_ms", "request_ours_ms",
        "request_overhead_ms", "+{} ms", 0.3,
    ),
    Line(
        "Statements of that request", "", "request_plain_statements_in_all", "request_stock_statements_in_all",
        "request_ours_statements_in_all", "request_statements", "+{}", 1,
    ),
    Line(
        "Backend after all centres", "MB", "", "backend_mb_without_recycling", "backend_mb", "backend_mb", "{} MB", 200
    ),
)  # fmt: skip

_HEAD = ("", "raw", "stock", "ours", "measure", "goal", "met")
_FOOT = (
    "raw: the same work sent plainly (for requests: plain Django). stock: django-tenants as it comes, on a few\n"
    "schemas (export: pg_dump -n; backend: no recycling). All variants take turns on one fresh database."
)


def table(figures: dict[str, Any]) -> str:
    """A text table, one line of the benchmark a row."""
    rows = [_HEAD, *(_row(line, figures) for line in LINES)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join([_title(figures), "", *_drawn(rows, widths), "", _FOOT])


_PAGES_HEAD = ("", "queries", "p50", "p95", "hello", "size", "at its goal")


def pages_table(figures: dict[str, Any]) -> str:
    """A text table, one page a row."""
    rows: list[tuple[str, ...]] = [_PAGES_HEAD]
    for name, page in figures["pages"].items():
        times = (_cell(page[key], "ms") for key in ("p50_ms", "p95_ms"))
        met = "NO" if name in figures["goals_missed"] else "yes" if name in figures["held"] else ""
        ratio, size = f"{_number(page['hello_ratio'])} ×", _cell(page["bytes"] / 1000, "kB")
        rows.append((name, _number(page["queries"]), *times, ratio, size, met))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_PAGES_HEAD))]
    title = f"{figures['centres']:,} centres; a plain Django hello takes {figures['hello_p50_ms']:.3f} ms"
    return "\n".join([title, "", *_drawn(rows, widths)])


def programme_table(figures: dict[str, Any]) -> str:
    """A text table, one measure a row, with the goal that it is held against."""
    from .programme import GOALS

    title = f"{figures['centres']:,} centres, {figures['scores']:,} scores"
    rows = [
        (name, _number(value), f"{_number(GOALS[name])}" if name in GOALS else "",
         "" if name not in GOALS else "NO" if name in figures["goals_missed"] else "yes")
        for name, value in figures.items()
        if isinstance(value, float)
    ]  # fmt: skip
    head = ("measure", "figure", "goal", "met")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join([title, "", *_drawn([head, *rows], widths)])


def missed(figures: dict[str, Any]) -> list[str]:
    """The measures that are not at their goal."""
    return [line.measure for line in LINES if _met(line, figures) == "NO"]


def _title(figures: dict[str, Any]) -> str:
    return (
        f"{figures['centres']} centres, {figures['tables_per_schema']} tables and {figures['indexes_per_schema']} "
        f"indexes each; PostgreSQL {figures['postgresql']}, Python {figures['python']}, {figures['cpus']} CPUs"
    )


def _met(line: Line, figures: dict[str, Any]) -> str:
    if line.goal is None:
        return ""
    return "yes" if figures[line.measure] <= line.goal else "NO"


def _row(line: Line, figures: dict[str, Any]) -> tuple[str, ...]:
    cells = (_cell(figures.get(key), line.unit) for key in (line.raw, line.stock, line.ours))
    goal = "" if line.goal is None else "≤ " + line.shape.format(f"{line.goal:g}")
    return (line.name, *cells, line.shape.format(_number(figures[line.measure])), goal, _met(line, figures))


def _cell(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{_number(value)} {unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _drawn(rows: list[tuple[str, ...]], widths: list[int]) -> Iterator[str]:
    for first, *rest in rows:
        right = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *right]).rstrip()
