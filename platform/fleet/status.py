"""What state the fleet's schemas are in, read from all their ``django_migrations`` in a few statements."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from django.core.cache import cache

from kernel import database

from .catalogue import Executes, Schema, quoted, schemas
from .recording import MigrationKey, full_set

# The worker measures all schemas every five minutes; a measurement is worth this long.
KEPT_SECONDS = 3600
_KEPT_AS = "fleet-measured"

PER_STATEMENT = 200  # schemas read by one UNION ALL; each costs two locks while it runs


@dataclass
class FleetStatus:
    """Schemas by what they lack. ``unknown`` have migrations that this code does not: a newer release made them."""

    up_to_date: list[str] = field(default_factory=list)
    behind: dict[frozenset[MigrationKey], list[str]] = field(default_factory=lambda: defaultdict(list))
    unknown: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.up_to_date) + self.behind_count + len(self.unknown)

    @property
    def behind_count(self) -> int:
        return sum(len(names) for names in self.behind.values())


def read() -> FleetStatus:
    """The state of every schema. ``behind`` maps the set of applied migrations to the schemas that have just those."""
    wanted = full_set()
    with database.connect(application_name="balai-fleet-status") as plain:
        # Each parallel worker would open the tables of all schemas anew: three times slower from 200 schemas on.
        plain.execute("SET max_parallel_workers_per_gather TO 0")
        found = schemas(plain)
        status = FleetStatus()
        odd = [schema.name for schema in found if not schema.has_history]
        if odd:
            status.behind[frozenset()] = odd
        expected = digest(wanted)
        differing: list[str] = []
        for name, its_digest in digests(plain, [schema for schema in found if schema.has_history]):
            (status.up_to_date if its_digest == expected else differing).append(name)
        for name, applied in _applied(plain, differing):
            if applied - wanted:
                status.unknown.append(name)
            else:
                status.behind[applied].append(name)
    return status


@dataclass(frozen=True)
class Measured:
    """How many schemas stand how with their migrations, and when that was read."""

    at: datetime
    up_to_date: int
    behind: int
    unknown: int

    @property
    def total(self) -> int:
        return self.up_to_date + self.behind + self.unknown


def measure(*, now: datetime) -> Measured:
    """Read all schemas and keep the counts where every process finds them: seconds for thousands of schemas."""
    found = read()
    counts = Measured(now, len(found.up_to_date), found.behind_count, len(found.unknown))
    cache.set(_KEPT_AS, counts, KEPT_SECONDS)
    return counts


def measured() -> Measured | None:
    """What was last measured, in one statement; None if that is too long ago. To be called on the hub."""
    kept = cache.get(_KEPT_AS)
    return kept if isinstance(kept, Measured) else None


def digest(migrations: Iterable[MigrationKey]) -> str:
    text = ",".join(f"{app}.{name}" for app, name in sorted(migrations))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def digests(plain: Executes, found: Sequence[Schema]) -> Iterator[tuple[str, str]]:
    """Each schema with the digest of its applied migrations."""
    template = (
        "SELECT '{name}', md5(string_agg(app || '.' || name, ',' ORDER BY app COLLATE \"C\", name COLLATE \"C\")) "
        "FROM {quoted}.django_migrations"
    )
    yield from _union(plain, template, [schema.name for schema in found])


def _applied(plain: Executes, names: Sequence[str]) -> Iterator[tuple[str, frozenset[MigrationKey]]]:
    template = "SELECT '{name}', array_agg(app), array_agg(name) FROM {quoted}.django_migrations"
    for name, apps, migrations in _union(plain, template, names):
        yield name, frozenset(zip(apps or (), migrations or (), strict=True))


def _union(plain: Executes, template: str, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(names), PER_STATEMENT):
        yield from _union_or_each(plain, template, names[start : start + PER_STATEMENT])


def _union_or_each(plain: Executes, template: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """One statement for all; one each if a schema went away meanwhile (an erasure, a claimed ready-made one)."""
    parts = [template.format(name=name, quoted=quoted(name)) for name in names]
    try:
        return plain.execute(" UNION ALL ".join(parts)).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        if len(names) == 1:
            return []
        return [row for name in names for row in _union_or_each(plain, template, [name])]
