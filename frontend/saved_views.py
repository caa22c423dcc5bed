"""Saved views of a list, as the row above it shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest

from hub.preferences.models import SavedView

from .listing import DOWNLOAD, PAGE


@dataclass(frozen=True, slots=True)
class ShownView:
    """A saved view, and whether the list stands like that now."""

    view: SavedView
    is_current: bool


def shown(request: HttpRequest, views: Iterable[SavedView]) -> list[ShownView]:
    now = _pairs(request.META.get("QUERY_STRING", ""))
    return [ShownView(view, _pairs(view.query) == now) for view in views]


def first_view(request: HttpRequest, views: Iterable[SavedView]) -> SavedView | None:
    """The view to begin with: for whoever comes from elsewhere, not for whoever has just taken the filters away."""
    if request.GET or urlsplit(request.headers.get("Referer", "")).path == request.path:
        return None
    return next((view for view in views if view.is_default and view.query), None)


def tidied(query: str) -> str:
    """What is worth keeping of a list's query string: no page, no download, nothing empty."""
    return urlencode(_pairs(query))


def _pairs(query: str) -> list[tuple[str, str]]:
    return sorted((key, value) for key, value in parse_qsl(query) if key not in (PAGE, DOWNLOAD))
