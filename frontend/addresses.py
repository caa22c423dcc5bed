"""Links that lead from one host of the platform to another."""

from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import reverse

from hub.centres import hosts


def is_hub(request: HttpRequest) -> bool:
    """True on the hub's own host. A host name that Django refuses is not the hub."""
    try:
        return request.get_host().partition(":")[0].lower().rstrip(".") == settings.BALAI_DOMAIN
    except DisallowedHost:
        return False


def hub_origin(request: HttpRequest) -> str:
    """What stands in front of a hub path: nothing on the hub itself, elsewhere scheme, host and port."""
    if is_hub(request):
        return ""
    scheme = "http" if settings.BALAI_INSECURE_HTTP else "https"
    return f"{scheme}://{settings.BALAI_DOMAIN}{settings.BALAI_PORT_SUFFIX}"


def hub_path(name: str, *args: Any) -> str:
    """The path of a hub page, also while a centre's host answers with URLs of its own."""
    return reverse(f"hub:{name}", urlconf=settings.ROOT_URLCONF, args=args)


def site_address(request: HttpRequest) -> str:
    """Scheme, host and port of the site this page belongs to: its centre's, else the hub's."""
    centre = getattr(request, "centre", None)
    return hosts.url_of(centre.slug, "") if centre else hosts.hub_url("")


def canonical(request: HttpRequest) -> str:
    """The one address of this page, for search engines and previews; nothing on a host that is no one's.

    Until a centre's space is open, its page on the hub is the one to find.
    """
    if is_hub(request):
        return hosts.hub_url(request.path)
    centre = getattr(request, "centre", None)
    if centre is None:
        return ""
    return hosts.url_of(centre.slug, request.path) if centre.is_live else hosts.hub_url(hub_path("centre", centre.code))
