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


@dataclass(frozen=True)
class Turns:
    """What each variant took in each round. Figures are medians over the rounds.

    A ratio is the median of the rounds' own ratios: what slows one round down slows both of its sides.
    """

    taken: dict[str, list[float]]

    def __getitem__(self, variant: str) -> float:
        return median(self.taken[variant])

    def ratio(self, variant: str = "ours", over: str = "raw") -> float:
        return median(own / other for own, other in self._pairs(variant, over))

    def difference(self, variant: str, over: str) -> float:
        return median(own - other for own, other in self._pairs(variant, over))

    def _pairs(self, variant: str, over: str) -> Iterator[tuple[float, float]]:
        return zip(self.taken[variant], self.taken[over], strict=True)


def in_turns(rounds: int, variants: Mapping[str, Callable[[], float]]) -> Turns:
    """Run every variant once a round. Each round begins with another one, so that none always follows the same."""
    names = list(variants)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(variants[name]())
    return Turns(taken)


def say(text: str) -> None:
    """Progress for whoever waits, on standard error; the result alone goes to standard output."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:6.0f} s  {text}\n")
    sys.stderr.flush()
