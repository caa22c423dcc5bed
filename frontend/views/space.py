"""A centre's inner pages: for its staff, and for ministry people on an open visit."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import operations, queries
from hub.accounts.roles import STAFF_ROLES
from hub.centres.queries import profile
from workflows import desk

from .. import steps
from ..account_forms import InviteStaffForm
from ..people import actor, centre_staff, person
from . import members
from .trail import trail_page


@require_safe
@never_cache
@centre_staff
def home(request: HttpRequest) -> HttpResponse:
    """What to do today, what is left of setting up, and a few facts."""
    centre, access = profile(request.centre.id), request.access  # type: ignore[attr-defined]
    found = desk.desk(centre, now=timezone.now(), keeps=access.keeps, leads=access.leads)
    context = {
        "centre": centre,
        "desk": found,
        "steps": [steps.shown(step) for step in found.steps],
        "setting_up": [steps.shown_task(task, keeps=access.keeps) for task in found.setting_up],
    }
    return render(request, "pages/space/home.html", context)


@never_cache
@centre_staff
def staff(request: HttpRequest) -> HttpResponse:
    """Who works here, and who is invited."""
    centre_id, user = request.centre.id, person(request)  # type: ignore[attr-defined]
    own = request.access.roles  # type: ignore[attr-defined]
    offered = [role for role in members.humblest_first(own) if role in STAFF_ROLES]
    form = InviteStaffForm(request.POST or None, roles=offered)
    if request.method == "POST":
        if not offered:
            raise Http404
        if form.is_valid():
            return members.invite(request, centre=profile(centre_id), **form.cleaned_data)
    context = {
        "form": form if offered else None,
        "staff": queries.staff_of(centre_id),
        "invitations": queries.open_invitations(now=timezone.now(), centre_id=centre_id),
        "manageable": set(offered),
        "me": user.pk,
    }
    return render(request, "pages/space/staff.html", context)


@require_POST
@centre_staff
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a role from a colleague; it counts at their next click."""
    membership = queries.membership_to_manage(person(request), membership_id)
    if membership.centre_id != request.centre.id:  # type: ignore[attr-defined]
        raise Http404
    members.end_role(request, membership)
    return redirect("centre:staff")


@require_POST
@centre_staff
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    members.end_invitation(request, invitation_id)
    return redirect("centre:staff")


@require_safe
@never_cache
@centre_staff
def visits(request: HttpRequest) -> HttpResponse:
    """Requests of the ministry to look into this space, and what became of them."""
    context = {"visits": queries.visits_of_centre(request.centre.id)[:50], "now": timezone.now()}  # type: ignore[attr-defined]
    return render(request, "pages/space/visits.html", context)


@require_POST
@centre_staff
def answer_visit(request: HttpRequest, visit_id: uuid.UUID) -> HttpResponse:
    """Allow, refuse or end a visit: for the head and administrators, never for the visitor."""
    now = timezone.now()
    try:
        visit = queries.visit_to_answer(person(request), request.centre.id, visit_id)  # type: ignore[attr-defined]
        if request.POST.get("jawaban") == "akhiri":
            operations.end_visit(visit, by=actor(request), now=now)
        else:
            allow = request.POST.get("jawaban") == "izinkan"
            operations.answer_visit(visit, allow=allow, answered_by=person(request), by=actor(request), now=now)
    except operations.LinkUsed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your answer is recorded."))
    return redirect("centre:visits")


@require_safe
@never_cache
@centre_staff
def trail(request: HttpRequest) -> HttpResponse:
    """This centre's own audit trail, every look of the ministry among it."""
    return trail_page(request, centre_id=request.centre.id)  # type: ignore[attr-defined]
