"""Who is asking: the token of a request, and the person or organisation as the audit trail names them."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hub.accounts.models import User
from hub.accounts.queries import NotVisible
from hub.audit.actors import Actor
from hub.tokens import operations, queries
from hub.tokens.models import ApiToken

from .errors import Refusal

_LONGEST_NAME = 150


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer balai_…``. A browser's session opens nothing here, so no form can be forged either."""

    def authenticate(self, request: Request) -> tuple[User | None, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            return None
        now = timezone.now()
        try:
            token = queries.bearer(secret.strip() if scheme.lower() == "bearer" else "", now=now)
        except NotVisible:
            raise AuthenticationFailed from None
        if token.user is not None and token.user.lacks_second_factor:
            raise Refusal("second_factor_required")
        operations.note_use(token, now=now)
        _note_for_the_log(request, token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        given = 'error="invalid_token"' if "Authorization" in request.headers else 'realm="balai"'
        return f"Bearer {given}"


def _note_for_the_log(request: Request, token: ApiToken) -> None:
    django_request: Any = request._request
    django_request.api_token = token


def token_of(request: Request) -> ApiToken:
    """The token; only behind a scope."""
    token = request.auth
    assert isinstance(token, ApiToken)
    return token


def actor(request: Request) -> Actor:
    """Whose deed it is, and by which of their tokens."""
    token = token_of(request)
    mark = f" (token {token.prefix}…)"
    return Actor(
        user_id=token.user_id,
        name=str(token.user or token.organisation)[: _LONGEST_NAME - len(mark)] + mark,
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=getattr(request, "request_id", ""),
    )
