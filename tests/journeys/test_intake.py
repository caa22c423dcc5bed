"""A centre that stands in no register: applied for on a phone, asked about, approved, and led by its head.

And one that is registered: its code issued by an official, its space opened by who has the letter.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Site
from tests.intake import PDF

from .signing_in import context_of, sessions
from .walking import NEW_PASSWORD, PHONE, is_accessible, links_mailed_to

pytestmark = pytest.mark.browser

NEXT = "main form button:not([name])"


def go_on(page: Page) -> None:
    """To the next page of the form, which is shown."""
    before = page.url
    page.click(NEXT)
    page.wait_for_url(lambda url: url != before)
    assert is_accessible(page), page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def test_applied_for_asked_about_approved_and_led(site: Site, chromium: Browser) -> None:
    first = chromium.new_context(viewport=PHONE)
    phone = first.new_page()
    phone.goto(site.url("/"))
    phone.get_by_role("link", name="Daftarkan balai saya").click()
    phone.get_by_role("link", name="Mulai", exact=True).click()
    phone.fill("[name=name]", "BLKK Sinar Pagi Pacitan")
    phone.fill("[name=foundation]", "Yayasan Sinar Pagi")
    phone.fill("[name=contact_email]", "admin.sinar@contoh.id")
    go_on(phone)
    phone.select_option("[name=regency]", "35.01")
    phone.fill("[name=village]", "Ploso")
    phone.fill("[name=address]", "Jalan Pantai 4")
    go_on(phone)
    first.close()

    # The browser is closed; the mail leads back, on another phone.
    phone = chromium.new_context(viewport=PHONE).new_page()
    phone.goto(links_mailed_to(site, "admin.sinar@contoh.id")[-1])
    status = phone.url
    phone.get_by_role("link", name="Lanjutkan").click()
    phone.select_option("[name=licence_kind]", "nib")
    phone.fill("[name=licence_number]", "9120001")
    go_on(phone)
    phone.check("[value=tik]")
    go_on(phone)
    phone.fill("[name=facilities]", "Ruang komputer, 16 kursi")
    phone.fill("[name=seats]", "16")
    go_on(phone)
    phone.fill("[name=head_name]", "Rini Contoh")
    phone.check("[name=is_women_led]")
    phone.fill("[name=head_email]", "rini.sinar@contoh.id")
    phone.fill("[name=instructor_count]", "3")
    go_on(phone)
    phone.set_input_files("[name=paper_licence]", {"name": "izin.pdf", "mimeType": "application/pdf", "buffer": PDF})
    go_on(phone)
    expect(phone.locator("main")).to_contain_text("9120001")
    phone.check("[name=agree]")
    go_on(phone)
    assert phone.url == status
    expect(phone.locator("main")).to_contain_text("Sudah dikirim")

    desk = context_of(chromium, site, sessions(site)["pusat"], viewport={"width": 1280, "height": 800}).new_page()
    desk.goto(site.url("/kementerian/"))
    desk.get_by_role("link", name="balai menunggu jawaban").click()
    desk.goto(site.url("/kementerian/pendaftaran/"))
    desk.get_by_role("link", name="BLKK Sinar Pagi Pacitan").click()
    assert is_accessible(desk)
    application = desk.url
    desk.get_by_role("link", name="Tanya kembali").click()
    assert is_accessible(desk)
    desk.fill("[name=licence_number]", "Nomor NIB punya 13 angka.")
    desk.get_by_role("button", name="Kirim kembali").click()
    expect(desk.locator("main")).to_contain_text("Menunggu pendaftar")

    phone.goto(links_mailed_to(site, "admin.sinar@contoh.id")[-1])
    expect(phone.locator("main")).to_contain_text("Nomor NIB punya 13 angka.")
    assert is_accessible(phone)
    phone.get_by_role("link", name="Ubah").first.click()
    expect(phone.locator("main form")).to_contain_text("Nomor NIB punya 13 angka.")
    phone.fill("[name=licence_number]", "9120001234567")
    phone.get_by_role("button", name="Simpan dan periksa semuanya").click()
    phone.check("[name=agree]")
    go_on(phone)
    expect(phone.locator("main")).to_contain_text("Petugas sedang memeriksanya")

    desk.goto(application)
    expect(desk.locator("main")).to_contain_text("9120001234567")
    desk.get_by_role("link", name="Setujui").click()
    assert is_accessible(desk)
    desk.get_by_role("button", name="Setujui, dan buka ruangnya").click()
    expect(desk.locator("main")).to_contain_text("Balai sudah aktif")

    head = chromium.new_context(viewport=PHONE).new_page()
    links = links_mailed_to(site, "rini.sinar@contoh.id")
    assert any(link == site.url("/", slug="sinar-pagi-pacitan") for link in links)
    head.goto(next(link for link in reversed(links) if "/undangan/" in link))
    head.fill("[name=password]", NEW_PASSWORD)
    head.check("[name=agree]")
    head.get_by_role("button", name="Buat akun").click()
    head.wait_for_url(site.url("/ruang/", slug="sinar-pagi-pacitan"))
    expect(head.locator("main")).to_contain_text("Siapkan")
    assert is_accessible(head)
    phone.reload()
    expect(phone.locator("main")).to_contain_text("Selamat datang")


def test_a_registered_centre_is_claimed_with_its_letter(site: Site, chromium: Browser) -> None:
    desk = context_of(chromium, site, sessions(site)["pusat"], viewport={"width": 1280, "height": 800}).new_page()
    desk.goto(site.url("/kementerian/balai/?keadaan=registered&cari=Baliem"))
    desk.get_by_role("link", name="BLKK Lembah Baliem Karya").click()
    desk.goto(f"{desk.url}kode/")
    desk.get_by_role("button", name="Terbitkan kode").click()
    assert is_accessible(desk)
    code, address = desk.locator("main li code").inner_text(), desk.locator("main li strong.break-all").inner_text()

    phone = chromium.new_context(viewport=PHONE).new_page()
    phone.goto(address)
    assert is_accessible(phone)
    phone.fill("[name=code]", code.replace("-", " ").lower())
    phone.fill("[name=name]", "Yohana Contoh")
    phone.get_by_role("button", name="Buka ruang balai").click()
    phone.fill("[name=reach]", "0813 2222 3333")
    phone.fill("[name=password]", NEW_PASSWORD)
    phone.check("[name=agree]")
    phone.get_by_role("button", name="Buat akun").click()
    expect(phone.locator("main")).to_contain_text("Masuk")
    desk.goto(site.url("/kementerian/balai/?cari=Baliem"))
    expect(desk.locator("main")).to_contain_text("Aktif")
