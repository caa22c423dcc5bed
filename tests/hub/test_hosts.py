"""From a host name to its centre: no query in the common case, and never an old answer."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.centres import hosts, operations
from hub.centres.models import Centre, Domain
from hub.regions.models import Regency

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SOON = 5.0  # seconds: far more than a notification takes, far less than a test may hang


@pytest.fixture
def melati(own_database) -> Centre:
    """A centre in a database of its own, looked up once so that the cache listens."""
    centre = Centre.objects.get(name="BLKK Melati Garut")
    hosts.cache.get(centre.slug)
    _eventually(lambda: hosts.cache._listening)
    hosts.cache.get(centre.slug)
    return centre


def _eventually(condition) -> None:
    until = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < until, "It did not come true in time."
        time.sleep(0.01)


def test_a_host_that_was_looked_up_costs_no_statement(melati, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert hosts.cache.get(melati.slug).code == melati.code


def test_a_host_that_is_no_centres_is_remembered_too(melati, django_assert_num_queries):
    assert hosts.cache.get("tidak-ada") is None
    with django_assert_num_queries(0):
        assert hosts.cache.get("tidak-ada") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE centres_centre SET state = 'suspended' WHERE code = %s",
        "UPDATE centres_centre SET name = 'Nama lain' WHERE code = %s",
        "UPDATE centres_domain SET domain = 'lain' WHERE tenant_id = (SELECT id FROM centres_centre WHERE code = %s)",
    ],
)
def test_a_change_made_anywhere_is_seen(melati, own_database, statement):
    """Even one typed into psql: a trigger tells every process."""
    before = hosts.cache.get(melati.slug)
    with own_database.connect() as psql:
        psql.execute(statement, (melati.code,))
    _eventually(lambda: hosts.cache.get(melati.slug) != before)


def test_a_change_that_does_not_concern_hosts_leaves_the_cache_alone(melati, own_database, django_assert_num_queries):
    with own_database.connect() as psql:
        psql.execute("UPDATE centres_centre SET village = 'Lain' WHERE code = %s", (melati.code,))
        time.sleep(0.3)
    with django_assert_num_queries(0):
        hosts.cache.get(melati.slug)


def test_a_centres_day_is_noted_at_the_cost_of_one_statement_and_clears_no_cache(
    melati, own_database, django_assert_num_queries
):
    hosts.cache.get("kenanga-blitar")
    generation = hosts.cache._generation
    with CaptureQueriesContext(connection) as first:
        operations.note_activity(hosts.cache.get(melati.slug), now=NOW)
    assert [query["sql"].split()[0] for query in first] == ["UPDATE"]
    with django_assert_num_queries(0):
        operations.note_activity(hosts.cache.get(melati.slug), now=NOW + timedelta(hours=3))
        hosts.cache.get("kenanga-blitar")
    with own_database.connect() as psql:  # what tells of itself on the same channel comes after what would have
        psql.execute("UPDATE centres_centre SET name = 'Nama lain' WHERE slug = 'kenanga-blitar'")
    _eventually(lambda: hosts.cache._generation > generation)
    assert hosts.cache._generation == generation + 1
    with django_assert_num_queries(1):  # read with the host, after a clearing and in every other process
        operations.note_activity(hosts.cache.get(melati.slug), now=NOW)


def test_an_answer_read_before_a_change_is_not_kept_after_it(melati, own_database, monkeypatch):
    """The change commits, and its notification arrives, between our read and our keeping."""
    real = hosts._query

    def slow(domain):
        found = real(domain)
        generation = hosts.cache._generation
        with own_database.connect() as psql:
            psql.execute("UPDATE centres_centre SET state = 'suspended' WHERE code = %s", (melati.code,))
        _eventually(lambda: hosts.cache._generation > generation)
        return found

    hosts.cache.clear()
    monkeypatch.setattr(hosts, "_query", slow)
    assert hosts.cache.get(melati.slug).state == "active"  # read before the change
    monkeypatch.setattr(hosts, "_query", real)
    assert hosts.cache.get(melati.slug).state == "suspended"


def test_without_a_listener_nothing_is_kept_and_it_recovers(melati, own_database, django_assert_num_queries):
    with own_database.connect() as administration:
        administration.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'balai-hosts' AND datname = current_database()"
        )
        _eventually(lambda: not hosts.cache._listening)
        hosts.cache.get(melati.slug)
        assert hosts.cache._found == {}
        administration.execute("UPDATE centres_centre SET state = 'suspended' WHERE code = %s", (melati.code,))
        assert hosts.cache.get(melati.slug).state == "suspended"
    _eventually(lambda: hosts.cache._listening)
    hosts.cache.get(melati.slug)
    with django_assert_num_queries(0):
        hosts.cache.get(melati.slug)


def test_random_host_names_do_not_fill_the_memory(melati, monkeypatch):
    monkeypatch.setattr(hosts, "_MOST_KEPT", 50)
    for number in range(200):
        hosts.cache.get(f"acak-{number}")
    assert len(hosts.cache._found) <= 50


def test_many_threads_may_look_up_at_once(melati):
    wrong: list[object] = []

    def look() -> None:
        for _round in range(300):
            found = hosts.cache.get(melati.slug)
            if found is None or found.code != melati.code:
                wrong.append(found)

    threads = [threading.Thread(target=look) for _ in range(8)]
    clearer = threading.Thread(target=lambda: [hosts.cache.clear() for _ in range(500)])
    for thread in [*threads, clearer]:
        thread.start()
    for thread in [*threads, clearer]:
        thread.join()
    assert wrong == []


# ---------------------------------------------------------------- hosts as browsers send them


@pytest.mark.parametrize("host", ["{slug}.{domain}", "{slug}.{domain}:8000", "{SLUG}.{domain}", "{slug}.{domain}."])
def test_a_centres_host_in_every_spelling(centre, settings, host):
    name = host.format(slug=centre.slug, SLUG=centre.slug.upper(), domain=settings.BALAI_DOMAIN)
    answer = Client(HTTP_HOST=name).get("/")
    assert answer.status_code == 200
    assert centre.name in answer.content.decode()


@pytest.mark.parametrize("host", ["tidak-ada.{domain}", "a.{slug}.{domain}", "c_{code}.{domain}", "{slug}-x.{domain}"])
def test_a_host_below_ours_that_is_no_centres(centre, settings, host):
    name = host.format(slug=centre.slug, code=centre.code, domain=settings.BALAI_DOMAIN)
    answer = Client(HTTP_HOST=name).get("/")
    assert answer.status_code in (400, 404)
    assert centre.name not in answer.content.decode()


@pytest.mark.parametrize("host", ["contoh.id", "balai.localhost.contoh.id", "", "balai.localhost@contoh.id"])
def test_a_foreign_host_is_refused(db, host):
    answer = Client(HTTP_HOST=host).get("/")
    assert answer.status_code in (400, 404)
    assert "Location" not in answer


def test_www_leads_to_the_hub(db, settings):
    answer = Client(HTTP_HOST=f"www.{settings.BALAI_DOMAIN}:8000").get("/balai/?cari=x")
    assert (answer.status_code, answer["Location"]) == (301, f"http://{settings.BALAI_DOMAIN}:8000/balai/?cari=x")


def test_a_former_address_leads_to_the_new_one_with_path_and_query(centre, settings):
    former = centre.slug
    operations.rename_slug(centre, slug="alamat-baru")
    old = Client(HTTP_HOST=f"{former}.{settings.BALAI_DOMAIN}:8000")
    page = old.get("/berita/?halaman=2")
    assert (page.status_code, page["Location"]) == (
        301, f"http://alamat-baru.{settings.BALAI_DOMAIN}:8000/berita/?halaman=2",
    )  # fmt: skip
    form = old.post("/bahasa/", {"language": "en"})
    assert form.status_code == 308  # the form is sent on as it is
    assert old.get("//contoh.id/")["Location"].startswith(f"http://alamat-baru.{settings.BALAI_DOMAIN}:8000/")


def test_nobody_gets_an_address_that_a_centre_has_left(centre):
    former = centre.slug
    operations.rename_slug(centre, slug="alamat-baru")
    with pytest.raises(operations.SlugTaken):
        operations.register(name="Lain", regency=Regency.objects.get(pk="35.05"), slug=former)
    assert Domain.objects.get(domain=former).tenant == centre


def test_a_suspended_centre_can_be_read_and_not_written(centre, centre_client):
    operations.suspend(centre, reason="Izin sedang diperbarui", now=NOW)
    assert centre_client.get("/").status_code == 200
    refused = centre_client.post("/", {"name": "x"})
    assert refused.status_code == 403
    assert "Izin sedang diperbarui" in refused.content.decode()
    operations.resume(centre, now=NOW)
    assert centre_client.post("/", {"name": "x"}).status_code == 405


def test_while_the_database_is_away_the_page_asks_for_patience(melati, own_database, settings):
    """No connection to look the host up with, then none for the view: 503 with Retry-After, no traceback."""
    connection.close()
    connection.close_pool()
    usual = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = "/nowhere"
    connection.settings_dict["OPTIONS"]["pool"]["timeout"] = 0.2
    try:
        for known in (False, True):
            hosts.cache.clear()
            if known:
                hosts.cache._found[melati.slug] = _known(melati)
            answer = Client(HTTP_HOST=hosts.host_of(melati.slug), raise_request_exception=False).get("/")
            assert (answer.status_code, answer["Retry-After"]) == (503, "30")
            assert Client(HTTP_HOST=settings.BALAI_DOMAIN, raise_request_exception=False).get("/").status_code == 503
    finally:
        connection.close_pool()
        connection.settings_dict["HOST"] = usual
        connection.settings_dict["OPTIONS"]["pool"]["timeout"] = 10


def _known(centre: Centre) -> hosts.CentreHost:
    return hosts.CentreHost(
        centre.id, centre.code, centre.name, centre.slug, centre.schema_name, centre.state, "", False, ""
    )
