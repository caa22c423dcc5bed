"""Looking after one's account in a real browser, on a phone: passwords, devices, addresses, passkeys, and leaving."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Site
from workflows.demo_people import PASSWORD

from .walking import NEW_PASSWORD, PHONE, SPACE, is_accessible, links_mailed_to, sign_in

pytestmark = pytest.mark.browser


def a_phone(chromium: Browser) -> Page:
    return chromium.new_context(viewport=PHONE).new_page()


def join(site: Site, chromium: Browser, *, name: str, address: str) -> Page:
    """Invited by mail as an instructor, with an account made on the way in."""
    head = a_phone(chromium)
    sign_in(head, site, "kepala@demo.invalid", PASSWORD)
    head.goto(site.url("/ruang/staf/", slug=SPACE))
    head.fill("[name=name]", name)
    head.fill("[name=email]", address)
    head.select_option("[name=role]", "instructor")
    head.click("form:has([name=role]) [type=submit]")
    expect(head.locator("main")).to_contain_text(address)
    head.context.close()
    page = a_phone(chromium)
    page.goto(links_mailed_to(site, address)[-1])
    page.fill("[name=password]", PASSWORD)
    page.check("[name=agree]")
    page.click("form:has([name=password]) [type=submit]")
    page.wait_for_url(site.url("/ruang/", slug=SPACE))
    return page


def confirm(page: Page, password: str = PASSWORD) -> None:
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def test_a_forgotten_password_and_the_other_devices(site: Site, chromium: Browser):
    address = "lupa@contoh.id"
    first = join(site, chromium, name="Lina", address=address)

    second = a_phone(chromium)
    second.goto(site.url("/masuk/"))
    second.click("a[href*='/sandi/lupa/']")
    assert is_accessible(second)
    second.fill("[name=email]", address)
    second.press("[name=email]", "Enter")
    second.wait_for_url("**/sandi/lupa/terkirim/")
    assert is_accessible(second)
    second.goto(links_mailed_to(site, address)[-1])
    assert is_accessible(second)
    second.fill("[name=password1]", NEW_PASSWORD)
    if second.locator("[name=password2]").count():
        second.fill("[name=password2]", NEW_PASSWORD)
    second.press("[name=password1]", "Enter")
    second.wait_for_url(lambda url: "/sandi/baru/" not in url or "selesai" in url)

    sign_in(second, site, address, NEW_PASSWORD)
    second.goto(site.url("/akun/perangkat/"))
    assert is_accessible(second)
    assert first.goto(site.url("/akun/")).status == 200
    second.click("main form [type=submit]")
    second.wait_for_load_state()
    assert first.goto(site.url("/akun/")).url.startswith(site.url("/masuk/"))
    assert first.goto(site.url("/ruang/", slug=SPACE)).url.startswith(site.url("/masuk/", slug=SPACE))
    assert second.goto(site.url("/akun/")).status == 200


def test_a_new_address_once_the_old_one_agrees(site: Site, chromium: Browser):
    old, new = "lama@contoh.id", "baru@contoh.id"
    page = join(site, chromium, name="Maya", address=old)
    page.goto(site.url("/akun/surel/"))
    page.fill("[name=email]", new)
    page.press("[name=email]", "Enter")
    expect(page.locator("main")).to_contain_text(new)
    assert is_accessible(page)
    assert links_mailed_to(site, new) == []
    page.goto(links_mailed_to(site, old)[-1])
    assert is_accessible(page)
    page.click("main form [type=submit]")
    page.wait_for_load_state()
    page.goto(links_mailed_to(site, new)[-1])
    assert is_accessible(page)
    page.click("main form [type=submit]")
    page.wait_for_load_state()
    page.goto(site.url("/akun/"))
    expect(page.locator("main")).to_contain_text(new)


def test_a_passkey_opens_the_door(site: Site, chromium: Browser):
    page = join(site, chromium, name="Kartika", address="kunci@contoh.id")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(site.url("/akun/2fa/webauthn/add/"))
    confirm(page)
    assert is_accessible(page)
    page.fill("[name=name]", "Telepon saya")
    expect(page.locator("[name=passwordless]")).to_be_checked()
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    page.goto(site.url("/akun/2fa/webauthn/"))
    expect(page.locator("main")).to_contain_text("Telepon saya")
    assert is_accessible(page)
    page.goto(site.url("/keluar/"))
    page.click("main form [type=submit]")
    page.wait_for_load_state()

    page.goto(site.url("/masuk/"))
    page.click("#passkey_login")
    page.wait_for_url(site.url("/ruang/", slug=SPACE))


def test_a_copy_of_ones_data_and_leaving(site: Site, chromium: Browser):
    address = "pamit@contoh.id"
    page = join(site, chromium, name="Pamit", address=address)
    page.goto(site.url("/akun/"))
    assert is_accessible(page)
    page.click("main a[href$='/akun/data/']")
    assert is_accessible(page)
    page.click("button[name=agree]")
    expect(page.locator("main [role=status]").last).to_contain_text("Terima kasih")
    page.click("a[href$='/akun/hapus/']")
    confirm(page)
    assert is_accessible(page)
    with page.expect_download() as copy:
        page.click("main a[href$='/akun/data/unduh/']")
    assert address in copy.value.path().read_text()
    page.fill("[name=word]", "hapus")
    page.click("form:has([name=word]) [type=submit]")
    expect(page.locator("h1")).to_contain_text("sudah dihapus")
    assert is_accessible(page)
    assert page.goto(site.url("/akun/")).url.startswith(site.url("/masuk/"))
    page.fill("[name=login]", address)
    confirm(page)
    assert is_accessible(page)
    assert page.url.startswith(site.url("/masuk/"))
