"""The centres of an intake: the list behind every figure of the funnel, and one of them."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.queries import ministry_roles, provinces_of
from hub.programmes import queries
from hub.programmes.models import EXPULSIONS, Application, CohortState, Standing
from hub.selection import operations
from hub.transformation import operations as transformation
from kernel.errors import DomainError

from .. import downloads
from ..application_story import story
from ..cohort_tables import ApplicationFilter, ApplicationTable
from ..listing import list_page
from ..people import actor, ministry, person
from ..programme_forms import LeaveForm
from ..rule_words import Names
from .cohorts import frame


@require_safe
@never_cache
@ministry
def listed(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """The centres of an intake, of the reader's provinces."""
    user = person(request)
    cohort = queries.cohort_for(user, cohort_id, queries.READERS)
    context, names = frame(request, cohort), Names.read()
    rows = queries.with_step(queries.applications(cohort, user))
    rules = {"rules": context["rules"], "names": names}
    return list_page(
        request, "pages/ministry/programmes/centres.html", ApplicationTable, rows, ApplicationFilter, context=context,
        file_name="balai-gelombang", table_options=rules, provinces=provinces_of(user, queries.READERS), **rules,
    )  # fmt: skip


@require_safe
@never_cache
@ministry
def application(request: HttpRequest, cohort_id: uuid.UUID, application_id: uuid.UUID) -> HttpResponse:
    """One centre in an intake: what it wrote, what it was, how far it has come."""
    one = _door(request, cohort_id, application_id)
    names = Names.read()
    context = {
        **_head(request, one),
        "attachments": queries.attachments(one),
        "moments": story(one),
        "province": names.provinces.get(one.province, one.province),
        "fields": [names.fields.get(code, code) for code in one.fields],
        "others": queries.of_centre(one.centre_id).exclude(pk=one.pk).exclude(_only_eligible()),
    }
    return render(request, "pages/ministry/programmes/application.html", context)


def _only_eligible() -> Q:
    """Intakes in which the centre might have taken part, and did nothing."""
    return Q(submitted_at=None)


def _head(request: HttpRequest, one: Application) -> dict[str, Any]:
    manages = bool(ministry_roles(person(request)) & queries.MANAGERS)
    return {
        "application": one,
        "cohort": one.cohort,
        "may_leave": manages and one.standing not in (Standing.OUT, Standing.COMPLETED),
    }


def _door(request: HttpRequest, cohort_id: uuid.UUID, application_id: uuid.UUID) -> Application:
    one = queries.application(application_id, person(request))
    if one.cohort_id != cohort_id:
        raise Http404
    return one


@require_safe
@ministry
def attachment(request: HttpRequest, cohort_id: uuid.UUID, application_id: uuid.UUID, name: str) -> HttpResponse:
    """A document that a centre sent with its application."""
    paper = queries.attachments(_door(request, cohort_id, application_id)).filter(file=name).first()
    if paper is None:
        raise Http404
    return downloads.of_file(name, is_private=True, is_saved=True, called=slugify(paper.title) or "lampiran")


@never_cache
@ministry
def leave(request: HttpRequest, cohort_id: uuid.UUID, application_id: uuid.UUID) -> HttpResponse:
    """A centre withdraws or is expelled; while selection lasts the first of the waiting list moves up."""
    queries.require(person(request), queries.MANAGERS)
    one = _door(request, cohort_id, application_id)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _left(request, one, form):
        expelled = form.cleaned_data["exit"] in EXPULSIONS
        messages.success(request, _("The centre was expelled.") if expelled else _("The centre has withdrawn."))
        return redirect("hub:cohort_application", cohort_id, application_id)
    context = {**_head(request, one), "form": form}
    return render(request, "pages/ministry/programmes/leave.html", context)


def _left(request: HttpRequest, one: Application, form: LeaveForm) -> bool:
    """Do it, or say in the form why not."""
    try:
        leave_it = transformation.leave if one.cohort.state == CohortState.TRANSFORMING else operations.leave
        leave_it(one, **form.cleaned_data, by=actor(request), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True
