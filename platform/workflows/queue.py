"""The queue of jobs, for whoever looks after it: what waits, runs and failed; running one again, or letting it go.

Jobs carry ids, never what they stand for; even so their arguments are not shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.exceptions import UniqueViolation

from hub.audit import operations as audit
from hub.audit.actors import Actor
from kernel.errors import DomainError

from .models import JobFailure

WAITING, RUNNING, FAILED = "todo", "doing", "failed"


class JobGone(DomainError):
    """The job is not in the state any more in which this could be done to it."""

    code = "job_gone"


class JobWaitsAlready(DomainError):
    """Another one of its kind waits, and two must not."""

    code = "job_waits_already"


@dataclass(frozen=True)
class Job:
    """One job. ``task`` is its function's short name; ``error`` and ``place`` are of its last failure."""

    id: int
    task: str
    state: str
    attempts: int
    since: datetime  # when it was put in the queue, began or failed, as its state is
    due: datetime | None
    error: str = ""
    place: str = ""


_EVENT_OF = {WAITING: ("deferred", "retried", "deferred_for_retry"), RUNNING: ("started",), FAILED: ("failed",)}


def jobs(state: str, *, most: int) -> list[Job]:
    """The jobs in this state; those that failed newest first, the others as they come. Two statements at most."""
    happened = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type__in=_EVENT_OF[state]).order_by("-id")
    found = _of_state(state).annotate(since=Subquery(happened.values("at")[:1]))
    ordered = found.order_by("-since", "-id") if state == FAILED else found.order_by(Coalesce("scheduled_at", "since"))
    rows = list(ordered[:most])
    failures = JobFailure.objects.in_bulk([row.pk for row in rows]) if rows and state == FAILED else {}
    return [_job(row, failures.get(row.pk)) for row in rows]


def _of_state(state: str) -> QuerySet[ProcrastinateJob]:
    return ProcrastinateJob.objects.filter(status=state)


def _job(row: Any, failure: JobFailure | None) -> Job:
    return Job(
        id=row.pk,
        task=row.task_name.rpartition(".")[2],
        state=row.status,
        attempts=row.attempts,
        since=row.since,
        due=row.scheduled_at,
        error=failure.error if failure else "",
        place=failure.place if failure else "",
    )


@transaction.atomic
def run_again(job_id: int, *, by: Actor, now: datetime) -> None:
    """Put a failed job back into the queue, to run at once. Raises JobGone, JobWaitsAlready."""
    failed = _locked(job_id, FAILED)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job_id, retry_at=now)
    except UniqueViolation as error:
        raise JobWaitsAlready(_("Another job of this kind is waiting already. It will do the same work.")) from error
    _record("job.run_again", failed, by=by, now=now)


@transaction.atomic
def let_go(job_id: int, *, by: Actor, now: datetime) -> None:
    """A failed job is not to be run again, or a waiting one not at all. Raises JobGone."""
    found = _locked(job_id, FAILED, WAITING)
    with connection.cursor() as cursor:
        # The queue's own function cancels waiting jobs only.
        cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [job_id])
    _record("job.let_go", found, by=by, now=now)


def _locked(job_id: int, *states: str) -> ProcrastinateJob:
    found = ProcrastinateJob.objects.select_for_update().filter(pk=job_id, status__in=states).first()
    if found is None:
        raise JobGone(_gone())
    return found


def _gone() -> str:
    return _("This job is no longer there, or has gone on meanwhile.")


def _record(action: str, row: ProcrastinateJob, *, by: Actor, now: datetime) -> None:
    audit.record(by=by, action=action, object_type="job", object_id=row.pk, now=now, after={"task": row.task_name})
