"""Errors become HTTP here, as problem details (RFC 9457) with stable codes."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from kernel.errors import DomainError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error of an API view; None lets an unexpected one become a plain 500."""
    if isinstance(error, DomainError):
        return _problem(409, error.code, str(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    code = error.default_code if isinstance(error, APIException) else "not_found"
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else response.data
    problem = _problem(response.status_code, code, str(detail))
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in response.headers:
            problem[name] = response.headers[name]
    return problem


def _problem(status: int, code: str, detail: str) -> Response:
    return Response(
        {"type": "about:blank", "status": status, "code": code, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )
