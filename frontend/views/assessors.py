"""Who assesses: what is known of their conflicts of interest, whether they are available, how much they have."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.programmes.queries import MANAGERS, require
from hub.selection import operations, queries

from ..listing import list_page
from ..people import actor, ministry, person
from ..rule_words import Names
from ..selection_forms import AssessorForm
from ..selection_tables import AssessorFilter, AssessorTable


@require_safe
@never_cache
@ministry
def listed(request: HttpRequest) -> HttpResponse:
    require(person(request), MANAGERS)
    rows = queries.workload()
    context = {"unknown": rows.filter(assessor=None).count()}
    return list_page(
        request, "pages/ministry/selection/assessors.html", AssessorTable, rows, AssessorFilter, context=context,
        file_name="penilai", table_options={"provinces": Names.read().provinces},
    )  # fmt: skip


@never_cache
@ministry
def describe(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Note whose business is an assessor's own."""
    require(person(request), MANAGERS)
    assessor = queries.assessor(person_id)
    known = getattr(assessor, "assessor", None)
    keys = ("province", "foundation", "is_available")
    initial = {key: getattr(known, key) for key in keys} if known else {"is_available": True}
    form = AssessorForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.describe_assessor(assessor, **form.cleaned_data, by=actor(request), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("hub:assessors")
    context = {"assessor": assessor, "form": form, "is_known": known is not None}
    return render(request, "pages/ministry/selection/assessor.html", context)
