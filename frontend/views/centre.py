"""Pages of a centre's own host. The middleware has set ``request.centre`` and entered the centre's schema."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.centres import queries
from hub.centres.hosts import CentreHost
from tenants.site import queries as site


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
