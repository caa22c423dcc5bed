"""A centre's page from draft to public, on a phone. What links lead to is looked at by test_every_page."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Site
from workflows.demo_people import PASSWORD

from .walking import PHONE, is_accessible, sign_in

pytestmark = pytest.mark.browser

SPACE = "girikesumo-demak"


def head_of_demak(site: Site, chromium: Browser, **options) -> Page:
    page = chromium.new_context(**options).new_page()
    sign_in(page, site, "demak@demo.invalid", PASSWORD)
    page.goto(site.url("/ruang/", slug=SPACE))
    return page


def test_a_page_is_written_seen_and_published_without_javascript(site: Site, chromium: Browser):
    page = head_of_demak(site, chromium, java_script_enabled=False, viewport=PHONE)
    page.goto(site.url("/ruang/halaman/", slug=SPACE))
    page.fill("[name=about]", "Kami melatih teknisi telepon seluler.")
    page.fill("[name=location]", "di belakang pasar")
    page.check("[name=palette][value=pandan]")
    page.click("main form:has([name=about]) [type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("Letak di peta")
    expect(page.locator("[name=about]")).to_have_value("Kami melatih teknisi telepon seluler.")
    expect(page.locator("[name=palette][value=pandan]")).to_be_checked()
    page.fill("[name=location]", "-6.8946, 110.6386")
    page.click("main form:has([name=about]) [type=submit]")
    expect(page).to_have_url(site.url("/ruang/halaman/pratinjau/", slug=SPACE))
    page.get_by_role("button", name="Terbitkan").click()
    expect(page).to_have_url(site.url("/", slug=SPACE))
    expect(page.locator("main")).to_contain_text("Kami melatih teknisi telepon seluler.")
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
