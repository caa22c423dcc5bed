"""Playing a recording into one schema."""

from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kernel import schema

from .catalogue import Executes, quoted
from .recording import MigrationKey, Recording, Step
from .workers import PlainConnection

LOCK_TIMEOUT = "2s"  # a request that holds a table longer makes this schema wait its turn, not the site


class _AnySchema:
    """A schema that need not belong to a centre yet."""

    def __init__(self, schema_name: str) -> None:
        self.schema_name = schema_name
        self.code = schema_name


def into_new_schema(plain: PlainConnection, schema_name: str, recording: Recording) -> None:
    """Create the schema and play the whole recording in one transaction: afterwards it is whole or absent.

    Raises psycopg.errors.DuplicateSchema if it exists. Python steps run on Django's connection afterwards,
    so a recording that has them is only for schemas that nobody uses yet: see ``ready``.
    """
    name = quoted(schema_name)
    if recording.is_plain:
        plain.execute(f"BEGIN; CREATE SCHEMA {name}; SET LOCAL search_path TO {name};\n{recording.sql}\nCOMMIT")
        return
    plain.execute(f"CREATE SCHEMA {name}")
    into_existing_schema(plain, schema_name, recording)


def into_existing_schema(plain: PlainConnection, schema_name: str, recording: Recording) -> None:
    """Play the recording step by step, each step whole or not at all. A rerun goes on where this one ended.

    A step that stands in the schema's history by now is passed over: a second try of ours made it, or the
    server went on with the statement of a killed process.
    """
    for step in recording.steps:
        if step.is_python:
            _run_python(schema_name, step)
        else:
            _run_sql(plain, schema_name, step)


def _run_sql(plain: PlainConnection, schema_name: str, step: Step) -> None:
    begin = f"BEGIN; SET LOCAL search_path TO {quoted(schema_name)}; SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}';"
    if step.makes_history:
        plain.execute(f"{begin}\n{step.sql}\nCOMMIT")
    elif set(step.migrations) <= _locked_history(plain, begin):
        plain.execute("ROLLBACK")
    else:
        plain.execute(f"{step.sql}\nCOMMIT")


def _run_python(schema_name: str, step: Step) -> None:
    with schema.centre(_AnySchema(schema_name)), transaction.atomic(), connection.cursor() as cursor:
        begin = f"SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}';"
        if not set(step.migrations) <= _locked_history(cursor, begin):
            for migration_key in step.migrations:
                _apply_through_django(migration_key)


def _locked_history(cursor: Executes, begin: str) -> set[MigrationKey]:
    """What is applied in the current schema; nobody else applies anything there until the transaction ends."""
    cursor.execute(f"{begin} LOCK TABLE django_migrations IN SHARE ROW EXCLUSIVE MODE")
    return set(cursor.execute("SELECT app, name FROM django_migrations").fetchall())


def _apply_through_django(migration_key: MigrationKey) -> Any:
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state(migration_key, at_end=False)
    migration = executor.loader.get_migration(*migration_key)
    return executor.apply_migration(state, migration)
