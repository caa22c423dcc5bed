"""The ministry's pages about people: who holds which role, one person, open invitations, and a new one."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import people as directory
from hub.accounts import queries

from .. import people_list
from ..account_forms import InviteForm
from ..listing import list_page
from ..people import ministry
from ..people import person as whoever
from . import members


@require_safe
@never_cache
@ministry
def people(request: HttpRequest) -> HttpResponse:
    """Everyone with a role; participants are people of their centre and not among them."""
    directory.people_desk(whoever(request))
    return list_page(
        request,
        "pages/ministry/people.html",
        people_list.PeopleTable,
        directory.people(),
        people_list.PeopleFilter,
        context={"invitations": queries.open_invitations(now=timezone.now()).count()},
        file_name="orang",
    )


@require_safe
@never_cache
@ministry
def person(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    offered = directory.people_desk(whoever(request))
    found = directory.person(whoever(request), person_id, now=timezone.now())
    context = {"person": found, "manageable": set(offered), "is_me": found.user.pk == whoever(request).pk}
    return render(request, "pages/ministry/person.html", context)


@require_safe
@never_cache
@ministry
def invitations(request: HttpRequest) -> HttpResponse:
    offered = directory.people_desk(whoever(request))
    offers = queries.open_invitations(now=timezone.now()).select_related("centre", "organisation", "invited_by")
    context = {"offers": offers, "manageable": set(offered)}
    return render(request, "pages/ministry/invitations.html", context)


@never_cache
@ministry
def invite(request: HttpRequest) -> HttpResponse:
    """Offer a role. ``?peran=`` and ``?balai=`` fill the form in, for a link from a centre's page."""
    offered = directory.people_desk(whoever(request))
    initial = {"role": request.GET.get("peran", ""), "centre": request.GET.get("balai", "")[:8]}
    form = InviteForm(request.POST or None, roles=offered, initial=initial)
    if request.method == "POST" and form.is_valid():
        return members.invite(request, **form.offer())
    return render(request, "pages/ministry/invite.html", {"form": form})


@require_POST
@ministry
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    membership = queries.membership_to_manage(whoever(request), membership_id)
    members.end_role(request, membership)
    return redirect("hub:person", membership.user_id)
