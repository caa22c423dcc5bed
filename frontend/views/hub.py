"""Pages of the hub: home, the directory of centres, one centre, and long work while it runs."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from fleet import queries as fleet
from fleet.models import Run
from hub.centres import hosts, queries
from hub.centres.models import Centre

from .. import province_map
from ..forms import DirectoryForm
from ..paging import paged
from ..parts import render_page_or_part
from . import errors

CENTRES_A_PAGE = 24
RUNS_SHOWN = 30


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    totals = queries.totals()
    # Real centres and examples are never counted together.
    provinces = list(queries.all_provinces(demo=totals.only_demo))
    context = {
        "totals": totals,
        "provinces": [province for province in provinces if province.centre_count],  # type: ignore[attr-defined]
        "map": province_map.of(provinces),
        "fields": list(queries.by_field(demo=totals.only_demo)),
    }
    return render(request, "pages/hub/home.html", context)


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET)
    if form.is_too_exact:
        return redirect(f"{request.path}{form.query_string()}")
    centres = form.centres()
    count, examples = queries.counts(centres)
    context: dict[str, Any] = {
        "form": form,
        **paged(request, centres, CENTRES_A_PAGE, count=count),
        "examples": examples,
        "noindex": form.is_searched,
        "canonical": hosts.hub_url(f"{request.path}{form.query_string()}"),
    }
    response = render_page_or_part(request, "pages/hub/directory.html", "pages/hub/_results.html", context)
    # The address to keep or share: without the filters that are not set.
    response["HX-Push-Url"] = f"{request.path}{form.query_string(page=context['page'].number)}"
    return response


@require_safe
def centre(request: HttpRequest, code: str) -> HttpResponse:
    try:
        centre = queries.listed_by_code(code)
    except Centre.DoesNotExist as error:
        return _former(request, code, error)
    # A live centre's page is its own; this one is a way to it.
    canonical = hosts.url_of(centre.slug) if centre.is_live else hosts.hub_url(request.path)
    context = {"centre": centre, "canonical": canonical, "noindex": centre.is_demo}
    return render(request, "pages/hub/centre.html", context)


def _former(request: HttpRequest, code: str, error: Exception) -> HttpResponse:
    """What became of a centre that is not listed any more: it is another one now, or gone."""
    try:
        former = queries.by_code(code)
    except Centre.DoesNotExist:
        raise Http404 from error
    if former.merged_into:
        return redirect("hub:centre", former.merged_into.code)
    return errors.gone(request)


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/hub/runs.html", {"runs": fleet.latest(RUNS_SHOWN)})


@require_safe
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    try:
        context = {"run": fleet.run(run_id)}
    except Run.DoesNotExist as error:
        raise Http404 from error
    response = render_page_or_part(request, "pages/hub/run.html", "pages/hub/_run.html", context)
    response["Cache-Control"] = "no-store"
    return response
