"""The pages of a company alone: its profile, its logo, and its verification. Owners write, colleagues read."""

import uuid
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts.models import Organisation
from hub.partners import operations, queries
from hub.partners.models import PartnerProfile
from kernel import files
from kernel.errors import DomainError

from .. import downloads
from ..partner_forms import CompanyForm, EvidenceForm, LogoForm, initial_of
from ..people import actor, person
from ..verification_story import story
from .organisation import behind, owns


@never_cache
@behind(queries.company_desk)
def profile(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What the company says of itself. What was typed and cannot be saved yet is kept as a draft."""
    current = queries.profile_of(organisation)
    is_owner = owns(request, organisation)
    form = CompanyForm(request.POST or None, initial=initial_of(organisation, current))
    if request.method == "POST":
        if not is_owner:
            raise Http404
        if answer := _saved(request, organisation, form):
            return answer
        current = queries.profile_of(organisation)
    context = _profile_context(organisation, current) | {"form": form if is_owner else None, "logo_form": LogoForm()}
    return render(request, "pages/organisation/profile.html", context)


def _profile_context(organisation: Organisation, current: PartnerProfile) -> dict[str, Any]:
    case = queries.case_of(organisation.pk, now=timezone.now())
    return {
        "organisation": organisation,
        "profile": current,
        "complete": queries.completeness(current),
        "case": case,
        "ends_if_changed": case.in_force or case.request,
    }


def _saved(request: HttpRequest, organisation: Organisation, form: CompanyForm) -> HttpResponse | None:
    """Keep, drop or save what was typed, as the button says; None if the form has to be shown again."""
    now = timezone.now()
    if "discard" in request.POST:
        operations.drop_draft(organisation)
        messages.success(request, _("The draft is gone. Here is what was saved last."))
        return redirect("hub:company_profile", organisation.pk)
    if "draft" in request.POST:
        operations.keep_draft(organisation, form.typed(request.POST), now=now)
        messages.success(request, _("The draft is kept. Nobody but the owners of these pages sees it."))
        return redirect("hub:company_profile", organisation.pk)
    if not (form.is_valid() and _described(request, organisation, form)):
        operations.keep_draft(organisation, form.typed(request.POST), now=now)
        return None
    messages.success(request, _("Saved."))
    return redirect("hub:company_profile", organisation.pk)


def _described(request: HttpRequest, organisation: Organisation, form: CompanyForm) -> bool:
    try:
        operations.describe(organisation, by=actor(request), now=timezone.now(), **form.said)
    except DomainError as error:
        form.add_error("name", str(error))
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
    else:
        return True
    return False


@require_POST
@behind(queries.owned_company)
def set_logo(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
        return limited
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        operations.show_logo(organisation, form.cleaned_data["logo"], by=actor(request), now=timezone.now())
        messages.success(request, _("The logo is there."))
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["logo"]))
    return redirect("hub:company_profile", organisation.pk)


@require_POST
@behind(queries.owned_company)
def remove_logo(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    operations.remove_logo(organisation, by=actor(request), now=timezone.now())
    messages.success(request, _("The logo was removed."))
    return redirect("hub:company_profile", organisation.pk)


@never_cache
@behind(queries.company_desk)
def verification(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Where the verification stands and, for owners, the documents to have it checked with."""
    is_owner = owns(request, organisation)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not is_owner:
            raise Http404
        if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
            return limited
        if form.is_valid() and _submitted(request, organisation, form):
            messages.success(request, _("Sent. We mail you as soon as the ministry has decided."))
            return redirect("hub:company_verification", organisation.pk)
    profile = queries.profile_of(organisation)
    context = _profile_context(organisation, profile)
    context |= {"form": form, "owns": is_owner, "story": story(context["case"])}
    return render(request, "pages/organisation/verification.html", context)


def _submitted(request: HttpRequest, organisation: Organisation, form: EvidenceForm) -> bool:
    try:
        operations.submit(
            organisation, form.documents, submitter=person(request), by=actor(request), now=timezone.now()
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_POST
@behind(queries.owned_company)
def take_back(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    try:
        operations.take_back(organisation, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The request was taken back, and its documents were deleted."))
    return redirect("hub:company_verification", organisation.pk)


@require_safe
@behind(queries.owned_company)
def evidence(request: HttpRequest, organisation: Organisation, name: str) -> HttpResponse:
    """One of the company's own documents, for its owners."""
    document = queries.evidence_of(person(request), organisation.pk, name)
    return downloads.of_file(document.file, is_private=True, called=document.kind)


@require_safe
def logo(request: HttpRequest, organisation_id: uuid.UUID, name: str) -> HttpResponse:
    """A company's logo: for everyone while it is on the public list, before that for its people and the ministry."""
    if not files.is_name(name):
        raise Http404
    if queries.logo_is_public(organisation_id, name, now=timezone.now()):
        return downloads.of_file(name)
    user = request.user
    if not user.is_authenticated or not queries.logo_is_visible(person(request), organisation_id, name):
        raise Http404
    return downloads.of_file(name, is_private=True)
