"""Mail that the platform writes itself: plain text, in the reader's language, with links to our own hosts only."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from hub.accounts import queries
from hub.accounts.models import Invitation
from hub.centres import hosts
from hub.programmes.models import Application
from hub.regions import zones
from hub.transformation import queries as transformation
from hub.transformation.models import StageRecord


def send(to: str, name: str, context: dict[str, Any], *, zone: ZoneInfo = zones.WIB) -> None:
    """Send ``emails/<name>.txt``, whose first line is the subject. ``zone`` is the reader's, for its days and hours."""
    with timezone.override(zone):
        text = render_to_string(f"emails/{name}.txt", context)
    subject, _newline, body = text.strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])


def hub_link(name: str, *args: Any) -> str:
    """The whole address of a page of the hub, also from within a centre's request."""
    return hosts.hub_url(reverse(f"hub:{name}", urlconf=settings.ROOT_URLCONF, args=args))


def centre_link(slug: str, name: str, **kwargs: Any) -> str:
    """The whole address of a page of a centre, also from the hub."""
    return hosts.url_of(slug, reverse(f"centre:{name}", urlconf=settings.CENTRE_URLCONF, kwargs=kwargs))


def tell_of_evidence(application_id: uuid.UUID) -> int:
    """Tell the mentor of what a centre has shown and nobody has looked at. Returns how many pieces: 0 sends nothing."""
    application, stage = _under_way(application_id)
    mentorship = getattr(application, "mentorship", None)
    waiting = [one for one in transformation.progress(stage) if one.waiting] if stage else []
    if not waiting or mentorship is None or not mentorship.mentor.email:
        return 0
    context = {"application": application, "stage": stage, "person": mentorship.mentor, "waiting": waiting,
               "link": hub_link("mentored", application.pk)}  # fmt: skip
    send(mentorship.mentor.email, "evidence_sent", context)
    return sum(one.waiting for one in waiting)


def tell_of_returned_evidence(application_id: uuid.UUID) -> int:
    """Tell those who answer for a centre of what was sent back and is not mended. Returns how many pieces."""
    application, stage = _under_way(application_id)
    returned = [one for one in transformation.progress(stage) if one.to_mend] if stage else []
    if not returned:
        return 0
    centre = application.centre
    link = centre_link(centre.slug, "stages", application_id=application.pk)
    for person in queries.heads_of(centre.pk):
        if person.email:
            context = {"application": application, "stage": stage, "person": person, "returned": returned, "link": link}
            send(person.email, "evidence_returned", context, zone=centre.zone)
    return len(returned)


def _under_way(application_id: uuid.UUID) -> tuple[Application, StageRecord | None]:
    application = transformation.in_transformation().filter(pk=application_id).distinct().get()
    running = [one for one in transformation.stages(application) if transformation.is_running(one)]
    return application, running[0] if running else None


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
