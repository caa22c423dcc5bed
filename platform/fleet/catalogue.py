"""Which schemas exist, straight from PostgreSQL's catalogue: the truth that no table of ours can drift from."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

CENTRE_PREFIX = "c_"
READY_PREFIX = "ready_"
_VALID_NAME = re.compile(r"(c|ready)_[a-z0-9]{1,50}")


class Executes(Protocol):
    """A psycopg connection or cursor, or Django's cursor."""

    def execute(self, query: Any, params: Any = None) -> Any: ...


@dataclass(frozen=True)
class Schema:
    name: str
    has_history: bool

    @property
    def is_ready_made(self) -> bool:
        return self.name.startswith(READY_PREFIX)


def quoted(schema_name: str) -> str:
    """The schema's name for use in SQL. Refuses anything that is not a schema of the fleet."""
    if not _VALID_NAME.fullmatch(schema_name):
        raise ValueError(f"{schema_name!r} is not a schema of the fleet.")
    return f'"{schema_name}"'


def schemas(cursor: Executes) -> list[Schema]:
    """Every centre's schema and every ready-made one, by name: one statement, no lock on any of them."""
    rows = cursor.execute(
        r"""
        SELECT n.nspname, c.oid IS NOT NULL
        FROM pg_namespace n
        LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'django_migrations' AND c.relkind = 'r'
        WHERE n.nspname LIKE 'c\_%%' OR n.nspname LIKE 'ready\_%%'
        ORDER BY n.nspname
        """,
        (),
    )
    return [Schema(name, has_history) for name, has_history in rows.fetchall()]


def tables(cursor: Executes, schema_name: str) -> list[str]:
    """The tables of one schema, by name."""
    rows = cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relkind IN ('r', 'p') ORDER BY c.relname",
        (schema_name,),
    )
    return [name for (name,) in rows.fetchall()]


def is_duplicate_schema(error: Exception) -> bool:
    """True if a schema of this name is there already, or another session was a moment quicker."""
    if isinstance(error.__cause__, psycopg.Error):
        error = error.__cause__  # Django's exception around the driver's own
    if isinstance(error, psycopg.errors.UniqueViolation):
        return error.diag.constraint_name == "pg_namespace_nspname_index"
    return isinstance(error, psycopg.errors.DuplicateSchema)
