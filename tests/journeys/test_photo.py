"""A photo in a real browser: from a phone's camera roll to the centre's page, and away again."""

import pytest
from playwright.sync_api import Browser, expect

from tests import pictures
from tests.conftest import Site
from workflows.demo_people import PASSWORD

from .walking import PHONE, SPACE, is_accessible, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("has_script", [True, False])
def test_a_head_shows_a_photo_and_takes_it_away(site: Site, chromium: Browser, has_script: bool):
    trouble: list[str] = []
    context = chromium.new_context(viewport=PHONE)
    head = context.new_page()
    head.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    sign_in(head, site, "kepala@demo.invalid", PASSWORD)
    head.wait_for_url(site.url("/ruang/", slug=SPACE))
    if not has_script:
        kept = context.storage_state()
        context = chromium.new_context(viewport=PHONE, java_script_enabled=False, storage_state=kept)
        head = context.new_page()

    head.goto(site.url("/ruang/halaman/foto/", slug=SPACE))
    head.set_input_files("[name=photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"GIF89a"})
    head.fill("[name=alt]", "Bengkel balai")
    head.click("form[enctype] [type=submit]")
    expect(head.locator("#id_photo_error")).to_contain_text("bukan gambar")

    taken = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": pictures.from_a_phone(turned=True)}
    head.set_input_files("[name=photo]", taken)
    head.click("form[enctype] [type=submit]")
    head.wait_for_url(site.url("/", slug=SPACE))

    visitor = chromium.new_context(viewport=PHONE).new_page()
    visitor.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    visitor.goto(site.url("/", slug=SPACE))
    photo = visitor.get_by_role("img", name="Bengkel balai")
    photo.scroll_into_view_if_needed()
    visitor.wait_for_function("document.querySelector('img[alt=\"Bengkel balai\"]').naturalWidth === 900")
    assert is_accessible(visitor)
    assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth")

    head.goto(site.url("/ruang/halaman/foto/", slug=SPACE))
    if has_script:
        assert is_accessible(head)
    head.click("summary:has-text('Hapus foto')")
    head.click("button:has-text('Hapus fotonya')")
    expect(head.get_by_text("Foto sudah dihapus.")).to_be_visible()
    visitor.reload()
    expect(photo).to_have_count(0)
    assert trouble == []
