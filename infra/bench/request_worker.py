"""One variant of the request line in a process of its own: hosts come in on standard input, times go out.

Each line in is JSON: ``{"hosts": [...], "count": false}``. Each line out is JSON: milliseconds per request, or,
with ``count``, the statements per request as they leave for the server.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any

from django.core.wsgi import get_wsgi_application
from django.db.backends.signals import connection_created

Application = Callable[..., Iterable[bytes]]


def main() -> None:
    # The result's stream is ours alone, whatever else writes to standard output.
    out, sys.stdout = sys.stdout, sys.stderr
    application = get_wsgi_application()
    for line in sys.stdin:
        order = json.loads(line)
        measured = _statements if order["count"] else _milliseconds
        out.write(json.dumps(measured(application, order["hosts"])) + "\n")
        out.flush()


def _milliseconds(application: Application, hosts: list[str]) -> list[float]:
    taken = []
    for host in hosts:
        environ = _environ(host)
        began = time.perf_counter()
        _serve(application, environ)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _serve(application: Application, environ: dict[str, Any]) -> None:
    """One request from its environ to its closed response, as gunicorn does it."""
    answered: list[str] = []
    response = application(environ, lambda status, headers, exc_info=None: answered.append(status))
    try:
        length = sum(len(chunk) for chunk in response)
    finally:
        response.close()  # type: ignore[attr-defined]
    if answered != ["200 OK"] or not length:
        raise RuntimeError(f"{environ['HTTP_HOST']} answered {answered}")


def _environ(host: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "HTTP_X_FORWARDED_PROTO": "https",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _statements(application: Application, hosts: list[str]) -> float:
    """Messages to the server that run a statement, per request, from libpq's own trace: nothing can hide from it."""
    with tempfile.TemporaryFile("w+") as trace:

        def begin(connection: Any, **kwargs: Any) -> None:
            connection.connection.pgconn.trace(trace.fileno())

        connection_created.connect(begin)
        try:
            for host in hosts:
                _serve(application, _environ(host))
        finally:
            connection_created.disconnect(begin)
        return _sent(trace) / len(hosts)


def _sent(trace: IO[str]) -> int:
    """A traced line is: time, F (from us) or B (from the server), length, kind, content."""
    trace.seek(0)
    fields = (line.split("\t") for line in trace)
    return sum(1 for row in fields if len(row) > 3 and row[1] == "F" and row[3] in ("Query", "Execute"))


if __name__ == "__main__":
    main()
