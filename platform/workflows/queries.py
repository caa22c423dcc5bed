"""How the platform is, for the machines that watch it.

Over a plain connection that the caller brings: a probe must not wait in the line that it reports on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

Plain = psycopg.Connection[tuple[Any, ...]]

_WORKER_SEEN = "SELECT now() - max(last_heartbeat) FROM public.procrastinate_workers"
# A job is due since it was put in the queue, or since the time that it was put off to.
_LONGEST_WAIT = """
SELECT now() - min(coalesce(job.scheduled_at, put.at))
FROM public.procrastinate_jobs job
JOIN public.procrastinate_events put ON put.job_id = job.id AND put.type = 'deferred'
WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
"""
_SET_ASIDE = """
SELECT count(*) FROM public.fleet_setaside
WHERE run_id IN (SELECT DISTINCT ON (kind) id FROM public.fleet_run ORDER BY kind, started_at DESC)
"""
_JOBS = """
SELECT status::text, count(*) FROM public.procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY status
"""
_CENTRES = "SELECT state, count(*) FROM public.centres_centre GROUP BY state"
# By way of each task's newest job: there are three events to a job, a month of jobs, and no index on either.
_JOBS_SUCCEEDED = """
SELECT last.task_name, max(event.at)
FROM (
    SELECT task_name, max(id) AS id FROM public.procrastinate_jobs WHERE status = 'succeeded' GROUP BY task_name
) last
JOIN public.procrastinate_events event ON event.job_id = last.id AND event.type = 'succeeded'
GROUP BY last.task_name
"""
_RUNS_DONE = "SELECT kind, max(finished_at) FROM public.fleet_run WHERE state = 'done' GROUP BY kind"
# What could be sent this moment: the endpoint is on, and not resting after a failure.
_WEBHOOKS_DUE = """
SELECT count(*), coalesce(now() - min(greatest(delivery.next_attempt_at, endpoint.rests_until)), interval '0')
FROM public.webhooks_delivery delivery JOIN public.webhooks_endpoint endpoint ON endpoint.id = delivery.endpoint_id
WHERE delivery.state = 'waiting' AND delivery.next_attempt_at <= now() AND endpoint.state = 'active'
    AND endpoint.removed_at IS NULL AND (endpoint.rests_until IS NULL OR endpoint.rests_until <= now())
"""
_ENDPOINTS = "SELECT state, count(*) FROM public.webhooks_endpoint WHERE removed_at IS NULL GROUP BY state"
_READY = "SELECT count(*) FROM public.fleet_readyschema"


def worker_silence(plain: Plain) -> timedelta | None:
    """How long ago a worker last gave a sign of life (it does so every ten seconds); None if there is none."""
    return _value(plain, _WORKER_SEEN)


def longest_wait(plain: Plain) -> timedelta:
    """How long the job that is due longest has been waiting for a worker."""
    return _value(plain, _LONGEST_WAIT) or timedelta()


def set_aside(plain: Plain) -> int:
    """Schemas that failed in the last run of each kind."""
    return int(_value(plain, _SET_ASIDE))


@dataclass(frozen=True)
class Vitals:
    """Numbers about the whole platform: none of them says anything about one centre."""

    centres: dict[str, int]  # state → how many
    jobs: dict[str, int]  # todo, doing, failed → how many
    set_aside: int
    ready: int
    longest_wait: timedelta
    worker_silence: timedelta | None
    jobs_succeeded: dict[str, datetime]  # task → when one last succeeded
    runs_done: dict[str, datetime]  # kind of run → when one last ended without a failure
    endpoints: dict[str, int]  # state → how many addresses that webhooks go to
    webhooks_due: int
    webhooks_longest_wait: timedelta


def vitals(plain: Plain) -> Vitals:
    due, wait = plain.execute(_WEBHOOKS_DUE).fetchone() or (0, timedelta())
    return Vitals(
        centres=dict(plain.execute(_CENTRES).fetchall()),
        jobs=dict(plain.execute(_JOBS).fetchall()),
        set_aside=set_aside(plain),
        ready=int(_value(plain, _READY)),
        longest_wait=longest_wait(plain),
        worker_silence=worker_silence(plain),
        jobs_succeeded=dict(plain.execute(_JOBS_SUCCEEDED).fetchall()),
        runs_done=dict(plain.execute(_RUNS_DONE).fetchall()),
        endpoints=dict(plain.execute(_ENDPOINTS).fetchall()),
        webhooks_due=due,
        webhooks_longest_wait=wait,
    )


def _value(plain: Plain, statement: LiteralString) -> Any:
    row = plain.execute(statement).fetchone()
    return row[0] if row else None
