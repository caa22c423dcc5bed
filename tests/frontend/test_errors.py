"""Error pages: the right status, words a person understands, a way on, and no database behind them."""

import re
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from frontend.middleware import NotVisibleIsNotThere
from frontend.views import errors
from hub.centres import hosts
from hub.centres.models import Centre, State
from kernel.errors import DomainError, NotVisible

from .staff import make

PAGES = [
    (errors.unknown_host, 404, "Tidak ada balai di alamat ini"),
    (errors.not_found, 404, "Halaman ini tidak ada"),
    (errors.gone, 410, "sudah tidak ada di sini"),
    (errors.writing_closed, 403, "Tidak ada yang disimpan"),
    (errors.visit_reads_only, 403, "hanya bisa membaca"),
    (errors.forbidden, 403, "tidak terbuka untuk Anda"),
    (errors.bad_request, 400, "tidak bisa kami pahami"),
    (errors.csrf_failure, 403, "Formulir sudah kedaluwarsa"),
    (partial(errors.too_many_requests, seconds=7), 429, "sedang sangat sering dibuka"),
    (errors.server_error, 500, "gangguan di pihak kami"),
    (errors.database_unavailable, 503, "sangat ramai"),
]


@pytest.mark.parametrize("host", ["balai.localhost", "tidak-ada.balai.localhost", "-- bukan nama --"])
@pytest.mark.parametrize(("page", "status", "words"), PAGES)
def test_each_comes_without_a_database_on_any_host(
    page: Callable[[HttpRequest], HttpResponse], status: int, words: str, host: str
) -> None:
    response = page(RequestFactory().get("/apa-saja/", HTTP_HOST=host))
    assert response.status_code == status
    assert words in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_last_page_comes_even_when_templates_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> str:
        raise RuntimeError("no manifest")

    monkeypatch.setattr("django.template.loader.render_to_string", broken)
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "gangguan di pihak kami" in response.content.decode()


def test_an_unknown_address_offers_the_hub_search(db: None) -> None:
    response = Client(HTTP_HOST="tidak-ada.balai.localhost").get("/")
    page = response.content.decode()
    assert response.status_code == 404
    assert 'action="http' in page
    assert "balai.localhost" in page
    assert "/bahasa/" not in page, "there is nobody at this host to switch the language"


def test_an_unknown_page_of_a_centre_leads_back_to_it(centre_client: Client) -> None:
    response = centre_client.get("/tidak-ada/")
    assert response.status_code == 404
    assert "Ke beranda balai ini" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "back"), [("/ruang/tidak-ada/", 'href="/ruang/"'), ("/tidak-ada/", ""), ("/ruangan/", "")]
)
def test_who_is_lost_in_a_space_is_led_back_to_it(centre_client: Client, path: str, back: str) -> None:
    """A stranger is shown the same: the address alone tells."""
    page = centre_client.get(path).content.decode()
    assert ("Ke ruang balai" in page) == bool(back)
    assert back in page


def test_who_is_lost_on_the_hub_is_led_back_to_their_own_pages(hub_client: Client, db: None) -> None:
    page = hub_client.get("/mitra/tidak-ada/").content.decode()
    assert 'href="/akun/mulai/"' in page
    assert 'href="/akun/mulai/"' not in hub_client.get("/tidak-ada/").content.decode()


def test_writing_to_a_suspended_centre_says_why(centre: Centre, centre_client: Client) -> None:
    Centre.objects.filter(pk=centre.pk).update(state=State.SUSPENDED, state_reason="Laporan belum masuk.")
    hosts.cache.clear()
    response = centre_client.post("/apa-saja/", {"nama": "Siti"})
    assert response.status_code == 403
    assert "Laporan belum masuk." in response.content.decode()
    assert "Isian Anda masih ada di formulir" in response.content.decode()


def test_an_erased_centre_is_gone_at_its_own_address(centre: Centre, centre_client: Client) -> None:
    Centre.objects.filter(pk=centre.pk).update(state=State.ERASED)
    hosts.cache.clear()
    assert centre_client.get("/").status_code == 410


def test_too_busy_says_when_to_come_back() -> None:
    assert errors.database_unavailable(RequestFactory().get("/"))["Retry-After"] == "30"


@pytest.mark.parametrize("path", ["/akun/token/{}/akhiri/", "/mitra/{}/profil/logo/", "/mitra/{}/sambungan/{}/jeda/"])
def test_a_door_that_stays_shut_is_a_page_that_does_not_exist(hub_client: Client, path: str, db: None) -> None:
    hub_client.force_login(make("Budi"), backend="hub.accounts.backends.Backend")
    response = hub_client.post(path.replace("{}", str(uuid.uuid4())))
    page = response.content.decode()
    assert response.status_code == 404
    assert "Halaman ini tidak ada" in page
    assert "no-store" in response["Cache-Control"]


def test_only_a_shut_door_is_taken_for_a_missing_page() -> None:
    middleware = NotVisibleIsNotThere(lambda _request: HttpResponse())
    request = RequestFactory().get("/")
    shut = middleware.process_exception(request, NotVisible())
    assert shut is not None
    assert shut.status_code == 404
    assert middleware.process_exception(request, DomainError("Anything else is a mistake of ours.")) is None


def test_nobody_turns_a_shut_door_into_a_missing_page_by_hand() -> None:
    """One place does it for all pages, one for the API."""
    by_hand = re.compile(r"except \(?[\w.]*NotVisible\)?[^\n]*:\n\s+raise Http404")
    root = Path(errors.__file__).parents[2]
    found = [path for folder in ("api", "frontend") for path in (root / folder).rglob("*.py")
             if by_hand.search(path.read_text())]  # fmt: skip
    assert found == []
