"""The mail of pages: see ``workflows.mail`` for how it is written and sent."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hub.accounts import queries
from hub.accounts.models import Invitation, SupportVisit, User
from hub.centres import hosts
from hub.centres.models import Centre
from hub.intake import operations as intake
from hub.intake import queries as intake_queries
from hub.intake.models import Application
from hub.partners.models import JoinRequest, Verification
from hub.regions import zones
from hub.tokens.models import ApiToken
from hub.webhooks.models import Endpoint
from workflows import mail
from workflows.admission import Admitted

from . import webhook_words


def entrance_of(centre: Centre) -> str:
    """The address that takes a person signed in on the hub into a centre's inner pages."""
    return hosts.url_of(centre.slug, "/masuk/pusat/?lanjut=/ruang/")


def deliver_invitation(request: HttpRequest, offer: Invitation, token: str) -> HttpResponse:
    """Mail the link to the invited address; without one, show it once, to be sent by hand."""
    link = mail.deliver_invitation(offer, token)
    return render(request, "pages/account/invitation_sent.html", {"offer": offer, "link": link})


def ask_old_address(user: User, *, new_email: str, token: str) -> None:
    link = mail.hub_link("agree_email_change", token)
    mail.send(str(user.email), "email_change", {"user": user, "new_email": new_email, "link": link})


def tell_of_phone_change(user: User) -> None:
    """Tell the owner of the account, in the same words whatever became of it."""
    if user.email:
        mail.send(user.email, "phone_change", {"user": user, "link": mail.hub_link("account")})


def tell_of_new_token(user: User, token: ApiToken) -> None:
    """Tell whoever made it: an open session must not open a second door unnoticed."""
    if not user.email:
        return
    if token.organisation_id:
        link = mail.hub_link("organisation_tokens", token.organisation_id)
    else:
        link = mail.hub_link("tokens")
    mail.send(user.email, "token", {"user": user, "token": token, "link": link})


def confirm_erasure(email: str, *, name: str) -> None:
    mail.send(email, "erased", {"name": name})


def tell_heads_of_visit(visit: SupportVisit) -> None:
    """Tell whoever answers for the centre: of a request to decide on, or at once of an emergency."""
    link = hosts.url_of(visit.centre.slug, "/ruang/kunjungan/")
    for head in queries.heads_of(visit.centre_id):
        if head.email:
            mail.send(head.email, "visit", {"visit": visit, "head": head, "link": link}, zone=visit.centre.zone)


def tell_owners_of_decision(verification: Verification) -> None:
    """Tell whoever answers for the company what the ministry has decided, and why."""
    organisation = verification.organisation
    link = mail.hub_link("company_verification", organisation.pk)
    for owner in queries.owners_of(organisation.pk):
        if owner.email:
            context = {"verification": verification, "organisation": organisation, "owner": owner, "link": link}
            mail.send(owner.email, "verification", context)


def send_application_link(email: str, *, name: str, token: str) -> None:
    """The way back into an application that was begun, for whoever typed the address."""
    mail.send(email, "intake_link", {"name": name, "link": mail.hub_link("apply_status", token)})


def tell_applicant(application: Application, name: str) -> bool:
    """Mail the applicant ``emails/<name>.txt`` with a link of its own. False for one who has no e-mail."""
    facts = intake_queries.facts_of(application)
    if not facts.email:
        return False
    link = mail.hub_link("apply_status", intake.add_link(application, now=timezone.now()))
    # Whoever fills it in need not be the head.
    greeted = facts.head_name if facts.email == facts.head_email else ""
    context = {"application": application, "facts": facts, "name": greeted, "link": link}
    mail.send(facts.email, name, context)
    return True


def welcome(admitted: Admitted) -> None:
    """The centre is live: its address, the invitation of its head, and what to begin with."""
    offer, centre = admitted.invitation, admitted.centre
    context = {
        "offer": offer,
        "centre": centre,
        "link": mail.hub_link("invitation", admitted.token),
        "address": hosts.url_of(centre.slug),
    }
    mail.send(offer.email, "welcome", context, zone=centre.zone)


def tell_of_refused_wish(wish: JoinRequest) -> None:
    mail.send(wish.email, "join_refused", {"wish": wish})


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
        link = mail.hub_link("webhook", endpoint.organisation.pk, endpoint.pk)
    context = {
        "endpoint": endpoint,
        "link": link,
        "happened": webhook_words.happened(endpoint.state_reason),
        "advice": webhook_words.advice(endpoint.state_reason),
    }
    for one in people:
        if one.email:
            zone = endpoint.centre.zone if endpoint.centre else zones.WIB
            mail.send(one.email, "webhook_stopped", {**context, "person": one}, zone=zone)
