"""The permission table: every route, for every kind of host and method, and what it answers.

Read it as documentation. A route that is missing from it fails the suite; so does an answer that changed.
There are no accounts yet: everyone is anonymous, and what differs is the host.
"""

import uuid
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from fleet.models import Run
from hub.centres import hosts, operations
from hub.centres.models import Centre, State
from hub.regions.models import Regency

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RUN_ID = uuid.UUID(int=7)

# route → method → status
HUB = {
    "": {"GET": 200, "POST": 405},
    "balai/": {"GET": 200, "POST": 405},
    "balai/<slug:code>/": {"GET": 200, "POST": 405},
    "proses/": {"GET": 200, "POST": 405},
    "proses/<uuid:run_id>/": {"GET": 200, "POST": 405},
    "bahasa/": {"GET": 405, "POST": 302},
    "api/v1/centres/": {"GET": 200, "POST": 405},
    "api/v1/centres/<str:code>/": {"GET": 200, "POST": 405, "DELETE": 405},
    "api/v1/regions/": {"GET": 200, "POST": 405},
    "api/v1/runs/<uuid:run_id>/": {"GET": 200, "POST": 405},
}
# route → method → status on the host of a centre that is …
CENTRE_STATES = ("active", "suspended", "archived", "registered", "erased")
CENTRE = {
    "": {"GET": (200, 200, 200, 200, 410), "POST": (405, 403, 403, 403, 410)},
    "bahasa/": {"GET": (405, 405, 405, 405, 410), "POST": (302, 302, 302, 302, 410)},
}


def _routes(urlconf: str) -> set[str]:
    def walk(resolver: URLResolver, prefix: str):
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield route
            else:
                yield from walk(entry, route)

    return set(walk(get_resolver(urlconf), ""))


def test_every_route_of_the_hub_stands_in_the_table():
    assert _routes(settings.ROOT_URLCONF) == set(HUB)


def test_every_route_of_a_centre_stands_in_the_table():
    assert _routes(settings.CENTRE_URLCONF) == set(CENTRE)


def _path(route: str, code: str) -> str:
    filled = route.replace("<slug:code>", code).replace("<str:code>", code).replace("<uuid:run_id>", str(RUN_ID))
    assert "<" not in filled, f"Say in _path what stands for the parameter of {route}"
    return f"/{filled}"


@pytest.mark.parametrize(
    ("route", "method", "expected"),
    [(route, method, status) for route, methods in HUB.items() for method, status in methods.items()],
)
def test_the_hub_answers(route, method, expected, centre):
    Run.objects.create(id=RUN_ID, kind=Run.Kind.IMPORT)
    client = Client(HTTP_HOST=settings.BALAI_DOMAIN)
    assert client.generic(method, _path(route, centre.code)).status_code == expected


@pytest.fixture
def centre_in(centre: Centre):
    """The centre, brought into a state."""

    def bring(state: str) -> Centre:
        if state == State.REGISTERED:
            return operations.register(name="BLKK Belum Buka", regency=Regency.objects.get(pk="35.05"))
        if state == State.SUSPENDED:
            return operations.suspend(centre, reason="Izin", now=NOW)
        if state == State.ARCHIVED:
            return operations.archive(centre, reason="Tutup", now=NOW)
        if state == State.ERASED:
            return operations.entomb(centre, tombstone="0" * 64, now=NOW)
        return centre

    return bring


@pytest.mark.parametrize(
    ("route", "method", "state", "expected"),
    [
        (route, method, state, status)
        for route, methods in CENTRE.items()
        for method, statuses in methods.items()
        for state, status in zip(CENTRE_STATES, statuses, strict=True)
    ],
)
def test_a_centre_answers(route, method, state, expected, centre_in):
    centre = centre_in(state)
    client = Client(HTTP_HOST=hosts.host_of(centre.slug))
    assert client.generic(method, _path(route, centre.code)).status_code == expected


@pytest.mark.parametrize("route", sorted(set(HUB) - set(CENTRE)))
def test_the_hubs_pages_do_not_exist_on_a_centres_host(route, centre, client_for):
    assert client_for(centre).get(_path(route, centre.code)).status_code == 404


@pytest.mark.parametrize("route", sorted(HUB))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_host_has_nothing(route, method, centre):
    client = Client(HTTP_HOST=f"tidak-ada.{settings.BALAI_DOMAIN}")
    assert client.generic(method, _path(route, centre.code)).status_code == 404
