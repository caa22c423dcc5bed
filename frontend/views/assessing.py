"""The assessor's desk: the applications that are theirs to score, and nothing else."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.roles import Role
from hub.programmes.queries import require
from hub.selection import operations, queries
from hub.selection.models import Assessment, AssessmentState, RoundState
from kernel.errors import DomainError

from .. import downloads
from ..people import actor, ministry, person
from ..rule_words import Names
from ..selection_desk import shares
from ..selection_forms import RecuseForm, ScoreForm

ASSESSORS = frozenset({Role.ASSESSOR})


@require_safe
@never_cache
@ministry
def desk(request: HttpRequest) -> HttpResponse:
    """What waits to be scored and until when, and what is handed in."""
    user = person(request)
    require(user, ASSESSORS)
    mine = list(queries.mine(user))
    context = {"shares": shares(mine, today=timezone.localdate()), "is_known": queries.is_known(user)}
    return render(request, "pages/ministry/selection/desk.html", context)


@never_cache
@ministry
def score(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """The evidence beside the rubric; keeps a draft, or hands in."""
    assessment = queries.my_assessment(person(request), assessment_id)
    form = ScoreForm(request.POST or None, assessment=assessment)
    if request.method == "POST" and form.is_valid() and _saved(request, assessment, form):
        return redirect("hub:assessing")
    context = {**_evidence(assessment), "form": form, "is_open": assessment.round.state == RoundState.SCORING}
    return render(request, "pages/ministry/selection/score.html", context)


def _saved(request: HttpRequest, assessment: Assessment, form: ScoreForm) -> bool:
    """Do it, or say in the form why not. What was typed is kept also where it cannot be handed in yet."""
    try:
        if request.POST.get("tindakan") != "serahkan":
            operations.keep_scores(assessment, **form.said)
            messages.success(request, _("Kept as a draft. Hand it in when you are done."))
            return True
        if not form.require_all():
            return False
        operations.submit_scores(assessment, **form.said, by=actor(request), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Handed in. You can change it until the round is ranked."))
    return True


@never_cache
@ministry
def recuse(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Decline an application for a conflict of interest; somebody else is asked, and it is not seen again."""
    assessment = queries.my_assessment(person(request), assessment_id)
    form = RecuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.recuse(assessment, **form.cleaned_data, by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Declined. Somebody else is asked."))
            return redirect("hub:assessing")
    return render(request, "pages/ministry/selection/recuse.html", {"assessment": assessment, "form": form})


@require_safe
@ministry
def attachment(request: HttpRequest, assessment_id: uuid.UUID, attachment_id: int) -> HttpResponse:
    """A document of the application; that it was opened stands in the audit trail."""
    assessment, paper = queries.my_attachment(person(request), assessment_id, attachment_id)
    response = downloads.of_file(paper.file, is_private=True, is_saved=True, called=slugify(paper.title) or "lampiran")
    operations.note_attachment_read(assessment, paper, by=actor(request), now=timezone.now())
    return response


def _evidence(assessment: Assessment) -> dict[str, Any]:
    """What the centre wrote, and what it was when it applied. Nothing of other assessors, nor of earlier rounds."""
    application, names = assessment.application, Names.read()
    return {
        "assessment": assessment,
        "application": application,
        "round": assessment.round,
        "attachments": application.attachments.all(),
        "province": names.of("province", application.province),
        "fields": [names.of("field", code) for code in application.fields],
        "is_submitted": assessment.state == AssessmentState.SUBMITTED,
    }
