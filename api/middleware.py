"""What holds for every answer below /api/, also for those that never reach a view of the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from . import problems

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_KEPT = ("Allow", "Retry-After")


def in_json(get_response: GetResponse) -> GetResponse:
    """Problem details in place of error pages, in the language that the program accepts.

    A program says its language by Accept-Language; unlike a browser's, it was set by whoever wrote it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = get_response(request)
            if response.status_code >= 400 and not _is_problem(response):
                response = _as_problem(request, response)
        for name, value in getattr(request, "rate_headers", {}).items():
            response[name] = value
        response["Content-Language"] = language
        patch_vary_headers(response, ("Accept-Language",))
        return response

    return middleware


def _is_problem(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith(problems.MEDIA_TYPE)


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    kind = problems.of_status(response.status_code)
    said = problems.body(kind, request_id=getattr(request, "request_id", ""))
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    headers["Cache-Control"] = "no-store"
    return JsonResponse(said, status=kind.status, content_type=problems.MEDIA_TYPE, headers=headers)
