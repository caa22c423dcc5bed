"""The ministry's first pages: people and roles, visits to centres, the audit trail."""

import uuid

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import operations, queries
from hub.accounts.roles import SUPPORT_ROLES, Role
from kernel.errors import DomainError
from workflows.trail import ask_for_check

from .. import mail
from ..account_forms import InviteForm, VisitForm
from ..people import actor, ministry, person
from . import members
from .trail import trail_page


@require_safe
@never_cache
@ministry
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "visits": queries.visits_by(person(request))[:10],
        "may_visit": bool(request.roles & SUPPORT_ROLES),  # type: ignore[attr-defined]
        "may_invite": bool(queries.roles_to_offer(request.roles)),  # type: ignore[attr-defined]
        "may_audit": Role.SUPER_ADMIN in request.roles,  # type: ignore[attr-defined]
        "now": timezone.now(),
    }
    return render(request, "pages/ministry/home.html", context)


@never_cache
@ministry
def people(request: HttpRequest) -> HttpResponse:
    """Who holds which role of the ministry, and a form to offer one."""
    offered = queries.roles_to_offer(request.roles)  # type: ignore[attr-defined]
    if not offered:
        raise Http404
    form = InviteForm(request.POST or None, roles=offered)
    if request.method == "POST" and form.is_valid():
        return members.invite(request, **form.offer())
    context = {
        "form": form,
        "people": queries.ministry_people(),
        "invitations": queries.open_invitations(now=timezone.now()),
        "manageable": set(offered),
        "me": person(request).pk,
    }
    return render(request, "pages/ministry/people.html", context)


@require_POST
@ministry
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    members.end_role(request, members.membership_to_end(request, membership_id))
    return redirect("hub:people")


@never_cache
@ministry
def visit(request: HttpRequest, code: str) -> HttpResponse:
    """Ask a centre to be let in, or in an emergency go in at once; its head is told either way."""
    if not request.roles & SUPPORT_ROLES:  # type: ignore[attr-defined]
        raise Http404
    centre = queries.centre_for_ministry(person(request), code)
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if limited := ratelimit.consume_or_429(request, action="support", user=person(request)):
            return limited
        try:
            asked = operations.ask_for_visit(
                person(request), centre, by=actor(request), now=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            mail.tell_heads_of_visit(asked)
            messages.success(request, _("The centre has been told."))
            return redirect("hub:ministry")
    return render(request, "pages/ministry/visit.html", {"centre": centre, "form": form})


@require_POST
@ministry
def end_visit(request: HttpRequest, visit_id: uuid.UUID) -> HttpResponse:
    operations.end_visit(queries.own_visit(person(request), visit_id), by=actor(request), now=timezone.now())
    messages.success(request, _("The visit has ended."))
    return redirect("hub:ministry")


@require_safe
@never_cache
@ministry
def trail(request: HttpRequest) -> HttpResponse:
    """The whole audit trail, with the last proof that nothing was removed or changed."""
    queries.audit_desk(person(request))
    return trail_page(request, everything=True)


@require_POST
@ministry
def check_trail(request: HttpRequest) -> HttpResponse:
    """Have the whole trail checked now; the worker does it, and the trail's page shows what it found."""
    queries.audit_desk(person(request))
    if limited := ratelimit.consume_or_429(request, action="check_trail", user=person(request)):
        return limited
    ask_for_check(by=actor(request), now=timezone.now())
    messages.success(request, _("The check has begun. Load this page again in a moment to see what it found."))
    return redirect("hub:trail")
