"""A long list in pages."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def paged(request: HttpRequest, rows: QuerySet[Any], size: int) -> dict[str, Any]:
    """The page that ``?halaman=`` asks for (the nearest there is) and the page numbers, as c-pagination takes them."""
    paginator = Paginator(rows, size)
    page = paginator.get_page(request.GET.get("halaman"))
    return {"page": page, "pages": list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))}
