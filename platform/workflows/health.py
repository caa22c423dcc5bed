"""Is the platform well? Asked by load balancers (``/readyz``) and by the page of whoever runs it.

A missing worker delays work but breaks no page, so it makes the answer "degraded" and not 503: otherwise one dead
worker would take every web process out of service. The checks ask the database over connections of their own, so
that a busy pool does not do so either.
"""

import asyncio
import dataclasses
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache

import psycopg
from django.db.migrations.loader import MigrationLoader
from health_check.base import HealthCheck
from health_check.exceptions import HealthCheckException, ServiceUnavailable, ServiceWarning

from kernel import database

from . import queries

# Anyone may ask, and asking costs three connections: each process looks at most this often.
KEPT_SECONDS = 2.0
# A worker gives a sign of life every ten seconds.
WORKER_SILENT_AFTER = timedelta(minutes=1)
# A register import may keep the worker for minutes.
QUEUE_STUCK_AFTER = timedelta(minutes=15)

# It would write a traceback at every probe for as long as something is wrong; the answer says what.
logging.getLogger("health_check").setLevel(logging.ERROR)


@contextmanager
def _asking() -> Iterator[queries.Plain]:
    try:
        with database.connect_briefly() as plain:
            yield plain
    except psycopg.OperationalError as error:
        # The driver's own words name hosts and roles.
        raise ServiceUnavailable("the database does not answer") from error


@dataclasses.dataclass
class Database(HealthCheck):
    """The database answers, and lets us in."""

    def run(self) -> None:
        with _asking() as plain:
            plain.execute("SELECT 1")


@dataclasses.dataclass
class Migrations(HealthCheck):
    """The hub's tables are as this code needs them. More than that is fine: a newer release is on its way."""

    def run(self) -> None:
        with _asking() as plain:
            try:
                applied = set(plain.execute("SELECT app, name FROM public.django_migrations").fetchall())
            except psycopg.errors.UndefinedTable as error:
                raise ServiceUnavailable("nothing has been migrated") from error
        if missing := _wanted() - applied:
            raise ServiceUnavailable(f"{len(missing)} migrations are missing")


@lru_cache(maxsize=1)
def _wanted() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


@dataclasses.dataclass
class Worker(HealthCheck):
    """A worker is alive and gets on with the queue."""

    def run(self) -> None:
        with _asking() as plain:
            silence, wait = queries.worker_silence(plain), queries.longest_wait(plain)
        if silence is None or silence > WORKER_SILENT_AFTER:
            raise ServiceWarning("no worker gives a sign of life")
        if wait > QUEUE_STUCK_AFTER:
            raise ServiceWarning("the queue is stuck")


@dataclasses.dataclass
class Schemas(HealthCheck):
    """No schema failed in the last run of each kind."""

    def run(self) -> None:
        with _asking() as plain:
            count = queries.set_aside(plain)
        if count:
            raise ServiceWarning(f"{count} schemas were set aside")


CHECKS: dict[str, type[HealthCheck]] = {
    "database": Database,
    "migrations": Migrations,
    "worker": Worker,
    "schemas": Schemas,
}


@dataclasses.dataclass(frozen=True)
class Readiness:
    status: str  # ready, degraded (people are served), unavailable
    checks: dict[str, str]  # "ok", or what is wrong


class _Kept:
    """The last answer. One thread of a process looks; whoever asks meanwhile gets the answer before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._answer: Readiness | None = None
        self._until = 0.0

    def answer(self) -> Readiness:
        before = self._answer
        # Only the first to ask ever waits for another's look.
        if before and (time.monotonic() < self._until or not self._lock.acquire(blocking=False)):
            return before
        if not before:
            self._lock.acquire()
        try:
            if not self._answer or time.monotonic() >= self._until:
                self._answer, self._until = asyncio.run(_look()), time.monotonic() + KEPT_SECONDS
            return self._answer
        finally:
            self._lock.release()


kept = _Kept()


async def _look() -> Readiness:
    results = await asyncio.gather(*(check().get_result() for check in CHECKS.values()))
    errors: list[HealthCheckException | None] = [result.error for result in results]
    if any(error and not isinstance(error, ServiceWarning) for error in errors):
        status = "unavailable"
    else:
        status = "degraded" if any(errors) else "ready"
    said = ["ok" if error is None else str(error.message) for error in errors]
    return Readiness(status, dict(zip(CHECKS, said, strict=True)))
