"""A centre's profile in parts: how complete it is, how old, and each part to write."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.centres import freshness
from hub.centres import operations as centres
from hub.centres.queries import profile as centre_of
from tenants.site import queries
from tenants.site.models import Profile
from workflows import centre_profile

from .. import steps
from ..people import actor, centre_leaders, centre_staff
from ..space_forms import InstitutionForm, LicenceForm, MeansForm


@require_safe
@never_cache
@centre_staff
def overview(request: HttpRequest) -> HttpResponse:
    centre, written = centre_of(request.centre.id), queries.profile()  # type: ignore[attr-defined]
    complete = centre_profile.completeness(centre, written)
    context = {
        "centre": centre,
        "profile": written or Profile(),
        "fields": ", ".join(str(field) for field in centre.fields.all()),
        "completeness": complete,
        "missing": steps.missing(complete.missing, keeps=request.access.keeps),  # type: ignore[attr-defined]
        "freshness": freshness.of(centre, now=timezone.now()),
    }
    return render(request, "pages/space/profile.html", context)


@require_POST
@centre_leaders
def confirm(request: HttpRequest) -> HttpResponse:
    """Nothing has changed: an update like any other."""
    centres.confirm_profile(request.centre.id, by=actor(request), now=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, _("Thank you. The profile counts as updated today."))
    return redirect("centre:profile")


@never_cache
@centre_leaders
def institution(request: HttpRequest) -> HttpResponse:
    initial = model_to_dict(centre_of(request.centre.id), list(InstitutionForm.base_fields))  # type: ignore[attr-defined]
    return _part(request, InstitutionForm, initial, _("Who we are"), centres.describe_institution)


@never_cache
@centre_leaders
def licence(request: HttpRequest) -> HttpResponse:
    initial = model_to_dict(centre_of(request.centre.id), list(LicenceForm.base_fields))  # type: ignore[attr-defined]
    return _part(request, LicenceForm, initial, _("Licence and VIN"), centres.state_licence)


@never_cache
@centre_leaders
def means(request: HttpRequest) -> HttpResponse:
    written = queries.profile()
    initial = model_to_dict(written, list(MeansForm.base_fields)) if written else {}
    return _part(request, MeansForm, initial, _("Facilities and instructors"), centre_profile.state_means)


def _part(
    request: HttpRequest,
    form_class: type[forms.Form],
    initial: dict[str, Any],
    title: str,
    write: Callable[..., object],
) -> HttpResponse:
    """One part of the profile to write; ``write`` takes the centre's id and what the form holds."""
    form = form_class(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        write(request.centre.id, **form.cleaned_data, by=actor(request), now=timezone.now())  # type: ignore[attr-defined]
        messages.success(request, _("Saved. The profile counts as updated today."))
        return redirect("centre:profile")
    return render(request, "pages/space/profile_part.html", {"form": form, "title": title})
