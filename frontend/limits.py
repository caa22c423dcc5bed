"""How much one centre's host may be asked, so that a flood at one door does not shut all others.

Counted in this process alone, without the database: see docs/decisions/0010.
"""

import threading
import time
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from .people import SAFE_METHODS

# Pages that hash a password or look for an account, for whoever comes.
_SIGN_IN = ("/masuk/", "/sandi/", "/akun/pastikan/", "/akun/sandi/", "/akun/2fa/")
# A GET that writes: the pass is used up.
_WRITING_PAGES = ("/masuk/tiba/",)

clock = time.monotonic


@dataclass(frozen=True)
class Limit:
    """So many requests at once, and so many a second from then on."""

    burst: float
    per_second: float


class Limiter:
    """One number for each centre and kind: when all that was asked for would be worked off at the steady rate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worked_off: dict[tuple[uuid.UUID, str], float] = {}

    def wait(self, centre_id: uuid.UUID, kind: str, limit: Limit) -> float:
        """Seconds until another request of this kind is welcome; 0 for one that is let in, which counts."""
        now = clock()
        with self._lock:
            worked_off = max(self._worked_off.get((centre_id, kind), now), now)
            too_early = worked_off - now - (limit.burst - 1) / limit.per_second
            if too_early > 0:
                return too_early
            self._worked_off[centre_id, kind] = worked_off + 1 / limit.per_second
            return 0

    def clear(self) -> None:
        with self._lock:
            self._worked_off = {}


limiter = Limiter()


def kind_of(request: HttpRequest) -> str:
    """What the request costs: "sign_in", "write" or "read", a key of BALAI_CENTRE_LIMITS."""
    if request.method in SAFE_METHODS:
        return "write" if request.path.startswith(_WRITING_PAGES) else "read"
    return "sign_in" if request.path.startswith(_SIGN_IN) else "write"


def wait(request: HttpRequest, centre_id: uuid.UUID) -> float:
    """Seconds that this request comes too early for its centre, or 0."""
    kind = kind_of(request)
    return limiter.wait(centre_id, kind, Limit(*settings.BALAI_CENTRE_LIMITS[kind]))
