"""People with tokens, and programs that ask with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts
from hub.centres.models import Centre
from hub.tokens import operations, scopes
from hub.tokens.models import ApiToken

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass
class Program:
    """A client that sends a token's secret to one host."""

    host: str
    secret: str = ""
    token: ApiToken | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str):
        client = Client(HTTP_HOST=self.host)
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return client.generic(method, path, headers=sent)
        return client.generic(method, path, _as_json(client, body), content_type="application/json", headers=sent)

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str):
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str):
        return self.ask("PATCH", path, body, **headers)


def _as_json(client: Client, body: Any) -> Any:
    return body if isinstance(body, str | bytes) else client._encode_json(body, "application/json")


@pytest.fixture
def make_user() -> Callable[..., User]:
    """Makes a person with one role, and a second factor if they are of the ministry."""

    def make(name: str, role: Role | None = None, **where: Any) -> User:
        user = accounts.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOW, by=SYSTEM)
        if role:
            accounts.grant(user, role, by=SYSTEM, now=NOW, **where)
        user = User.objects.with_roles().get(pk=user.pk)
        if user.is_ministry:
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        return User.objects.with_roles().get(pk=user.pk)

    return make


@pytest.fixture
def program(make_user) -> Callable[..., Program]:
    """A program of a person: ``program(user, centre)`` on a centre's host, ``program(user)`` on the hub's.

    With every scope that the person could use, unless ``scopes`` says which.
    """

    def make(user: User, centre: Centre | None = None, *, allowed: list[scopes.Scope] | None = None) -> Program:
        wanted = scopes.useful_to(user.held) if allowed is None else allowed
        token, secret = operations.make_for_person(
            user, name="Laporan", scopes=wanted, days=30, by=SYSTEM, now=datetime.now(UTC)
        )
        return Program(host_of(centre), secret, token)

    return make


def host_of(centre: Centre | None) -> str:
    return hosts.host_of(centre.slug) if centre else settings.BALAI_DOMAIN


@pytest.fixture
def head_of(make_user) -> Callable[[Centre], User]:
    return lambda centre: make_user("Siti", Role.CENTRE_HEAD, centre=centre)


@pytest.fixture
def head(head_of, centre) -> User:
    return head_of(centre)


@pytest.fixture
def instructor(make_user, centre) -> User:
    return make_user("Budi", Role.INSTRUCTOR, centre=centre)


@pytest.fixture
def other_head(make_user, other_centre) -> User:
    return make_user("Dewi", Role.CENTRE_HEAD, centre=other_centre)


@pytest.fixture
def mekar(db) -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Mekar")


@pytest.fixture
def owner(make_user, mekar) -> User:
    return make_user("Andi", Role.PARTNER_OWNER, organisation=mekar)
