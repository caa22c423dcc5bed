"""Ready-made schemas: built ahead of time, so that an approved centre is live by renaming one (under 1 ms)."""

import secrets

from django.db import connection, transaction

from kernel import database, schema

from .catalogue import READY_PREFIX, quoted, schemas
from .lock import single_flight
from .models import ReadySchema
from .recording import full_set, record
from .replay import into_new_schema
from .workers import PlainConnection


def claim(schema_name: str) -> bool:
    """Rename a ready-made schema to this name, inside the caller's transaction. False if none is ready.

    A ready-made schema that lacks migrations of this code, or has more, is passed over.
    """
    with schema.hub(), transaction.atomic(), connection.cursor() as cursor:
        for candidate in ReadySchema.objects.select_for_update(skip_locked=True).order_by("created_at", "name"):
            cursor.execute(f"SELECT app, name FROM {quoted(candidate.name)}.django_migrations")  # noqa: S608
            if frozenset(cursor.fetchall()) == full_set():
                cursor.execute(f"ALTER SCHEMA {quoted(candidate.name)} RENAME TO {quoted(schema_name)}")
                candidate.delete()
                return True
    return False


def build_one(plain: PlainConnection) -> str:
    """Build one ready-made schema and note it. Returns its name."""
    name = READY_PREFIX + secrets.token_hex(8)
    into_new_schema(plain, name, record())
    plain.execute("INSERT INTO public.fleet_readyschema (name, created_at) VALUES (%s, now())", (name,))
    return name


def fill(*, target: int) -> int:
    """Build ready-made schemas until there are ``target``; remove half-made ones first. Returns how many were built.

    Raises AlreadyRunning if another process is filling.
    """
    with single_flight("ready"), database.connect(application_name="balai-ready") as plain:
        noted = set(ReadySchema.objects.values_list("name", flat=True))
        for found in schemas(plain):
            if found.is_ready_made and found.name not in noted:
                plain.execute(f"DROP SCHEMA {quoted(found.name)} CASCADE")
        missing = max(0, target - len(noted))
        for _count in range(missing):
            build_one(plain)
        return missing
