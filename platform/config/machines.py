"""Addresses for machines, the same on every host: they come before hosts, https, sessions and cookies."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from config import health, metrics

ROUTES: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {
    "/healthz": health.live,
    "/readyz": health.ready,
    "/metrics": metrics.expose,
}


def for_machines(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answers what machines ask. A view that returns None leaves the request to the host: it is as if not there."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        view = ROUTES.get(request.path_info)
        return (view(request) if view else None) or get_response(request)

    return middleware
