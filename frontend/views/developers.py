"""The page for whoever lets a program of their own ask Balai."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet import queries as fleet
from hub.centres import hosts
from hub.centres import queries as centres
from hub.centres.models import Centre
from kernel import schema
from tenants.site import queries as site

from .. import developers
from ..limits import Limit


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """How to sign in, what there is, what it is refused with; each example is of this very site."""
    centre = centres.any_active()
    hub_origin = hosts.hub_url("")
    centre_origin = hosts.url_of(centre.slug, "") if centre else hosts.url_of("nama-balai", "")
    known = _known(centre)
    context = {
        "hub_origin": hub_origin,
        "centre_origin": centre_origin,
        "centre": centre,
        "hub": list(developers.resources("hub", origin=hub_origin, known=known)),
        "of_centre": list(developers.resources("centre", origin=centre_origin, known=known)),
        "problems": developers.problems(),
        "scopes": developers.scopes(),
        "limits": [(kind, Limit(*limit)) for kind, limit in settings.BALAI_API_LIMITS.items()],
    }
    return render(request, "pages/developers/page.html", context)


def _known(centre: Centre | None) -> dict[str, str]:
    """Things to ask for that there are: each only if there is one."""
    run = fleet.all_runs().first()
    known = {"organisation_id": developers.ORGANISATION, "run_id": str(run.pk) if run else ""}
    if centre is not None:
        with schema.centre(centre):
            news = site.news().first()
        known |= {"code": centre.code, "id": str(news.pk) if news else ""}
    return known
