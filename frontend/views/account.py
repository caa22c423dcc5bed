"""A person's own pages on the hub: what they may do where, their addresses, their data."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts import operations, phones, queries
from hub.accounts.roles import MINISTRY_ROLES, STAFF_ROLES

from .. import mail
from ..account_forms import EmailChangeForm
from ..people import actor, person, signed_in


@require_safe
@never_cache
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """Where a person lands after signing in: the one place they work in, or their own page to choose."""
    if queries.lacks_consent(person(request)):
        return redirect("account_agree")
    centre = request.centre  # type: ignore[attr-defined]
    if centre is not None:
        return redirect("centre:space" if queries.roles_in(person(request), centre.id) else "centre:home")
    held = person(request).held
    if held and all(one.role in MINISTRY_ROLES for one in held):
        return redirect("hub:ministry")
    places = {one.centre_id for one in held if one.role in STAFF_ROLES and one.centre_id}
    if len(held) == 1 and places:
        return redirect(mail.entrance_of(queries.centre_of(places.pop())))
    organisations = {one.organisation_id for one in held}
    if len(organisations) == 1 and None not in organisations:
        return redirect("hub:organisation", organisations.pop())
    return redirect("hub:account")


@require_safe
@never_cache
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    user = person(request)
    context: dict[str, Any] = {
        "memberships": queries.memberships_of(user),
        "visits": queries.visits_by(user)[:10] if user.is_ministry else [],
        "phone": phones.masked(user.phone) if user.phone else "",
        "now": timezone.now(),
    }
    return render(request, "pages/account/overview.html", context)


@never_cache
@signed_in
def change_email(request: HttpRequest) -> HttpResponse:
    """Ask for another e-mail address: the old one must agree before the new one is asked to confirm."""
    user = person(request)
    form = EmailChangeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        if limited := ratelimit.consume_or_429(request, action="change_email", user=user):
            return limited
        new_email = form.cleaned_data["email"]
        if user.email:
            token = operations.ask_email_change(user, new_email=new_email, by=actor(request), now=timezone.now())
            mail.ask_old_address(user, new_email=new_email, token=token)
        else:
            EmailAddress.objects.add_new_email(request, user, new_email)
        return render(request, "pages/account/email_change_sent.html", {"old": user.email, "new": new_email})
    return render(request, "pages/account/email.html", {"form": form})


@never_cache
def agree_email_change(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail to the old address. Opening it changes nothing (mail scanners do); the button does."""
    if request.method != "POST":
        return render(request, "pages/account/email_change_agree.html", {"token": token})
    try:
        change = operations.agree_email_change(token, now=timezone.now())
    except operations.LinkUsed as error:
        messages.error(request, str(error))
        return redirect("/")
    EmailAddress.objects.add_new_email(request, change.user, change.new_email)
    messages.success(request, _("Thank you. We have written to the new address; its link completes the change."))
    return redirect("/")
