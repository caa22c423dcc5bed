"""A person's rights over their own data: what they agreed to, a copy of everything, and erasure."""

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import consents, operations, queries
from kernel.errors import DomainError
from workflows import persons

from .. import mail
from ..account_forms import EraseForm
from ..people import actor, person, signed_in


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What the platform does with people's data, for whoever wants to know before they join."""
    return render(request, "pages/account/privacy.html", {"texts": consents.all_current()})


@never_cache
@signed_in
def agree(request: HttpRequest) -> HttpResponse:
    """Stands in the way after sign-in while the person has yet to agree to the wording now in force."""
    user = person(request)
    required = [state.text for state in queries.consents_of(user) if state.text.required and not state.is_current]
    if request.method == "POST":
        for text in required:
            operations.give_consent(user, text.purpose, language=text.language, by=actor(request), now=timezone.now())
        return redirect("/akun/mulai/")
    return render(request, "pages/account/agree.html", {"texts": required})


@require_safe
@never_cache
@signed_in
def my_data(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/account/data.html", {"consents": queries.consents_of(person(request))})


@require_POST
@signed_in
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Say yes to one purpose, or take the yes back."""
    user, now = person(request), timezone.now()
    try:
        if request.POST.get("agree"):
            language = consents.current(purpose).language
            operations.give_consent(user, purpose, language=language, by=actor(request), now=now)
            messages.success(request, _("Thank you. Your consent is noted."))
        else:
            operations.withdraw_consent(user, purpose, by=actor(request), now=now)
            messages.success(request, _("Your consent is withdrawn."))
    except consents.UnknownPurpose:
        raise Http404 from None
    except operations.MayNot as error:
        messages.error(request, str(error))
    return redirect("hub:my_data")


@require_safe
@never_cache
@signed_in
@reauthentication_required
def download(request: HttpRequest) -> HttpResponse:
    """Everything the platform keeps of the person, as one JSON file."""
    user, now = person(request), timezone.now()
    if limited := ratelimit.consume_or_429(request, action="own_data", user=user):
        return limited
    operations.note_own_copy(user, by=actor(request), now=now)
    answer = JsonResponse(persons.export(user, now=now), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="balai-data-saya-{now:%Y-%m-%d}.json"'
    return answer


@never_cache
@signed_in
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    """Erase oneself, after the password and a word that nobody types by mistake."""
    user, form = person(request), EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, email = user.name, user.email
        try:
            persons.erase(user, by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            if email:
                mail.confirm_erasure(email, name=name)
            return render(request, "pages/account/erased.html")
    return render(request, "pages/account/erase.html", {"form": form, "memberships": queries.memberships_of(user)})
