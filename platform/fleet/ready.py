"""Ready-made schemas: built ahead of time, so that an approved centre is live by renaming one (under 1 ms)."""

import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from kernel import database, schema

from .catalogue import READY_PREFIX, Executes, quoted, schemas
from .lock import single_flight
from .models import ReadySchema
from .recording import full_set, record
from .replay import into_new_schema
from .workers import PlainConnection, roll_back

_BUILDING = 0x72656164  # "read": the advisory locks of schemas that are being built


def claim(schema_name: str) -> bool:
    """Rename a ready-made schema to this name, inside the caller's transaction. False if none is ready.

    A ready-made schema that lacks migrations of this code, or has more, is passed over.
    """
    passed_over: list[str] = []
    with schema.hub(), transaction.atomic(), connection.cursor() as cursor:
        while candidate := _lock_one(besides=passed_over):
            if _is_current(cursor, candidate.name):
                cursor.execute(f"ALTER SCHEMA {quoted(candidate.name)} RENAME TO {quoted(schema_name)}")
                candidate.delete()
                return True
            passed_over.append(candidate.name)
    return False


def _lock_one(*, besides: list[str]) -> ReadySchema | None:
    """One at a time, so that two who claim at once get one each."""
    waiting = ReadySchema.objects.select_for_update(skip_locked=True).exclude(name__in=besides)
    return waiting.order_by("created_at", "name").first()


def _is_current(cursor: Executes, name: str) -> bool:
    history = f"{quoted(name)}.django_migrations"
    if cursor.execute("SELECT to_regclass(%s)", (history,)).fetchone()[0] is None:
        return False  # dropped by hand: see fill
    return frozenset(cursor.execute(f"SELECT app, name FROM {history}").fetchall()) == full_set()  # noqa: S608


@contextmanager
def built(plain: PlainConnection) -> Iterator[str]:
    """Build a schema and yield its name, for the block to note it or to rename it.

    Until the block ends, ``fill`` in another process knows that it is no left-over.
    """
    name = READY_PREFIX + secrets.token_hex(8)
    plain.execute("SELECT pg_advisory_lock(%s, %s)", _lock_of(name))
    try:
        into_new_schema(plain, name, record())
        yield name
    finally:
        if not plain.closed:
            roll_back(plain)
            plain.execute("SELECT pg_advisory_unlock(%s, %s)", _lock_of(name))


def build_one(plain: PlainConnection) -> str:
    """Build one ready-made schema and note it. Returns its name."""
    with built(plain) as name:
        plain.execute("INSERT INTO public.fleet_readyschema (name, created_at) VALUES (%s, now())", (name,))
    return name


def fill(*, target: int) -> int:
    """Build ready-made schemas until there are ``target``; remove half-made ones first. Returns how many were built.

    Raises AlreadyRunning if another process is filling.
    """
    with single_flight("ready"), database.connect(application_name="balai-ready") as plain:
        noted = list(ReadySchema.objects.values_list("name", flat=True))
        found = [one.name for one in schemas(plain) if one.is_ready_made]
        for name in found:
            _drop_if_left_over(plain, name)
        # Noted and gone: claimed meanwhile, or dropped by hand.
        ReadySchema.objects.filter(name__in=set(noted) - set(found)).delete()
        missing = max(0, target - ReadySchema.objects.count())
        for _count in range(missing):
            build_one(plain)
        return missing


def _drop_if_left_over(plain: PlainConnection, name: str) -> None:
    if ReadySchema.objects.filter(name=name).exists():
        return
    if plain.execute("SELECT pg_try_advisory_lock(%s, %s)", _lock_of(name)).fetchone() == (True,):
        if not ReadySchema.objects.filter(name=name).exists():
            plain.execute(f"DROP SCHEMA IF EXISTS {quoted(name)} CASCADE")
        plain.execute("SELECT pg_advisory_unlock(%s, %s)", _lock_of(name))


def _lock_of(name: str) -> tuple[int, int]:
    return _BUILDING, zlib.crc32(name.encode()) & 0x7FFFFFFF
