"""The page of the audit trail: a centre's or an organisation's for its own people, the whole one for the chiefs."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from hub.audit import queries

from ..listing import list_page
from ..trail_tables import OrganisationTrailTable, TrailFilter, TrailTable


def trail_page(
    request: HttpRequest,
    *,
    centre_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    everything: bool = False,
) -> HttpResponse:
    """The entries that fit the filters, in pages or as a file. Whose they are is the calling view's door to say."""
    whose: dict[str, Any] = {"centre_id": centre_id, "organisation_id": organisation_id, "everything": everything}
    table = TrailTable if organisation_id is None else OrganisationTrailTable
    context = {"proof": queries.proof(**whose), "organisation_id": organisation_id, "may_check": everything}
    return list_page(
        request, "pages/audit/trail.html", table, queries.trail(**whose), TrailFilter,
        context=context, file_name="jejak-audit",
    )  # fmt: skip
