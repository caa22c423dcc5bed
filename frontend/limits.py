"""How much one centre's host may be asked, so that a flood at one door does not shut all others.

Counted in this process alone, without the database: see docs/decisions/0011.
"""

import uuid

from django.conf import settings
from django.http import HttpRequest

from kernel.rates import Limit, Limiter

from .people import SAFE_METHODS

# Pages that hash a password or look for an account, for whoever comes.
_SIGN_IN = ("/masuk/", "/sandi/", "/akun/pastikan/", "/akun/sandi/", "/akun/2fa/")
# A GET that writes: the pass is used up.
_WRITING_PAGES = ("/masuk/tiba/",)

limiter = Limiter()


def kind_of(request: HttpRequest) -> str:
    """What the request costs: "sign_in", "write" or "read", a key of BALAI_CENTRE_LIMITS."""
    if request.method in SAFE_METHODS:
        return "write" if request.path.startswith(_WRITING_PAGES) else "read"
    return "sign_in" if request.path.startswith(_SIGN_IN) else "write"


def wait(request: HttpRequest, centre_id: uuid.UUID) -> float:
    """Seconds that this request comes too early for its centre, or 0."""
    kind = kind_of(request)
    return limiter.take((centre_id, kind), Limit(*settings.BALAI_CENTRE_LIMITS[kind])).wait
