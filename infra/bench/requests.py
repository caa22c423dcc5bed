"""Line: what a centre's home page costs over the same page in plain Django, rotating over many centres."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any

from config import embedded
from hub.centres import hosts
from hub.centres.models import Centre

from . import ground
from .timing import Turns, in_turns, say

VARIANTS = {"plain": "infra.bench.settings_plain", "stock": "infra.bench.settings_stock", "ours": "config.settings"}
_ANNOUNCEMENTS = 6


class Worker:
    """A process that serves requests in one variant."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def _ask(self, addresses: Sequence[str], *, count: bool) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The worker has no pipes.")
        self._process.stdin.write(json.dumps({"hosts": addresses, "count": count}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("A request worker ended; standard error says why.")
        return json.loads(answer)

    def serve(self, addresses: Sequence[str]) -> list[float]:
        return self._ask(addresses, count=False)

    def statements(self, addresses: Sequence[str]) -> float:
        return self._ask(addresses, count=True)


def to_centres(centres: Sequence[Centre], *, rounds: int) -> tuple[Turns, dict[str, float]]:
    """Serve every centre's home page once a round in each variant, the variants in turns.

    Returns milliseconds per request (the median within each round), and each variant's statements per request.
    """
    for centre in centres:
        ground.furnish(centre, announcements=_ANNOUNCEMENTS)
    addresses = [hosts.host_of(centre.slug) for centre in centres]
    with _workers(centres[0].schema_name) as workers:
        for worker in workers.values():
            worker.serve(addresses)
            worker.serve(addresses)
        say("requests: warm")
        statements = {name: worker.statements(addresses) for name, worker in workers.items()}
        turns = in_turns(rounds, {name: partial(_median, worker, addresses) for name, worker in workers.items()})
    return turns, statements


def _median(worker: Worker, addresses: Sequence[str]) -> float:
    return median(worker.serve(addresses))


@contextmanager
def _workers(plain_schema: str) -> Iterator[dict[str, Worker]]:
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", "infra.bench.request_worker"],
            cwd=embedded.ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": module,
                "BALAI_BENCH_SCHEMA": plain_schema,
                "BALAI_CENTRE_LIMIT_FACTOR": "1000",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, module in VARIANTS.items()
    }
    try:
        yield {name: Worker(process) for name, process in processes.items()}
    finally:
        for process in processes.values():
            process.terminate()
            process.communicate()
