"""Moving between the hub and a centre while staying signed in.

Cookies are host-only, so each host has its own session. The host that the person goes to leaves a secret in
the browser, the other host issues a pass bound to that secret, and the pass is used up on arrival: a link
that someone else copies, replays or plants opens nothing.
"""

import secrets
from urllib.parse import urlencode

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts import operations
from hub.centres import hosts
from kernel import tokens

from ..people import person, signed_in

COOKIE = f"{settings.COOKIE_PREFIX}balai-pass"
COOKIE_LASTS = 600  # seconds: long enough to sign in on the way
BACKEND = "hub.accounts.backends.Backend"


def safe_path(request: HttpRequest, target: str | None) -> str:
    """A path on this host to go on to; anything else becomes the front page."""
    if target and target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return "/"


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """On the host to sign in at: leave a secret in the browser, then ask the hub (or a centre) for a pass."""
    secret = secrets.token_urlsafe(32)
    source = request.GET.get("dari", "")
    query = urlencode(
        {
            "ke": _own_domain(request),
            "tanda": tokens.hash_of(secret),
            "lanjut": safe_path(request, request.GET.get("lanjut")),
        }
    )
    origin = hosts.url_of(source) if source and hosts.cache.get(source) else hosts.hub_url()
    response = HttpResponseRedirect(f"{origin}pindah/?{query}")
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
@never_cache
@signed_in
def issue(request: HttpRequest) -> HttpResponse:
    """On the host where the person is signed in: a pass to one of our own hosts, and to no other."""
    domain, browser = request.GET.get("ke", ""), request.GET.get("tanda", "")
    url = _arrival(domain)
    if url is None or len(browser) != len(tokens.hash_of("")):
        raise Http404
    if limited := ratelimit.consume_or_429(request, action="handover", user=person(request)):
        return limited
    token = operations.issue_handover(person(request), host=domain, browser=browser, now=timezone.now())
    query = urlencode({"pas": token, "lanjut": safe_path(request, request.GET.get("lanjut"))})
    return HttpResponseRedirect(f"{url}?{query}")


@require_safe
@never_cache
def arrive(request: HttpRequest) -> HttpResponse:
    """On the host to sign in at: use the pass up, and begin a session of this host's own."""
    try:
        user = operations.redeem_handover(
            request.GET.get("pas", ""),
            host=_own_domain(request),
            browser=request.COOKIES.get(COOKIE, ""),
            now=timezone.now(),
        )
    except operations.LinkUsed as error:
        messages.error(request, str(error))
        return redirect("account_login")
    login(request, user, backend=BACKEND)
    response = HttpResponseRedirect(safe_path(request, request.GET.get("lanjut")))
    response.delete_cookie(COOKIE)
    return response


def _own_domain(request: HttpRequest) -> str:
    """How this host is named in a pass: the centre's stable code, or the hub."""
    centre = request.centre  # type: ignore[attr-defined]
    return centre.slug if centre is not None else "hub"


def _arrival(domain: str) -> str | None:
    """Where passes to this domain arrive, or None if no live centre of ours answers there."""
    if domain == "hub":
        return hosts.hub_url("/masuk/tiba/")
    centre = hosts.cache.get(domain)
    if centre is None or not centre.is_live or centre.moved_to:
        return None
    return hosts.url_of(centre.slug, "/masuk/tiba/")
