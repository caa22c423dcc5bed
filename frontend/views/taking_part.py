"""A centre's room for programmes: what it may apply to, its applications, results, appeals, leaving.

Whoever works there reads it; whoever answers for the centre writes and sends. On a visit the ministry looks, and
never applies in a centre's name.
"""

import uuid
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.centres.queries import profile
from hub.programmes import operations, queries
from hub.programmes.models import Application, Standing
from hub.programmes.openings import opening, openings
from hub.selection import operations as selection
from hub.selection import queries as rounds
from kernel import schema
from kernel.errors import DomainError
from workflows import taking_part

from .. import downloads, own_story
from ..people import actor, centre_own_leaders, centre_staff, person
from ..rule_words import Names, conditions_of
from ..selection_forms import AppealForm, ApplicationForm, AttachmentForm, SendForm, WithdrawForm


def _own(request: HttpRequest, application_id: uuid.UUID) -> Application:
    return queries.own_application(request.centre.id, application_id)  # type: ignore[attr-defined]


def _writable(request: HttpRequest, application_id: uuid.UUID) -> Application:
    """An application that was not sent yet, while that is possible. Raises Http404."""
    application = _own(request, application_id)
    if not queries.may_write(application, now=timezone.now()):
        raise Http404
    return application


@require_safe
@never_cache
@centre_staff
def listed(request: HttpRequest) -> HttpResponse:
    """What the centre may apply to now, and what it takes part in or did."""
    centre, now = profile(request.centre.id), timezone.now()  # type: ignore[attr-defined]
    own = list(queries.of_centre(centre.pk))
    results = rounds.results_of(centre.pk)
    names = Names.read()
    offers = openings(centre, own, now=now)
    open_ids = {one.application.pk for one in offers if one.application}
    context = {
        "centre": centre,
        "offers": [(one, conditions_of(one, names)) for one in offers],
        "own": [
            (one, own_story.outlook(one, [r for r in results if r.application_id == one.pk], now=now))
            for one in own if one.pk not in open_ids
        ],
    }  # fmt: skip
    return render(request, "pages/space/programmes/listed.html", context)


@require_POST
@centre_own_leaders
def begin(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """A centre that meets the conditions only by now begins its application."""
    centre, now = profile(request.centre.id), timezone.now()  # type: ignore[attr-defined]
    cohort = queries.open_cohorts(centre, now=now).filter(pk=cohort_id).first()
    if cohort is None:
        raise Http404
    try:
        application = operations.let_in(cohort, centre, now=now)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("centre:programmes")
    return redirect("centre:write_application", application.pk)


@require_safe
@never_cache
@centre_staff
def one(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """One intake for this centre: where it stands, what it wrote, its results, what comes next."""
    application, now = _own(request, application_id), timezone.now()
    results, names = rounds.own_results(application), Names.read()
    may_write = queries.may_write(application, now=now)
    offer = opening(application.cohort, application, profile(application.centre_id), now=now) if may_write else None
    context = {
        "application": application,
        "cohort": application.cohort,
        "rules": queries.rules_of(application.cohort),
        "outlook": own_story.outlook(application, results, now=now),
        "results": own_story.shown_results(results, now=now),
        "timeline": own_story.timeline(application, results),
        "attachments": application.attachments.all(),
        "conditions": conditions_of(offer, names) if offer else [],
        "may_write": may_write,
        "leads": request.access.leads,  # type: ignore[attr-defined]
        "may_leave": _may_leave(application),
        "has_stages": application.stages.exists(),
    }
    return render(request, "pages/space/programmes/one.html", context)


def _may_leave(application: Application) -> bool:
    return application.standing in (Standing.APPLIED, Standing.WAITING, Standing.SELECTED)


# ---------------------------------------------------------------- writing and sending


@never_cache
@centre_own_leaders
def write(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The application and its documents; kept as typed."""
    application = _writable(request, application_id)
    initial = {key: getattr(application, key) for key in ApplicationForm.base_fields}
    adds = request.POST.get("tindakan") == "lampirkan"
    form = ApplicationForm(request.POST or None, initial=initial)
    paper = AttachmentForm(request.POST if adds else None, request.FILES if adds else None, prefix="lampiran")
    if request.method == "POST":
        if adds and (limited := ratelimit.consume_or_429(request, action="upload", user=person(request))):
            return limited
        if form.is_valid() and _kept(request, application, form, paper if adds else None):
            is_done = request.POST.get("tindakan") == "periksa"
            return redirect("centre:send_application" if is_done else "centre:write_application", application.pk)
    context = {"application": application, "cohort": application.cohort, "form": form, "paper": paper,
               "attachments": application.attachments.all()}  # fmt: skip
    return render(request, "pages/space/programmes/write.html", context)


def _kept(request: HttpRequest, application: Application, form: ApplicationForm, paper: AttachmentForm | None) -> bool:
    """Keep the words, and the document if one came; or say in the form why not."""
    now = timezone.now()
    try:
        operations.write(application, form.cleaned_data, now=now)
        if paper is not None:
            if not paper.is_valid():
                return False
            data = paper.cleaned_data
            taking_part.attach(application, data["file"], title=data["title"], now=now)
    except DomainError as error:
        (paper or form).add_error(None, str(error))
        return False
    messages.success(request, _("The document was added.") if paper else _("Saved."))
    return True


@require_safe
@centre_staff
def attachment(request: HttpRequest, application_id: uuid.UUID, attachment_id: int) -> HttpResponse:
    """A document of the centre's own application."""
    paper = queries.own_attachment(_own(request, application_id), attachment_id)
    with schema.hub():
        called = slugify(paper.title) or "lampiran"
        return downloads.of_file(paper.file, is_private=True, is_saved=True, called=called)


@require_POST
@centre_own_leaders
def detach(request: HttpRequest, application_id: uuid.UUID, attachment_id: int) -> HttpResponse:
    paper = queries.own_attachment(_writable(request, application_id), attachment_id)
    try:
        taking_part.detach(paper, now=timezone.now())
        messages.success(request, _("The document was deleted."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("centre:write_application", application_id)


@never_cache
@centre_own_leaders
def send(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The last look: all that goes off, what is missing, and the button that sends it."""
    application, now = _writable(request, application_id), timezone.now()
    centre = profile(application.centre_id)
    offer = opening(application.cohort, application, centre, now=now)
    form = SendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.submit(application, by=actor(request), now=now)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent. The ministry has your application."))
            return redirect("centre:programme", application.pk)
    context: dict[str, Any] = {
        "application": application,
        "cohort": application.cohort,
        "centre": centre,
        "form": form,
        "attachments": application.attachments.all(),
        "conditions": conditions_of(offer, Names.read()),
        "is_complete": bool(application.motivation.strip() and application.plan.strip()),
        "is_met": offer.is_met,
    }
    return render(request, "pages/space/programmes/send.html", context)


# ---------------------------------------------------------------- after it was sent


@never_cache
@centre_own_leaders
def withdraw(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The centre leaves, with a reason of the fixed list; somebody on the waiting list may get its place."""
    application = _own(request, application_id)
    if not _may_leave(application):
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            taking_part.leave(application, **form.cleaned_data, by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your centre has withdrawn."))
            return redirect("centre:programme", application.pk)
    context = {"application": application, "cohort": application.cohort, "form": form}
    return render(request, "pages/space/programmes/withdraw.html", context)


@never_cache
@centre_own_leaders
def appeal(request: HttpRequest, application_id: uuid.UUID, number: int) -> HttpResponse:
    """Disagree with the result of a round, within its days."""
    application, now = _own(request, application_id), timezone.now()
    found = [one for one in rounds.own_results(application) if one.round.number == number]
    if not found or not rounds.may_appeal(found[0], now=now):
        raise Http404
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            selection.file_appeal(found[0], **form.cleaned_data, by=actor(request), now=now)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your appeal was sent. The ministry answers here and by mail."))
            return redirect("centre:programme", application.pk)
    shown = own_story.shown_results(found, now=now)[0]
    context = {"application": application, "cohort": application.cohort, "shown": shown, "form": form}
    return render(request, "pages/space/programmes/appeal.html", context)
