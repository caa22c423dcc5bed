"""A person's own mobile number: add, change, remove. Each after the password, since it opens the account."""

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from hub.accounts import operations, phones

from .. import mail
from ..account_forms import PhoneChangeForm
from ..people import actor, person, signed_in


@never_cache
@signed_in
@reauthentication_required
def change(request: HttpRequest) -> HttpResponse:
    """Type another number. The answer is the same whether it was free or another person's."""
    user = person(request)
    form = PhoneChangeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        if limited := ratelimit.consume_or_429(request, action="change_phone", user=user):
            return limited
        phone = form.cleaned_data["phone"]
        operations.change_phone(user, phone, by=actor(request), now=timezone.now())
        mail.tell_of_phone_change(user)
        return render(request, "pages/account/phone_noted.html", {"phone": phone})
    context = {"form": form, "phone": phones.masked(user.phone) if user.phone else ""}
    return render(request, "pages/account/phone.html", context)


@never_cache
@signed_in
@reauthentication_required
def remove(request: HttpRequest) -> HttpResponse:
    """Do without a number. Whoever comes here by a link, as after typing the password, finds the form first."""
    if request.method != "POST":
        return redirect("hub:change_phone")
    try:
        operations.remove_phone(person(request), by=actor(request), now=timezone.now())
    except operations.LastWayIn as error:
        messages.error(request, str(error))
        return redirect("hub:change_phone")
    mail.tell_of_phone_change(person(request))
    messages.success(request, _("Your mobile number is removed."))
    return redirect("hub:account")
