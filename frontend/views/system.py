"""The platform's own state, for the chief administrators: it shows itself anew, and lets failed jobs be run again."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fleet import queries as fleet
from fleet.models import Run
from kernel.errors import DomainError
from workflows import queue
from workflows import system as platform

from ..parts import render_page_or_part
from ..people import actor, chief


@require_safe
@never_cache
@chief
def overview(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the part that shows itself anew every few seconds."""
    context = {
        "system": platform.look(now=timezone.now()),
        "mail_host": settings.EMAIL_HOST if "smtp" in settings.EMAIL_BACKEND else "",
        "mail_from": settings.DEFAULT_FROM_EMAIL,
    }
    return render_page_or_part(request, "pages/system/system.html", "pages/system/_system.html", context)


@require_safe
@never_cache
@chief
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run with what the public page of it does not say: what was set aside and why, what an import found."""
    try:
        found = fleet.run(run_id)
    except Run.DoesNotExist as error:
        raise Http404 from error
    return render(request, "pages/system/run.html", {"run": found, "set_aside": fleet.set_aside(found)})


@require_POST
@chief
def run_job_again(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        queue.run_again(job_id, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The job is in the queue again."))
    return redirect("hub:system")


@require_POST
@chief
def let_job_go(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        queue.let_go(job_id, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The job will not be run."))
    return redirect("hub:system")
