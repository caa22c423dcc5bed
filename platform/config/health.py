"""``/healthz``: does this process answer? ``/readyz``: may people be sent to it?

What is looked at stands in workflows.health; here it becomes an answer for machines.
"""

import dataclasses

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from workflows.health import kept

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 from any process that can answer; it asks nobody."""
    return JsonResponse({"status": "alive"}, headers=HEADERS)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when people can be served, also with a delay in the background; else 503."""
    readiness = kept.answer()
    status = 503 if readiness.status == "unavailable" else 200
    response = JsonResponse(dataclasses.asdict(readiness), status=status, headers=HEADERS)
    # Django would report an error for each probe; whoever probes acts on the answer.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
