"""Line: what a centre's home page costs over the same page in plain Django, rotating over many centres."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from config import embedded
from hub.centres import hosts
from hub.centres.models import Centre

from . import ground
from .timing import say

VARIANTS = {"plain": "infra.bench.settings_plain", "stock": "infra.bench.settings_stock", "ours": "config.settings"}
_ANNOUNCEMENTS = 6


@dataclass(frozen=True)
class Requests:
    """Per variant, the median milliseconds and the statements of one request; ``overhead_ms`` is ours − plain."""

    ms: dict[str, float]
    statements: dict[str, float]
    overhead_ms: float
    stock_overhead_ms: float


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


def to_centres(centres: Sequence[Centre], *, rounds: int) -> Requests:
    """Serve every centre's home page once a round in each variant, the variants in turns."""
    for centre in centres:
        ground.furnish(centre, announcements=_ANNOUNCEMENTS)
    addresses = [hosts.host_of(centre.slug) for centre in centres]
    with _workers(centres[0].schema_name) as workers:
        for worker in workers.values():
            worker.serve(addresses)
            worker.serve(addresses)
        say("requests: warm")
        statements = {name: worker.statements(addresses) for name, worker in workers.items()}
        taken = _rounds(workers, addresses, rounds)
    ms = {name: median(values) for name, values in taken.items()}
    return Requests(ms, statements, _difference(taken, "ours"), _difference(taken, "stock"))


def _rounds(workers: dict[str, Worker], addresses: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """The median of each variant in each round."""
    taken: dict[str, list[float]] = {name: [] for name in workers}
    names = list(workers)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(median(workers[name].serve(addresses)))
    return taken


def _difference(taken: dict[str, list[float]], variant: str) -> float:
    """The median over the rounds of what the variant took more than plain in the same round."""
    return median(own - plain for own, plain in zip(taken[variant], taken["plain"], strict=True))


@contextmanager
def _workers(plain_schema: str) -> Iterator[dict[str, Worker]]:
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", "infra.bench.request_worker"],
            cwd=embedded.ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": module, "BALAI_BENCH_SCHEMA": plain_schema},
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
