"""People of every kind, signed in, for tests of the ministry's pages."""

from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from hub.accounts import operations
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def make(name: str, role: Role | None = None, **scope) -> User:
    """A person known as ``name@contoh.id``, with a second factor if the role needs one."""
    user = operations.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOW, by=SYSTEM)
    if role:
        operations.grant(user, role, by=SYSTEM, now=NOW, **scope)
    user = User.objects.with_roles().get(pk=user.pk)
    if user.is_ministry:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


def signed_in(user: User, host: str = settings.BALAI_DOMAIN) -> Client:
    client = Client(HTTP_HOST=host)
    client.force_login(user, backend="hub.accounts.backends.Backend")
    return client
