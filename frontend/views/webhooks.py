"""Connections to other people's programs: the same pages in a centre's space and in a company's.

The host or the address says whose they are; the heads and administrators of that centre, or the owners of that company,
come in. The ministry on a support visit does not.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import queries as accounts
from hub.webhooks import events, operations, queries
from hub.webhooks.models import Delivery, Endpoint, Owner
from kernel.errors import DomainError

from ..listing import list_page
from ..people import View, actor, centre_staff, person, signed_in
from ..webhook_forms import DeliveryFilter, DeliveryTable, EndpointForm


@dataclass(frozen=True)
class Desk:
    """Whose connections these pages are about, and where their pages are."""

    owner: Owner
    name: str

    @property
    def side(self) -> str:
        return events.CENTRE if self.owner.centre_id else events.ORGANISATION

    def url(self, page: str, **which: uuid.UUID) -> str:
        if self.owner.centre_id:
            return reverse(f"centre:{page}", kwargs=which)
        return reverse(f"hub:{page}", kwargs={"organisation_id": self.owner.organisation_id, **which})

    # For templates, which cannot pass arguments.
    @property
    def links(self) -> dict[str, str]:
        return {page: self.url(page) for page in ("webhooks", "webhooks_guide", "add_webhook")}

    def of(self, endpoint: Endpoint) -> dict[str, str]:
        return {page: self.url(page, endpoint_id=endpoint.pk) for page in _OF_ENDPOINT}


_OF_ENDPOINT = (
    "webhook", "change_webhook", "test_webhook", "pause_webhook", "resume_webhook", "replace_secret", "remove_webhook",
)  # fmt: skip
DeskView = Callable[..., HttpResponse]


def at_desk(view: DeskView) -> View:
    """Gives the view the desk as ``desk``. What is another's is not there."""

    @wraps(view)
    def in_centre(request: HttpRequest, **which: Any) -> HttpResponse:
        if not request.access.leads:  # type: ignore[attr-defined]
            raise Http404
        centre = request.centre  # type: ignore[attr-defined]
        return view(request, Desk(Owner(centre_id=centre.id), centre.name), **which)

    def in_organisation(request: HttpRequest, organisation_id: uuid.UUID, **which: Any) -> HttpResponse:
        organisation = accounts.owned_organisation(person(request), organisation_id)
        request.organisation_name = organisation.name  # type: ignore[attr-defined]
        return view(request, Desk(Owner(organisation_id=organisation_id), organisation.name), **which)

    for_staff, for_owners = centre_staff(in_centre), signed_in(in_organisation)

    @wraps(view)
    def guarded(request: HttpRequest, **which: Any) -> HttpResponseBase:
        return for_staff(request, **which) if request.centre else for_owners(request, **which)  # type: ignore[attr-defined]

    return guarded


# ---------------------------------------------------------------- addresses


@require_safe
@never_cache
@at_desk
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    endpoints = [{"endpoint": one, "links": desk.of(one)} for one in queries.endpoints_of(desk.owner)]
    return render(request, "pages/webhooks/overview.html", {"desk": desk, "endpoints": endpoints})


@require_safe
@never_cache
@at_desk
def guide(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What is sent, and how a receiver knows that it is from us."""
    kinds = [*events.offered_to(desk.side), events.KINDS[events.PING]]
    return render(request, "pages/webhooks/guide.html", {"desk": desk, "kinds": kinds})


@never_cache
@at_desk
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = EndpointForm(request.POST or None, side=desk.side)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = operations.create_endpoint(
                desk.owner, **form.cleaned_data, by=actor(request), now=timezone.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _secret_page(request, desk, endpoint, secret)
    return render(request, "pages/webhooks/edit.html", {"desk": desk, "form": form})


def _secret_page(request: HttpRequest, desk: Desk, endpoint: Endpoint, secret: str) -> HttpResponse:
    """The only page that ever shows it."""
    context = {"desk": desk, "endpoint": endpoint, "links": desk.of(endpoint), "secret": secret}
    return render(request, "pages/webhooks/secret.html", context)


@never_cache
@at_desk
def change(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    endpoint = queries.endpoint_of(desk.owner, endpoint_id)
    form = EndpointForm(request.POST or None, side=desk.side, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_endpoint(endpoint, **form.cleaned_data, by=actor(request), now=timezone.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(desk.url("webhook", endpoint_id=endpoint_id))
    context = {"desk": desk, "form": form, "endpoint": endpoint, "links": desk.of(endpoint)}
    return render(request, "pages/webhooks/edit.html", context)


@require_safe
@never_cache
@at_desk
def endpoint(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    """One address, and the log of what went there."""
    one = queries.endpoint_of(desk.owner, endpoint_id)

    class Log(DeliveryTable):
        link_to = staticmethod(lambda pk: desk.url("webhook_delivery", delivery_id=pk))

    context = {"desk": desk, "endpoint": one, "links": desk.of(one), "now": timezone.now()}
    rows = queries.deliveries_of(one)
    template = "pages/webhooks/endpoint.html"
    return list_page(request, template, Log, rows, DeliveryFilter, context=context, file_name="kiriman")


@require_POST
@at_desk
def pause(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    operations.pause(queries.endpoint_of(desk.owner, endpoint_id), by=actor(request), now=timezone.now())
    messages.success(request, _("Paused. What happens meanwhile waits here and is sent when you switch it on."))
    return redirect(desk.url("webhook", endpoint_id=endpoint_id))


@require_POST
@at_desk
def resume(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    operations.resume(queries.endpoint_of(desk.owner, endpoint_id), by=actor(request), now=timezone.now())
    messages.success(request, _("It is on again. What was waiting is sent now."))
    return redirect(desk.url("webhook", endpoint_id=endpoint_id))


@require_POST
@at_desk
def test(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    """Send a test message, and look how it fares."""
    one = queries.endpoint_of(desk.owner, endpoint_id)
    if limited := ratelimit.consume_or_429(request, action="webhook", user=person(request)):
        return limited
    try:
        delivery = operations.send_test(one, by=actor(request), now=timezone.now())
    except operations.StandsStill as error:
        messages.error(request, str(error))
        return redirect(desk.url("webhook", endpoint_id=endpoint_id))
    return redirect(desk.url("webhook_delivery", delivery_id=delivery.pk))


@never_cache
@at_desk
def replace_secret(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    """Ask first; then show the new one, once."""
    one = queries.endpoint_of(desk.owner, endpoint_id)
    if request.method == "POST":
        try:
            seen = _time_of(request.POST.get("sejak", ""))
            secret = operations.rotate_secret(one, seen=seen, by=actor(request), now=timezone.now())
        except operations.Outdated as error:
            messages.error(request, str(error))
            return redirect(desk.url("webhook", endpoint_id=endpoint_id))
        return _secret_page(request, desk, queries.endpoint_of(desk.owner, endpoint_id), secret)
    context = {"desk": desk, "endpoint": one, "links": desk.of(one), "since": one.secret_since.isoformat()}
    return render(request, "pages/webhooks/replace.html", context)


def _time_of(text: str) -> datetime:
    """When the key began that the form was about. Raises Outdated for what is no time."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise operations.Outdated(_("Look at the page again before you replace the key.")) from None


@never_cache
@at_desk
def remove(request: HttpRequest, desk: Desk, endpoint_id: uuid.UUID) -> HttpResponse:
    """Ask first."""
    one = queries.endpoint_of(desk.owner, endpoint_id)
    if request.method == "POST":
        operations.remove_endpoint(one, by=actor(request), now=timezone.now())
        messages.success(request, _("Removed. Nothing is sent there any more."))
        return redirect(desk.url("webhooks"))
    return render(request, "pages/webhooks/remove.html", {"desk": desk, "endpoint": one, "links": desk.of(one)})


# ---------------------------------------------------------------- messages


@require_safe
@never_cache
@at_desk
def delivery(request: HttpRequest, desk: Desk, delivery_id: uuid.UUID) -> HttpResponse:
    """One message and each attempt to send it; a part of the page while it is on its way."""
    one: Delivery = queries.delivery_of(desk.owner, delivery_id)
    page = "_delivery.html" if request.headers.get("HX-Request") else "delivery.html"
    context = {
        "desk": desk,
        "delivery": one,
        "links": desk.of(one.endpoint),
        "again": desk.url("send_webhook_again", delivery_id=one.pk),
        "attempts": list(one.attempts.all()),
    }
    return render(request, f"pages/webhooks/{page}", context)


@require_POST
@at_desk
def send_again(request: HttpRequest, desk: Desk, delivery_id: uuid.UUID) -> HttpResponse:
    one = queries.delivery_of(desk.owner, delivery_id)
    if limited := ratelimit.consume_or_429(request, action="webhook", user=person(request)):
        return limited
    operations.send_again(one, by=actor(request), now=timezone.now())
    if not one.endpoint.is_active:
        messages.info(request, _("It waits, since nothing is sent to this address now."))
    return redirect(desk.url("webhook_delivery", delivery_id=delivery_id))
