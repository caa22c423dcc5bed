"""A centre's rooms in a real browser: on a phone and a desk, by day and by night, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Site
from workflows.demo_people import PASSWORD

from .walking import PHONE, is_accessible, sign_in

pytestmark = pytest.mark.browser

SPACE = "girikesumo-demak"
ROOMS = (
    "/", "/kabar/", "/ruang/", "/ruang/profil/", "/ruang/profil/lembaga/", "/ruang/profil/izin/",
    "/ruang/profil/sarana/", "/ruang/halaman/", "/ruang/kabar/", "/ruang/kabar/tulis/", "/ruang/dokumen/",
    "/ruang/dokumen/tambah/", "/ruang/dokumen/1/", "/ruang/dokumen/1/hapus/", "/ruang/staf/",
)  # fmt: skip


def head_of_demak(site: Site, chromium: Browser, **options) -> Page:
    page = chromium.new_context(**options).new_page()
    sign_in(page, site, "demak@demo.invalid", PASSWORD)
    page.goto(site.url("/ruang/", slug=SPACE))
    return page


def test_every_room_can_be_read_by_everyone(site: Site, chromium: Browser):
    page, trouble = head_of_demak(site, chromium), []
    page.on("request", lambda request: None if ".localhost:" in request.url else trouble.append(request.url))
    for width in (360, 1280):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 740})
            page.emulate_media(color_scheme=theme)
            for room in ROOMS:
                assert page.goto(site.url(room, slug=SPACE)).status == 200, room
                if page.evaluate("document.documentElement.scrollWidth") > width or not is_accessible(page):
                    trouble.append((room, width, theme))
    page.context.close()
    assert not trouble


def test_a_page_is_written_seen_and_published_without_javascript(site: Site, chromium: Browser):
    page = head_of_demak(site, chromium, java_script_enabled=False, viewport=PHONE)
    page.goto(site.url("/ruang/halaman/", slug=SPACE))
    page.fill("[name=about]", "Kami melatih teknisi telepon.")
    page.fill("[name=location]", "di belakang pasar")
    page.check("[name=palette][value=pandan]")
    page.click("main form:has([name=about]) [type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("Letak di peta")
    expect(page.locator("[name=about]")).to_have_value("Kami melatih teknisi telepon.")
    expect(page.locator("[name=palette][value=pandan]")).to_be_checked()
    page.fill("[name=location]", "-6.8946, 110.6386")
    page.click("main form:has([name=about]) [type=submit]")
    expect(page).to_have_url(site.url("/ruang/halaman/pratinjau/", slug=SPACE))
    page.get_by_role("button", name="Terbitkan").click()
    expect(page).to_have_url(site.url("/", slug=SPACE))
    expect(page.locator("main")).to_contain_text("Kami melatih teknisi telepon.")
    expect(page.get_by_role("link", name="Lihat di peta")).to_have_attribute("rel", "noopener noreferrer")
    band = page.locator(".band").evaluate("element => getComputedStyle(element).backgroundColor")
    assert band == "oklch(0.34 0.075 153)"
    page.context.close()


def test_a_draft_and_its_preview_can_be_read_by_everyone(site: Site, chromium: Browser):
    page = head_of_demak(site, chromium, viewport=PHONE)
    page.goto(site.url("/ruang/halaman/", slug=SPACE))
    page.click("main form:has([name=about]) [type=submit]")
    expect(page).to_have_url(site.url("/ruang/halaman/pratinjau/", slug=SPACE))
    assert is_accessible(page)
    page.get_by_role("link", name="Ubah lagi").click()
    expect(page.get_by_text("Ada draf yang belum terbit")).to_be_visible()
    assert is_accessible(page)
    page.get_by_role("button", name="Buang draf").click()
    expect(page.get_by_text("Draf sudah dibuang")).to_be_visible()
    page.context.close()


def test_the_keyboard_is_enough_to_say_that_nothing_has_changed(site: Site, chromium: Browser):
    page = head_of_demak(site, chromium, viewport={"width": 1280, "height": 800})
    page.goto(site.url("/ruang/profil/", slug=SPACE))
    page.get_by_role("button", name="Tidak ada yang berubah").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Profil tercatat diperbarui hari ini")).to_be_visible()
    page.context.close()
