"""The queue of jobs as whoever looks after it sees and touches it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.models import ProcrastinateJob

from hub.audit.actors import Actor
from hub.audit.models import Entry
from workflows import failures, queue, system
from workflows.models import JobFailure

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
BY = Actor(None, "Ratna")


def put(state: str, *, task: str = "workflows.jobs.verify_trail", lock: str | None = None) -> int:
    """A job in this state, led there by the queue's own way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock) "
            "VALUES ('default', %s, '{}', %s) RETURNING id",
            [task, lock],
        )
        [(job_id,)] = cursor.fetchall()
        for step in {"todo": (), "doing": ("doing",), "failed": ("doing", "failed")}[state]:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [step, job_id])
    return job_id


def state_of(job_id: int) -> str:
    return ProcrastinateJob.objects.get(pk=job_id).status


def test_jobs_are_listed_by_state_with_why_they_failed(db, django_assert_num_queries):
    waiting, running, failed, silent = put("todo"), put("doing"), put("failed"), put("failed")
    JobFailure.objects.create(job_id=failed, error="builtins.ValueError", place="workflows.jobs:3", at=NOW)
    assert [job.id for job in queue.jobs(queue.WAITING, most=5)] == [waiting]
    assert [job.id for job in queue.jobs(queue.RUNNING, most=5)] == [running]
    with django_assert_num_queries(2):
        found = {job.id: job for job in queue.jobs(queue.FAILED, most=5)}
    assert found.keys() == {failed, silent}
    assert found[failed].error == "builtins.ValueError"
    assert found[failed].task == "verify_trail"
    assert found[silent].error == ""
    assert len(queue.jobs(queue.FAILED, most=1)) == 1


def test_a_failed_job_is_run_again_and_the_trail_says_who_wanted_it(db):
    job_id = put("failed")
    queue.run_again(job_id, by=BY, now=NOW)
    assert state_of(job_id) == "todo"
    entry = Entry.objects.get(action="job.run_again")
    assert (entry.object_id, entry.actor_name) == (str(job_id), "Ratna")
    assert entry.after == {"task": "workflows.jobs.verify_trail"}


@pytest.mark.parametrize("state", ["todo", "doing"])
def test_only_a_failed_job_is_run_again(state, db):
    job_id = put(state)
    with pytest.raises(queue.JobGone):
        queue.run_again(job_id, by=BY, now=NOW)
    with pytest.raises(queue.JobGone):
        queue.run_again(987654321, by=BY, now=NOW)
    assert state_of(job_id) == state
    assert not Entry.objects.filter(object_type="job").exists()


def test_two_of_a_kind_do_not_wait_at_once(db):
    failed, waiting = put("failed", lock="verify-trail"), put("todo", lock="verify-trail")
    with pytest.raises(queue.JobWaitsAlready):
        queue.run_again(failed, by=BY, now=NOW)
    assert (state_of(failed), state_of(waiting)) == ("failed", "todo")
    assert not Entry.objects.filter(object_type="job").exists()


@pytest.mark.parametrize("state", ["todo", "failed"])
def test_a_job_can_be_let_go_until_it_runs(state, db):
    job_id, running = put(state), put("doing")
    queue.let_go(job_id, by=BY, now=NOW)
    assert state_of(job_id) == "cancelled"
    assert Entry.objects.get(action="job.let_go").object_id == str(job_id)
    with pytest.raises(queue.JobGone):
        queue.let_go(job_id, by=BY, now=NOW)
    with pytest.raises(queue.JobGone):
        queue.let_go(running, by=BY, now=NOW)


# ---------------------------------------------------------------- why it failed


class Refused(Exception):
    pass


def test_the_kind_of_an_error_is_kept_and_never_its_words(db):
    def broken():
        system.disk()
        raise Refused("Siti, NIK 3275012345678901")

    class Context:
        job = type("Job", (), {"id": 7})

    with pytest.raises(Refused):
        failures.noting(broken, Context(), None)
    kept = JobFailure.objects.get(pk=7)
    assert kept.error == f"{__name__}.Refused"
    assert kept.place.startswith(f"{__name__}:")
    assert "Siti" not in str(vars(kept)) and "3275" not in str(vars(kept))


def test_a_job_that_succeeds_or_fails_again_leaves_one_row_at_most(db):
    class Context:
        job = type("Job", (), {"id": 8})

    assert failures.noting(lambda: 3, Context(), None) == 3
    assert not JobFailure.objects.exists()
    for kind in (ValueError, KeyError):
        failures.note(8, kind("x"))
    assert JobFailure.objects.get().error == "builtins.KeyError"


def test_the_worker_notes_it(own_database):
    """The whole way: a worker of this very configuration takes a job that breaks."""

    @app.task(name="tests.broken")
    def broken() -> None:
        raise Refused("rahasia")

    try:
        job_id = broken.defer()
        worker = DjangoApp(connector=app.connector, worker_defaults=app.worker_defaults)
        worker.tasks = app.tasks
        with worker.replace_connector(app.connector.get_worker_connector()) as ready:
            asyncio.run(_work(ready))
    finally:
        del app.tasks["tests.broken"]
    assert state_of(job_id) == "failed"
    assert JobFailure.objects.get(pk=job_id).error.endswith(".Refused")


async def _work(worker) -> None:
    async with worker.open_async():
        await worker.run_worker_async(wait=False, install_signal_handlers=False)


# ---------------------------------------------------------------- regular jobs


def late(succeeded: dict[str, datetime], turns: dict[str, datetime] | None = None, *, now: datetime = NOW) -> set[str]:
    return {one.task for one in system.regular(succeeded, turns or {}, now=now) if one.is_late}


def test_regular_jobs_are_held_against_their_own_timetable():
    nightly, minutely = "workflows.jobs.verify_trail", "workflows.jobs.fill_ready_schemas"
    assert late({nightly: NOW - timedelta(hours=7), minutely: NOW}) == set()
    assert late({nightly: NOW - timedelta(days=2), minutely: NOW - timedelta(hours=1)}) == {
        "verify_trail",
        "fill_ready_schemas",
    }


def test_one_that_never_succeeded_is_late_once_it_had_its_turn():
    nightly = "workflows.jobs.verify_trail"
    assert late({}) == set(), "an hour after the first start nothing is late"
    assert late({}, {nightly: NOW - timedelta(minutes=10)}) == set()
    assert late({}, {nightly: NOW - timedelta(hours=7)}) == {"verify_trail"}


def test_a_turn_that_may_still_run_is_not_late():
    due = datetime(2026, 11, 24, 19, 37, tzinfo=UTC)
    succeeded = {"workflows.jobs.verify_trail": due - timedelta(days=1) + timedelta(minutes=1)}

    assert late(succeeded, now=due + timedelta(minutes=10)) == set()
    assert late(succeeded, now=due + timedelta(minutes=20)) == {"verify_trail"}


def test_a_snapshot_costs_a_fixed_number_of_statements(db, django_assert_max_num_queries):
    for _job in range(3):
        put("failed"), put("todo"), put("doing")
    with django_assert_max_num_queries(10):
        found = system.look(now=NOW)
    assert len(found.failed) == len(found.waiting) == len(found.running) == 3
    assert found.vitals.jobs["failed"] == 3
    assert 0 <= found.disk.percent_used <= 100
    assert found.versions["Django"].startswith("5.2")
    assert not found.is_well
