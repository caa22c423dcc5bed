"""Reading tokens: whose request this is, and lists for those who made them."""

import re
import uuid
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from hub.accounts.models import Organisation, User, roles_and_factor
from hub.accounts.queries import NotVisible, organisation_desk, roles_at
from hub.accounts.roles import OWNER_ROLES
from kernel import tokens

from .models import ApiToken

PREFIX = "balai_"
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
# Read with every request, so without what no request needs.
_NOT_READ = ("user__phone", "user__phone_lookup", "user__password", "user__email")


def bearer(secret: str, *, now: datetime) -> ApiToken:
    """The token of this secret with its person, their roles and second factor, or its organisation: one statement.

    Raises NotVisible: unknown, ended, expired, and of a closed account look the same. What cannot be a token of ours
    is not looked for.
    """
    if not _SHAPE.fullmatch(secret):
        raise NotVisible
    try:
        token = (
            ApiToken.objects.select_related("user", "organisation")
            .defer(*_NOT_READ)
            .annotate(**roles_and_factor("user_id"))
            .filter(Q(user=None) | Q(user__is_active=True), revoked_at=None, expires_at__gt=now)
            .get(secret_hash=tokens.hash_of(secret))
        )
    except ApiToken.DoesNotExist:
        raise NotVisible from None
    if token.user is not None:
        for name in ("held_json", "has_second_factor"):
            setattr(token.user, name, getattr(token, name))
    return token


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The person's own tokens that were not ended, newest first; expired ones are among them."""
    return ApiToken.objects.filter(user=user, revoked_at=None)


def tokens_of_organisation(organisation: Organisation) -> QuerySet[ApiToken]:
    """As ``tokens_of``, with who made each."""
    return ApiToken.objects.filter(organisation=organisation, revoked_at=None).select_related("created_by")


def own_token(user: User, token_id: uuid.UUID) -> ApiToken:
    """A token that this person may end as their own. Raises NotVisible."""
    token = tokens_of(user).filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    return token


def token_desk(user: User, organisation_id: uuid.UUID) -> Organisation:
    """The door of an organisation's tokens: for its owners. Raises NotVisible."""
    if not roles_at(user, organisation_id) & OWNER_ROLES:
        raise NotVisible
    return organisation_desk(user, organisation_id)


def organisation_token(organisation: Organisation, token_id: uuid.UUID) -> ApiToken:
    """A token of this organisation. Raises NotVisible."""
    token = tokens_of_organisation(organisation).filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    return token


def was_used_lately(token: ApiToken, *, now: datetime, within: timedelta) -> bool:
    return token.last_used_at is not None and now - token.last_used_at < within
