"""The ministry's programmes: what there is, setting one up, planning an intake."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.queries import ministry_roles
from hub.centres.queries import totals
from hub.programmes import operations, queries
from hub.programmes.models import Programme
from kernel.errors import DomainError

from ..people import actor, ministry, person
from ..programme_forms import PlanForm, ProgrammeForm


@require_safe
@never_cache
@ministry
def listed(request: HttpRequest) -> HttpResponse:
    """Every programme with its intakes."""
    queries.require(person(request), queries.AUDIENCE)
    roles = ministry_roles(person(request))
    context = {
        "programmes": queries.programmes(person(request)),
        "manages": bool(roles & queries.MANAGERS),
        "reads": bool(roles & queries.READERS),
    }
    return render(request, "pages/ministry/programmes/programmes.html", context)


@never_cache
@ministry
def set_up(request: HttpRequest) -> HttpResponse:
    """A new programme. On a platform that has only examples it is for those."""
    queries.require(person(request), queries.MANAGERS)
    form = ProgrammeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        programme = _tried(
            form, operations.set_up, **form.cleaned_data, is_demo=totals().only_demo, by=actor(request),
            now=timezone.now(),
        )  # fmt: skip
        if programme:
            messages.success(request, _("The programme is set up. Plan its first intake now."))
            return redirect("hub:plan_cohort", programme.pk)
    return render(request, "pages/ministry/programmes/programme_form.html", {"form": form})


@never_cache
@ministry
def change(request: HttpRequest, programme_id: uuid.UUID) -> HttpResponse:
    programme = queries.programme(person(request), programme_id)
    form = ProgrammeForm.of(programme, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {"by": actor(request), "now": timezone.now(), **form.cleaned_data}
        if _tried(form, operations.change, programme, **said):
            messages.success(request, _("The change is saved."))
            return redirect("hub:programmes")
    context = {"form": form, "programme": programme}
    return render(request, "pages/ministry/programmes/programme_form.html", context)


@never_cache
@ministry
def plan(request: HttpRequest, programme_id: uuid.UUID) -> HttpResponse:
    """A new intake, with the rules of an earlier one or none."""
    programme = queries.programme(person(request), programme_id)
    form = PlanForm(request.POST or None, earlier=programme.cohorts.all(), initial=_suggestion(programme))
    if request.method == "POST" and form.is_valid():
        cohort = _tried(
            form, operations.plan_cohort, programme, **form.said, by=actor(request), now=timezone.now()
        )  # fmt: skip
        if cohort:
            messages.success(request, _("The intake is planned. Write its rules, then publish them."))
            return redirect("hub:cohort_rules", cohort.pk)
    return render(request, "pages/ministry/programmes/cohort_form.html", {"form": form, "programme": programme})


def _suggestion(programme: Programme) -> dict[str, date]:
    """An intake does not begin before its programme."""
    return {"opens_on": programme.starts_on} if programme.starts_on > timezone.localdate() else {}


def _tried(form: Form, operation: Any, *args: Any, **said: Any) -> Any:
    """What the operation gives; None where it refused, which then stands in the form."""
    try:
        return operation(*args, **said)
    except DomainError as error:
        form.add_error("name" if isinstance(error, operations.NameTaken) else None, str(error))
    except ValidationError as error:
        form.add_error(None, error)
    return None
