"""The command palette by keyboard alone, for screen readers, and the search without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Site

from .signing_in import context_of, sessions
from .walking import SPACE, is_accessible

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def keys(site: Site) -> dict[str, str]:
    return sessions(site)


@pytest.fixture
def officer(chromium: Browser, site: Site, keys) -> Iterator[Page]:
    with context_of(chromium, site, keys["pusat"], viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(site.url("/kementerian/"))
        yield page


def opened(page: Page, key: str = "Control+k") -> None:
    page.keyboard.press(key)
    expect(page.get_by_role("option").first).to_be_visible()


def test_a_centre_is_found_and_opened_by_keyboard_alone(officer: Page) -> None:
    opened(officer)
    box = officer.get_by_role("combobox", name="Apa yang Anda cari?")
    expect(box).to_be_focused()
    officer.keyboard.type("girikesumo")
    option = officer.get_by_role("option", name="BLKK Girikesumo Demak")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "–")
    expect(officer.locator("#palet-kabar")).to_have_text("1 hasil")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/kementerian/balai/*/")
    expect(officer.get_by_role("heading", level=1, name="BLKK Girikesumo Demak")).to_be_visible()


def test_arrows_go_round_and_escape_gives_the_focus_back(officer: Page) -> None:
    button = officer.locator("a[data-palette]").first
    button.focus()
    opened(officer)
    options = officer.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    officer.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    officer.keyboard.press("ArrowDown")
    officer.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(officer.locator("#palet [aria-selected=true]")).to_have_count(1)
    officer.keyboard.press("Escape")
    expect(officer.locator("#palet")).to_be_hidden()
    expect(button).to_be_focused()


def test_single_keys_open_search_and_help_but_not_while_typing(officer: Page, site: Site) -> None:
    opened(officer, "/")
    officer.keyboard.type("?/")
    expect(officer.get_by_role("combobox")).to_have_value("?/")
    officer.keyboard.press("Escape")
    officer.keyboard.press("Shift+?")
    expect(officer.get_by_role("dialog", name="Pintasan papan ketik")).to_be_visible()
    officer.keyboard.press("Escape")
    officer.goto(site.url("/kementerian/orang/"))
    officer.get_by_role("searchbox").first.press("/")
    expect(officer.locator("#palet")).to_be_hidden()


def test_single_keys_can_be_switched_off_for_good(officer: Page, site: Site) -> None:
    officer.keyboard.press("Shift+?")
    officer.get_by_label("Pakai pintasan satu tombol").uncheck()
    officer.keyboard.press("Escape")
    officer.goto(site.url("/kementerian/"))
    officer.keyboard.press("/")
    officer.keyboard.press("Shift+?")
    expect(officer.locator("dialog[open]")).to_have_count(0)
    opened(officer, "Control+k")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_open_dialogs_are_for_everyone(chromium: Browser, site: Site, keys, width: int, theme: str) -> None:
    options = {"viewport": {"width": width, "height": 740}, "color_scheme": theme, "reduced_motion": "reduce"}
    with context_of(chromium, site, keys["pusat"], **options) as context:
        page = context.new_page()
        page.goto(site.url("/kementerian/"))
        opened(page)
        assert is_accessible(page)
        page.keyboard.type("blkk")
        expect(page.get_by_role("option", name="BLKK").first).to_be_visible()
        assert is_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+?")
        assert is_accessible(page)


def test_the_button_opens_it_where_there_is_no_keyboard(chromium: Browser, site: Site, keys) -> None:
    with context_of(chromium, site, keys["kepala"], viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(site.url("/ruang/", slug=SPACE))
        page.get_by_role("link", name="Cari").click()
        page.get_by_role("option", name="Staf").click()
        page.wait_for_url("**/ruang/staf/")


def test_without_javascript_the_button_leads_to_a_page_that_does_the_same(chromium: Browser, site: Site, keys) -> None:
    context: BrowserContext
    with context_of(chromium, site, keys["pusat"], java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site.url("/kementerian/"))
        page.get_by_role("link", name="Cari").first.click()
        page.get_by_role("searchbox", name="Apa yang Anda cari?").fill("girikesumo")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="BLKK Girikesumo Demak").click()
        expect(page.get_by_role("heading", level=1, name="BLKK Girikesumo Demak")).to_be_visible()


def test_the_system_page_shows_itself_anew_unless_told_not_to(officer: Page, site: Site) -> None:
    asked: list[str] = []
    officer.on("request", lambda request: asked.append(request.url) if "hx-request" in request.headers else None)
    officer.clock.install()
    officer.goto(site.url("/kementerian/sistem/"))
    officer.locator("#sistem").evaluate("part => part.dataset.seen = 'yes'")
    officer.clock.run_for(6_000)
    expect(officer.locator("#sistem:not([data-seen])")).to_have_count(1)
    assert len(asked) == 1
    officer.get_by_label("Jangan perbarui sendiri").check()
    officer.clock.run_for(20_000)
    assert len(asked) == 1
