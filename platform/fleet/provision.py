"""Making schemas: many at once for a register, or one for an approved centre."""

from collections.abc import Callable, Sequence

import psycopg
from django.db import connection, transaction

from kernel import database, schema

from . import ready
from .catalogue import quoted
from .recording import record
from .replay import into_new_schema
from .runs import Progress
from .workers import CONNECTIONS, PlainConnection, for_each

REPORT_EVERY = 25  # schemas that are made before the caller hears of them


def provision_many(
    schema_names: Sequence[str],
    *,
    progress: Progress,
    on_made: Callable[[Sequence[str]], None],
    connections: int = CONNECTIONS,
) -> None:
    """Make each schema in a transaction of its own, or find that it is there; failures are set aside.

    ``on_made`` gets the names that are whole, a few at a time, in this thread's or a worker's context. A kill
    between a schema and its report loses nothing: the next run finds the schema and reports it again.
    """
    recording = record()
    made: list[str] = []

    def work(plain: PlainConnection, name: str) -> None:
        if not recording.is_plain:
            _build_and_claim(plain, name)
            return
        try:
            into_new_schema(plain, name, recording)
        except psycopg.errors.DuplicateSchema:
            # An earlier run made it, whole, and was stopped before it could say so.
            plain.execute("ROLLBACK")

    def done(name: str) -> None:
        made.append(name)
        if len(made) >= REPORT_EVERY:
            report()
        progress.advance()

    def report() -> None:
        batch = [made.pop() for _count in range(len(made))]
        if batch:
            on_made(batch)

    for_each(schema_names, work, done=done, failed=progress.set_aside, connections=connections)
    report()


def provision_one(schema_name: str) -> None:
    """Make one schema inside the caller's transaction: claim a ready-made one, else play the recording.

    Raises django.db.ProgrammingError if the schema exists.
    """
    if ready.claim(schema_name):
        return
    recording = record()
    with schema.hub(), transaction.atomic(), connection.cursor() as cursor:
        if recording.is_plain:
            name = quoted(schema_name)
            cursor.execute(
                f"CREATE SCHEMA {name}; SET LOCAL search_path TO {name};\n{recording.sql}\nSET search_path TO public"
            )
            return
    with database.connect(application_name="balai-ready") as plain:
        ready.build_one(plain)
    if not ready.claim(schema_name):
        raise RuntimeError("The schema that was just made ready is gone.")


def _build_and_claim(plain: PlainConnection, schema_name: str) -> None:
    """For migrations with Python: build aside, then take the whole schema into place in one statement."""
    if plain.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema_name,)).fetchone():
        return
    name = ready.build_one(plain)
    plain.execute(
        f"BEGIN; DELETE FROM public.fleet_readyschema WHERE name = '{name}';"  # noqa: S608  (our own hex name)
        f"ALTER SCHEMA {quoted(name)} RENAME TO {quoted(schema_name)}; COMMIT"
    )
