"""The benchmark runs and tells all it has to; how fast things were is not this test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from infra.bench import pages, programme, report

RATIOS = {"provision_ratio", "provision_ratio_200", "noop_ratio", "migrate_ratio", "export_ratio", "import_ratio"}
PAGES = {
    "hub_home", "directory", "directory_filtered", "directory_searched", "hub_centre", "centre_home",
    "space_dashboard", "console_overview", "console_centres", "console_people", "console_system", "search",
    "api_centres",
}  # fmt: skip
MOST_QUERIES = 25  # of a page that no goal is set for
OTHERS = {
    "request_overhead_ms",
    "request_statements",
    "live_ms",
    "admit_ms",
    "backend_mb",
    "backend_mb_without_recycling",
}


def test_a_small_run_prints_one_object_with_every_figure_and_leaves_nothing(tmp_path: Path):
    before = set((settings.VAR / "bench").glob("*"))
    written = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "fleet", "--centres", "6", "--json", "--write", str(written)],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert json.loads(written.read_text()) == figures

    assert figures.keys() >= RATIOS | OTHERS | {"centres", "tables_per_schema", "schemas_present"}
    assert figures["centres"] == 6
    assert all(figures[name] > 0 for name in RATIOS)
    for line in report.LINES:
        keys = {line.raw, line.stock, line.ours, line.measure} - {"", "import_stock_ms"}
        assert keys <= figures.keys(), line.name
    assert all(line.name in report.table(figures) for line in report.LINES)
    assert set((settings.VAR / "bench").glob("*")) == before


def test_the_pages_are_measured_and_nothing_is_left():
    before = set((settings.VAR / "bench").glob("*"))
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "pages", "--centres", "6", "--rounds", "2", "--json"],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)

    assert figures["centres"] == 6
    assert figures["pages"].keys() >= PAGES
    for name, page in figures["pages"].items():
        assert page.keys() == {"queries", "p50_ms", "p95_ms", "bytes", "hello_ratio"}
        assert all(value > 0 for value in page.values()), name
        assert page["p50_ms"] <= page["p95_ms"]
        assert page["hello_ratio"] > 1
        # Statements do not depend on the machine.
        assert page["queries"] <= (pages.GOAL_QUERIES if name in pages.HELD else MOST_QUERIES), name
    assert all(name in report.pages_table(figures) for name in figures["pages"])
    assert set((settings.VAR / "bench").glob("*")) == before


def test_a_national_intake_is_measured_and_nothing_is_left():
    before = set((settings.VAR / "bench").glob("*"))
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "programme", "--centres", "8", "--rounds", "2", "--json"],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    # Four rounds, three assessors, twelve criteria.
    assert (figures["centres"], figures["scores"]) == (8, 8 * 4 * 3 * 12)
    assert figures.keys() >= {"rank_ratio", "funnel_p95_ms", "assign_s", "goals_missed"}
    assert all(figures[name] > 0 for name in programme.GOALS)
    assert all(name in report.programme_table(figures) for name in programme.GOALS)
    assert set((settings.VAR / "bench").glob("*")) == before


def test_a_figure_over_its_goal_is_named():
    figures = {line.measure: 0.0 for line in report.LINES}
    assert report.missed(figures) == []
    assert report.missed({**figures, "request_statements": 1.01}) == ["request_statements"]


def test_too_few_centres_are_refused():
    with pytest.raises(CommandError, match="at least 4"):
        call_command("bench", "fleet", "--centres", "3")
