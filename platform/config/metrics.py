"""Numbers for Prometheus: every request by view, method and status; the pool; the fleet. Never by centre or path.

``/metrics`` answers whoever brings the token of ``BALAI_METRICS_TOKEN``; for everyone else there is no such address.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django_prometheus import middleware as django_prometheus
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as as_text
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config import counters
from fleet import status
from hub.centres.models import State
from hub.webhooks.models import EndpointState
from kernel import database, schema
from workflows import queries

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, float("inf"))
POOL_EVERY = 1.0  # seconds


class Metrics(django_prometheus.Metrics):
    """django-prometheus' two families that answer questions, under its names; its other eighteen cost time.

    Its own middleware would also take any word that a client sends as a method for a label.
    """

    def register(self) -> None:
        self.responses = self.register_metric(
            Counter,
            "django_http_responses_total_by_status_view_method",
            "Count of responses by status, view, method.",
            ["status", "view", "method"],
        )
        self.latency = self.register_metric(
            Histogram,
            "django_http_requests_latency_seconds_by_view_method",
            "Histogram of request processing time labelled by view.",
            ["view", "method"],
            buckets=SECONDS,
        )
        self.pool = Pool()


class Pool:
    """This process's pool of connections, as it was after a recent request. No statement is sent."""

    def __init__(self) -> None:
        gauges = {
            "pool_size": Gauge("balai_pool_connections", "Connections held.", multiprocess_mode="livesum"),
            "pool_available": Gauge("balai_pool_free", "Connections not in use.", multiprocess_mode="livesum"),
            "requests_waiting": Gauge("balai_pool_waiting", "Threads in line.", multiprocess_mode="livesum"),
        }
        self._gauges = gauges
        self._counters = {
            "requests_queued": Counter("balai_pool_waits", "Times that a thread had to wait for a connection."),
            "requests_errors": Counter("balai_pool_timeouts", "Times that it waited in vain."),
        }
        self._counted = dict.fromkeys(self._counters, 0)
        self._due = 0.0
        self._lock = threading.Lock()

    def note(self) -> None:
        """Take the numbers down, once a second at most."""
        if time.monotonic() < self._due or not self._lock.acquire(blocking=False):
            return
        try:
            self._due = time.monotonic() + POOL_EVERY
            now = schema.connection.pool.get_stats()
            for name, gauge in self._gauges.items():
                gauge.set(now.get(name, 0))
            for name, counter in self._counters.items():
                total = now.get(name, 0)
                # A pool that was opened anew counts from nought.
                counter.inc(total - self._counted[name] if total >= self._counted[name] else total)
                self._counted[name] = total
        finally:
            self._lock.release()


def count(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Counts and times every request but those of machines."""
    metrics: Metrics = Metrics.get_instance()

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - began
        match = request.resolver_match
        # A file, an unknown host or address, a redirect to https: there is no view.
        view = match.view_name if match else "none"
        method = request.method if request.method in METHODS else "other"
        metrics.responses.labels(str(response.status_code), view, method).inc()
        metrics.latency.labels(view, method).observe(seconds)
        metrics.pool.note()
        return response

    return middleware


class FleetCollector(Collector):
    """The platform as a whole, read when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        is_up, vitals = False, None
        try:
            with database.connect_briefly() as plain:
                is_up = True
                vitals = queries.vitals(plain)
        except psycopg.Error as error:
            logger.warning("The fleet could not be read for a scrape: %s", type(error).__name__)
        yield _gauge("balai_database_up", "Whether the database lets us in.", int(is_up))
        if vitals is None:
            return
        yield from _about_the_fleet(vitals)
        yield from _about_jobs(vitals)
        yield from _about_webhooks(vitals)
        yield from _about_schemas()


def _about_the_fleet(vitals: queries.Vitals) -> Iterator[Metric]:
    by_state = {state: vitals.centres.get(state, 0) for state in State.values}
    yield _by("balai_centres", "Centres by state.", "state", by_state)
    yield _gauge("balai_schemas_set_aside", "Schemas that failed in the last run of each kind.", vitals.set_aside)
    yield _gauge("balai_ready_schemas", "Empty schemas that wait for centres.", vitals.ready)
    done = {kind: at.timestamp() for kind, at in vitals.runs_done.items()}
    yield _by("balai_run_last_success_timestamp_seconds", "When a run last ended without failures.", "kind", done)


def _about_jobs(vitals: queries.Vitals) -> Iterator[Metric]:
    names = {"todo": "waiting", "doing": "running", "failed": "failed"}
    jobs = {ours: vitals.jobs.get(theirs, 0) for theirs, ours in names.items()}
    yield _by("balai_jobs", "Jobs that are not over, and those that failed.", "state", jobs)
    wait = vitals.longest_wait.total_seconds()
    yield _gauge("balai_jobs_longest_wait_seconds", "How long the job due longest has been waiting.", wait)
    if vitals.worker_silence is not None:
        silence = vitals.worker_silence.total_seconds()
        yield _gauge("balai_worker_silence_seconds", "Since a worker last gave a sign of life.", silence)
    succeeded = {task: at.timestamp() for task, at in vitals.jobs_succeeded.items()}
    yield _by("balai_job_last_success_timestamp_seconds", "When a job last succeeded.", "task", succeeded)


def _about_webhooks(vitals: queries.Vitals) -> Iterator[Metric]:
    by_state = {state: vitals.endpoints.get(state, 0) for state in EndpointState.values}
    yield _by("balai_webhook_endpoints", "Addresses that webhooks go to.", "state", by_state)
    yield _gauge("balai_webhooks_due", "Messages that could be sent this moment.", vitals.webhooks_due)
    wait = vitals.webhooks_longest_wait.total_seconds()
    yield _gauge("balai_webhooks_longest_wait_seconds", "How long the message due longest has been waiting.", wait)


def _about_schemas() -> Iterator[Metric]:
    measured = _measured()
    if measured is None:
        return
    schemas = {"up_to_date": measured.up_to_date, "behind": measured.behind, "unknown": measured.unknown}
    yield _by("balai_schemas", "Schemas by how their migrations stand, as last measured.", "migrations", schemas)
    yield _gauge(
        "balai_schemas_measured_timestamp_seconds", "When a worker last measured them.", measured.at.timestamp()
    )


def _measured() -> status.Measured | None:
    """What the worker kept. Not asked for while threads are in line for a connection: a scrape must not join it."""
    if schema.connection.pool.get_stats().get("requests_waiting"):
        return None
    try:
        with schema.hub():
            return status.measured()
    except OperationalError:
        return None


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def expose(request: HttpRequest) -> HttpResponse | None:
    """All numbers as text for whoever brings the token, else None."""
    given = request.headers.get("Authorization", "").encode()
    token = settings.BALAI_METRICS_TOKEN
    if not token or not secrets.compare_digest(given, f"Bearer {token}".encode()):
        return None
    return _exposed(request)


@require_safe
def _exposed(request: HttpRequest) -> HttpResponse:
    Metrics.get_instance().pool.note()
    fleet = CollectorRegistry()
    fleet.register(FleetCollector())
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(_of_all_processes() + as_text(fleet), content_type=CONTENT_TYPE_LATEST, headers=headers)


def _of_all_processes() -> bytes:
    folder = counters.chosen()
    if folder is None:
        return as_text(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    with counters.unfolded(folder):
        return as_text(registry)
