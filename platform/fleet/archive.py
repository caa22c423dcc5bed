"""One centre in one file: its rows by COPY, its files, its schema version, and a manifest with counts and checksums.

The file is a zip that is not deflated (that cost a third of the export's time): ``manifest.json``,
``tables/<name>.copy`` (PostgreSQL's text COPY, rows by primary key) and ``files/<name>``.
Two exports of the same rows and files have the same content checksum, whenever and wherever they were made.
"""

import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import transaction
from django.utils.translation import gettext as _

from kernel import database, files, schema
from kernel.schema import connection

from .catalogue import Executes, is_duplicate_schema, quoted, tables
from .errors import FleetError
from .recording import MigrationKey, Recording, full_set, record
from .workers import PlainConnection

FORMAT = 2  # format 1 had no files
HISTORY = "django_migrations"
_CHUNK = 1 << 16  # bytes
_LARGEST_MANIFEST = 10_000_000  # bytes
# How a server is set up to show values must not change an export.
_ONE_SPELLING = """
    SET LOCAL timezone TO 'UTC'; SET LOCAL datestyle TO 'ISO, YMD'; SET LOCAL intervalstyle TO 'postgres';
    SET LOCAL extra_float_digits TO 1; SET LOCAL bytea_output TO 'hex';
"""


class ArchiveDamaged(FleetError):
    """The file is no export, or not the one that was written."""

    code = "archive_damaged"


class ArchiveTooNew(FleetError):
    """The export was made by a newer release than this code."""

    code = "archive_too_new"


class SchemaExists(FleetError):
    code = "schema_exists"


class FilesChanged(FleetError):
    """A file was deleted while the export was under way, so that it may lack one that a row names."""

    code = "files_changed"


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an export holds. ``subject`` is the hub's own description of the centre, as its caller gave it."""

    schema_name: str
    exported_at: str
    migrations: tuple[MigrationKey, ...]
    tables: dict[str, Table]
    sequences: dict[str, tuple[int, bool]]
    subject: dict[str, Any]
    files: dict[str, str]  # SHA-256 by name

    @property
    def content(self) -> str:
        """The checksum of all rows and files and of the schema version: equal contents, equal checksum."""
        described = [
            sorted(self.migrations),
            {name: [table.columns, table.rows, table.sha256] for name, table in self.tables.items()},
            self.sequences,
        ]
        if self.files:  # without any, the checksum is that of format 1, which tombstones remember
            described.append(self.files)
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        return json.dumps(
            {
                "format": FORMAT,
                "content_sha256": self.content,
                "schema_name": self.schema_name,
                "exported_at": self.exported_at,
                "migrations": self.migrations,
                "tables": {name: table.__dict__ for name, table in self.tables.items()},
                "sequences": self.sequences,
                "subject": self.subject,
                "files": self.files,
            },
            indent=1,
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        raw = json.loads(text)
        if raw["format"] > FORMAT:
            raise ArchiveTooNew(f"The export has format {raw['format']}; this release reads up to format {FORMAT}.")
        manifest = cls(
            schema_name=raw["schema_name"],
            exported_at=raw["exported_at"],
            migrations=tuple((app, name) for app, name in raw["migrations"]),
            tables={
                name: Table(tuple(table["columns"]), table["rows"], table["sha256"])
                for name, table in raw["tables"].items()
            },
            sequences={name: (int(value), bool(called)) for name, (value, called) in raw["sequences"].items()},
            subject=raw["subject"],
            files={name: str(sha256) for name, sha256 in raw.get("files", {}).items()},
        )
        if not all(files.is_name(name) for name in manifest.files):
            raise ArchiveDamaged("The export's manifest names files that can be none of a centre's.")
        if manifest.content != raw["content_sha256"]:
            raise ArchiveDamaged("The export's manifest does not match its own checksum.")
        return manifest


# ---------------------------------------------------------------- writing


def write(schema_name: str, path: Path, *, folder: Path, subject: dict[str, Any], now: datetime) -> Manifest:
    """Export one schema and the folder of its files to ``path``, which appears only when it is complete and on disk.

    Raises FilesChanged.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    there_before = set(files.names(folder))
    try:
        with _snapshot() as plain, zipfile.ZipFile(partial, "w") as archive:

            def sink(member_name: str, chunks: Iterable[bytes]) -> None:
                with archive.open(member_name, "w", force_zip64=True) as member:
                    for chunk in chunks:
                        member.write(chunk)

            manifest = _read_centre(plain, schema_name, folder, subject=subject, now=now, sink=sink)
            if there_before - set(manifest.files):
                raise FilesChanged(_("A file was deleted during the export. Make it again."))
            archive.writestr("manifest.json", manifest.to_json())
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def _snapshot() -> Iterator[PlainConnection]:
    """A connection that sees one moment of the database, for all tables alike.

    Django's own, which is open and knows the catalogue; a new one inside a transaction, whose level is settled.
    """
    level = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
    if connection.in_atomic_block:
        with database.connect(application_name="balai-export") as plain:
            plain.execute(f"BEGIN {level}")
            yield plain
        return
    with schema.hub(), transaction.atomic():
        connection.ensure_connection()
        connection.connection.execute(f"SET TRANSACTION {level}")
        yield connection.connection


def content_of(plain: PlainConnection, schema_name: str, folder: Path) -> str:
    """The checksum that an export made now, in this transaction, would have, without writing one."""

    def nowhere(member_name: str, chunks: Iterable[bytes]) -> None:
        for _chunk in chunks:
            pass

    return _read_centre(plain, schema_name, folder, subject={}, now=None, sink=nowhere).content


def _read_centre(
    plain: PlainConnection, schema_name: str, folder: Path, *, subject: dict[str, Any], now: datetime | None, sink: Any
) -> Manifest:
    plain.execute(_ONE_SPELLING)
    history = plain.execute(f"SELECT app, name FROM {quoted(schema_name)}.{HISTORY} ORDER BY id").fetchall()  # noqa: S608
    shapes = _shapes(plain, schema_name)
    return Manifest(
        schema_name=schema_name,
        exported_at=now.isoformat() if now else "",
        migrations=tuple((app, name) for app, name in history),
        tables={name: _read_table(plain, schema_name, name, shape, sink) for name, shape in shapes.items()},
        sequences=_sequences(plain, schema_name),
        subject=subject,
        files=_read_files(folder, sink),
    )


@dataclass(frozen=True)
class _Shape:
    columns: tuple[str, ...]
    order: tuple[str, ...]  # SQL: the primary key, the same order on every server


def _shapes(plain: Executes, schema_name: str) -> dict[str, _Shape]:
    """Columns and primary keys of every table but the migration history: one statement."""
    rows = plain.execute(
        """
        SELECT c.relname, array_agg(a.attname ORDER BY a.attnum),
               array_remove(array_agg(
                   CASE WHEN a.attnum = ANY (i.indkey)
                   THEN quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END END
                   ORDER BY a.attnum), NULL)
        FROM pg_namespace n
        JOIN pg_depend inside ON inside.refclassid = 'pg_namespace'::regclass AND inside.refobjid = n.oid
            AND inside.classid = 'pg_class'::regclass
        JOIN pg_class c ON c.oid = inside.objid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname <> %s
        GROUP BY c.relname ORDER BY c.relname
        """,
        (schema_name, HISTORY),
    ).fetchall()
    return {table: _Shape(tuple(columns), tuple(order)) for table, columns, order in rows}


def _read_table(plain: PlainConnection, schema_name: str, table: str, shape: _Shape, sink: Any) -> Table:
    checksum = hashlib.sha256()
    columns = _listed(shape.columns)
    order = ", ".join(shape.order) or "1"
    source = f"SELECT {columns} FROM {quoted(schema_name)}.{_listed([table])} ORDER BY {order}"  # noqa: S608

    def chunks(copy: Iterable[Any]) -> Iterator[bytes]:
        # COPY hands out row by row; checksum and compression cost a third of that with many rows at once.
        kept = bytearray()
        for row in copy:
            kept += row
            if len(kept) >= _CHUNK:
                checksum.update(kept)
                yield bytes(kept)
                kept.clear()
        checksum.update(kept)
        yield bytes(kept)

    with plain.cursor() as cursor:
        with cursor.copy(f"COPY ({source}) TO STDOUT") as copy:
            sink(f"tables/{table}.copy", chunks(copy))
        return Table(shape.columns, cursor.rowcount, checksum.hexdigest())


def _read_files(folder: Path, sink: Any) -> dict[str, str]:
    """All files, after the rows: one that a row names and that is not there any more was deleted meanwhile."""
    checksums = {}
    for name in files.names(folder):
        checksum = hashlib.sha256()
        try:
            with files.open_in(folder, name) as file:
                sink(f"files/{name}", _summed(file, checksum))
        except FileNotFoundError:
            raise FilesChanged(_("A file was deleted during the export. Make it again.")) from None
        checksums[name] = checksum.hexdigest()
    return checksums


def _summed(file: IO[bytes], checksum: Any) -> Iterator[bytes]:
    """The file in pieces, each of which goes into the checksum as it passes."""
    while chunk := file.read(_CHUNK):
        checksum.update(chunk)
        yield chunk


def _listed(names: Iterable[str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def _sequences(plain: Executes, schema_name: str) -> dict[str, tuple[int, bool]]:
    """Where each identity column's counter stands, as ``table.column``; the history's own is left out."""
    rows = plain.execute(
        """
        SELECT t.relname || '.' || a.attname, s.relname
        FROM pg_namespace n
        JOIN pg_depend inside ON inside.refclassid = 'pg_namespace'::regclass AND inside.refobjid = n.oid
            AND inside.classid = 'pg_class'::regclass
        JOIN pg_class s ON s.oid = inside.objid
        JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('i', 'a')
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE n.nspname = %s AND s.relkind = 'S' AND t.relname <> %s
        ORDER BY 1
        """,
        (schema_name, HISTORY),
    ).fetchall()
    if not rows:
        return {}
    union = " UNION ALL ".join(
        f"SELECT last_value, is_called FROM {quoted(schema_name)}.{_listed([sequence])}"  # noqa: S608
        for _column, sequence in rows
    )
    values = plain.execute(union).fetchall()
    return {column: (value, called) for (column, _sequence), (value, called) in zip(rows, values, strict=True)}


# ---------------------------------------------------------------- reading


def read_manifest(path: Path) -> Manifest:
    """The manifest of an export, checked against the checksums of all its tables and files.

    Raises ArchiveDamaged if the file is missing, is no export, or was altered; ArchiveTooNew.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("manifest.json").file_size > _LARGEST_MANIFEST:
                raise ArchiveDamaged("The export's manifest is too large to be one.")
            manifest = Manifest.from_json(archive.read("manifest.json").decode())
            sums = {f"tables/{name}.copy": table.sha256 for name, table in manifest.tables.items()}
            sums |= {f"files/{name}": sha256 for name, sha256 in manifest.files.items()}
            for name, sha256 in sums.items():
                _check(archive, name, sha256)
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise ArchiveDamaged(f"{path} is not a complete export of a centre: {error}") from error
    return manifest


def _check(archive: zipfile.ZipFile, name: str, sha256: str) -> None:
    checksum = hashlib.sha256()
    with archive.open(name) as member:
        for _chunk in _summed(member, checksum):
            pass
    if checksum.hexdigest() != sha256:
        raise ArchiveDamaged(f"{name} in the export does not match its checksum.")


def restore(plain: PlainConnection, path: Path, schema_name: str, *, folder: Path) -> Manifest:
    """Create the schema and fill it from the export, in one transaction or as part of the caller's open one.

    The files go into the folder, in place of what an import that was killed may have left there.

    The schema gets the version that the export has; ``fleet migrate`` brings it forward.
    Raises ArchiveDamaged, ArchiveTooNew, SchemaExists; then nothing of it is there.
    """
    manifest = read_manifest(path)
    wanted = frozenset(manifest.migrations)
    if unknown := wanted - full_set():
        app, name = sorted(unknown)[0]
        raise ArchiveTooNew(f"The export has migration {app}.{name}, which this release does not know.")
    recording = record(frozenset(), wanted)
    try:
        with plain.transaction(), zipfile.ZipFile(path) as archive:
            before = plain.execute("SELECT current_setting('search_path')").fetchone()
            _make_empty(plain, schema_name, recording, manifest)
            for table, expected in manifest.tables.items():
                _fill(plain, archive, table, expected)
            for column, (value, called) in manifest.sequences.items():
                table, _dot, column_name = column.partition(".")
                plain.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
                    (_listed([table]), column_name, value, called),
                )
            plain.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            plain.execute("SELECT set_config('search_path', %s, true)", before)
            _restore_files(archive, manifest, folder)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        if is_duplicate_schema(error):
            raise SchemaExists(f"Schema {schema_name} exists already; an export goes into a new one.") from None
        reason = error.diag.message_primary or str(error)
        raise ArchiveDamaged(f"The rows in {path} do not fit the tables: {reason}") from error
    return manifest


def _restore_files(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    """The last step, when nothing is known that could stop the rows: all files, or none."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for name in manifest.files:
            with archive.open(f"files/{name}") as member:
                files.put_in(folder, name, iter(lambda member=member: member.read(_CHUNK), b""))  # type: ignore[misc]
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _make_empty(plain: PlainConnection, schema_name: str, recording: Recording, manifest: Manifest) -> None:
    """The schema at the export's version and without a row: those in the export are all there will be."""
    name = quoted(schema_name)
    emptied = "".join(f"TRUNCATE {_listed([table])} CASCADE;" for table in manifest.tables)
    plain.execute(f"CREATE SCHEMA {name}; SET LOCAL search_path TO {name};\n{recording.sql}\n{emptied}")


def _fill(plain: PlainConnection, archive: zipfile.ZipFile, table: str, expected: Table) -> None:
    with plain.cursor() as cursor:
        statement = f"COPY {_listed([table])} ({_listed(expected.columns)}) FROM STDIN"
        with archive.open(f"tables/{table}.copy") as member, cursor.copy(statement) as copy:
            while chunk := member.read(_CHUNK):
                copy.write(chunk)
        if cursor.rowcount != expected.rows:
            raise ArchiveDamaged(f"Table {table} got {cursor.rowcount} rows instead of {expected.rows}.")


def erase(plain: PlainConnection, schema_name: str, *, folder: Path, content: str) -> bool:
    """Drop the schema in the caller's open transaction if its content still has this checksum; else False.

    The files stay until the caller has committed, and are the caller's to delete then.
    """
    locked = ", ".join(f"{quoted(schema_name)}.{_listed([table])}" for table in tables(plain, schema_name))
    plain.execute(f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE")
    if content_of(plain, schema_name, folder) != content:
        return False
    plain.execute(f"DROP SCHEMA {quoted(schema_name)} CASCADE")
    return True
