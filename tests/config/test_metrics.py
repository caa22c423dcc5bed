"""Prometheus gets every request counted once, whatever process answered, and nothing about any one centre."""

import concurrent.futures
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families

from config import counters, metrics
from fleet import status
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre
from hub.webhooks import operations as webhooks
from hub.webhooks.models import EndpointState, Owner
from kernel import schema
from tests.conftest import ROOT, OwnDatabase, _wait_until_up
from workflows import jobs

TOKEN = "kunci-untuk-prometheus-" + "k" * 20
BEARER = {"Authorization": f"Bearer {TOKEN}"}
RESPONSES = "django_http_responses_total_by_status_view_method_total"
LATENCY = "django_http_requests_latency_seconds_by_view_method"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def _token(settings) -> None:
    settings.BALAI_METRICS_TOKEN = TOKEN


def parsed(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def scrape() -> Samples:
    answer = Client(HTTP_HOST="10.0.0.7", headers=BEARER).get("/metrics")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    return parsed(answer.content.decode())


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0)


# ---------------------------------------------------------------- in one process


def test_requests_are_counted_by_view_method_and_status(centre, hub_client, centre_client):
    before = scrape()
    hub_client.get("/")
    hub_client.post("/")
    centre_client.get("/")
    hub_client.get("/tidak-ada/")
    hub_client.get("/healthz")
    after = scrape()

    def more(**labels: str) -> float:
        return value(after, RESPONSES, **labels) - value(before, RESPONSES, **labels)

    assert more(status="200", view="hub:home", method="GET") == 1
    assert more(status="405", view="hub:home", method="POST") == 1
    assert more(status="200", view="centre:home", method="GET") == 1
    assert more(status="404", view="none", method="GET") == 1
    counted = [sum(number for (name, _), number in samples.items() if name == RESPONSES) for samples in (before, after)]
    assert counted[1] - counted[0] == 4, "machines are not counted"
    labels = {"view": "hub:home", "method": "GET"}
    assert value(after, f"{LATENCY}_count", **labels) - value(before, f"{LATENCY}_count", **labels) == 1
    assert value(after, f"{LATENCY}_sum", **labels) > value(before, f"{LATENCY}_sum", **labels)


def test_labels_stay_few_whatever_clients_send(centre, other_centre, hub_client, client_for):
    for method in ("GET", "BREW", "X" * 300):
        hub_client.generic(method, "/")
        for one in (centre, other_centre):
            client_for(one).generic(method, "/")
            hub_client.generic(method, f"/balai/{one.code}/?cari={one.slug}")
    for number in range(5):
        Client(HTTP_HOST=f"host-{number}.{settings.BALAI_DOMAIN}").get(f"/apa-{number}/")
    text = Client(headers=BEARER).get("/metrics").content.decode()
    methods = set(re.findall(r'method="([^"]*)"', text))
    assert methods <= metrics.METHODS | {"other"}
    assert "other" in methods
    for one in (centre, other_centre):
        assert not any(word in text for word in (one.code, one.slug, one.name, str(one.id)))
    assert "host-" not in text
    assert "apa-" not in text


def test_counting_asks_the_database_nothing(centre, hub_client, django_assert_num_queries, monkeypatch):
    hub_client.get("/bahasa/")
    monkeypatch.setattr(metrics, "POOL_EVERY", 0.0)
    with django_assert_num_queries(0):
        hub_client.get("/tidak-ada/")


def test_the_pool_is_shown(centre, hub_client):
    hub_client.get("/")
    samples = scrape()
    assert value(samples, "balai_pool_connections") >= 1
    assert ("balai_pool_waits_total", frozenset()) in samples
    assert ("balai_pool_timeouts_total", frozenset()) in samples


def test_the_fleet_is_shown(own_database: OwnDatabase, plain):
    plain.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    insert = "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('default', 'contoh', '{}', "
    for state in ("todo", "doing", "failed", "failed"):
        plain.execute(f"{insert}'{state}')")
    succeeded = plain.execute(f"{insert}'succeeded') RETURNING id").fetchone()[0]
    plain.execute(
        "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'succeeded', to_timestamp(1000))", (succeeded,)
    )
    plain.execute("UPDATE procrastinate_events SET at = now() - interval '90 s' WHERE type = 'deferred'")
    samples = scrape()
    assert value(samples, "balai_database_up") == 1
    assert value(samples, "balai_centres", state="active") == 2
    assert ("balai_centres", frozenset({("state", "erased")})) in samples, "a state without centres is nought"
    assert value(samples, "balai_jobs", state="waiting") == 1
    assert value(samples, "balai_jobs", state="running") == 1
    assert value(samples, "balai_jobs", state="failed") == 2
    assert 90 <= value(samples, "balai_jobs_longest_wait_seconds") < 600
    assert 0 <= value(samples, "balai_worker_silence_seconds") < 600
    assert value(samples, "balai_job_last_success_timestamp_seconds", task="contoh") == 1000
    assert value(samples, "balai_schemas_set_aside") == 0


def test_webhooks_that_are_due_are_shown_and_no_others(own_database: OwnDatabase, plain):
    owner = Owner(centre_id=Centre.objects.earliest("code").pk)
    late = timezone.now() - timedelta(minutes=2)
    made = {}
    for name in ("late", "paused", "resting"):
        made[name], _secret = webhooks.create_endpoint(
            owner, url=f"https://{name}.contoh.id/", kinds=["news.published"], by=SYSTEM, now=late
        )
        webhooks.send_test(made[name], by=SYSTEM, now=late)
    webhooks.send_test(made["late"], by=SYSTEM, now=timezone.now() + timedelta(hours=1))  # a further attempt, later
    webhooks.pause(made["paused"], by=SYSTEM, now=late)
    plain.execute("UPDATE webhooks_endpoint SET rests_until = now() + interval '1 minute' WHERE url LIKE '%resting%'")
    samples = scrape()
    assert value(samples, "balai_webhooks_due") == 1
    assert 120 <= value(samples, "balai_webhooks_longest_wait_seconds") < 600
    assert [value(samples, "balai_webhook_endpoints", state=state) for state in EndpointState.values] == [2, 1, 0]


def test_schemas_are_measured_by_the_worker(own_database: OwnDatabase, plain):
    assert not any(name.startswith("balai_schemas_measured") for name, _labels in scrape())
    schema_name = plain.execute("SELECT schema_name FROM centres_centre LIMIT 1").fetchone()[0]
    plain.execute(f"DELETE FROM {schema_name}.django_migrations WHERE app = 'site'")
    assert jobs.measure_fleet(timestamp=0) == 1
    samples = scrape()
    assert value(samples, "balai_schemas", migrations="behind") == 1
    assert value(samples, "balai_schemas", migrations="up_to_date") == 1
    assert value(samples, "balai_schemas_measured_timestamp_seconds") == pytest.approx(time.time(), abs=60)


def test_the_handbook_names_what_there_is(own_database: OwnDatabase, plain, hub_client):
    """And its alerts ask for nothing else."""
    plain.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    jobs.measure_fleet(timestamp=0)
    hub_client.get("/")
    there = {name for name, _labels in scrape()}
    text = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"\b(?:balai|django)_[a-z_]+[a-z]\b", text))
    assert len(named) > 15
    missing = {name for name in named if name not in there and f"{name}_bucket" not in there}
    # These two have a sample only once a run ended well, or a job succeeded.
    assert missing <= {"balai_run_last_success_timestamp_seconds", "balai_job_last_success_timestamp_seconds"}
    ours = {name for name in there if name.startswith("balai_") and not name.endswith("_created")}
    assert {name for name in ours if name not in text} <= {"balai_pool_free", "balai_pool_waiting"}


def test_a_measurement_is_not_for_a_centre_to_see(centre, monkeypatch):
    monkeypatch.setattr(status, "read", lambda: status.FleetStatus(up_to_date=["c_x"]))
    status.measure(now=timezone.now())
    assert status.measured() is not None
    with schema.centre(centre):
        assert cache.get("fleet-measured") is None


def test_without_a_database_requests_are_still_shown(hub_client, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "tidak_ada_basis_data")
    samples = scrape()
    assert value(samples, "balai_database_up") == 0
    assert not any(name == "balai_centres" for name, _labels in samples)
    assert any(name.startswith("python_info") for name, _labels in samples)


def test_a_database_that_is_up_but_cannot_tell_is_not_called_down(own_database: OwnDatabase, plain):
    plain.execute("ALTER TABLE procrastinate_workers RENAME TO moved")
    samples = scrape()
    assert value(samples, "balai_database_up") == 1
    assert not any(name == "balai_centres" for name, _labels in samples)


def test_a_short_token_stops_the_start():
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env={**os.environ, "BALAI_METRICS_TOKEN": "pendek"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "BALAI_METRICS_TOKEN" in done.stderr


# ---------------------------------------------------------------- in several


@dataclass
class Server:
    """Gunicorn with two processes, as in production."""

    port: int
    process: subprocess.Popen

    @property
    def folder(self) -> Path:
        mine = counters.folder_of_this_master()
        return mine.with_name(f"balai-metrics-{os.getuid()}-{self.process.pid}")

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(word) for word in children.read_text().split()}

    def get(self, path: str, **headers: str) -> str:
        """One request over a connection of its own, by IP address unless a host is given."""
        to_server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            to_server.request("GET", path, headers={"Connection": "close", **headers})
            return to_server.getresponse().read().decode()
        finally:
            to_server.close()

    def many(self, number: int) -> None:
        """Requests for the home page, some at a time."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _n: self.get("/", Host=settings.BALAI_DOMAIN), range(number)))

    def counted(self) -> float:
        samples = parsed(self.get("/metrics", **BEARER))
        labels = {"view": "hub:home", "method": "GET"}
        by_status = value(samples, RESPONSES, status="200", **labels)
        assert by_status == value(samples, f"{LATENCY}_count", **labels)
        return by_status

    def files(self) -> set[str]:
        return {path.name for path in self.folder.glob("*.db")}


@pytest.fixture
def server(own_database: OwnDatabase) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "infra/gunicorn.conf.py", f"-b127.0.0.1:{port}", "config.wsgi"],
        cwd=ROOT,
        env={**own_database.environment, "BALAI_METRICS_TOKEN": TOKEN, "BALAI_WORKERS": "2"},
    )
    try:
        _wait_until_up(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(condition) -> None:
    for _attempt in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not come about.")


def both_have_counted(server: Server) -> bool:
    server.many(20)
    return all(f"counter_{pid}.db" in server.files() for pid in server.workers())


def test_two_processes_count_together_and_lose_nothing(server: Server):
    assert "alive" in server.get("/healthz")
    assert '"database": "ok"' in server.get("/readyz")
    wait_for(lambda: both_have_counted(server))
    before = server.counted()
    server.many(120)
    assert server.counted() == before + 120

    killed = min(server.workers())
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: killed not in server.workers() and len(server.workers()) == 2)
    wait_for(lambda: "counter_ended.db" in server.files())
    assert f"counter_{killed}.db" not in server.files()
    assert server.counted() == before + 120
    server.many(40)
    assert server.counted() == before + 160


def test_a_reload_keeps_the_counts_and_an_end_cleans_up(server: Server):
    server.many(30)
    before, first = server.counted(), server.workers()
    assert before >= 30
    os.kill(server.process.pid, signal.SIGHUP)
    wait_for(lambda: not first & server.workers() and len(server.workers()) == 2)
    assert server.counted() == before
    assert not {f"counter_{pid}.db" for pid in first} & server.files(), "files of processes that ended were folded"
    assert oct(server.folder.stat().st_mode & 0o777) == "0o700"
    folder = server.folder
    server.process.terminate()
    server.process.wait(timeout=30)
    assert not folder.exists()


def test_a_reader_is_never_in_the_way_of_the_master(tmp_path):
    folder = tmp_path / "angka"
    counters.begin(folder)
    key = mmap_key("n", "n_total", [], [], "")
    for pid in (1, 2, 3):
        file = MmapedDict(str(folder / f"counter_{pid}.db"))
        file.write_value(key, float(pid), 0.0)
        file.close()
    with counters.unfolded(folder):
        counters.fold(folder, living={3})
        assert len(list(folder.glob("*.db"))) == 3
    counters.fold(folder, living={3})
    assert {path.name for path in folder.glob("*.db")} == {"counter_ended.db", "counter_3.db"}
    counters.fold(folder, living=set())
    assert {path.name for path in folder.glob("*.db")} == {"counter_ended.db"}
    read = MmapedDict.read_all_values_from_file(str(folder / "counter_ended.db"))
    assert [number for _key, number, _timestamp, _place in read] == [6.0]
