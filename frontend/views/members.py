"""What the people pages of the ministry, a centre and an organisation do alike: offer a role, end one, end an offer."""

import uuid
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts import operations, queries
from hub.accounts.models import Invitation, Membership
from hub.accounts.roles import Role
from kernel.errors import DomainError

from .. import mail
from ..account_forms import ReasonForm
from ..people import actor, person


def humblest_first(own: frozenset[Role]) -> list[Role]:
    """What holders of these roles may offer. What is preselected is what a hasty click gives."""
    return queries.roles_to_offer(own)[::-1]


def too_many_invitations(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for patience, for somebody who has sent too many within an hour."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="invite", user=person(request))
    return limited


def invite(request: HttpRequest, **offer: Any) -> HttpResponse:
    """Send an invitation (``offer`` as ``operations.invite`` takes it), or say on the same page why not."""
    if limited := too_many_invitations(request):
        return limited
    try:
        invitation, token = operations.invite(person(request), by=actor(request), now=timezone.now(), **offer)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(request.path)
    return mail.deliver_invitation(request, invitation, token)


def end_role(request: HttpRequest, membership: Membership) -> None:
    """End it for the reason given, and say what became of it. It counts at the person's next click."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, so that it stands in the trail."))
        return
    try:
        operations.revoke(membership, by=actor(request), now=timezone.now(), reason=form.cleaned_data["reason"])
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The role was ended."))


def end_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> Invitation:
    """End it and say so. Raises NotVisible for an invitation that is not this person's to end."""
    offer = queries.invitation_to_manage(person(request), invitation_id)
    operations.revoke_invitation(offer, by=actor(request), now=timezone.now())
    messages.success(request, _("The invitation was ended. Its link no longer works."))
    return offer
