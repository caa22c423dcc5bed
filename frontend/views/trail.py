"""The page of the audit trail: one centre's for its staff, the whole one for the chief administrators."""

import csv
import uuid

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


def trail_page(request: HttpRequest, *, centre_id: uuid.UUID | None = None, everything: bool = False) -> HttpResponse:
    """The entries that fit the filters, in pages or as a file. Whose they are is the calling view's door to say."""
    form = AuditForm(request.GET)
    entries = queries.trail(centre_id=centre_id, everything=everything, **form.filters)
    if "unduh" in request.GET:
        return _as_csv(entries)
    proof = queries.proof(centre_id=centre_id, everything=everything)
    context = {"form": form, "proof": proof, **paged(request, entries, ENTRIES_A_PAGE)}
    return render(request, "pages/audit/trail.html", context)


def _as_csv(entries: QuerySet[Entry]) -> HttpResponse:
    """The entries as a spreadsheet takes them; no cell is taken for a formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="jejak-audit.csv"'
    writer = csv.writer(response)
    columns = ("chain", "number", "at", "actor_name", "action", "object_type", "object_id", "reason", "address")
    writer.writerow([*columns, "before", "after", "hash"])
    for entry in entries[:MOST_ROWS].iterator():
        cells = [str(getattr(entry, column) or "") for column in columns]
        cells += [str(entry.before or ""), str(entry.after or ""), bytes(entry.hash).hex()]
        writer.writerow([harmless(cell) for cell in cells])
    return response
