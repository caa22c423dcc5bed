"""Pages that go wrong in every way that a page can, with personal data in hand."""

import logging

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from kernel.errors import DomainError

OUTCOMES = {
    "raise": ValueError,
    "missing": Http404,
    "denied": PermissionDenied,
    "suspicious": SuspiciousOperation,
    "refused": DomainError,
}


@csrf_exempt
def fail(request: HttpRequest, how: str, rest: str) -> HttpResponse:
    said = f"{rest} {request.body.decode()} {request.GET} {request.headers.get('X-Peserta')}"
    logging.getLogger("tests").warning("Seen: %s", said, extra={"data": request.POST.dict()})
    structlog.get_logger("tests").info("seen", peserta=said, nested={"in": [said]}, nik=said)
    if how == "log":
        logging.getLogger("tests").error("Wrong: %s", said)
        structlog.get_logger("tests").error("wrong", peserta=said)
        return HttpResponse("ok")
    raise OUTCOMES[how](said)


urlpatterns = [path("gagal/<str:how>/<str:rest>/", fail)]
