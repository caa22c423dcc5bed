"""Journeys that anybody can walk: with a mouse, on a phone, at 200 % zoom, by keyboard alone, without JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Site
from workflows.demo_people import PASSWORD

from .hands import WAYS, Hands, hands_of
from .signing_in import sessions
from .walking import SPACE

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("way", WAYS)]


@pytest.fixture(scope="module")
def keys(site: Site) -> dict[str, str]:
    return {"": "", **sessions(site)}


@pytest.fixture
def hands(chromium: Browser, site: Site, keys: dict[str, str], way: str) -> Iterator[Callable[..., Hands]]:
    """``hands("kepala")``: that person's hands, signed in; ``hands()``: a stranger's."""
    made: list[Hands] = []

    def make(who: str = "") -> Hands:
        made.append(hands_of(chromium, site, keys[who], way))
        return made[-1]

    yield make
    for one in made:
        one.page.context.close()


def test_a_stranger_finds_a_centre_and_its_page(hands) -> None:
    one = hands()
    one.go("/")
    one.type("Nama atau tempat balai", "girikesumo")
    one.press("Cari")
    one.press("BLKK Girikesumo Demak", role="link")
    one.reads("teknisi telepon seluler")


def test_somebody_signs_in_and_changes_their_centres_page(hands, way: str) -> None:
    one = hands()
    one.go("/masuk/")
    one.type("Email atau nomor HP", "kepala@demo.invalid")
    one.type("Kata sandi", PASSWORD)
    one.press("Masuk")
    one.page.wait_for_url("**/ruang/")
    one.go("/ruang/profil/", slug=SPACE)
    one.type("Alamat", f"Jalan Merdeka, {way}")
    one.press("Simpan")
    one.reads(f"Jalan Merdeka, {way}")


def test_a_head_invites_a_colleague(hands, way: str) -> None:
    one = hands("kepala")
    one.go("/ruang/staf/", slug=SPACE)
    one.type("Nama", f"Rekan {way}")
    one.choose("Peran", "Instruktur")
    one.press("Undang")
    assert "/undangan/" in one.page.locator("#tautan").input_value()


def test_a_company_asks_to_join(hands, way: str) -> None:
    one = hands()
    one.go("/mitra/")
    one.press("Bergabung sebagai perusahaan", role="link")
    one.type("Perusahaan", f"PT Contoh {way}")
    one.type("Nama Anda", "Citra")
    one.type("Email", f"{way.replace(' ', '-')}@contoh.invalid")
    one.tick("Saya sudah membaca dan setuju.")
    one.press("Kirim")
    one.reads("Terima kasih, permintaan Anda sudah dikirim")


def test_an_owner_keeps_a_draft_and_saves_it_later(hands, way: str) -> None:
    one = hands("mitra")
    one.go("/akun/mulai/")
    one.press("Ubah", role="link")
    one.type("Alamat", f"Jalan Draf, {way}")
    one.press("Simpan sebagai draf")
    one.reads("Ini masih draf")
    one.press("Simpan")
    one.reads("Tersimpan.")
    assert one.page.get_by_label("Alamat").input_value() == f"Jalan Draf, {way}"
