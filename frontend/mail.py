"""Mail that the platform writes itself: plain text, in the reader's language, with links to our own hosts only."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from hub.accounts import queries
from hub.accounts.models import Invitation, SupportVisit, User
from hub.centres import hosts
from hub.centres.models import Centre
from hub.partners.models import JoinRequest, Verification
from hub.webhooks.models import Endpoint

from . import webhook_words


def _send(to: str, name: str, context: dict[str, Any]) -> None:
    """Send ``emails/<name>.txt``, whose first line is the subject."""
    text = render_to_string(f"emails/{name}.txt", context)
    subject, _newline, body = text.strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])


def _hub_link(name: str, *args: Any) -> str:
    return hosts.hub_url(reverse(f"hub:{name}", urlconf=settings.ROOT_URLCONF, args=args))


def entrance_of(centre: Centre) -> str:
    """The address that takes a person signed in on the hub into a centre's inner pages."""
    return hosts.url_of(centre.slug, "/masuk/pusat/?lanjut=/ruang/")


def deliver_invitation(request: HttpRequest, offer: Invitation, token: str) -> HttpResponse:
    """Mail the link to the invited address; without one, show it once, to be sent by hand.

    A mailed link is not shown: it proves that its reader owns the address.
    """
    link = _hub_link("invitation", token)
    if offer.email:
        _send(offer.email, "invitation", {"offer": offer, "link": link})
    context = {"offer": offer, "link": "" if offer.email else link}
    return render(request, "pages/account/invitation_sent.html", context)


def ask_old_address(user: User, *, new_email: str, token: str) -> None:
    link = _hub_link("agree_email_change", token)
    _send(str(user.email), "email_change", {"user": user, "new_email": new_email, "link": link})


def tell_of_phone_change(user: User) -> None:
    """Tell the owner of the account, in the same words whatever became of it."""
    if user.email:
        _send(user.email, "phone_change", {"user": user, "link": _hub_link("account")})


def confirm_erasure(email: str, *, name: str) -> None:
    _send(email, "erased", {"name": name})


def tell_heads_of_visit(visit: SupportVisit) -> None:
    """Tell whoever answers for the centre: of a request to decide on, or at once of an emergency."""
    link = hosts.url_of(visit.centre.slug, "/ruang/kunjungan/")
    for head in queries.heads_of(visit.centre_id):
        if head.email:
            _send(head.email, "visit", {"visit": visit, "head": head, "link": link})


def tell_owners_of_decision(verification: Verification) -> None:
    """Tell whoever answers for the company what the ministry has decided, and why."""
    organisation = verification.organisation
    link = _hub_link("company_verification", organisation.pk)
    for owner in queries.owners_of(organisation.pk):
        if owner.email:
            context = {"verification": verification, "organisation": organisation, "owner": owner, "link": link}
            _send(owner.email, "verification", context)


def tell_of_refused_wish(wish: JoinRequest) -> None:
    _send(wish.email, "join_refused", {"wish": wish})


def tell_of_stopped_webhook(endpoint: Endpoint) -> None:
    """Tell whoever looks after a connection that nothing is sent there any more, and why."""
    people: list[User] = []
    link = ""
    if endpoint.centre:
        people = list(queries.heads_of(endpoint.centre.pk))
        path = reverse("centre:webhook", urlconf=settings.CENTRE_URLCONF, kwargs={"endpoint_id": endpoint.pk})
        link = hosts.url_of(endpoint.centre.slug, path)
    elif endpoint.organisation:
        people = list(queries.owners_of(endpoint.organisation.pk))
        link = _hub_link("webhook", endpoint.organisation.pk, endpoint.pk)
    context = {
        "endpoint": endpoint,
        "link": link,
        "happened": webhook_words.happened(endpoint.state_reason),
        "advice": webhook_words.advice(endpoint.state_reason),
    }
    for one in people:
        if one.email:
            _send(one.email, "webhook_stopped", {**context, "person": one})
