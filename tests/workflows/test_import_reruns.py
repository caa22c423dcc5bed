"""The import again and again: what a second run, a dry run, a kill in between or a broken file may not change."""

import csv
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fleet.lock import single_flight
from fleet.models import Run
from hub.centres import operations
from hub.centres.models import Centre, State
from workflows.import_register import CHUNK, import_register
from workflows.register_file import RegisterUnreadable

from . import register
from .register import row


@pytest.fixture
def run(tmp_path, centre):
    """A function that imports these rows; gives the summary's counts and the report's rows by register id."""

    def run(rows, *, dry_run=False, **how):
        path = register.write(tmp_path / "register.csv", rows, **how)
        summary = import_register(path, dry_run=dry_run, report=tmp_path / "report.csv")
        with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
            report = list(csv.DictReader(file))
        assert len(report) == summary.total
        return dict(summary.counts), report

    return run


def imported():
    return Centre.objects.exclude(register_id=None)


def everything() -> dict[str, list]:
    """All rows of all tables of the hub, the runs' own left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'fleet%'")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = [text for (text,) in cursor.fetchall()]
        return found


def test_a_report_opened_in_a_spreadsheet_runs_nothing(run):
    rows = [row(number, name=f"{start}SUM(A1)") for number, start in enumerate("=+-@")]
    _counts, report = run([*rows, row(9, register_id="+62812"), row(10, institution_type="@x")])
    cells = [cell for one in report for cell in one.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'+62812" in cells


def test_a_second_run_finds_everything_unchanged_and_changes_nothing(run):
    rows = register.many(450)
    first, _report = run(rows)
    before = everything()
    second, _report = run(rows)
    assert second == {
        "unchanged": first["created"], "skipped": first["skipped"], "rejected": first["rejected"],
    }  # fmt: skip
    assert everything() == before


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_that_passes_from_one_row_to_another_settles_in_one_run(run, order):
    run([row(1, name="BLKK MELATI"), row(2, name="BLKK MAWAR")])
    moved = [row(1, name="BLKK ANGGREK"), row(2, name="BLKK MAWAR"), row(3, name="BLKK MELATI")][::order]
    assert run(moved)[0] == {"updated": 1, "unchanged": 1, "created": 1}
    before = everything()
    assert run(moved)[0] == {"unchanged": 3}
    assert everything() == before


def test_two_rows_may_swap_their_names(run):
    run([row(1, name="BLKK MELATI"), row(2, name="BLKK MAWAR")])
    swapped = [row(1, name="BLKK MAWAR"), row(2, name="BLKK MELATI")]
    assert run(swapped)[0] == {"updated": 2}
    assert run(swapped)[0] == {"unchanged": 2}


def test_what_happens_to_a_centre_during_a_run_is_not_undone(tmp_path, centre):
    """An officer suspends a centre, and it gets another address, while its row is still to come."""
    rows = [row(number) for number in range(CHUNK + 10)]
    import_register(register.write(tmp_path / "x.csv", rows))
    last = Centre.objects.get(register_id=rows[-1]["register_id"])
    operations.mark_live([last.schema_name], now=last.created_at)
    happened = []

    def meanwhile(progress):
        if not happened:  # first called once the first chunk is through
            happened.append(operations.suspend(last, reason="Izin habis", now=last.created_at))
            operations.rename_slug(last, slug="nama-lain")

    rows[-1]["condition"] = "RUSAK"
    import_register(register.write(tmp_path / "x.csv", rows), on_progress=meanwhile)
    after = Centre.objects.get(pk=last.pk)
    assert happened
    assert (after.state, after.slug, after.state_reason) == (State.SUSPENDED, "nama-lain", "Izin habis")
    assert after.register_spelling["condition"] == "RUSAK"


def test_a_dry_run_says_the_same_and_changes_nothing(run):
    rows = register.many(300)
    before = everything()
    said, would = run(rows, dry_run=True)
    assert everything() == before
    done, did = run(rows)
    assert (said, would) == (done, did)


def test_addresses_do_not_hang_on_what_else_is_imported_together(run):
    """Killed half-way and run again, a centre has the address it would have had."""
    rows = register.many(60)
    run(rows[:25])
    _counts, report = run(rows)
    slugs = dict(imported().values_list("register_id", "slug"))
    Centre.objects.exclude(register_id=None).delete()
    run(rows)
    assert dict(imported().values_list("register_id", "slug")) == slugs


@pytest.mark.parametrize("new", [True, False])
def test_statements_do_not_grow_with_the_rows(run, new):
    """A chunk costs some statements; a row costs none, new or known."""

    def statements(count):
        rows = [row(number) for number in range(count)]
        if not new:
            run(rows)
        with CaptureQueriesContext(connection) as captured:
            run(rows)
        Centre.objects.exclude(register_id=None).delete()
        return len(captured)

    few, full = statements(20), statements(CHUNK)
    assert full <= few + 2
    assert statements(3 * CHUNK) - full <= 2 * 10


def test_lines_may_end_in_any_way_and_empty_ones_are_passed_over(tmp_path, centre):
    text = register.write(tmp_path / "x.csv", [row(1), row(2)]).read_text()
    for number, end in enumerate(("\n", "\r\n", "\r")):
        path = tmp_path / f"{number}.csv"
        path.write_text(text.replace("\n", end + end), newline="")
        assert dict(import_register(path, dry_run=True).counts) == {"created": 2}


def test_a_cell_may_hold_a_line_break(run):
    assert run([row(1, name="BLKK AL\nHUDA"), row(2)])[0] == {"created": 2}
    assert Centre.objects.get(register_id="L00001").name == "BLKK Al Huda"


def good(tmp_path: Path) -> bytes:
    return register.write(tmp_path / "good.csv", [row(number) for number in range(5)]).read_bytes()


BAD_FILES = {
    "empty": lambda good: b"",
    "only the header": lambda good: good.split(b"\n")[0] + b"\n",
    "blank lines": lambda good: b"\n\n\n",
    "UTF-16": lambda good: good.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda good: good.decode().encode("utf-16-le"),
    "a spreadsheet": lambda good: b"PK\x03\x04\x14\x00\x06\x00" + good,
    "null bytes": lambda good: good.replace(b"SUKAMAJU", b"SUKA\0MAJU", 1),
    "a missing column": lambda good: good.replace(b"regency", b"lainnya", 1),
    "UTF-8 and Windows-1252 mixed": lambda good: good.replace(b"SUKAMAJU", "Café".encode(), 1).replace(
        b"SUKAMAJU", "Café".encode("cp1252"), 1
    ),
    "a mark and another encoding": lambda good: b"\xef\xbb\xbf" + good.replace(b"SUKAMAJU", b"Caf\xe9", 1),
    "no encoding at all": lambda good: good.replace(b"SUKAMAJU", b"\x81\x8d", 1),
    "an unclosed quote": lambda good: good.replace(b"SUKAMAJU", b'"SUKAMAJU', 1),
    "a quote that ends too early": lambda good: good.replace(b"SUKAMAJU", b'"SUKA"MAJU', 1),
    "a huge cell": lambda good: good.replace(b"SUKAMAJU", b"x" * 200_000, 1),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_cannot_be_read_changes_nothing(tmp_path, centre, kind):
    path = tmp_path / "bad.csv"
    path.write_bytes(BAD_FILES[kind](good(tmp_path)))
    before, runs = everything(), Run.objects.count()
    with pytest.raises(RegisterUnreadable) as raised:
        import_register(path, report=tmp_path / "report.csv")
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 500
    assert everything() == before and Run.objects.count() == runs
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.csv", "good.csv"]


def one_line(run: subprocess.CompletedProcess) -> bool:
    return run.returncode == 1 and run.stderr.count("\n") == 1 and run.stderr.startswith("CommandError: ")


@pytest.mark.parametrize("kind", ["empty", "UTF-16", "a missing column", "an unclosed quote"])
def test_the_command_says_what_is_wrong_in_one_line(own_database, plain, tmp_path, kind):
    (tmp_path / "bad.csv").write_bytes(BAD_FILES[kind](good(tmp_path)))
    run = own_database.manage(
        "import_register", str(tmp_path / "bad.csv"), "--provision", "--report", str(tmp_path / "r")
    )
    assert one_line(run), run.stderr
    assert not (tmp_path / "r").exists()
    assert plain.execute("SELECT count(*) FROM fleet_run").fetchone() == (0,)


def test_the_command_says_what_path_is_wrong_in_one_line(own_database, tmp_path):
    file = register.write(tmp_path / "x.csv", [row(1)])
    for arguments in ((tmp_path / "missing.csv",), (tmp_path,), (file, "--report", tmp_path / "no" / "folder.csv")):
        run = own_database.manage("import_register", *map(str, arguments))
        assert one_line(run), run.stderr
    with single_flight("import"):
        assert one_line(own_database.manage("import_register", str(file)))


def test_the_command_tells_the_counts_and_the_reasons(own_database, plain, tmp_path):
    path = register.write(tmp_path / "x.csv", [row(1), row(2), row(3, name=""), row(4, institution_type="LPK")])
    run = own_database.manage("import_register", str(path), "--provision", "--report", str(tmp_path / "report.csv"))
    assert run.returncode == 0, run.stderr
    told = run.stdout.split()
    assert told[:2] == ["4", "rows:"]
    assert told[told.index("created") + 1] == "2" and "LPK" in told
    assert "2 centres brought live, 0 failed." in run.stdout
    live = plain.execute("SELECT count(*) FROM centres_centre WHERE register_id IS NOT NULL AND state = 'active'")
    assert live.fetchone() == (2,)


@pytest.mark.parametrize("year", ["9" * 6000, "²⁰¹⁹", "٢٠١٩", "0007"])
def test_an_odd_year_stops_no_run(run, year):
    counts, _report = run([row(1, established=year)])
    assert counts == {"created": 1}
    assert imported().get().established in (None, 2019)


def test_a_rename_to_a_name_that_another_keeps_is_rejected_and_stays_so(run):
    run([row(1, name="BLKK MELATI"), row(2, name="BLKK MAWAR")])
    rows = [row(1, name="BLKK MAWAR"), row(2, name="BLKK MAWAR"), row(3, name="BLKK MELATI")]
    counts, report = run(rows)
    assert [one["outcome"] for one in report] == ["rejected", "unchanged", "rejected"]
    before = everything()
    assert run(rows)[0] == counts
    assert everything() == before


def test_the_runs_own_record_counts_what_it_did(own_database, tmp_path):
    path = register.write(tmp_path / "register.csv", [row(1), row(2, name=""), row(3, institution_type="LPK")])
    import_register(path)
    last = Run.objects.latest()
    assert (last.kind, last.state, last.total, last.done, last.failed) == ("import", Run.State.FAILED, 3, 2, 1)
    assert sum(last.report["rows"].values()) == 3 and last.report["rows"]["rejected"] == 1
    assert [(kind, rows) for kind, _reason, rows in last.report["reasons"] if kind == "rejected"] == [("rejected", 1)]
    assert last.report["dry_run"] is False


def test_a_run_that_breaks_off_says_stopped_and_leaves_no_half_report(own_database, tmp_path):
    """The disk or the database gives up in the middle; what was settled before stays."""
    path = register.write(tmp_path / "register.csv", [row(number) for number in range(3 * CHUNK)])

    def give_up(progress):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        import_register(path, report=tmp_path / "report.csv", on_progress=give_up)
    assert Run.objects.latest().state == Run.State.STOPPED
    assert imported().count() == CHUNK
    assert [one.name for one in tmp_path.iterdir()] == ["register.csv"]
