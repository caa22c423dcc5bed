"""Killed with SIGKILL at random points and run again: every centre is whole or absent, and the end is the same.

The points are spread over what an unkilled run does, from a fixed seed: the kill comes when the database shows so much.
"""

import csv
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fleet import catalogue, status
from fleet.models import Run
from hub.centres.models import Centre
from tests.conftest import OwnDatabase

from .conftest import SiteMigrations

pytestmark = pytest.mark.kill

# Of each of the three; KILL_ROUNDS=20 make test looks longer.
ROUNDS = int(os.environ.get("KILL_ROUNDS", "7"))
CENTRES = 48
OTHERS = 16  # rows of the register that are no community centres


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["register_id", "name", "institution_type", "village", "province", "regency", "vocational_fields"]
        )
        for number in range(CENTRES + OTHERS):
            kind = "BLK KOMUNITAS" if number % 4 else "LPK SWASTA"
            # Namesakes in different regencies, so that addresses depend on what came before.
            name = f"BLKK NURUL {'ABCDEFGH'[number % 8] * 3}"
            regency = ["KAB. BLITAR", "KOTA BLITAR", "KAB. KEDIRI", "KAB. JEMBER"][number // 8 % 4]
            village = f"Desa {number}"
            writer.writerow([f"r{number}", f"{name} {number // 32}", kind, village, "JAWA TIMUR", regency, "TATA BOGA"])
    return path


def end_state(plain: psycopg.Connection) -> dict[str, list]:
    """All that a run decides: the hub's rows, their domains and fields, and what each schema is made of."""
    queries = {
        "centres": "SELECT id, code, slug, name, state, regency_id, register_spelling "
        "FROM public.centres_centre WHERE register_id IS NOT NULL ORDER BY register_id",
        "domains": "SELECT domain, skeleton, is_primary, tenant_id FROM public.centres_domain ORDER BY domain",
        "fields": "SELECT centre_id, vocationalfield_id FROM public.centres_centre_fields ORDER BY 1, 2",
        "objects": _OBJECTS,
        "left over": "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(scratch|ready)_'",
    }
    found = {name: plain.execute(query).fetchall() for name, query in queries.items()}
    return found | {"histories": list(status.digests(plain, catalogue.schemas(plain)))}


# Each centre's schema with a digest of its columns, constraints and indexes.
_OBJECTS = r"""
    SELECT n.nspname, md5(string_agg(replace(o.definition, n.nspname || '.', ''), '|' ORDER BY o.definition))
    FROM pg_namespace n
    JOIN LATERAL (
        SELECT concat_ws(' ', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                         a.attidentity) AS definition
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND a.attnum > 0
        UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = n.oid
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = n.nspname
    ) o ON true
    WHERE n.nspname LIKE 'c\_%' GROUP BY n.nspname ORDER BY n.nspname
"""


def shapes(plain: psycopg.Connection) -> set[tuple[str, ...]]:
    """The relations of each centre's schema; whole centres all have the same."""
    rows = plain.execute(
        "SELECT array_agg(c.relname::text ORDER BY c.relname) FROM pg_namespace n "
        r"JOIN pg_class c ON c.relnamespace = n.oid WHERE n.nspname LIKE 'c\_%' GROUP BY n.oid"
    ).fetchall()
    return {tuple(names) for (names,) in rows}


def kill_at(process: subprocess.Popen[str], reached: Callable[[], bool], plain: psycopg.Connection) -> bool:
    """Kill the process when the database shows that it got so far. False if it ended before."""
    while process.poll() is None and not reached():
        time.sleep(0.001)
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    _until_the_server_is_done(plain)
    return process.returncode == -signal.SIGKILL


def _until_the_server_is_done(plain: psycopg.Connection) -> None:
    """A killed client's statement may still be running; its transaction ends one way or the other."""
    until = time.monotonic() + 20
    while plain.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND application_name LIKE 'balai%' AND state <> 'idle'"
    ).fetchone():
        assert time.monotonic() < until, "The server still works for a killed client."
        time.sleep(0.01)


def whole(own: OwnDatabase, *command: str) -> None:
    """Run to the end."""
    done = own.manage(*command)
    assert done.returncode == 0, done.stderr


def kill_in_rounds(  # noqa: PLR0913
    own: OwnDatabase,
    plain: psycopg.Connection,
    command: tuple[str, ...],
    *,
    progress: str,
    reset: Callable[[], None],
    in_between: Callable[[], None],
    expected: Callable[[], object],
) -> None:
    """Rounds of: reset, kill at a random point, look, every other time kill again, run to the end, compare.

    ``progress`` is a query that gives one number, which grows while the command runs.
    """

    def measured() -> int:
        return plain.execute(progress).fetchone()[0]

    dice = random.Random(20261124)
    reset()
    whole(own, *command)
    wanted, last = expected(), measured()
    killed = 0
    for round_number in range(ROUNDS):
        reset()
        for _kill in range(1 + round_number % 2):
            now = measured()
            if now >= last:
                break  # the server finished what the killed client had sent
            target = dice.randrange(now, last)
            killed += kill_at(own.start(*command), lambda: measured() > target, plain)  # noqa: B023  (called at once)
            in_between()
        whole(own, *command)
        assert expected() == wanted
    assert killed > ROUNDS // 2, "Too few were killed before their end to show anything."


def nothing_half_made(plain: psycopg.Connection, shape: set[tuple[str, ...]]) -> None:
    assert shapes(plain) == shape
    live = plain.execute(
        "SELECT count(*) FROM public.centres_centre c WHERE state = 'active' "
        "AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = c.schema_name)"
    ).fetchone()
    assert live == (0,)


def forget_imported(plain: psycopg.Connection, *, keep_rows: bool) -> None:
    """Back to before the import, or (``keep_rows``) to before the provisioning."""
    names = plain.execute("SELECT schema_name FROM public.centres_centre WHERE register_id IS NOT NULL").fetchall()
    for (name,) in names:
        plain.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
    if keep_rows:
        plain.execute(
            "UPDATE public.centres_centre SET state = 'registered', live_since = NULL WHERE register_id IS NOT NULL"
        )
        return
    imported = "(SELECT id FROM public.centres_centre WHERE register_id IS NOT NULL)"
    plain.execute(f"DELETE FROM public.centres_centre_fields WHERE centre_id IN {imported}")
    plain.execute(f"DELETE FROM public.centres_domain WHERE tenant_id IN {imported}")
    plain.execute("DELETE FROM public.centres_centre WHERE register_id IS NOT NULL")


def test_the_importer(own_database, plain, register):
    shape = shapes(plain)
    kill_in_rounds(
        own_database,
        plain,
        ("import_register", str(register), "--provision"),
        progress="SELECT (SELECT count(*) FROM public.centres_centre) + "
        r"(SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'c\_%')",
        reset=lambda: forget_imported(plain, keep_rows=False),
        in_between=lambda: nothing_half_made(plain, shape),
        expected=lambda: end_state(plain),
    )
    assert Centre.objects.filter(state="active").exclude(register_id=None).count() == CENTRES
    # The killed runs do not call themselves running for ever.
    assert not Run.objects.filter(state=Run.State.RUNNING).exists()


def test_the_provisioner(own_database, plain, register):
    shape = shapes(plain)
    whole(own_database, "import_register", str(register))
    kill_in_rounds(
        own_database,
        plain,
        ("fleet", "provision"),
        progress=r"SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'c\_%'",
        reset=lambda: forget_imported(plain, keep_rows=True),
        in_between=lambda: nothing_half_made(plain, shape),
        expected=lambda: end_state(plain),
    )


def test_the_migration(with_migrations, plain, make_schemas, site_migrations: SiteMigrations):
    names = make_schemas(CENTRES)
    added = site_migrations.add(
        "0902_motto", 'migrations.AddField("profile", "motto", models.CharField(max_length=50, default=""))'
    )

    def state() -> set[tuple[str, bool, int]]:
        columns = plain.execute(
            "SELECT table_schema FROM information_schema.columns "
            "WHERE table_name = 'site_profile' AND column_name = 'motto'"
        ).fetchall()
        with_column = {name for (name,) in columns}
        noted = "(SELECT count(*) FROM {}.django_migrations WHERE app = 'site' AND name = '" + added + "')"
        counts = plain.execute("SELECT " + ", ".join(noted.format(name) for name in names)).fetchone()
        return {(name, name in with_column, count) for name, count in zip(names, counts, strict=True)}

    def reset() -> None:
        for name in names:
            plain.execute(
                f"ALTER TABLE {name}.site_profile DROP COLUMN IF EXISTS motto; "
                f"DELETE FROM {name}.django_migrations WHERE app = 'site' AND name = '{added}'"
            )

    def whole_or_untouched() -> None:
        for name, has_column, noted in state():
            assert (has_column, noted) in ((True, 1), (False, 0)), name

    kill_in_rounds(
        with_migrations,
        plain,
        ("fleet", "migrate"),
        progress="SELECT count(*) FROM pg_attribute WHERE attname = 'motto' AND NOT attisdropped",
        reset=reset,
        in_between=whole_or_untouched,
        expected=state,
    )
    assert {(has_column, noted) for _name, has_column, noted in state()} == {(True, 1)}


def test_filling_up_ready_schemas(own_database, plain):
    """A half-made one is swept up; what is noted is whole."""
    dice = random.Random(7)
    for _round in range(ROUNDS):
        target = dice.randrange(40)
        made = r"SELECT count(*) > %s FROM pg_namespace WHERE nspname LIKE 'ready\_%%'"
        kill_at(
            own_database.start("fleet", "fill", "--target", "40"),
            lambda: plain.execute(made, (target,)).fetchone()[0],  # noqa: B023  (called at once)
            plain,
        )
        # Some lose their note, as if the kill had come between the schema and its note.
        plain.execute(
            "DELETE FROM public.fleet_readyschema WHERE name IN (SELECT name FROM public.fleet_readyschema LIMIT 9)"
        )
    whole(own_database, "fleet", "fill", "--target", "40")
    there = plain.execute(r"SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'ready\_%' ORDER BY 1").fetchall()
    noted = plain.execute('SELECT name FROM public.fleet_readyschema ORDER BY name COLLATE "C"').fetchall()
    assert sorted(there) == sorted(noted)
    assert len(noted) == 40


def test_a_centre_that_is_moved(own_database, plain, tmp_path):
    """Export, erase and import, each killed and run again: the rows are all there in the end."""
    dice = random.Random(11)
    code, name = plain.execute(
        "SELECT code, schema_name FROM public.centres_centre WHERE state = 'active' ORDER BY name LIMIT 1"
    ).fetchone()
    plain.execute(
        f"INSERT INTO {name}.site_announcement (title, body, published_at) "
        "SELECT 'Kabar ' || n, repeat('isi ', 50), now() FROM generate_series(1, 20000) n"
    )
    rows = f"SELECT count(*), md5(string_agg(title || id, ',' ORDER BY id)) FROM {name}.site_announcement"
    before = plain.execute(rows).fetchone()
    file = tmp_path / "centre.zip"
    for command in (
        ("fleet", "export", code, "--to", str(file)),
        ("fleet", "erase", code, "--export", str(file), "--confirm", code),
        ("fleet", "import", str(file)),
    ):
        for _kill in range(4):
            until = time.monotonic() + dice.uniform(0.3, 0.9)
            kill_at(own_database.start(*command), lambda: time.monotonic() > until, plain)  # noqa: B023
        finished = own_database.manage(*command)
        # Killed after its commit, it has nothing left to do and says so.
        assert finished.returncode == 0 or "fleet export" not in " ".join(command), finished.stderr
        assert "Traceback" not in finished.stderr
    assert plain.execute(rows).fetchone() == before
