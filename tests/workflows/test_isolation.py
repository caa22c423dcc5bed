"""One centre never answers with another's data: thousands of requests, many threads, writes in between."""

import http.client
import json
import logging
import re
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from config.logs import formatter
from hub.centres import hosts
from hub.centres.models import Centre
from kernel import schema
from tenants.site import operations, queries

NOW = datetime(2026, 11, 24, tzinfo=UTC)
THREADS = 8
ROUNDS = 300  # requests of each thread to each of two centres
MARKS = re.compile(r"tanda-[0-9a-z]{8}")


def _mark(centre: Centre) -> str:
    return f"tanda-{centre.code}"


def _describe(centre: Centre) -> None:
    with schema.centre(centre):
        operations.describe(about=f"Rahasia {_mark(centre)}", address="", whatsapp="", now=NOW)
        operations.announce(title=f"Kabar {_mark(centre)}", body="…", now=NOW)


def _in_threads(work) -> Counter:
    """Run ``work(number, answers)`` in many threads; the counted answers, with exceptions among them."""
    answers: Counter = Counter()
    lock = threading.Lock()

    def run(number: int) -> None:
        own: Counter = Counter()
        try:
            work(number, own)
        except Exception as error:  # noqa: BLE001  (counted, so that it fails the test)
            own[repr(error)] += 1
        finally:
            connection.close()
        with lock:
            answers.update(own)

    connection.close()  # the pool has one connection for each thread, and none to spare for this one
    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def two(own_database) -> list[Centre]:
    centres = list(Centre.objects.filter(state="active").order_by("name"))
    assert len(centres) == 2
    for centre in centres:
        _describe(centre)
    return centres


def test_threads_in_one_process_never_mix_centres(two, settings):
    """Django's test client through the whole middleware, on the pool, while other threads write."""
    settings.BALAI_CENTRE_LIMITS = {"read": (1e6, 1e6)}

    def work(number: int, answers: Counter) -> None:
        clients = [(centre, Client(HTTP_HOST=hosts.host_of(centre.slug))) for centre in two]
        for round_number in range(ROUNDS):
            centre, client = clients[(round_number + number) % 2]
            body = client.get("/").content.decode()
            answers["right" if set(MARKS.findall(body)) == {_mark(centre)} else "wrong"] += 1
            if round_number % 50 == number:
                _describe(centre)

    assert _in_threads(work) == {"right": THREADS * ROUNDS}


def test_what_threads_write_lands_in_the_right_centre(two):
    def work(number: int, answers: Counter) -> None:
        for round_number in range(40):
            centre = two[(round_number + number) % 2]
            with schema.centre(centre):
                operations.announce(title=f"{_mark(centre)} {number}.{round_number}", body="…", now=NOW)
            answers["written"] += 1

    assert _in_threads(work) == {"written": THREADS * 40}
    for centre in two:
        with schema.centre(centre):
            titles = [one.title for one in queries.home(newest=10_000).announcements]
        assert len(titles) == THREADS * 20 + 1
        assert {MARKS.search(title)[0] for title in titles} == {_mark(centre)}


def test_gunicorns_threads_never_mix_centres(site):
    """Two processes with four threads each, keep-alive connections that change hosts at every request."""
    with site.database.connect() as plain:
        rows = plain.execute(
            "SELECT slug, schema_name, code FROM public.centres_centre "
            "WHERE state = 'active' AND is_demo ORDER BY code LIMIT 2"
        ).fetchall()
        marks = {slug: f"tanda-{code}" for slug, _schema, code in rows}
        for slug, schema_name, _code in rows:
            plain.execute(f'UPDATE "{schema_name}".site_profile SET about = %s', (f"Rahasia {marks[slug]}",))
    slugs = list(marks)

    def work(number: int, answers: Counter) -> None:
        browser = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        for round_number in range(ROUNDS):
            slug = slugs[(round_number + number) % 2]
            browser.request("GET", "/", headers={"Host": f"{hosts.host_of(slug)}:{site.port}"})
            answer = browser.getresponse()
            body = answer.read().decode()
            right = answer.status == 200 and set(MARKS.findall(body)) == {marks[slug]}
            answers["right" if right else "wrong"] += 1

    assert _in_threads(work) == {"right": THREADS * ROUNDS}


def test_a_streamed_answer_stays_in_its_centre(two, rf):
    """A streamed body is produced after the view returned; each piece must still come from the centre."""
    from django.http import StreamingHttpResponse

    from config.middleware import CentreMiddleware

    def view(request):
        return StreamingHttpResponse(queries.home().profile.about.encode() for _piece in range(3))

    middleware = CentreMiddleware(view)
    answers = [middleware(rf.get("/", HTTP_HOST=hosts.host_of(centre.slug))) for centre in two]
    streams = [iter(answer) for answer in answers]
    for _piece in range(3):
        for centre, stream in zip(two, streams, strict=True):
            assert next(stream).decode() == f"Rahasia {_mark(centre)}"
    assert schema.current_code() is None


def test_a_log_line_names_its_centre(two):
    record = logging.LogRecord("x", logging.INFO, "x", 1, "kejadian", None, None)

    def centre_said() -> str:
        return json.loads(formatter("json").format(record))["centre"]

    with schema.centre(two[0]):
        assert centre_said() == two[0].code
    assert centre_said() == "hub"


def test_what_is_cached_in_one_centre_is_not_found_in_another(two):
    with schema.centre(two[0]):
        cache.set("x", _mark(two[0]))
    with schema.centre(two[1]):
        assert cache.get("x") is None
        cache.set("x", _mark(two[1]))
    assert cache.get("x") is None
    with schema.centre(two[0]):
        assert cache.get("x") == _mark(two[0])
