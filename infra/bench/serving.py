"""One request through a whole WSGI application, as gunicorn hands it over, and the statements that it sends."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.db.backends.signals import connection_created

Application = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class Ask:
    """What a browser asks for: a path on a host, with the cookies it has there."""

    host: str
    path: str = "/"
    query: str = ""
    cookie: str = ""


@dataclass(frozen=True)
class Answer:
    status: str
    length: int  # bytes of the body, as they leave for the browser
    encoding: str


def environ(ask: Ask) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": ask.path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": ask.query,
        "SERVER_NAME": ask.host,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": ask.host,
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_X_FORWARDED_PROTO": "https",
        **({"HTTP_COOKIE": ask.cookie} if ask.cookie else {}),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def serve(application: Application, ask: Ask) -> Answer:
    """From the environ to the closed response. Raises RuntimeError for anything but a page with a body."""
    answered: list[tuple[str, dict[str, str]]] = []
    response = application(
        environ(ask), lambda status, headers, exc_info=None: answered.append((status, dict(headers)))
    )
    try:
        length = sum(len(chunk) for chunk in response)
    finally:
        response.close()  # type: ignore[attr-defined]
    status, headers = answered[0]
    if status != "200 OK" or not length:
        raise RuntimeError(f"{ask.host}{ask.path} answered {status}")
    return Answer(status, length, headers.get("Content-Encoding", ""))


def statements(application: Application, asks: Sequence[Ask]) -> float:
    """Messages to the server that run a statement, per request, from libpq's own trace: nothing can hide from it."""
    with _traced() as trace:
        for ask in asks:
            serve(application, ask)
        return _sent(trace) / len(asks)


@contextmanager
def _traced() -> Iterator[IO[str]]:
    with tempfile.TemporaryFile("w+") as trace:
        traced = []

        def begin(connection: Any, **kwargs: Any) -> None:
            connection.connection.pgconn.trace(trace.fileno())
            traced.append(connection.connection.pgconn)

        connection_created.connect(begin)
        try:
            yield trace
        finally:
            connection_created.disconnect(begin)
            for pgconn in traced:
                pgconn.untrace()


def _sent(trace: IO[str]) -> int:
    """A traced line is: time, F (from us) or B (from the server), length, kind, content."""
    trace.seek(0)
    fields = (line.split("\t") for line in trace)
    return sum(1 for row in fields if len(row) > 3 and row[1] == "F" and row[3] in ("Query", "Execute"))
