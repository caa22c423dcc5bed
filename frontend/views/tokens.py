"""Tokens for programs: a person's own, and a company's for its owners. Behind the password, as they open doors."""

import uuid
from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hub.accounts.models import Organisation
from hub.tokens import operations, queries
from hub.tokens.models import ApiToken
from hub.tokens.scopes import IN_ORGANISATIONS, useful_to
from kernel.errors import DomainError

from .. import developers, mail
from ..people import actor, person, signed_in
from ..token_forms import TokenForm

Make = Callable[..., tuple[ApiToken, str]]


@never_cache
@signed_in
@reauthentication_required
def own(request: HttpRequest) -> HttpResponse:
    """The person's own tokens, and a form for another."""
    user = person(request)
    form = TokenForm(request.POST or None, useful=useful_to(user.held))

    def make(**wanted: Any) -> tuple[ApiToken, str]:
        return operations.make_for_person(user, **wanted)

    if request.method == "POST" and (made := _made(request, form, make)):
        return made
    return _page(request, form, {"tokens": queries.tokens_of(user)})


@never_cache
@require_POST
@signed_in
@reauthentication_required
def end_own(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    _end(request, queries.own_token(person(request), token_id))
    return redirect("hub:tokens")


@never_cache
@signed_in
def of_organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """A company's tokens. Who is no owner of it does not get as far as the password."""
    return _of_organisation(request, queries.token_desk(person(request), organisation_id))


@reauthentication_required
def _of_organisation(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    request.organisation_name = organisation.name  # type: ignore[attr-defined]
    form = TokenForm(request.POST or None, useful=IN_ORGANISATIONS)

    def make(**wanted: Any) -> tuple[ApiToken, str]:
        return operations.make_for_organisation(organisation, made_by=person(request), **wanted)

    if request.method == "POST" and (made := _made(request, form, make)):
        return made
    context = {"tokens": queries.tokens_of_organisation(organisation), "organisation": organisation}
    return _page(request, form, context)


@never_cache
@require_POST
@signed_in
def end_of_organisation(request: HttpRequest, organisation_id: uuid.UUID, token_id: uuid.UUID) -> HttpResponse:
    organisation = queries.token_desk(person(request), organisation_id)
    return _end_of_organisation(request, organisation, queries.organisation_token(organisation, token_id))


@reauthentication_required
def _end_of_organisation(request: HttpRequest, organisation: Organisation, token: ApiToken) -> HttpResponse:
    _end(request, token)
    return redirect("hub:organisation_tokens", organisation.pk)


def _made(request: HttpRequest, form: TokenForm, make: Make) -> HttpResponse | None:
    """The page that shows the new token, once; None if it was not made, with the reason in the form."""
    if not form.is_valid():
        return None
    if limited := ratelimit.consume_or_429(request, action="make_token", user=person(request)):
        return limited
    try:
        token, secret = make(**form.wanted, by=actor(request), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return None
    mail.tell_of_new_token(person(request), token)
    return render(
        request, "pages/tokens/made.html", {"token": token, "secret": secret, "example": developers.try_out(secret)}
    )


def _end(request: HttpRequest, token: ApiToken) -> None:
    operations.end(token, by=actor(request), now=timezone.now())
    messages.success(request, _("The token was ended. It opens nothing any more."))


def _page(request: HttpRequest, form: TokenForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "pages/tokens/list.html", {"form": form, "now": timezone.now(), **context})
