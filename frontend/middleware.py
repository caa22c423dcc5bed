"""Middleware of the HTML side."""

import math
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from kernel.errors import NotVisible

from . import limits
from .views import errors

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class NotVisibleIsNotThere:
    """What a person may not see is a page that does not exist, wherever a door was shut: strangers learn nothing.

    The API says the same in its own form (``api.errors``).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return errors.not_found(request) if isinstance(exception, NotVisible) else None


class CompressedText(GZipMiddleware):
    """Text travels compressed, whatever stands in front of the server; a photo is compressed already.

    Django pads each answer at random and masks its tokens, so that sizes tell nothing (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "")
        is_text = kind.startswith(("text/", "application/json", "application/xml", "image/svg"))
        if not is_text or request.path.startswith("/api/"):  # the API's ETags stay strong
            return response
        return super().process_response(request, response)


def language(get_response: GetResponse) -> GetResponse:
    """The language the person chose on this platform, else Bahasa Indonesia.

    Accept-Language is not asked: most phones here are set up in English by their maker, not by their owner.
    """
    known = {code for code, _name in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = wanted if wanted in known else settings.LANGUAGE_CODE
        with translation.override(code):
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def local_time(get_response: GetResponse) -> GetResponse:
    """On a centre's host, days and hours are those of its place; on the hub they are the capital's."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        centre = request.centre  # type: ignore[attr-defined]
        if centre is None:
            return get_response(request)
        with timezone.override(centre.zone):
            return get_response(request)

    return middleware


def permissions_policy(get_response: GetResponse) -> GetResponse:
    """No page may ask for camera, place or microphone, unless its view said so."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.BALAI_PERMISSIONS_POLICY)
        return response

    return middleware


def centre_limit(get_response: GetResponse) -> GetResponse:
    """One centre's flood ends in a page that asks for patience, before session, database and password hash."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        centre = request.centre  # type: ignore[attr-defined]
        if centre is not None and (seconds := limits.wait(request, centre.id)):
            return errors.too_many_requests(request, seconds=math.ceil(seconds))
        return get_response(request)

    return middleware


def followed_session(get_response: GetResponse) -> GetResponse:
    """When Django gives a session another key, the person's list of devices follows.

    Without it a session that went on under a new SECRET_KEY could be ended neither there nor by an erasure.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        before = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        response = get_response(request)
        now = request.session.session_key
        if before and now and before != now and request.user.is_authenticated:
            known = UserSession.objects.filter(user=request.user)
            if not known.filter(session_key=now).exists():
                known.filter(session_key=before).update(session_key=now)
        return response

    return middleware


# What ministry people may reach before their second factor is set up: setting it up, and leaving. The API knows no
# sessions, and holds tokens to the same rule.
_BEFORE_SECOND_FACTOR = (
    "/api/",
    "/akun/2fa/",
    "/akun/pastikan/",
    "/akun/surel/cek/",
    "/keluar/",
    "/bahasa/",
    "/tampilan/",
    "/pindah/",
    "/masuk/",
)


def second_factor(get_response: GetResponse) -> GetResponse:
    """Ministry roles need a second factor: without one, every page leads to setting it up."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        is_on_the_way = request.path.startswith(_BEFORE_SECOND_FACTOR)
        if not is_on_the_way and user.is_authenticated and user.lacks_second_factor:
            return redirect("mfa_activate_totp")
        return get_response(request)

    return middleware
