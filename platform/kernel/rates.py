"""How often something may be asked for, counted in the memory of one process: no statement, half a microsecond.

One number for each key: when all that was asked for would be worked off at the steady rate.
"""

import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass

clock = time.monotonic


@dataclass(frozen=True)
class Limit:
    """So many requests at once, and so many a second from then on."""

    burst: float
    per_second: float

    @property
    def window(self) -> float:
        """Seconds in which whoever asked for all at once may do so again."""
        return self.burst / self.per_second


@dataclass(frozen=True)
class Verdict:
    """``wait``: seconds until another request is welcome; 0 for one that is let in, which counts.

    ``left``: how many more would be let in at once. ``full_after``: seconds until all of them are welcome again.
    """

    wait: float
    left: int
    full_after: float


class Limiter:
    """Counts by key. ``most`` keys are kept: random addresses must not fill the memory."""

    def __init__(self, *, most: int = 100_000) -> None:
        self._lock = threading.Lock()
        self._worked_off: dict[Hashable, float] = {}
        self._most = most

    def take(self, key: Hashable, limit: Limit) -> Verdict:
        """Let one more in, or say how long to wait."""
        now = clock()
        with self._lock:
            worked_off = max(self._worked_off.get(key, now), now)
            too_early = worked_off - now - (limit.burst - 1) / limit.per_second
            if too_early > 0:
                return Verdict(too_early, 0, worked_off - now)
            if len(self._worked_off) >= self._most:
                self._forget(now)
            self._worked_off[key] = worked_off = worked_off + 1 / limit.per_second
        return Verdict(0, int(limit.burst - (worked_off - now) * limit.per_second + 1e-6), worked_off - now)

    def _forget(self, now: float) -> None:
        """Keys that nothing is held against go; if that is not enough, all do."""
        self._worked_off = {key: at for key, at in self._worked_off.items() if at > now}
        if len(self._worked_off) >= self._most:
            self._worked_off = {}

    def clear(self) -> None:
        with self._lock:
            self._worked_off = {}
