"""What stands in for config.middleware in the other two variants of the request line."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_tenants.middleware.main import TenantMainMiddleware

from hub.centres.hosts import CentreHost
from hub.centres.models import Centre, Domain


def as_host(centre: Centre) -> CentreHost:
    return CentreHost(
        id=centre.id,
        code=centre.code,
        name=centre.name,
        slug=centre.slug,
        schema_name=centre.schema_name,
        state=centre.state,
        state_reason=centre.state_reason,
        is_demo=centre.is_demo,
        moved_to="",
        zone=centre.zone,
    )


def label(host: str) -> str:
    return host.partition(":")[0].removesuffix(f".{settings.BALAI_DOMAIN}")


class PlainMiddleware:
    """The least there can be: the host's centre from a dictionary, and nothing done to the connection."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.known = {row.domain: as_host(row.tenant) for row in Domain.objects.select_related("tenant")}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.centre = self.known[label(request.get_host())]  # type: ignore[attr-defined]
        request.urlconf = settings.CENTRE_URLCONF
        return self.get_response(request)


class StockMiddleware(TenantMainMiddleware):
    """django-tenants' own, but for this: our rows hold labels, our view wants ``request.centre`` and centre URLs."""

    @staticmethod
    def hostname_from_request(request: HttpRequest) -> str:
        return label(request.get_host())

    def process_request(self, request: Any) -> HttpResponseBase | None:
        if (refused := super().process_request(request)) is not None:
            return refused
        request.centre = as_host(request.tenant)
        request.urlconf = settings.CENTRE_URLCONF
        return None
