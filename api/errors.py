"""Errors become HTTP here, as problem details (RFC 9457) with stable codes."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from kernel.errors import DomainError

from . import problems

_CODES: dict[type[Exception], str] = {
    exceptions.ParseError: "malformed_request",
    exceptions.ValidationError: "invalid_input",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.PermissionDenied: "may_not",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
    Http404: "not_found",
    PermissionDenied: "may_not",
}


class Refusal(exceptions.APIException):
    """A refusal of the API itself, by its code. ``errors`` as ``problems.body`` takes them."""

    def __init__(self, code: str, detail: str = "", *, errors: list[dict[str, str]] | None = None) -> None:
        self.kind = problems.BY_CODE[code]
        self.status_code = self.kind.status
        self.errors = errors or []
        super().__init__(detail or str(self.kind.advice), code)


def one_error(place: str, name: str, code: str, detail: object) -> dict[str, str]:
    """One entry of ``errors``. ``place`` is "body", "query" or "header"."""
    # What somebody sent may hold halves of characters, which no answer can carry.
    return {"in": place, "name": _sendable(name), "code": code, "detail": _sendable(str(detail))}


def _sendable(text: str) -> str:
    return text.encode(errors="replace").decode()


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error of an API view; None lets an unexpected one become a plain 500."""
    request_id = getattr(context["request"], "request_id", "")
    if isinstance(error, DomainError):
        kind = problems.BY_CODE.get(error.code, problems.BY_CODE["refused"])
        return _answer(kind, detail=str(error), request_id=request_id)
    if isinstance(error, ValidationError):
        error = (
            exceptions.ValidationError(exceptions.ErrorDetail("", "invalid"))
            if not hasattr(error, "error_dict")
            else exceptions.ValidationError(error.message_dict)
        )
    usual = exception_handler(error, context)
    if usual is None:
        return None
    if isinstance(error, Refusal):
        answer = _answer(error.kind, detail=str(error.detail), errors=error.errors, request_id=request_id)
    else:
        answer = _answer(_kind_of(error), errors=list(_field_errors(error)), request_id=request_id)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in usual.headers:
            answer[name] = usual.headers[name]
    return answer


def _kind_of(error: Exception) -> problems.Kind:
    for ancestor in type(error).__mro__:
        if code := _CODES.get(ancestor):
            return problems.BY_CODE[code]
    return problems.BY_CODE["refused"]


def _field_errors(error: Exception) -> Iterator[dict[str, str]]:
    if isinstance(error, exceptions.ValidationError):
        yield from _flattened(error.detail, "")


def _flattened(detail: Any, name: str) -> Iterator[dict[str, str]]:
    """DRF's nested errors as a flat list; ``name`` leads to the field with dots."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            inner_name = name if key == "non_field_errors" else f"{name}.{key}".strip(".")
            yield from _flattened(inner, inner_name)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flattened(inner, name)
    else:
        yield one_error("body", name, getattr(detail, "code", "invalid"), detail)


def _answer(
    kind: problems.Kind, *, request_id: str, detail: str = "", errors: list[dict[str, str]] | None = None
) -> Response:
    said = problems.body(kind, detail=detail, errors=errors or (), request_id=request_id)
    return Response(said, status=kind.status, content_type=problems.MEDIA_TYPE, headers={"Cache-Control": "no-store"})
