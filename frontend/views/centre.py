"""Pages of a centre's own host. The middleware has set ``request.centre`` and entered the centre's schema."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.centres import queries
from hub.centres.hosts import CentreHost
from kernel import files
from tenants.site import queries as site

from .. import downloads
from ..paging import paged

NEWS_A_PAGE = 10


class CentreRequest(HttpRequest):
    """A request that came to a centre's host."""

    centre: CentreHost


@require_safe
def home(request: CentreRequest) -> HttpResponse:
    """The centre's own page; until its space is open, what the hub knows of it."""
    context = {
        "centre": queries.profile(request.centre.id),
        "home": site.home() if request.centre.is_live else None,
    }
    return render(request, "pages/centre/home.html", context)


@require_safe
def news(request: CentreRequest) -> HttpResponse:
    """All news of the centre, newest first."""
    if not request.centre.is_live:
        raise Http404
    context = {"profile": site.profile(), **paged(request, site.news(), NEWS_A_PAGE)}
    return render(request, "pages/centre/news.html", context)


@require_safe
def announcement(request: CentreRequest, announcement_id: int) -> HttpResponse:
    """One piece of news, at an address to send on."""
    if not request.centre.is_live:
        raise Http404
    context = {"announcement": site.announcement(announcement_id), "profile": site.profile()}
    return render(request, "pages/centre/announcement.html", context)


@require_safe
def published_file(request: CentreRequest, name: str) -> HttpResponse:
    """A file that the centre's page shows. Of any other, nobody learns whether it exists."""
    if not (request.centre.is_live and files.is_name(name) and site.is_published(name)):
        raise Http404
    return downloads.of_file(name)
