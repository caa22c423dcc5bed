"""The platform as whoever looks after it sees it at one moment. It says nothing about any person or centre."""

import copy
import platform
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.models import Min
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinatePeriodicDefer

from fleet import queries as fleet
from fleet import status
from fleet.models import Run
from fleet.status import Measured

from . import health, queries, queue
from .health import Readiness
from .queries import Vitals
from .queue import Job

RUNS_SHOWN = 8
JOBS_SHOWN = 10
# So long a regular job may take, or wait in the queue, before it counts as late.
GRACE = timedelta(minutes=15)


@dataclass(frozen=True)
class Regular:
    """A job that the worker does by itself at set times."""

    task: str
    last: datetime | None  # when it last succeeded
    due: datetime  # when it should last have begun
    is_late: bool


@dataclass(frozen=True)
class Disk:
    """The disk that people's files lie on, in bytes."""

    total: int
    free: int

    @property
    def percent_used(self) -> int:
        return round((self.total - self.free) * 100 / self.total)


@dataclass(frozen=True)
class Snapshot:
    at: datetime
    readiness: Readiness
    vitals: Vitals
    schemas: Measured | None
    ready_wanted: int
    runs: list[Run]
    running: list[Job]
    waiting: list[Job]
    failed: list[Job]
    regular: list[Regular]
    disk: Disk
    versions: dict[str, str]

    @property
    def waiting_count(self) -> int:
        return self.vitals.jobs.get(queue.WAITING, 0)

    @property
    def running_count(self) -> int:
        return self.vitals.jobs.get(queue.RUNNING, 0)

    @property
    def failed_count(self) -> int:
        return self.vitals.jobs.get(queue.FAILED, 0)

    @property
    def unwell(self) -> list[str]:
        """The checks that did not pass."""
        return [name for name, said in self.readiness.checks.items() if said != "ok"]

    @property
    def late(self) -> list[Regular]:
        return [one for one in self.regular if one.is_late]

    @property
    def is_well(self) -> bool:
        return self.readiness.status == "ready" and not self.failed and not self.late


def look(*, now: datetime) -> Snapshot:
    """Everything in some twenty short statements, none of which reads a centre's schema."""
    vitals = _vitals()
    return Snapshot(
        at=now,
        readiness=health.kept.answer(),
        vitals=vitals,
        schemas=status.measured(),
        ready_wanted=settings.BALAI_READY_SCHEMAS,
        runs=list(fleet.latest(RUNS_SHOWN)),
        running=queue.jobs(queue.RUNNING, most=JOBS_SHOWN),
        waiting=queue.jobs(queue.WAITING, most=JOBS_SHOWN),
        failed=queue.jobs(queue.FAILED, most=JOBS_SHOWN),
        regular=regular(vitals.jobs_succeeded, first_turns(), now=now),
        disk=disk(),
        versions=_versions(),
    )


def _vitals() -> Vitals:
    connection.ensure_connection()
    return queries.vitals(connection.connection)


def first_turns() -> dict[str, datetime]:
    """By task: the oldest turn that a worker has put into the queue, as far as the queue remembers."""
    turns = ProcrastinatePeriodicDefer.objects.values_list("task_name").annotate(first=Min("defer_timestamp"))
    return {task: datetime.fromtimestamp(first, UTC) for task, first in turns if first}


def regular(succeeded: dict[str, datetime], turns: dict[str, datetime], *, now: datetime) -> list[Regular]:
    """The worker's regular jobs, each against its own timetable; the rarest first.

    One that never had a turn is not late: the platform may be an hour old. Without a worker, its health says so.
    """
    found = []
    for (name, _id), periodic in app.periodic_registry.periodic_tasks.items():
        clock = copy.copy(periodic.croniter)
        clock.set_current(now.timestamp())
        due, before = (datetime.fromtimestamp(clock.get_prev(), UTC) for _turn in range(2))
        # While the newest turn may still be under way, the one before it counts.
        wanted = due if now - due > GRACE else before
        last, first = succeeded.get(name), turns.get(name)
        is_late = last < wanted if last else first is not None and now - first > GRACE
        found.append((due - before, Regular(name.rpartition(".")[2], last, due, is_late)))
    return [one for _period, one in sorted(found, key=lambda pair: (-pair[0], pair[1].task))]


def disk() -> Disk:
    """Of the folder of people's files, or of the nearest one above it that exists already."""
    folder = Path(settings.BALAI_FILES_DIR)
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Disk(usage.total, usage.free)


@cache
def _versions() -> dict[str, str]:
    number = connection.connection.info.server_version  # such as 180003
    return {
        "Balai": version("balai"),
        "Django": django.get_version(),
        "Python": platform.python_version(),
        "PostgreSQL": f"{number // 10000}.{number % 10000}",
    }
