"""Lock-out after wrong passwords (django-axes): what counts as the same person and address, and the page for it."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub.accounts import phones
from kernel.encryption import lookup_hash


def username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """A keyed hash of what was typed as e-mail or phone number: the failure log holds no personal data."""
    given = credentials or {}
    typed = str(given.get("email") or given.get("phone") or request.POST.get("login", "")).strip().lower()
    with suppress(phones.PhoneRefused):
        typed = phones.normalise(typed)
    return lookup_hash(typed, context="lockout")


def address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def page(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Told to whoever failed too often. It looks the same for an account that exists and one that does not."""
    return render(request, "account/locked.html", status=429)
