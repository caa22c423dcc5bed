"""The ministry's overview, visits to centres, the audit trail."""

import uuid

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import figures, operations, queries
from hub.accounts.models import User
from hub.accounts.roles import AUDIT_ROLES, SUPPORT_ROLES, Role
from hub.audit import queries as audit
from hub.audit.models import Entry
from hub.centres import queries as centres
from kernel.errors import DomainError
from workflows.trail import ask_for_check

from .. import attention, mail
from ..account_forms import VisitForm
from ..people import actor, ministry, person
from .trail import trail_page

VISITS_SHOWN = 10
ENTRIES_SHOWN = 8


@require_safe
@never_cache
@ministry
def home(request: HttpRequest) -> HttpResponse:
    """What needs attention today, the figures, what happened lately; a donor sees the figures alone."""
    user, roles, now = person(request), request.roles, timezone.now()  # type: ignore[attr-defined]
    visits = list(queries.visits_by(user)[:VISITS_SHOWN]) if roles & SUPPORT_ROLES else []
    provinces = queries.provinces_of(user)
    coverage = figures.coverage(provinces)
    activity = centres.activity(today=timezone.localdate(now), provinces=provinces, demo=coverage.is_demo)
    context = {
        "now": now,
        "coverage": coverage,
        "activity": activity,
        "attention": attention.items(attention.Desk(user, roles, now, visits, coverage, activity)),
        "may_visit": bool(roles & SUPPORT_ROLES),
        "only_figures": roles == {Role.DONOR},
        "visits": visits,
        "entries": _lately(user, roles),
        "sees_all": bool(roles & AUDIT_ROLES),
    }
    return render(request, "pages/ministry/home.html", context)


def _lately(user: User, roles: frozenset[Role]) -> QuerySet[Entry] | list[Entry]:
    """The hub's last entries for those who see its trail, one's own for the others, nothing for a donor."""
    if roles == {Role.DONOR}:
        return []
    return audit.lately(actor_id=None if roles & AUDIT_ROLES else user.pk)[:ENTRIES_SHOWN]


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
