"""From the host of a request to the hub or to one centre's schema, and the one line that a request leaves."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError
from django.dispatch import receiver
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_finished_metadata

from frontend.views import errors
from hub.centres import hosts
from hub.centres.models import State
from kernel import schema

logger = logging.getLogger(__name__)

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
# Choosing a language, light or dark changes nothing of the centre's.
OPEN_TO_ALL = ("/bahasa/", "/tampilan/")


class CentreMiddleware:
    """Sets ``request.centre`` (None on the hub), the URLs, and the schema for the whole request.

    The host's centre comes from a cache: no query in the common case, one SET search_path per request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.centre = None  # type: ignore[attr-defined]
        try:
            return self._answer(request)
        except OperationalError:
            # Views' own errors became answers further in; this is the look-up of the host.
            logger.exception("The database is away.")
            return errors.database_unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view that finds the database away, or no connection free in time, asks for patience (503)."""
        if isinstance(exception, OperationalError):
            logger.error("The database is away: %s", exception, exc_info=exception)
            return errors.database_unavailable(request)
        return None

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        host = request.get_host().partition(":")[0].lower().rstrip(".")
        if host == settings.BALAI_DOMAIN:
            with schema.hub():
                return self.get_response(request)
        if host == f"www.{settings.BALAI_DOMAIN}":
            return _moved(request, settings.BALAI_DOMAIN)
        centre = hosts.resolve(host)
        if centre is None:
            return errors.unknown_host(request)
        if centre.moved_to:
            return _moved(request, hosts.host_of(centre.moved_to))
        request.centre = centre  # type: ignore[attr-defined]
        return self._in_centre(request, centre)

    def _in_centre(self, request: HttpRequest, centre: hosts.CentreHost) -> HttpResponseBase:
        request.urlconf = settings.CENTRE_URLCONF
        if centre.state == State.ERASED:
            return errors.gone(request)
        if request.method not in SAFE_METHODS and not centre.is_writable and request.path not in OPEN_TO_ALL:
            return errors.writing_closed(request)
        if not centre.is_live:
            # Known from the register, no schema yet: its page is made from what the hub knows.
            return self.get_response(request)
        with schema.centre(centre):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            pieces = cast("Iterator[bytes]", response.streaming_content)
            response.streaming_content = _streamed_inside(centre, pieces)
        return response


def _streamed_inside(centre: hosts.CentreHost, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A streamed answer is produced after the view returned; each piece is made inside the centre's schema."""
    iterator = iter(chunks)
    while True:
        with schema.centre(centre):
            chunk = next(iterator, None)
        if chunk is None:
            return
        yield chunk


def _moved(request: HttpRequest, host: str) -> HttpResponse:
    """To the same page on another of our hosts. A form is sent on as it is (308); a page is found again (301)."""
    port = request.get_host().partition(":")[2]
    location = urlsplit(request.build_absolute_uri())._replace(netloc=f"{host}:{port}" if port else host).geturl()
    if request.method in SAFE_METHODS:
        return HttpResponsePermanentRedirect(location)
    redirect = HttpResponseRedirect(location)
    redirect.status_code = 308
    return redirect


class RequestLine(RequestMiddleware):
    """One line for each request, without its query string; its id is answered, and stands in the audit trail.

    An id that a proxy gave counts if it is a UUID: anything else could carry a person's number into the logs.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.started = time.monotonic()  # type: ignore[attr-defined]
        response = cast("HttpResponse", super().__call__(request))
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    def prepare(self, request: HttpRequest) -> None:
        if not _is_uuid(request.META.get("HTTP_X_REQUEST_ID", "")):
            request.META["HTTP_X_REQUEST_ID"] = str(uuid.uuid4())
        request.request_id = request.META["HTTP_X_REQUEST_ID"]  # type: ignore[attr-defined]
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


@receiver(bind_extra_request_finished_metadata)
def _add_to_line(sender: Any, request: HttpRequest, log_kwargs: dict[str, Any], **more: Any) -> None:
    """What a request's last line says besides method, path and code. A person is asked for only if the view did."""
    log_kwargs["duration_ms"] = round((time.monotonic() - request.started) * 1000, 1)  # type: ignore[attr-defined]
    centre = getattr(request, "centre", None)
    log_kwargs["centre"] = centre.code if centre else "hub"
    if token := getattr(request, "api_token", None):
        log_kwargs["api_token"], log_kwargs["user_id"] = str(token.pk), str(token.user_id or "") or None
    elif user := getattr(request, "_cached_user", None):
        log_kwargs["user_id"] = str(user.pk) if user.is_authenticated else None
