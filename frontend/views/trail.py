"""The page of the audit trail: a centre's or an organisation's for its own people, the whole one for the chiefs."""

import csv
import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub.audit import queries
from hub.audit.models import Entry
from kernel.spreadsheets import harmless

from ..account_forms import AuditForm
from ..paging import paged

ENTRIES_A_PAGE = 50
MOST_ROWS = 10_000  # of a download


def trail_page(
    request: HttpRequest,
    *,
    centre_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    everything: bool = False,
) -> HttpResponse:
    """The entries that fit the filters, in pages or as a file. Whose they are is the calling view's door to say.

    An organisation's people do not see from which network address an official of the ministry worked, nor each other.
    """
    form = AuditForm(request.GET)
    whose: dict[str, Any] = {"centre_id": centre_id, "organisation_id": organisation_id, "everything": everything}
    entries = queries.trail(**whose, **form.filters)
    if "unduh" in request.GET:
        return _as_csv(entries, shows_addresses=organisation_id is None)
    context = {
        "form": form,
        "proof": queries.proof(**whose),
        "organisation_id": organisation_id,
        "may_check": everything,
        "shows_address": organisation_id is None,
        **paged(request, entries, ENTRIES_A_PAGE),
    }
    return render(request, "pages/audit/trail.html", context)


def _as_csv(entries: QuerySet[Entry], *, shows_addresses: bool) -> HttpResponse:
    """The entries as a spreadsheet takes them; no cell is taken for a formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="jejak-audit.csv"'
    writer = csv.writer(response)
    columns = ["chain", "number", "at", "actor_name", "action", "object_type", "object_id", "reason"]
    columns += ["address"] if shows_addresses else []
    writer.writerow([*columns, "before", "after", "hash"])
    for entry in entries[:MOST_ROWS].iterator():
        cells = [str(getattr(entry, column) or "") for column in columns]
        cells += [str(entry.before or ""), str(entry.after or ""), bytes(entry.hash).hex()]
        writer.writerow([harmless(cell) for cell in cells])
    return response
