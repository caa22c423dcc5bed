"""Load balancers learn from the outside whether a process lives and whether people can be sent to it."""

import threading

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from hub.centres import hosts
from hub.centres.models import Centre
from workflows import health

BY_ADDRESS = "10.0.0.7:8000"


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)


@pytest.fixture
def worker(plain) -> None:
    """A worker that has just given a sign of life."""
    plain.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


@pytest.fixture
def no_database(monkeypatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "tidak_ada_basis_data")


def ready():
    return Client(HTTP_HOST=BY_ADDRESS).get("/readyz")


def put_job(plain, *, put: str = "now()", scheduled: str = "NULL", status: str = "todo") -> None:
    plain.execute(
        "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at) "
        f"VALUES ('default', 'contoh', '{{}}', '{status}', {scheduled}) RETURNING id) "
        "SELECT id FROM job"
    )
    plain.execute(f"UPDATE procrastinate_events SET at = {put} WHERE type = 'deferred'")


def test_all_is_well(own_database, worker):
    answer = ready()
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "worker": "ok", "schemas": "ok"},
    }


def test_without_a_database_the_process_lives_but_nobody_is_sent_to_it(no_database, caplog):
    assert Client(HTTP_HOST=BY_ADDRESS).get("/healthz").json() == {"status": "alive"}
    answer = ready()
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["database"] == "the database does not answer"
    assert "tidak_ada" not in answer.content.decode(), "the driver's words name what is not the world's business"
    assert not caplog.records, "a line, or a report to Sentry, for every probe"


def test_a_process_lives_without_asking_the_database(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client(HTTP_HOST=BY_ADDRESS).get("/healthz").status_code == 200


def test_a_hub_that_is_behind_is_not_ready(own_database, worker, plain):
    plain.execute("DELETE FROM public.django_migrations WHERE app = 'fleet'")
    answer = ready()
    assert answer.status_code == 503
    assert "migrations are missing" in answer.json()["checks"]["migrations"]


def test_an_empty_database_is_not_ready(own_database, worker, plain):
    plain.execute("ALTER TABLE public.django_migrations RENAME TO moved")
    answer = ready()
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "nothing has been migrated"


def test_migrations_of_a_newer_release_do_not_take_the_older_one_out(own_database, worker, plain):
    plain.execute("INSERT INTO public.django_migrations (app, name, applied) VALUES ('fleet', '9999_later', now())")
    assert ready().json()["status"] == "ready"


@pytest.mark.parametrize("last_seen", ["never", "10 minutes"])
def test_without_a_worker_people_are_still_served(own_database, plain, last_seen):
    if last_seen != "never":
        plain.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{last_seen}')")
    answer = ready()
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["worker"] == "no worker gives a sign of life"


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"put": "now() - interval '1 hour'"}, "the queue is stuck"),
        ({"put": "now() - interval '1 hour'", "status": "doing"}, "ok"),
        ({"put": "now() - interval '1 minute'"}, "ok"),
        ({"put": "now() - interval '1 day'", "scheduled": "now() + interval '1 hour'"}, "ok"),
        ({"put": "now() - interval '1 day'", "scheduled": "now() - interval '1 hour'"}, "the queue is stuck"),
    ],
)
def test_a_worker_that_does_not_get_on(own_database, worker, plain, job, said):
    put_job(plain, **job)
    answer = ready()
    assert answer.status_code == 200
    assert answer.json()["checks"]["worker"] == said


def test_schemas_that_failed_are_counted_until_a_run_heals_them(own_database, worker, plain):
    insert = (
        "INSERT INTO fleet_run (id, kind, state, total, done, failed, note, started_at, heartbeat_at) "
        "VALUES (gen_random_uuid(), 'migrate', 'failed', 2, 1, 1, '', now() + %s * interval '1 s', now()) RETURNING id"
    )
    run_id = plain.execute(insert, (0,)).fetchone()[0]
    plain.execute("INSERT INTO fleet_setaside (run_id, schema_name, error) VALUES (%s, 'c_x', 'rusak')", (run_id,))
    answer = ready()
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["schemas"] == "1 schemas were set aside"
    assert "c_x" not in answer.content.decode()
    plain.execute(insert, (1,))
    assert ready().json()["checks"]["schemas"] == "ok"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_no_cookie_no_redirect_and_no_copy_on_the_way(path, own_database, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client(HTTP_HOST=BY_ADDRESS).get(path, secure=False)
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


def test_many_who_ask_at_once_cost_one_look(own_database, worker, monkeypatch):
    monkeypatch.setattr(health, "KEPT_SECONDS", 60.0)
    looks: list[int] = []
    monkeypatch.setattr(health.Database, "run", lambda _check: looks.append(1))
    threads = [threading.Thread(target=health.kept.answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert health.kept.answer().status == "ready"
    assert looks == [1]


def test_an_error_nobody_expected_takes_the_process_out_without_saying_more(own_database, worker, monkeypatch):
    def broken(_check: health.Worker) -> None:
        raise RuntimeError("sandi: rahasia")

    monkeypatch.setattr(health.Worker, "run", broken)
    answer = ready()
    assert answer.status_code == 503
    assert "rahasia" not in answer.content.decode()


def test_a_centres_host_says_nothing_of_the_centre(centre: Centre):
    host = hosts.host_of(centre.slug)
    for path in ("/healthz", "/readyz"):
        said = Client(HTTP_HOST=host).get(path).content.decode()
        assert not any(word in said for word in (centre.code, centre.slug, centre.name, settings.BALAI_DOMAIN))
