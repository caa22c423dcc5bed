"""Playing a recording into one schema."""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kernel import schema

from .catalogue import quoted
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
        plain.execute(
            f"BEGIN; CREATE SCHEMA {name}; SET LOCAL search_path TO {name};\n{recording.sql}\nCOMMIT"
        )
        return
    plain.execute(f"CREATE SCHEMA {name}")
    into_existing_schema(plain, schema_name, recording)


def into_existing_schema(plain: PlainConnection, schema_name: str, recording: Recording) -> None:
    """Play the recording step by step, each step whole or not at all. A rerun goes on where this one ended."""
    for step in recording.steps:
        if step.is_python:
            _run_python(schema_name, step)
        else:
            plain.execute(
                f"BEGIN; SET LOCAL search_path TO {quoted(schema_name)}; SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}';\n"
                f"{step.sql}\nCOMMIT"
            )


def _run_python(schema_name: str, step: Step) -> None:
    with schema.centre(_AnySchema(schema_name)):
        for migration_key in step.migrations:
            _apply_through_django(migration_key)


def _apply_through_django(migration_key: MigrationKey) -> Any:
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state(migration_key, at_end=False)
    migration = executor.loader.get_migration(*migration_key)
    return executor.apply_migration(state, migration)
