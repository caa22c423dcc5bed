"""The pages in a real browser: readable for everyone, on a narrow phone, in the dark, and without JavaScript.

No ORM in here: Playwright keeps an event loop, in which Django refuses to ask its database. What a test needs to
change it changes through ``site.database.connect()``.
"""

import shutil
import uuid
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import Site

pytestmark = pytest.mark.browser

LONG_NAME = (
    "BLK Komunitas Yayasan Pendidikan dan Pemberdayaan Masyarakat Pondok Pesantren Miftahul ‘Ulum Al-Mubarokah "
    "Darussalam Kedungbanteng-Sumbermanjingwetan (Cabang Kecamatan Purwonegoro) Nurul Huda"
)


@pytest.fixture(scope="module")
def places(site: Site) -> dict[str, str]:
    """Addresses of one page of every kind, by what is special about it."""
    running = uuid.uuid4()
    with site.database.connect() as connection:
        slugs = [
            slug
            for (slug,) in connection.execute(
                "SELECT slug FROM centres_centre WHERE state = 'active' AND is_demo ORDER BY slug LIMIT 3"
            )
        ]
        connection.execute("UPDATE centres_centre SET name = %s WHERE slug = %s", (LONG_NAME, slugs[0]))
        connection.execute(
            "UPDATE centres_centre SET state = 'suspended', state_reason = 'Laporan belum masuk.' WHERE slug = %s",
            (slugs[1],),
        )
        [code] = connection.execute("SELECT code FROM centres_centre WHERE slug = %s", (slugs[2],)).fetchone() or [""]
        connection.execute(
            "INSERT INTO fleet_run (id, kind, state, total, done, failed, note, started_at, heartbeat_at) "
            "VALUES (%s, 'import', 'running', 400, 100, 4, '', now() - interval '10 s', now() + interval '1 hour')",
            (running,),
        )
    return {
        "home": site.url("/"),
        "directory": site.url("/balai/"),
        "last page": site.url("/balai/?halaman=99"),
        "filtered": site.url("/balai/?provinsi=35&kejuruan=tik"),
        "nothing found": site.url("/balai/?cari=tidakadabalaiini&kejuruan=zz"),
        "centre on the hub": site.url(f"/balai/{code}/"),
        "runs": site.url("/proses/"),
        "run": site.url(f"/proses/{running}/"),
        "centre": site.url(slug=slugs[2]),
        "long name": site.url(slug=slugs[0]),
        "suspended": site.url(slug=slugs[1]),
        "unknown host": site.url(slug="tidak-ada-sama-sekali"),
        "not found": site.url("/tidak-ada/"),
    }


@pytest.fixture(scope="module")
def browser(places: dict[str, str]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield context.new_page()


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A browser whose JavaScript is off."""
    with browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}) as context:
        yield context.new_page()


def watched(context: BrowserContext, trouble: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda request: None if ".localhost:" in request.url else trouble.append(f"{page.url} asks {request.url}"),
    )
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_everyone_can_read_every_page(browser: Browser, places: dict[str, str], width: int, theme: str) -> None:
    trouble: list[str] = []
    with browser.new_context(viewport={"width": width, "height": 740}, color_scheme=theme) as context:
        page = watched(context, trouble)
        for name, address in places.items():
            page.goto(address)
            expect(page.locator("h1")).to_have_count(1)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                trouble.append(f"{name} is wider than {width}")
            for violation in Axe().run(page).response["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    targets = [node["target"] for node in violation["nodes"][:3]]
                    trouble.append(f"{name}: {violation['id']} at {targets}")
    assert not trouble


def test_nothing_is_cut_off_at_four_times_the_size(browser: Browser, places: dict[str, str]) -> None:
    # 1280 pixels at 400 % are 320 (WCAG 1.4.10).
    with browser.new_context(viewport={"width": 320, "height": 600}) as context:
        page = context.new_page()
        for name, address in places.items():
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, name


def test_searching_without_javascript(plain_page: Page, site: Site, places: dict[str, str]) -> None:
    page = plain_page
    page.goto(site.url("/"))
    page.get_by_label("Nama atau tempat balai").fill("blitar")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("heading", level=2, name="balai")).to_be_visible()
    expect(page.get_by_role("link", name="BLKK MSN Blitar")).to_be_visible()
    # Filters fold on a phone; the fold needs no script either.
    page.get_by_text("Saring", exact=True).click()
    page.get_by_label("Provinsi").select_option("33")
    page.get_by_label("Nama atau tempat").fill("")
    page.get_by_role("button", name="Cari").click()
    page.get_by_label("Kabupaten atau kota").select_option(label="Kab. Demak")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("link", name="BLKK Girikesumo Demak")).to_be_visible()
    expect(page.locator("h3")).to_have_count(1)


def test_paging_and_language_without_javascript(plain_page: Page, site: Site) -> None:
    page = plain_page
    page.goto(site.url("/balai/"))
    page.get_by_role("link", name="Berikutnya").click()
    expect(page).to_have_url(site.url("/balai/?halaman=2"))
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(site.url("/balai/?halaman=2"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a centre")


def test_a_chosen_language_holds_on_every_host(plain_page: Page, site: Site, places: dict[str, str]) -> None:
    plain_page.goto(site.url("/"))
    plain_page.get_by_role("button", name="English").click()
    plain_page.goto(places["centre"])
    expect(plain_page.get_by_role("heading", name="About the centre")).to_be_visible()
    plain_page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(plain_page.get_by_role("heading", name="Profil balai")).to_be_visible()


def test_the_list_follows_while_one_types(page: Page, site: Site) -> None:
    page.goto(site.url("/balai/"))
    page.get_by_label("Nama atau tempat").press_sequentially("girikesumo", delay=20)
    expect(page.locator("h3")).to_have_count(1)
    expect(page).to_have_url(site.url("/balai/?cari=girikesumo"))
    expect(page.get_by_label("Nama atau tempat")).to_be_focused()
    page.go_back()
    expect(page.locator("h3")).to_have_count(24)


def test_regencies_follow_the_province(page: Page, site: Site) -> None:
    page.goto(site.url("/balai/"))
    expect(page.get_by_label("Kabupaten atau kota")).to_be_disabled()
    page.get_by_label("Provinsi").select_option("35")
    page.get_by_label("Kabupaten atau kota").select_option(label="Kab. Blitar")
    expect(page.get_by_role("link", name="BLKK MSN Blitar")).to_be_visible()
    expect(page.locator("h3")).to_have_count(2)
    page.get_by_label("Provinsi").select_option("33")
    expect(page.get_by_label("Kabupaten atau kota")).to_have_value("")
    expect(page.get_by_role("link", name="BLKK MSN Blitar")).to_be_hidden()
    expect(page.get_by_role("link", name="BLKK Girikesumo Demak")).to_be_visible()


def test_paging_goes_to_the_top_of_the_new_list(page: Page, site: Site) -> None:
    page.goto(site.url("/balai/"))
    page.get_by_role("link", name="Berikutnya").click()
    expect(page).to_have_url(site.url("/balai/?halaman=2"))
    expect(page.locator("#hasil")).to_be_focused()
    expect(page.locator("#hasil-jumlah")).to_be_in_viewport()
    expect(page.get_by_role("status").filter(has_text="balai")).to_have_count(1)


def test_the_keyboard_is_enough(page: Page, site: Site) -> None:
    page.goto(site.url("/"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Langsung ke isi")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    search = page.get_by_label("Nama atau tempat balai")
    expect(search).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement.parentElement).outlineStyle") != "none"
    page.keyboard.type("msn blitar")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="BLKK MSN Blitar")).to_be_visible()


def test_a_run_shows_itself_live(page: Page, site: Site, places: dict[str, str]) -> None:
    page.goto(places["run"])
    expect(page.get_by_role("paragraph").filter(has_text="26 %")).to_be_visible()
    run_id = places["run"].rstrip("/").rpartition("/")[2]
    with site.database.connect() as connection:
        connection.execute("UPDATE fleet_run SET done = 296 WHERE id = %s", (run_id,))
        expect(page.get_by_role("paragraph").filter(has_text="75 %")).to_be_visible()
        connection.execute(
            "UPDATE fleet_run SET done = 396, state = 'failed', finished_at = now() WHERE id = %s", (run_id,)
        )
    expect(page.get_by_role("paragraph").filter(has_text="100 %")).to_be_visible()
    expect(page.get_by_text("Sebagian gagal")).to_be_visible()
    expect(page.locator("[hx-trigger]")).to_have_count(0)


def test_a_lost_connection_is_said(page: Page, site: Site) -> None:
    page.goto(site.url("/balai/"))
    page.context.set_offline(True)
    page.get_by_label("Provinsi").select_option("35")
    expect(page.get_by_text("Sambungan terputus")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Sambungan terputus")).to_be_hidden()
