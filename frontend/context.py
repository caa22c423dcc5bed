"""What every template knows of the site around it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from hub.centres import hosts

from . import addresses


def site(request: HttpRequest) -> dict[str, Any]:
    """Asks no database: error pages are rendered with it too."""
    return {
        "balai_domain": settings.BALAI_DOMAIN,
        "centre_host": getattr(request, "centre", None),
        "is_hub": addresses.is_hub(request),
        "hub_origin": addresses.hub_origin(request),
        "hub_address": hosts.hub_url(""),
        "canonical": addresses.canonical(request),
        "shows_mail": settings.BALAI_MAIL_CATCHER,
        "language": translation.get_language() or settings.LANGUAGE_CODE,
    }
