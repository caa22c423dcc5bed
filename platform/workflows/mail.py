"""Mail that the platform writes itself: plain text, in the reader's language, with links to our own hosts only."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from hub.accounts.models import Invitation
from hub.centres import hosts
from hub.regions import zones


def send(to: str, name: str, context: dict[str, Any], *, zone: ZoneInfo = zones.WIB) -> None:
    """Send ``emails/<name>.txt``, whose first line is the subject. ``zone`` is the reader's, for its days and hours."""
    with timezone.override(zone):
        text = render_to_string(f"emails/{name}.txt", context)
    subject, _newline, body = text.strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])


def hub_link(name: str, *args: Any) -> str:
    """The whole address of a page of the hub, also from within a centre's request."""
    return hosts.hub_url(reverse(f"hub:{name}", urlconf=settings.ROOT_URLCONF, args=args))


def deliver_invitation(offer: Invitation, token: str) -> str:
    """Mail the link to the invited address; without one, return it, to be sent by hand.

    A mailed link is not returned: it proves that its reader owns the address.
    """
    link = hub_link("invitation", token)
    if not offer.email:
        return link
    zone = offer.centre.zone if offer.centre else zones.WIB
    send(offer.email, "invitation", {"offer": offer, "link": link}, zone=zone)
    return ""
