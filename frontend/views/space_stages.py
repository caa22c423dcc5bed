"""A centre's own transformation, in its space: its stages, what it shows for them, visits, agreed actions, maturity.

The whole staff reads it; whoever answers for the centre sends evidence and ticks actions off.
"""

import uuid
from collections.abc import Callable
from functools import wraps
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

from hub.programmes.models import Application, Standing
from hub.transformation import operations, queries
from hub.transformation.models import StageRecord
from kernel import schema
from kernel.errors import DomainError
from workflows import accompanying

from .. import downloads, stage_words
from ..people import View, actor, centre_leaders, centre_staff, person
from ..stage_forms import EvidenceForm

_VISITS_SHOWN = 20


def _own(door: Callable[[View], View]) -> Callable[[Callable[..., HttpResponse]], View]:
    """The centre's own application in place of its id; of anybody else's there is none."""

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, application_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
            centre_id = request.centre.id  # type: ignore[attr-defined]
            return view(request, queries.own_transformation(centre_id, application_id), **kwargs)

        return never_cache(door(guarded))

    return decorate


@require_safe
@_own(centre_staff)
def stages(request: HttpRequest, application: Application) -> HttpResponse:
    """All that the centre's transformation is, on one page."""
    shown = stage_words.stages(application, queries.stages(application), today=timezone.localdate())
    now = stage_words.current(shown)
    visits = list(queries.visits(application)[:_VISITS_SHOWN])
    assessments = list(application.maturity.all())
    found = queries.maturity(assessments)
    context = {
        "application": application,
        "cohort": application.cohort,
        "mentor": getattr(application, "mentorship", None),
        "stages": shown,
        "now": now,
        "others": [one for one in shown if one is not now],
        "next": stage_words.next_of(application, shown),
        "visits": visits,
        "open_actions": sorted(
            (one for visit in visits for one in visit.actions.all() if one.done_at is None), key=lambda one: one.due_on
        ),
        "assessments": assessments,
        "radar": stage_words.radar(found),
        "gain": stage_words.gain(found),
        "writes": request.access.keeps and application.standing == Standing.SELECTED,  # type: ignore[attr-defined]
    }
    return render(request, "pages/space/programmes/stages.html", context)


@_own(centre_leaders)
def show(request: HttpRequest, application: Application, number: int, place: int) -> HttpResponse:
    """Show something for one requirement of a stage."""
    stage = queries.stage_of(application, number)
    progress = next((one for one in queries.progress(stage) if one.place == place), None)
    if progress is None:
        raise Http404
    form = EvidenceForm(request.POST or None, request.FILES or None, requirement=progress.requirement)
    if request.method == "POST":
        # Before the file is looked at: that is what costs.
        if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
            return limited
        if form.is_valid() and _shown(request, stage, place, form):
            messages.success(request, _("Sent. Your mentor is told by mail."))
            return redirect("centre:stages", application.pk)
    context = {"application": application, "stage": stage, "progress": progress, "form": form,
               "is_possible": queries.is_running(stage)}  # fmt: skip
    return render(request, "pages/space/programmes/show_evidence.html", context)


def _shown(request: HttpRequest, stage: StageRecord, place: int, form: EvidenceForm) -> bool:
    try:
        accompanying.show(stage, place, **form.cleaned_data, by=actor(request), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_safe
@_own(centre_staff)
def evidence(request: HttpRequest, application: Application, name: str) -> HttpResponse:
    """A file that the centre itself showed."""
    shown = queries.evidence_file(application, name)
    with schema.hub():
        return downloads.of_file(name, is_private=True, called=slugify(f"bukti-{shown.sent_at:%Y-%m-%d}"))


@require_safe
@_own(centre_staff)
def photo(request: HttpRequest, application: Application, name: str) -> HttpResponse:
    """A photo that the mentor took on a visit to this centre."""
    picture = queries.photo_file(application, name)
    with schema.hub():
        return downloads.of_file(picture.file, is_private=True)


@require_POST
@_own(centre_leaders)
def finish(request: HttpRequest, application: Application, action_id: int) -> HttpResponse:
    """Tick an agreed action off, or open it again."""
    action = queries.action_of(application, action_id)
    operations.finish_action(action, is_done=request.POST.get("selesai") == "1", by=actor(request), now=timezone.now())
    messages.success(request, _("The change is saved."))
    return redirect("centre:stages", application.pk)
