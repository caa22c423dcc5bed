"""One variant of the request line in a process of its own: hosts come in on standard input, times go out.

Each line in is JSON: ``{"hosts": [...], "count": false}``. Each line out is JSON: milliseconds per request, or,
with ``count``, the statements per request as they leave for the server.
"""

import json
import sys
import time

from django.core.wsgi import get_wsgi_application

from .serving import Application, Ask, serve, statements


def main() -> None:
    # The result's stream is ours alone, whatever else writes to standard output.
    out, sys.stdout = sys.stdout, sys.stderr
    application = get_wsgi_application()
    for line in sys.stdin:
        order = json.loads(line)
        asks = [Ask(host) for host in order["hosts"]]
        measured = statements(application, asks) if order["count"] else _milliseconds(application, asks)
        out.write(json.dumps(measured) + "\n")
        out.flush()


def _milliseconds(application: Application, asks: list[Ask]) -> list[float]:
    taken = []
    for ask in asks:
        began = time.perf_counter()
        serve(application, ask)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


if __name__ == "__main__":
    main()
