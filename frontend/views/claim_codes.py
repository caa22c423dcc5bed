"""The ministry issues codes by which registered centres claim their space: one by one, or for many as letters."""

import csv
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hub.accounts import queries as accounts
from hub.centres import bulk, hosts
from hub.centres.models import Centre
from hub.intake import operations, queries
from kernel.spreadsheets import harmless

from ..people import actor, ministry, person
from .centres import chosen_centres

Issued = list[tuple[Centre, str]]


@never_cache
@ministry
def one(request: HttpRequest, code: str) -> HttpResponse:
    """The code of one centre: a new one, shown this once, or none any more."""
    centre = accounts.centre_to_keep(person(request), code)
    if request.method == "POST":
        if limited := ratelimit.consume_or_429(request, action="claim_codes", user=person(request)):
            return limited
        if "akhiri" in request.POST:
            operations.end_code(centre, by=actor(request), now=timezone.now())
            messages.success(request, _("The code opens nothing any more."))
            return redirect("hub:claim_code", centre.code)
        return _issued(request, [centre])
    has_head = bool(queries.centres_with_head([centre.pk]))
    context = {
        "centre": centre,
        "is_claimable": queries.is_claimable(centre, has_head=has_head),
        "has_head": has_head,
        "open": queries.open_code(centre.pk, now=timezone.now()),
    }
    return render(request, "pages/ministry/claim_code.html", context)


@require_POST
@never_cache
@ministry
def many(request: HttpRequest) -> HttpResponse:
    """For the chosen centres: first what there is to issue, then the letters or the file of codes."""
    wanted = chosen_centres(request, accounts.centres_to_keep(person(request)))
    chosen = list(wanted.select_related("regency__province")[: bulk.MOST + 1])
    if not chosen or len(chosen) > bulk.MOST:
        messages.error(request, _("Choose at least one centre, and at most %(most)d.") % {"most": bulk.MOST})
        return redirect("hub:console_centres")
    led = queries.centres_with_head(centre.pk for centre in chosen)
    able = [centre for centre in chosen if queries.is_claimable(centre, has_head=centre.pk in led)]
    if "bentuk" in request.POST and able:
        if limited := ratelimit.consume_or_429(request, action="claim_codes", user=person(request)):
            return limited
        return _issued(request, able)
    rest = [centre for centre in chosen if centre not in able]
    return render(request, "pages/ministry/claim_codes.html", {"able": able, "rest": rest})


def _issued(request: HttpRequest, centres: list[Centre]) -> HttpResponse:
    """Issue them, and show them this once: as letters to print, or as a file."""
    now = timezone.now()
    issued = operations.issue_codes(centres, issuer=person(request), by=actor(request), now=now)
    if not issued:
        messages.error(request, _("None of them can be claimed any more."))
        return redirect("hub:console_centres")
    if request.POST.get("bentuk") == "csv":
        return _as_csv(issued)
    context: dict[str, Any] = {
        "letters": [(centre, code, _address(centre)) for centre, code in issued],
        "until": now + operations.CODE_LASTS,
        "today": now,
    }
    return render(request, "pages/ministry/claim_letters.html", context)


def _address(centre: Centre) -> str:
    return hosts.hub_url(reverse("hub:claim", args=[centre.code]))


def _as_csv(issued: Issued) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="kode-klaim.csv"'
    response["Cache-Control"] = "no-store"
    response.write("\ufeff")  # Excel reads a CSV as UTF-8 only with this in front
    rows = csv.writer(response)
    rows.writerow([_("Centre"), _("Place"), _("Code of the centre"), _("Claim code"), _("Address")])
    for centre, code in issued:
        place = f"{centre.village}, {centre.regency}" if centre.village else str(centre.regency)
        rows.writerow(map(harmless, (centre.name, place, centre.code, code, _address(centre))))
    return response
