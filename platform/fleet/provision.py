"""Making schemas: many at once for a register, or one for an approved centre."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import DatabaseError, connection, transaction

from kernel import database, schema

from . import ready
from .catalogue import is_duplicate_schema, quoted
from .recording import Recording, record
from .replay import into_new_schema
from .runs import Progress
from .workers import CONNECTIONS, PlainConnection, for_each, roll_back

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
    reporting = threading.Lock()

    def work(plain: PlainConnection, name: str) -> None:
        try:
            _make(plain, name, recording)
        except psycopg.Error as error:
            if not is_duplicate_schema(error):
                raise
            # An earlier run made it, whole, and was stopped before it could say so; or an officer was quicker.
            roll_back(plain)

    def done(name: str) -> None:
        with reporting:
            made.append(name)
            batch = made.copy() if len(made) >= REPORT_EVERY else []
            if batch:
                made.clear()
        if batch:
            on_made(batch)
        progress.advance()

    for_each(schema_names, work, done=done, failed=progress.set_aside, connections=connections)
    if made:
        on_made(made)


def _make(plain: PlainConnection, schema_name: str, recording: Recording) -> None:
    if recording.is_plain:
        into_new_schema(plain, schema_name, recording)
    elif not plain.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema_name,)).fetchone():
        # Migrations with Python: build aside, then take the whole schema into place in one statement.
        with ready.built(plain) as name:
            plain.execute(f"ALTER SCHEMA {quoted(name)} RENAME TO {quoted(schema_name)}")


def provision_one(schema_name: str) -> None:
    """Make one schema inside the caller's transaction: claim a ready-made one, else play the recording.

    A schema that is there already is whole, and stays: an interrupted run made it.
    """
    try:
        with schema.hub(), transaction.atomic():
            _claim_or_make(schema_name)
    except DatabaseError as error:
        if not is_duplicate_schema(error):
            raise


def _claim_or_make(schema_name: str) -> None:
    if ready.claim(schema_name):
        return
    recording = record()
    if recording.is_plain:
        name = quoted(schema_name)
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE SCHEMA {name}; SET LOCAL search_path TO {name};\n{recording.sql}\nSET search_path TO public"
            )
        return
    with ThreadPoolExecutor(max_workers=1) as aside:
        while not ready.claim(schema_name):  # another officer may be quicker to claim what we have built
            aside.submit(_build_ready).result()


def _build_ready() -> None:
    """In a thread, and so on connections of its own: Python steps commit before the caller's transaction does."""
    try:
        with database.connect(application_name="balai-ready") as plain:
            ready.build_one(plain)
    finally:
        connection.close()
