"""How a person wants to see the platform: the language, light or dark. Kept in cookies, on every host."""

from collections.abc import Container

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..context import THEME_COOKIE, THEMES


@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language and go back to the page the person was on.

    Exempt from the CSRF check, as is the theme, so that reading a page needs no cookie: all that another site could
    do with it is to show us in the other language.
    """
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, request.POST.get("language", ""), dict(settings.LANGUAGES))


@csrf_exempt
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark, or (empty) what the device says."""
    return _remember(request, THEME_COOKIE, request.POST.get("tema", ""), {"", *THEMES})


def _remember(request: HttpRequest, cookie: str, value: str, known: Container[str]) -> HttpResponse:
    """Back to the page the person was on; a value that is none of the known ones changes nothing."""
    host = request.get_host()
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={host}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    if value in known:
        name = host.partition(":")[0]
        is_ours = name == settings.BALAI_DOMAIN or name.endswith(f".{settings.BALAI_DOMAIN}")
        response.set_cookie(
            cookie,
            value,
            max_age=365 * 24 * 60 * 60,  # a year, in seconds
            # One choice for the hub and every centre; a centre on a host name of its own keeps its own.
            domain=settings.BALAI_DOMAIN if is_ours else None,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
            httponly=True,
        )
    return response
