"""Taking up an invitation: the link leads here, on the hub."""

import uuid
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hub.accounts import consents, operations, queries
from hub.accounts.models import Invitation, User
from hub.audit.actors import Actor

from ..account_forms import NewAccountForm
from ..people import actor, person, signed_in
from . import members
from .handover import BACKEND


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered, and how to take it up: with one's account, or with a new one."""
    try:
        offer = queries.invitation_by_token(token, now=timezone.now())
    except queries.NotVisible:
        return render(request, "pages/account/invitation_gone.html", status=404)
    if limited := ratelimit.consume_or_429(request, action="accept_invitation"):
        return limited
    if request.user.is_authenticated:
        return _answer(request, token, offer)
    form = NewAccountForm(request.POST or None, invitation=offer)
    if request.method == "POST" and form.is_valid():
        return _with_new_account(request, token, offer, form)
    return render(request, "pages/account/invitation.html", {"offer": offer, "form": form, "token": token})


def _answer(request: HttpRequest, token: str, offer: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "pages/account/invitation.html", {"offer": offer, "token": token})
    try:
        operations.accept_invitation(token, person(request), by=actor(request), now=timezone.now())
    except operations.LinkUsed as error:
        messages.error(request, str(error))
        return redirect("/")
    messages.success(request, _("Welcome! Your new role is ready."))
    return redirect("hub:start")


def _with_new_account(request: HttpRequest, token: str, offer: Invitation, form: NewAccountForm) -> HttpResponse:
    """A new account for whoever holds the link.

    A link that was mailed proves its address: the person is signed in at once. Otherwise the answer is the
    same whether the address or number was free or not, and taking up the role waits for sign-in.
    """
    now = timezone.now()
    user = _create(form, proven=offer.email, now=now)
    if user is not None and offer.email:
        operations.accept_invitation(token, user, by=Actor(user.pk, user.name), now=now)
        login(request, user, backend=BACKEND)
        return redirect("hub:start")
    return render(request, "pages/account/invitation_next.html", {"offer": offer, "token": token})


def _create(form: NewAccountForm, *, proven: str, now: datetime) -> User | None:
    """The account, or None if the address or number is someone's already."""
    data = form.cleaned_data
    if form.is_taken():
        make_password(data["password"])  # takes as long as making the account would
        return None
    with transaction.atomic():
        user = operations.create_user(
            name=data["name"],
            email=proven or data.get("email", ""),
            phone=data.get("phone", ""),
            password=data["password"],
            now=now,
            by=Actor(None, data["name"]),
        )
        privacy = consents.current("privacy")
        operations.give_consent(user, privacy.purpose, language=privacy.language, by=Actor(user.pk, user.name), now=now)
        if proven:
            operations.prove_email(user)
        elif user.email:
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
    return user


@require_POST
@signed_in
def revoke(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """On the hub: end an open invitation, by whoever could have sent it."""
    members.end_invitation(request, invitation_id)
    return redirect("hub:invitations")
