"""How much one token, or without one one address, may ask: counted in the process, told in every answer.

Headers after draft-ietf-httpapi-ratelimit-headers: ``RateLimit-Policy`` says how many in how many seconds,
``RateLimit`` how many are left and when all are back.
"""

import ipaddress
import math
from collections.abc import Hashable

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from hub.tokens.models import ApiToken
from kernel.rates import Limit, Limiter, Verdict

limiter = Limiter()
_SAFE = ("GET", "HEAD", "OPTIONS")


def count(request: Request) -> None:
    """Let the request in, or raise Throttled; either way the answer will say how much is left."""
    kind, who = _kind_and_who(request)
    limit = Limit(*settings.BALAI_API_LIMITS[kind])
    verdict = limiter.take((kind, who), limit)
    setattr(request._request, "rate_headers", headers(kind, limit, verdict))  # noqa: B010  (not a field of Django's)
    if verdict.wait:
        raise Throttled(wait=verdict.wait)


def _kind_and_who(request: Request) -> tuple[str, Hashable]:
    if not isinstance(request.auth, ApiToken):
        return "address", _neighbourhood(request.META.get("REMOTE_ADDR", ""))
    return "token" if request.method in _SAFE else "write", request.auth.pk


def _neighbourhood(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: one subscriber has a whole one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))


def headers(kind: str, limit: Limit, verdict: Verdict) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"{kind}";q={math.floor(limit.burst)};w={math.ceil(limit.window)}',
        "RateLimit": f'"{kind}";r={verdict.left};t={math.ceil(verdict.full_after)}',
    }
