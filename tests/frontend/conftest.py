"""Someone with an account, and browsers to sign in with."""

import re
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from hub.accounts import operations
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PASSWORD = "kopi tubruk sore hari"


@pytest.fixture
def fresh_limits(db):
    """Nobody has tried anything yet."""
    cache.clear()


@pytest.fixture
def siti(centre) -> User:
    """The head of a centre, known by e-mail and phone."""
    user = operations.create_user(
        name="Siti", email="siti@contoh.id", phone="081234567890", password=PASSWORD, now=NOW, by=SYSTEM
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    operations.grant(user, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    operations.give_consent(user, "privacy", language="id", by=SYSTEM, now=NOW)
    return user


def sign_in(client: Client, login: str = "siti@contoh.id", password: str = PASSWORD, **more):
    return client.post("/masuk/", {"login": login, "password": password}, **more)


def without_tokens(page: str) -> str:
    """The page less what differs at every request or repeats what was typed."""
    return re.sub(r'value="[^"]*"|[\w.]+@contoh\.id', "", page)


def is_signed_in(client: Client) -> bool:
    return settings.SESSION_COOKIE_NAME in client.cookies and "_auth_user_id" in client.session


@pytest.fixture
def browser():
    """One browser with cookies for each host, as browsers keep them."""
    clients: dict[str, Client] = {}

    def open_(url: str, method: str = "get", data: dict | None = None):
        parts = urlsplit(url)
        client = clients.setdefault(parts.netloc, Client(HTTP_HOST=parts.netloc))
        return getattr(client, method)(f"{parts.path}?{parts.query}" if parts.query else parts.path, data)

    open_.clients = clients  # type: ignore[attr-defined]
    return open_


def walk(browser, url: str) -> list[str]:
    """The addresses that a browser is led along."""
    seen = [url]
    for _step in range(6):
        answer = browser(seen[-1])
        if answer.status_code not in (301, 302):
            break
        host = urlsplit(seen[-1]).netloc
        target = answer["Location"]
        seen.append(target if "//" in target else f"http://{host}{target}")
    return seen


def ministry_client(*roles: tuple[Role, list[str]]) -> Client:
    """A browser of somebody of the ministry with these roles (each with its provinces), signed in on the hub."""
    user = operations.create_user(
        name="Ratna", email=f"{uuid.uuid4()}@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM
    )
    for role, provinces in roles:
        operations.grant(user, role, provinces=provinces, by=SYSTEM, now=NOW)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    client = Client(HTTP_HOST=settings.BALAI_DOMAIN)
    client.force_login(user, backend="hub.accounts.backends.Backend")
    return client
