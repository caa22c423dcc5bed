"""What leaves the process for its operators, logs and error reports, says what went wrong and not of whom."""

import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import ROOT, wait_until_it_listens

NIK, EMAIL, PHONE = "3505014107900001", "siti.aminah@contoh.id", "081234567890"
REQUEST_ID = str(uuid.UUID(int=77))
SPELLINGS = (
    NIK, "3505 0141 0790 0001", EMAIL, "siti.aminah%40contoh.id", PHONE, "0812-3456-7890", "+62 812 3456 7890",
)  # fmt: skip
SAID = " ".join(SPELLINGS)


class Receiver(ThreadingHTTPServer):
    """Takes what an error reporter sends, as its real peer would."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[str] = []

    @property
    def dsn(self) -> str:
        return f"http://kunci@127.0.0.1:{self.server_port}/1"

    def events(self) -> list[dict]:
        lines = (line for body in list(self.bodies) for line in body.splitlines() if line.startswith("{"))
        return [part for part in map(json.loads, lines) if "level" in part or part.get("type") == "transaction"]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.bodies.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


class Failing:
    """gunicorn with pages that fail, and all it said."""

    def __init__(self, port: int, said: Path) -> None:
        self.port, self.said = port, said

    def ask(self, how: str, *, host: str = settings.BALAI_DOMAIN) -> tuple[int, dict[str, str]]:
        path = f"/gagal/{how}/{urllib.parse.quote(SAID)}/?{urllib.parse.urlencode({'cari': SAID, 'nik': NIK})}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=urllib.parse.urlencode({"isi": SAID, "nama": "x"}).encode(),
            headers={"Host": host, "X-Peserta": SAID, "X-Request-ID": REQUEST_ID, "Referer": f"http://x/?{SAID}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers)

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.said.read_text().splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def failing(django_db_setup, django_db_blocker, receiver, tmp_path_factory) -> Iterator[Failing]:
    from tests.conftest import _copied_database

    with contextlib.ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        own = stack.enter_context(_copied_database())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        said = tmp_path_factory.mktemp("said") / "output"
        environment = own.environment | {
            "DJANGO_SETTINGS_MODULE": "tests.config.settings", "SENTRY_DSN": receiver.dsn, "SENTRY_TRACES": "1",
            "BALAI_LOG_LEVEL": "DEBUG", "BALAI_LOG_FORM": "json", "BALAI_WORKERS": "1",
        }  # fmt: skip
        output = stack.enter_context(said.open("w"))
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "infra/gunicorn.conf.py", f"-b127.0.0.1:{port}", "config.wsgi"],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_until_it_listens(port, server)
            yield Failing(port, said)
        finally:
            server.terminate()
            server.wait(timeout=30)


def found_in(text: str) -> list[str]:
    """Which of the values stand there, however they are grouped or encoded."""
    plain = urllib.parse.unquote_plus(text)
    digits = re.sub(r"(?<=\d)[ .\-]+(?=\d)", "", plain)
    return [value for value in (*SPELLINGS, "siti.aminah", "81234567890") if value in plain or value in digits]


def wait_for(condition) -> None:
    for _attempt in range(100):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not come.")


def test_a_failing_page_is_reported_with_its_centre_and_request_and_nothing_of_people(failing, receiver):
    assert failing.ask("raise")[0] == 500

    def reported() -> list[dict]:
        """Of this request, that is: the pages of other tests report to the same receiver."""
        events = [event for event in receiver.events() if event.get("exception")]
        return [event for event in events if event["exception"]["values"][-1]["type"] == "ValueError"]

    wait_for(lambda: any(event["tags"]["centre"] == "hub" for event in reported()))
    event = next(event for event in reported() if event["tags"]["centre"] == "hub")
    assert event["tags"]["request_id"] == REQUEST_ID
    assert "[nik]" in event["exception"]["values"][-1]["value"]
    assert "[email]" in event["exception"]["values"][-1]["value"]
    assert set(event["request"]) == {"method", "url", "headers"}
    assert not [frame for frame in event["exception"]["values"][-1]["stacktrace"]["frames"] if frame.get("vars")]
    assert found_in("".join(receiver.bodies)) == []
    wait_for(lambda: any(line.get("event") == "request_failed" for line in failing.lines()))
    assert found_in(failing.said.read_text()) == []


@pytest.mark.parametrize(
    ("how", "code"), [("missing", 404), ("denied", 403), ("suspicious", 400), ("refused", 500), ("log", 200)]
)
def test_every_other_way_to_fail_says_as_little(failing, receiver, how, code):
    answered, headers = failing.ask(how)
    assert (answered, headers["X-Request-ID"]) == (code, REQUEST_ID)
    if how == "log":
        wait_for(lambda: any("Wrong" in str(event.get("logentry")) for event in receiver.events()))
    wait_for(lambda: any(line.get("code") == code for line in failing.lines()))
    assert found_in(failing.said.read_text()) == []
    assert found_in("".join(receiver.bodies)) == []


def test_timings_are_reported_as_harmlessly(failing, receiver):
    failing.ask("log")
    wait_for(lambda: any(event.get("type") == "transaction" for event in receiver.events()))
    assert found_in("".join(receiver.bodies)) == []


def test_a_failure_at_a_centre_names_it(failing, receiver, centre):
    from hub.centres import hosts

    failing.ask("raise", host=hosts.host_of(centre.slug))
    wait_for(lambda: any(event.get("tags", {}).get("centre") == centre.code for event in receiver.events()))
    wait_for(lambda: any(line.get("centre") == centre.code for line in failing.lines()))


def test_a_line_of_a_request_says_what_an_operator_needs(failing):
    failing.ask("log")
    wait_for(lambda: any(line.get("event") == "request_finished" for line in failing.lines()))
    line = next(line for line in failing.lines() if line.get("event") == "request_finished" and line["code"] == 200)
    assert line["request"].startswith("POST /gagal/log/") and "?" not in line["request"]
    assert line["request_id"] == REQUEST_ID and line["centre"] == "hub" and line["duration_ms"] > 0


def test_a_request_id_that_is_no_uuid_is_replaced(hub_client):
    for odd in (NIK, "x" * 36, "a\nb", ""):
        given = hub_client.get("/", HTTP_X_REQUEST_ID=odd)["X-Request-ID"]
        assert given != odd and uuid.UUID(given)
    mine = str(uuid.uuid4())
    assert hub_client.get("/", HTTP_X_REQUEST_ID=mine)["X-Request-ID"] == mine


def test_where_somebody_is_stands_in_no_line_and_no_report(failing, receiver):
    path = "/balai/?dekat=-8.1234567,112.7654321&cari=kolam-koi-rahasia"
    request = urllib.request.Request(
        f"http://127.0.0.1:{failing.port}{path}",
        headers={"Host": settings.BALAI_DOMAIN, "HX-Current-URL": f"http://x{path}", "Referer": f"http://x{path}"},
    )
    before = len(failing.lines())
    with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(request, timeout=20):
        pass
    wait_for(lambda: any("/balai/" in line.get("request", "") for line in failing.lines()[before:]))
    said = failing.said.read_text() + str(receiver.events())
    for secret in ("8.1234567", "112.7654321", "-8.1,112.8", "-8.1%2C112.8", "kolam-koi-rahasia"):
        assert secret not in urllib.parse.unquote(said)
