"""Pages of the hub for everybody, besides the home and the directory: the nearest centre, courses, what Balai is."""

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hub.centres import hosts, queries
from hub.regions import queries as regions

from .. import addresses
from ..forms import NearestForm

# Places of people, which no search engine needs.
_PRIVATE = (
    "akun",
    "kementerian",
    "keluar",
    "masuk",
    "mitra",
    "pindah",
    "proses",
    "ruang",
    "sandi",
    "surat",
    "undangan",
)


@require_safe
def nearest(request: HttpRequest) -> HttpResponse:
    """Asks where someone is; the directory then shows the nearest first."""
    form = NearestForm(request.GET)
    if form.is_valid() and len(form.found) == 1:
        return redirect(f"{addresses.hub_path('directory')}?{form.directory_query(form.found[0].code)}")
    choices = [(regency, form.directory_query(regency.code)) for regency in form.found]
    context = {"form": form, "choices": choices, "regencies": regions.all_regencies(), "noindex": form.is_bound}
    response = render(request, "pages/hub/nearest.html", context)
    # The one page that may ask a browser where it is; see frontend.middleware.permissions_policy.
    response["Permissions-Policy"] = settings.BALAI_PERMISSIONS_POLICY.replace("geolocation=()", "geolocation=(self)")
    return response


@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    totals = queries.totals()
    context = {"totals": totals, "fields": list(queries.by_field(demo=totals.only_demo))}
    return render(request, "pages/hub/courses.html", context)


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/hub/certificate.html")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/hub/about.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/hub/accessibility.html", {"contact": settings.BALAI_CONTACT_EMAIL})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/hub/help.html", {"contact": settings.BALAI_CONTACT_EMAIL})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may look at on this host. Examples are kept out, so that nobody finds them by accident."""
    centre = getattr(request, "centre", None)
    if centre is not None and centre.is_demo:
        closed = ["/"]
    else:
        closed = [f"/{place}/" for place in _PRIVATE]
    # A list of addresses on other hosts counts if those hosts name it: sitemaps.org, "Sitemaps & Cross Submits".
    lines = [
        "User-agent: *",
        *(f"Disallow: {quote(path)}" for path in closed),
        "",
        f"Sitemap: {hosts.hub_url('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
