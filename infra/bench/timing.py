"""Taking times so that what disturbs a machine disturbs all variants alike."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

_BEGAN = time.monotonic()


@dataclass
class Took:
    """Milliseconds that a block took, once it is over."""

    ms: float = 0.0


@contextmanager
def clock() -> Iterator[Took]:
    took = Took()
    began = time.perf_counter()
    yield took
    took.ms = (time.perf_counter() - began) * 1000


def in_turns(rounds: int, variants: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of what each variant returns, over rounds in which every variant has its turn.

    Each round begins with another variant, so that none profits from always coming after the same one.
    """
    names = list(variants)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(variants[name]())
    return {name: median(values) for name, values in taken.items()}


def say(text: str) -> None:
    """Progress for whoever waits, on standard error; the result alone goes to standard output."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:6.0f} s  {text}\n")
    sys.stderr.flush()
