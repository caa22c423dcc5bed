"""What every template knows of the site around it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from . import addresses, navigation

THEMES = ("terang", "gelap")
THEME_COOKIE = "tema"


def site(request: HttpRequest) -> dict[str, Any]:
    """Asks no database: error pages are rendered with it too."""
    return {
        "balai_domain": settings.BALAI_DOMAIN,
        "centre_host": getattr(request, "centre", None),
        "is_hub": addresses.is_hub(request),
        "hub_origin": addresses.hub_origin(request),
        "shows_mail": settings.BALAI_MAIL_CATCHER,
        # Asks who is signed in, so only layouts/space.html may use it.
        "space": SimpleLazyObject(lambda: navigation.space_of(request)),
        # Light or dark as the person chose; empty: as the device says.
        "theme": _theme(request),
        "language": translation.get_language() or settings.LANGUAGE_CODE,
    }


def _theme(request: HttpRequest) -> str:
    wanted = request.COOKIES.get(THEME_COOKIE, "")
    return wanted if wanted in THEMES else ""
