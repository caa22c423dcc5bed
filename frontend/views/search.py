"""The command palette's answers, and the same as a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import palette
from ..parts import render_page_or_part
from ..people import signed_in


@require_safe
@never_cache
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """``?cari=``: a whole page, or for the palette only the list."""
    text = request.GET.get("cari", "")[: palette.MOST_LETTERS]
    groups = palette.find(request, text)
    context = {"text": text.strip(), "groups": groups, "count": sum(len(group.hits) for group in groups)}
    return render_page_or_part(request, "pages/search/search.html", "pages/search/_options.html", context)
