"""Everything that the API says no with: stable codes, each with its status and what to do about it.

A code that was given out never changes its meaning. The documentation page, the OpenAPI description and the answers
themselves all come from this list.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.centres import hosts

MEDIA_TYPE = "application/problem+json"
PAGE = "/pengembang/"


@dataclass(frozen=True, slots=True)
class Kind:
    """``title`` says what happened, ``advice`` what the caller can do."""

    code: str
    status: int
    title: Promise
    advice: Promise

    @property
    def type(self) -> str:
        """The address that explains it, and that tells kinds apart (RFC 9457)."""
        return hosts.hub_url(f"{PAGE}#{self.code}")


KINDS = (
    Kind("malformed_request", 400, _("The request cannot be read"), _("Send a JSON object in UTF-8.")),
    Kind("invalid_input", 400, _("Something in the body is not right"), _("See “errors”: each names its field.")),
    Kind(
        "invalid_parameter",
        400,
        _("A parameter has a value that it cannot have"),
        _("See “errors”: each names its parameter."),
    ),
    Kind(
        "unknown_parameter",
        400,
        _("There is no such parameter"),
        _("Check its spelling. A misspelt filter would otherwise filter nothing."),
    ),
    Kind("not_authenticated", 401, _("A token is needed"), _("Send “Authorization: Bearer” and your token.")),
    Kind(
        "invalid_token",
        401,
        _("The token opens nothing"),
        _("It is misspelt, was ended, has expired, or its owner's account is closed. Make a new one."),
    ),
    Kind(
        "insufficient_scope",
        403,
        _("The token was not allowed this"),
        _("Make a token with the scope that “detail” names."),
    ),
    Kind("may_not", 403, _("You may not do this"), _("It needs another role. Ask the head of the centre.")),
    Kind(
        "second_factor_required",
        403,
        _("A second step at sign-in is missing"),
        _("Ministry people set it up in their account; until then their tokens rest."),
    ),
    Kind(
        "writing_closed",
        403,
        _("This centre is closed for changes"),
        _("It is suspended or archived, or has no space yet. Reading goes on."),
    ),
    Kind(
        "not_found",
        404,
        _("There is no such thing"),
        _("Or it is not there for you: whoever may not see a thing does not learn whether it exists."),
    ),
    Kind("unknown_cursor", 404, _("There is no such page"), _("Start again without “cursor”.")),
    Kind("method_not_allowed", 405, _("This cannot be done here"), _("See the header “Allow”.")),
    Kind("not_acceptable", 406, _("The API speaks JSON only"), _("Accept “application/json”.")),
    Kind(
        "idempotency_key_in_use",
        409,
        _("The same request is being answered"),
        _("Ask again in a moment with the same key."),
    ),
    Kind("refused", 409, _("It is not possible as things are"), _("See “detail”.")),
    Kind("centre_erased", 410, _("This centre is no longer here"), _("Its data were removed for good.")),
    Kind(
        "changed_meanwhile",
        412,
        _("Somebody else has changed it"),
        _("Read it again and send your change with the new ETag."),
    ),
    Kind("too_large", 413, _("The body is too large"), _("64 KB are enough for everything there is.")),
    Kind("unsupported_media_type", 415, _("The body is no JSON"), _("Send “Content-Type: application/json”.")),
    Kind(
        "idempotency_key_reused",
        422,
        _("The key was used with another request"),
        _("Take a new Idempotency-Key for each request; repeat one only with the same body."),
    ),
    Kind(
        "if_match_required",
        428,
        _("Say which version you have read"),
        _("Send “If-Match” with the ETag of your last GET, or “*” to write over whatever is there."),
    ),
    Kind("too_many_requests", 429, _("Too many requests"), _("Wait for the seconds in “Retry-After”.")),
    Kind(
        "server_error", 500, _("Something went wrong on our side"), _("Try later. If it stays, tell us the request id.")
    ),
    Kind("unavailable", 503, _("Balai is very busy or under maintenance"), _("Try again after “Retry-After”.")),
)
BY_CODE = {kind.code: kind for kind in KINDS}

# What answers that did not come from a view of the API mean: those of the middleware and of Django itself.
_BY_STATUS = {
    400: "malformed_request",
    403: "writing_closed",
    404: "not_found",
    405: "method_not_allowed",
    410: "centre_erased",
    413: "too_large",
    429: "too_many_requests",
    503: "unavailable",
}


def of_status(status: int) -> Kind:
    return BY_CODE[_BY_STATUS.get(status, "server_error" if status >= 500 else "malformed_request")]


def body(
    kind: Kind, *, detail: str = "", errors: Sequence[dict[str, str]] = (), request_id: str = ""
) -> dict[str, Any]:
    """The JSON of one refusal. ``errors`` are ``{"in": …, "name": …, "code": …, "detail": …}``."""
    said: dict[str, Any] = {
        "type": kind.type,
        "title": str(kind.title),
        "status": kind.status,
        "code": kind.code,
        "detail": detail or str(kind.advice),
        "request_id": request_id or str(uuid.UUID(int=0)),
    }
    return said | {"errors": list(errors)} if errors else said
