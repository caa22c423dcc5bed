"""Pages for when something is not there or not possible. Each says what happened and what to do next.

None of them asks the database: they are shown when it is away, too.
"""

import logging
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from .. import addresses

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """What an error page says. ``icon`` is one of icons.json."""

    status: int
    title: str
    message: str
    advice: str = ""
    reason: str = ""
    icon: str = "info"
    shows_search: bool = False
    shows_back: bool = False
    # Other ways on, the best first: words and address.
    ways: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def page(self, request: HttpRequest) -> HttpResponse:
        try:
            body: str = loader.render_to_string("pages/errors/problem.html", {"problem": self}, request)
        except Exception:  # noqa: BLE001  (the last page must come, whatever else is broken)
            logger.exception("The page for status %s could not be rendered.", self.status)
            body = f"<!doctype html><title>Balai</title><h1>{self.title}</h1><p>{self.message}</p>"
        response = HttpResponse(body, status=self.status, headers=self.headers)
        response["Cache-Control"] = "no-store"
        return response


def unknown_host(request: HttpRequest) -> HttpResponse:
    """404 for a host under the platform's domain that is no centre's."""
    return Problem(
        status=404,
        title=_("There is no centre at this address"),
        message=_("The address may be misspelt, or the centre may have moved."),
        advice=_("Search for the centre by its name or place:"),
        icon="compass",
        shows_search=True,
    ).page(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return Problem(
        status=404,
        title=_("This page does not exist"),
        message=_("The link may be old, or the address may be misspelt."),
        advice=_("Looking for a centre? Search by its name or place:"),
        icon="compass",
        shows_search=True,
        ways=_back_to_work(request),
    ).page(request)


def _back_to_work(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """For who is lost behind sign-in. The address alone tells, so a stranger learns nothing from it."""
    if request.path.startswith("/ruang/"):
        return ((_("To the centre's space"), "/ruang/"),)
    if request.path.startswith(("/mitra/", "/kementerian/", "/akun/")):
        return ((_("To my own pages"), "/akun/mulai/"),)
    return ()


def gone(request: HttpRequest) -> HttpResponse:
    """410 for a centre whose space was erased."""
    return Problem(
        status=410,
        title=_("This centre is no longer here"),
        message=_("Its space and its data have been removed from Balai for good."),
        advice=_("Search for another centre near you:"),
        icon="school",
        shows_search=True,
    ).page(request)


def writing_closed(request: HttpRequest) -> HttpResponse:
    """403 for a form sent to a centre that is suspended or archived. Reading stays possible."""
    return Problem(
        status=403,
        title=_("Nothing can be changed here at the moment"),
        message=_("This centre's space is closed for changes. You can still read everything. Nothing was saved."),
        reason=getattr(getattr(request, "centre", None), "state_reason", ""),
        advice=_("What you typed is still in the form: go back to it and copy it to keep it."),
        icon="lock",
        shows_back=True,
    ).page(request)


def visit_reads_only(request: HttpRequest) -> HttpResponse:
    """403 for a form sent by the ministry on a visit that may look only."""
    visits = addresses.hub_origin(request) + addresses.hub_path("ministry")
    return Problem(
        status=403,
        title=_("You can only read here"),
        message=_("The centre has let you in to look, not to change anything. Nothing was saved."),
        advice=_("If something must be changed, end this visit and ask for one that may."),
        icon="lock",
        ways=(
            (_("Centre's space"), "/ruang/"),
            (_("To my visits"), visits),
        ),
    ).page(request)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return Problem(
        status=403,
        title=_("This page is not open to you"),
        message=_("You do not have the right to see it. Ask the head of the centre if you need it."),
        icon="lock",
        shows_back=True,
    ).page(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return Problem(
        status=400,
        title=_("We could not understand this request"),
        message=_("Something in the address or in the form is not right. Go back and try again."),
        icon="triangle-alert",
        shows_back=True,
    ).page(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return Problem(
        status=403,
        title=_("The form has expired"),
        message=_("To protect you, we accept a form only from a freshly opened page. Nothing was saved."),
        advice=_("Go back, copy what you typed, load the page again and send the form once more."),
        icon="clock",
        shows_back=True,
    ).page(request)


def too_many_requests(request: HttpRequest, *, seconds: int) -> HttpResponse:
    """429 for a centre's host that is asked too much. ``seconds`` until it is worth trying again."""
    return Problem(
        status=429,
        title=_("Too many people are here right now"),
        message=_("This centre's pages are being opened very often at the moment. Nothing was saved."),
        advice=_("Wait a minute, then try again. If you sent a form, go back: what you typed is still there."),
        icon="clock",
        shows_back=True,
        headers={"Retry-After": str(seconds)},
    ).page(request)


def server_error(request: HttpRequest) -> HttpResponse:
    return Problem(
        status=500,
        title=_("Something went wrong on our side"),
        message=_("It is not your fault. The error has been recorded."),
        advice=_("Try again in a few minutes. If you sent a form, go back: what you typed is still there."),
        icon="triangle-alert",
        shows_back=True,
    ).page(request)


def database_unavailable(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or has no free connection."""
    return Problem(
        status=503,
        title=_("Balai is very busy or under maintenance"),
        message=_("We cannot show this page right now."),
        advice=_("Wait half a minute, then load the page again. If you sent a form, what you typed is still there."),
        icon="clock",
        shows_back=True,
        headers={"Retry-After": "30"},
    ).page(request)
