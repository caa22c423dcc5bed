"""Pages of which htmx exchanges a part."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page_or_part(request: HttpRequest, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or for htmx only the part that it exchanges."""
    is_part = "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
    response = render(request, part if is_part else page, {**context, "is_part": is_part})
    patch_vary_headers(response, ("HX-Request",))
    return response
