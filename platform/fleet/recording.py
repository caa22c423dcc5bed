"""The tenant apps' DDL, recorded once through Django's own schema editor and replayed thousands of times.

The migrations really run, in a scratch schema inside a transaction that is rolled back; what they send to
the database is what is recorded. So names that Django finds by looking into the catalogue are right, and
nothing is left behind, also after a kill.

A recording is a list of steps. A step of SQL replays in one transaction. A migration with Python operations
(or SQL that only Django can run) is a step of its own, and runs per schema through Django's executor.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from kernel import schema
from kernel.schema import connection

from .errors import FleetError

MigrationKey = tuple[str, str]  # (app label, migration name)

_DDL = ("CREATE ", "ALTER ", "DROP ", "COMMENT ", "SET CONSTRAINTS ")
_DML = ("INSERT ", "UPDATE ", "DELETE ", "DO ", "WITH ")
_NOT_RECORDED = ("SELECT ", "SHOW ", "SET SEARCH_PATH", "SAVEPOINT ", "RELEASE ", "ROLLBACK TO ")


class NotReplayable(FleetError):
    """A tenant migration does something that cannot be recorded; the message names it."""

    code = "not_replayable"


@dataclass(frozen=True)
class Step:
    """Migrations that are applied together. ``ddl`` is empty for a step of Python."""

    migrations: tuple[MigrationKey, ...]
    ddl: str
    is_python: bool = False
    writes_rows: bool = False
    makes_history: bool = False  # the table django_migrations comes with it

    @property
    def sql(self) -> str:
        """The DDL and its rows in ``django_migrations``, to be sent in one transaction."""
        if not self.migrations:
            return self.ddl
        rows = ", ".join(f"('{app}', '{name}', now())" for app, name in self.migrations)
        return f"{self.ddl}\nINSERT INTO django_migrations (app, name, applied) VALUES {rows};"


@dataclass(frozen=True)
class Recording:
    """How a schema gets from one set of applied migrations to another."""

    steps: tuple[Step, ...]

    @property
    def is_plain(self) -> bool:
        """True when plain SQL is all it takes."""
        return not any(step.is_python for step in self.steps)

    @property
    def migrations(self) -> tuple[MigrationKey, ...]:
        return tuple(key for step in self.steps for key in step.migrations)

    @property
    def sql(self) -> str:
        """All of it for one transaction.

        PostgreSQL alters no table that has deferred constraints to check, so rows are checked at once.
        """
        sql = "\n".join(step.sql for step in self.steps)
        if any(step.writes_rows for step in self.steps):
            return f"SET CONSTRAINTS ALL IMMEDIATE;\n{sql}\nSET CONSTRAINTS ALL DEFERRED;"
        return sql


@lru_cache(maxsize=1)
def full_plan() -> tuple[Migration, ...]:
    """Every migration of every app, in the order in which Django's ``migrate`` applies and notes them.

    Hub apps are among them: Django notes their migrations in each schema too, though the router keeps their
    tables out of it. So a schema of ours and one made by ``migrate_schemas`` cannot be told apart.
    """
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(None)
    targets = executor.loader.graph.leaf_nodes()
    return tuple(migration for migration, _backwards in executor.migration_plan(targets, clean_start=True))


def full_set() -> frozenset[MigrationKey]:
    return frozenset(key(migration) for migration in full_plan())


def key(migration: Migration) -> MigrationKey:
    return (migration.app_label, migration.name)


@lru_cache(maxsize=64)
def record(applied: frozenset[MigrationKey] = frozenset(), wanted: frozenset[MigrationKey] | None = None) -> Recording:
    """Record the way from ``applied`` to ``wanted`` (by default to everything this code has).

    Raises NotReplayable for a tenant migration that is not atomic or sends SQL of an unknown kind.
    """
    wanted = full_set() if wanted is None else wanted
    steps: list[Step] = []
    state = ProjectState()
    with _scratch_schema() as capture:
        if not applied:
            steps.append(Step((), _history_table(capture), makes_history=True))
        for migration in full_plan():
            if key(migration) not in applied | wanted:
                continue
            statements: list[str] = []
            is_python = False
            if _is_tenant_app(migration.app_label):
                _refuse_non_atomic(migration)
                is_python = _has_python(migration)
                recorded = nullcontext() if is_python else capture(statements)
                with recorded, connection.schema_editor(atomic=migration.atomic) as editor:
                    state = migration.apply(state, editor)
            if key(migration) not in applied:
                steps.append(_step(migration, statements, is_python=is_python))
    return Recording(_merged(steps))


def clear_cache() -> None:
    """Forget what was recorded: the migrations on disk have changed (tests, the benchmark)."""
    full_plan.cache_clear()
    record.cache_clear()


def _step(migration: Migration, statements: Sequence[str], *, is_python: bool) -> Step:
    if is_python:
        return Step((key(migration),), "", is_python=True)
    return Step(
        (key(migration),),
        "\n".join(statements),
        writes_rows=any(statement.upper().startswith(_DML) for statement in statements),
    )


def _merged(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Join neighbouring steps of pure DDL. A step that writes rows stays alone.

    PostgreSQL refuses to alter a table with pending trigger events, so rows and DDL do not share a transaction.
    """
    merged: list[Step] = []
    for step in steps:
        last = merged[-1] if merged else None
        if last and not (last.is_python or step.is_python or last.writes_rows or step.writes_rows):
            merged[-1] = replace(
                last, migrations=last.migrations + step.migrations, ddl=f"{last.ddl}\n{step.ddl}".strip()
            )
        else:
            merged.append(step)
    return tuple(merged)


def _is_tenant_app(label: str) -> bool:
    config = apps.get_app_config(label)
    return config.name in settings.TENANT_APPS


def _has_python(migration: Migration) -> bool:
    """True for what only Django can run: Python, and hand-written SQL that a recording would miss, as a SELECT of
    a function."""

    def is_python(operation: Operation) -> bool:
        if isinstance(operation, SeparateDatabaseAndState):
            return any(is_python(inner) for inner in operation.database_operations)
        if isinstance(operation, RunSQL):
            return not all(_opening(text).startswith(_DDL + _DML) for text in _texts(operation))
        return not operation.reduces_to_sql

    return any(is_python(operation) for operation in migration.operations)


def _texts(operation: RunSQL) -> list[str]:
    parts = operation.sql if isinstance(operation.sql, list | tuple) else [operation.sql]
    texts = [part[0] if isinstance(part, list | tuple) else part for part in parts]
    return [text for text in texts if text != RunSQL.noop]


def _opening(sql: str) -> str:
    """The statement's first words, in capitals and single spaces."""
    return " ".join(sql[:60].split()).upper() + " "


def _refuse_non_atomic(migration: Migration) -> None:
    if not migration.atomic:
        raise NotReplayable(
            f"Tenant migration {migration} is not atomic. A centre's tables are small: build the index "
            "inside the transaction."
        )


def _history_table(capture: Any) -> str:
    statements: list[str] = []
    with capture(statements):
        MigrationRecorder(connection).ensure_schema()
    return "\n".join(statements)


@contextmanager
def _scratch_schema() -> Iterator[Any]:
    """An empty schema that looks like a centre's to the router, gone after the block. Yields the capturing context."""
    scratch = f"scratch_{secrets.token_hex(8)}"
    with schema.hub(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{scratch}"')
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as in Recording.sql
        try:
            # The public schema stays out of sight: a migration that reaches for it fails here, not in a centre.
            connection.set_schema(scratch, include_public=False)
            yield _capture
        finally:
            connection.set_schema_to_public()
            transaction.set_rollback(True)


@contextmanager
def _capture(statements: list[str]) -> Iterator[None]:
    """Append what changes the database to ``statements``, each ending in a semicolon."""

    def wrapper(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        text = (connection.ops.compose_sql(str(sql), params) if params else str(sql)).strip()
        opening = _opening(text)
        if opening.startswith(_DDL + _DML) and not many:
            statements.append(text.rstrip(";") + ";")
        elif not opening.startswith(_NOT_RECORDED):
            raise NotReplayable(f"A tenant migration sends SQL of an unknown kind: {text[:120]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield
