"""The pages of a company or training provider: its own people, for those who act for it."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hub.accounts import queries

from ..account_forms import InviteStaffForm
from ..people import View, person, signed_in
from . import members


def for_its_people(view: Callable[..., HttpResponse]) -> View:
    """What is another organisation's, or nobody's, is not there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except queries.NotVisible:
            raise Http404 from None

    return signed_in(guarded)


@never_cache
@for_its_people
def people(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Who acts for the organisation, and who is invited."""
    organisation = queries.organisation_desk(person(request), organisation_id)
    offered = members.humblest_first(queries.roles_at(person(request), organisation_id))
    form = InviteStaffForm(request.POST or None, roles=offered)
    if request.method == "POST":
        if not offered:
            raise Http404
        if form.is_valid():
            return members.invite(request, organisation=organisation, **form.cleaned_data)
    context = {
        "organisation": organisation,
        "form": form if offered else None,
        "people": queries.people_of_organisation(organisation_id),
        "invitations": queries.open_invitations(now=timezone.now(), organisation_id=organisation_id),
        "manageable": set(offered),
        "me": person(request).pk,
    }
    return render(request, "pages/organisation/people.html", context)


@require_POST
@for_its_people
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a role from a colleague; it counts at their next click."""
    membership = queries.membership_to_manage(person(request), membership_id)
    organisation = queries.organisation_desk(person(request), membership.organisation_id)
    members.end_role(request, membership)
    return redirect("hub:organisation", organisation.pk)


@require_POST
@for_its_people
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    offer = queries.invitation_to_manage(person(request), invitation_id)
    organisation = queries.organisation_desk(person(request), offer.organisation_id)
    members.end_invitation(request, invitation_id)
    return redirect("hub:organisation", organisation.pk)
