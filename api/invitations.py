"""Inviting by the API: the same rule, limit and mail as on the page."""

import uuid

from allauth.core import ratelimit
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from hub.accounts import operations
from hub.accounts.models import Invitation
from hub.accounts.roles import Role
from hub.centres.queries import profile
from workflows import mail

from .people import actor, token_of

_WAIT = 3600  # seconds: allauth counts invitations by the hour


def send(request: Request, centre_id: uuid.UUID, *, name: str, email: str, role: str) -> tuple[Invitation, str]:
    """The invitation, and its link unless it was mailed. Raises Throttled, MayNot."""
    user = token_of(request).user
    if not ratelimit.consume(request._request, action="invite", user=user):
        raise Throttled(wait=_WAIT)
    offer, token = operations.invite(
        user, Role(role), name=name, email=email, centre=profile(centre_id), by=actor(request), now=timezone.now()
    )
    return offer, mail.deliver_invitation(offer, token)
