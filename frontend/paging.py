"""A long list in pages."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def paged(request: HttpRequest, rows: QuerySet[Any], size: int, *, count: int | None = None) -> dict[str, Any]:
    """The page that ``?halaman=`` asks for (the nearest there is) and the page numbers, as c-pagination takes them.

    ``count`` is how many rows there are, from a caller that knows: they are not counted again.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    page = paginator.get_page(request.GET.get("halaman"))
    return {"page": page, "pages": list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))}
