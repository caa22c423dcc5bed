"""People in a real browser: invited by hand, signed in, at work in a centre, and out again at the head's word."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Site
from workflows.demo_people import PASSWORD

from .walking import NEW_PASSWORD, PHONE, SPACE, is_accessible, links_mailed_to, one_time_code, sign_in

pytestmark = pytest.mark.browser


def test_invited_by_hand_at_work_and_out_again(site: Site, chromium: Browser):
    head = chromium.new_context(viewport=PHONE).new_page()
    sign_in(head, site, "kepala@demo.invalid", PASSWORD)
    # One role at one centre: signing in on the hub leads straight into its space, on its own host.
    head.wait_for_url(site.url("/ruang/", slug=SPACE))
    assert is_accessible(head)

    head.goto(site.url("/ruang/staf/", slug=SPACE))
    assert is_accessible(head)
    head.fill("[name=name]", "Nina")
    head.select_option("[name=role]", "instructor")
    head.click("form:has([name=role]) [type=submit]")
    link = head.input_value("#tautan")
    assert f":{site.port}/undangan/" in link

    nina = chromium.new_context(viewport=PHONE).new_page()
    nina.goto(link)
    assert is_accessible(nina)
    nina.fill("[name=name]", "Nina Contoh")
    nina.fill("[name=reach]", "0813 1111 2222")
    nina.fill("[name=password]", NEW_PASSWORD)
    nina.check("[name=agree]")
    nina.click("form:has([name=reach]) [type=submit]")
    nina.click("a[href^='/masuk/?next=']")
    nina.fill("[name=login]", "081311112222")
    nina.fill("[name=password]", NEW_PASSWORD)
    nina.press("[name=password]", "Enter")
    nina.wait_for_url(link)
    nina.click("main form [type=submit]")
    nina.wait_for_url(site.url("/ruang/", slug=SPACE))

    nina.goto(site.url("/ruang/halaman/", slug=SPACE))
    nina.fill("[name=about]", "Ditulis Nina di telepon.")
    nina.click("form:has([name=about]) [type=submit]")
    expect(nina.locator("main")).to_contain_text("Ditulis Nina di telepon.")

    head.goto(site.url("/ruang/staf/", slug=SPACE))
    row = head.locator("li", has_text="Nina Contoh")
    row.locator("summary").click()
    row.locator("[name=reason]").fill("Selesai bertugas")
    row.locator("[type=submit]").click()
    expect(head.locator("body")).not_to_contain_text("Nina Contoh")

    assert nina.goto(site.url("/ruang/", slug=SPACE)).status == 404
    head.goto(site.url("/ruang/jejak/", slug=SPACE))
    expect(head.locator("main")).to_contain_text("Selesai bertugas")
    expect(head.locator("main")).to_contain_text("Nina Contoh")


def forget_second_step(login: str, site: Site) -> None:
    """Another test may have given this person one already."""
    with site.database.connect() as connection:
        connection.execute(
            "DELETE FROM mfa_authenticator WHERE user_id = (SELECT id FROM accounts_user WHERE email = %s)", (login,)
        )


def set_up_second_step(officer: Page, site: Site) -> None:
    """Nothing of the ministry's before a second factor is set up; for that, the password once more."""
    officer.goto(site.url("/kementerian/"))
    officer.fill("[name=password]", PASSWORD)
    officer.press("[name=password]", "Enter")
    assert is_accessible(officer)
    officer.fill("[name=code]", one_time_code(officer.input_value("#authenticator_secret")))
    officer.press("[name=code]", "Enter")
    officer.wait_for_url(lambda url: "/recovery-codes/" in url or "/2fa/" in url)


def code_of(slug: str, site: Site) -> str:
    with site.database.connect() as connection:
        return connection.execute("SELECT code FROM centres_centre WHERE slug = %s", (slug,)).fetchone()[0]


def test_the_ministry_asks_is_let_in_reads_and_is_seen(site: Site, chromium: Browser):
    officer = chromium.new_context(viewport=PHONE).new_page()
    forget_second_step("provinsi@demo.invalid", site)
    sign_in(officer, site, "provinsi@demo.invalid", PASSWORD)
    set_up_second_step(officer, site)
    code = code_of(SPACE, site)
    assert officer.goto(site.url("/ruang/", slug=SPACE)).url.startswith(site.url("/masuk/", slug=SPACE))
    officer.goto(site.url(f"/kementerian/balai/{code}/kunjungan/"))
    assert is_accessible(officer)
    officer.fill("[name=reason]", "Laporan angkatan belum terbaca di pusat.")
    officer.click("form:has([name=reason]) [type=submit]")
    officer.wait_for_url(site.url("/kementerian/"))

    head = chromium.new_context(viewport=PHONE).new_page()
    sign_in(head, site, "kepala@demo.invalid", PASSWORD)
    head.goto(site.url("/ruang/kunjungan/", slug=SPACE))
    expect(head.locator("main")).to_contain_text("Laporan angkatan belum terbaca di pusat.")
    assert is_accessible(head)
    head.click("button[value=izinkan]")

    officer.goto(site.url("/masuk/pusat/?lanjut=/ruang/", slug=SPACE))
    officer.wait_for_url(site.url("/ruang/", slug=SPACE))
    expect(officer.locator("body")).to_contain_text("Wayan (contoh)")
    assert is_accessible(officer)
    officer.goto(site.url("/ruang/halaman/", slug=SPACE))
    officer.fill("[name=about]", "Ditulis kementerian.")
    with officer.expect_response(lambda response: response.request.method == "POST") as refused:
        officer.click("form:has([name=about]) [type=submit]")
    assert refused.value.status == 403

    head.goto(site.url("/ruang/jejak/", slug=SPACE))
    expect(head.locator("main")).to_contain_text("/ruang/halaman/")
    head.goto(site.url("/ruang/kunjungan/", slug=SPACE))
    head.click("button[value=akhiri]")
    assert officer.goto(site.url("/ruang/", slug=SPACE)).status == 404


def test_in_an_emergency_the_head_is_told_at_once_and_can_end_it(site: Site, chromium: Browser):
    chief = chromium.new_context(viewport=PHONE).new_page()
    forget_second_step("pusat@demo.invalid", site)
    sign_in(chief, site, "pusat@demo.invalid", PASSWORD)
    set_up_second_step(chief, site)
    chief.goto(site.url(f"/kementerian/balai/{code_of(SPACE, site)}/kunjungan/"))
    chief.fill("[name=reason]", "Laporan data peserta bocor, kami periksa sekarang.")
    chief.check("[name=is_emergency]")
    chief.click("form:has([name=reason]) [type=submit]")
    chief.goto(site.url("/masuk/pusat/?lanjut=/ruang/", slug=SPACE))
    chief.wait_for_url(site.url("/ruang/", slug=SPACE))
    expect(chief.locator("body")).to_contain_text("Ratna (contoh)")

    head = chromium.new_context(viewport=PHONE).new_page()
    sign_in(head, site, "kepala@demo.invalid", PASSWORD)
    head.goto(links_mailed_to(site, "kepala@demo.invalid")[-1])
    expect(head.locator("main")).to_contain_text("Laporan data peserta bocor, kami periksa sekarang.")
    assert is_accessible(head)
    head.click("button[value=akhiri]")
    assert chief.goto(site.url("/ruang/", slug=SPACE)).status == 404
    head.goto(site.url("/ruang/jejak/", slug=SPACE))
    expect(head.locator("main")).to_contain_text("Kunjungan darurat")
