"""Appeals of an intake: the list, and answering one."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.programmes import queries as programmes
from hub.selection import queries
from hub.selection.models import AppealState
from kernel.errors import DomainError
from workflows import selecting

from ..listing import list_page
from ..own_story import criteria
from ..people import actor, ministry, person
from ..selection_forms import AnswerForm
from ..selection_tables import AppealFilter, AppealTable
from .rounds import framed


@require_safe
@never_cache
@ministry
def listed(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Every appeal of an intake, those that wait first."""
    cohort = programmes.cohort_for(person(request), cohort_id, programmes.MANAGERS)
    rows, context = queries.appeals(cohort), {**framed(request, cohort), "page": "appeals"}
    template = "pages/ministry/selection/appeals.html"
    return list_page(request, template, AppealTable, rows, AppealFilter, context=context, file_name="sanggahan")


@never_cache
@ministry
def answer(request: HttpRequest, cohort_id: uuid.UUID, appeal_id: uuid.UUID) -> HttpResponse:
    """What the centre says, what its assessors gave, and the answer."""
    cohort = programmes.cohort_for(person(request), cohort_id, programmes.MANAGERS)
    appeal = queries.appeal(cohort, appeal_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            selecting.answer_appeal(appeal, **form.said, by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Answered. The centre is being told by mail."))
            return redirect("hub:appeals", cohort_id)
    scores = queries.assessments_of(appeal.result.application).filter(round=appeal.result.round, state="submitted")
    context = {
        **framed(request, cohort),
        "page": "appeals",
        "appeal": appeal,
        "result": appeal.result,
        "criteria": criteria(appeal.result),
        "scores": scores,
        "form": form if appeal.state == AppealState.FILED else None,
        "free": queries.free_seats(cohort),
    }
    return render(request, "pages/ministry/selection/appeal.html", context)
