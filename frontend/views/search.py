"""The command palette's answers, and the same as a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import palette
from ..people import signed_in


@require_safe
@never_cache
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """``?cari=``: a whole page, or for the palette only the list."""
    text = request.GET.get("cari", "")[: palette.MOST_LETTERS]
    is_part = "HX-Request" in request.headers
    groups = palette.find(request, text)
    context = {"text": text.strip(), "groups": groups, "count": sum(len(group.hits) for group in groups)}
    response = render(request, "pages/search/_options.html" if is_part else "pages/search/search.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response
