"""The pages of a company or training provider that both have: what is to be done, its people, its own audit trail."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import operations, queries
from hub.accounts.models import Membership, Organisation, OrganisationKind
from hub.accounts.roles import OWNER_ROLES
from hub.centres import queries as centres
from hub.partners import queries as partners
from kernel.errors import DomainError

from .. import next_steps, organisation_overview
from ..account_forms import InviteStaffForm
from ..people import View, actor, person, signed_in
from ..verification_story import story
from . import members
from .trail import trail_page

Inner = Callable[..., HttpResponse]
Door = Callable[..., Organisation]
MOST_FIELDS = 6


def behind(door: Door) -> Callable[[Inner], View]:
    """The view gets the organisation that the door opens; one that it does not open is not there."""

    def decorate(view: Inner) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, organisation_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
            organisation = door(person(request), organisation_id)
            request.organisation_name = organisation.name  # type: ignore[attr-defined]  # for the sidebar
            return view(request, organisation, **kwargs)

        return signed_in(guarded)

    return decorate


def owns(request: HttpRequest, organisation: Organisation) -> bool:
    return bool(queries.roles_at(person(request), organisation.pk) & OWNER_ROLES)


@require_safe
@never_cache
@behind(queries.organisation_desk)
def home(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What needs somebody, what to do next, and what is particular to a company or to a training provider."""
    people, is_owner = list(queries.people_of_organisation(organisation.pk)), owns(request, organisation)
    overview = organisation_overview.overview(organisation, owns=is_owner, now=timezone.now())
    context: dict[str, Any] = {"organisation": organisation, "people": people, "owns": is_owner, "overview": overview}
    if organisation.kind == OrganisationKind.PARTNER:
        context |= _of_company(organisation, people)
    else:
        context |= _of_provider(people)
    context["is_set_up"] = all(step.is_done for step in context["steps"])
    return render(request, "pages/organisation/home.html", context)


def _of_company(organisation: Organisation, people: list[Membership]) -> dict[str, Any]:
    profile, case = partners.profile_of(organisation), partners.case_of(organisation.pk, now=timezone.now())
    steps = next_steps.of_company(profile, case, people)
    complete = partners.completeness(profile)
    return {"profile": profile, "case": case, "story": story(case)[:4], "complete": complete, "steps": steps}


def _of_provider(people: list[Membership]) -> dict[str, Any]:
    """The centres that its courses are for, by what they teach."""
    totals = centres.totals()
    fields = list(centres.by_field(demo=totals.only_demo)[:MOST_FIELDS])
    return {"steps": [next_steps.invite_step(people)], "totals": totals, "fields": fields}


@never_cache
@behind(queries.organisation_desk)
def people(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Who acts for the organisation, and who is invited."""
    user = person(request)
    offered = members.humblest_first(queries.roles_at(user, organisation.pk))
    form = InviteStaffForm(request.POST or None, roles=offered)
    if request.method == "POST":
        if not offered:
            raise Http404
        if form.is_valid():
            return members.invite(request, organisation=organisation, **form.cleaned_data)
    context = {
        "organisation": organisation,
        "form": form if offered else None,
        "people": queries.people_of_organisation(organisation.pk),
        "invitations": queries.open_invitations(now=timezone.now(), organisation_id=organisation.pk),
        "manageable": set(offered),
        "me": user.pk,
    }
    return render(request, "pages/organisation/people.html", context)


@require_POST
@behind(queries.organisation_desk)
def leave(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Stop acting for the organisation; its last owner cannot."""
    try:
        operations.leave(person(request), organisation, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("hub:organisation_people", organisation.pk)
    messages.success(request, _("You do not act for %(name)s any more.") % {"name": organisation.name})
    return redirect("hub:account")


@require_POST
@signed_in
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a role from a colleague; it counts at their next click."""
    membership = queries.membership_to_manage(person(request), membership_id)
    organisation = queries.organisation_desk(person(request), membership.organisation_id)
    members.end_role(request, membership)
    return redirect("hub:organisation_people", organisation.pk)


@require_POST
@signed_in
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    offer = queries.invitation_to_manage(person(request), invitation_id)
    organisation = queries.organisation_desk(person(request), offer.organisation_id)
    members.end_invitation(request, invitation_id)
    return redirect("hub:organisation_people", organisation.pk)


@require_safe
@never_cache
@behind(queries.organisation_desk)
def trail(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The organisation's own audit trail: what its people did, and the ministry about it."""
    return trail_page(request, organisation_id=organisation.pk)
