"""What the public pages promise of browsers: light on a first visit, a place asked for once and kept coarse."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Site

from .walking import SPACE

pytestmark = pytest.mark.browser

MOST_BYTES = 80_000  # compressed, with everything that a first visit loads
BLITAR = {"latitude": -8.0954321, "longitude": 112.1609876}


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(viewport={"width": 360, "height": 740}) as context:
        yield context


@pytest.mark.parametrize(
    ("path", "slug"),
    [("/", ""), ("/balai/", ""), ("/terdekat/", ""), ("/kursus/", ""), ("/tentang/", ""), ("/", SPACE)],
)
def test_a_first_visit_is_light(phone: BrowserContext, site: Site, path: str, slug: str) -> None:
    page = phone.new_page()
    loaded: dict[str, float] = {}
    urls: dict[str, str] = {}
    watching = phone.new_cdp_session(page)
    watching.send("Network.enable")
    watching.on("Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]}))
    watching.on(
        "Network.loadingFinished",
        lambda event: loaded.update({urls.get(event["requestId"], "?"): event["encodedDataLength"]}),
    )
    page.goto(site.url(path, slug=slug), wait_until="networkidle")
    assert any(url.endswith(".css") for url in loaded)
    # A photo that a centre shows is its own, and comes when it is scrolled to.
    ours = {url: size for url, size in loaded.items() if "/berkas/" not in url}
    assert sum(ours.values()) <= MOST_BYTES, ours


def locate(phone: BrowserContext, site: Site, path: str = "/terdekat/") -> Page:
    page = phone.new_page()
    page.goto(site.url(path))
    page.get_by_role("button", name="Pakai lokasi saya").click()
    return page


def test_ones_own_place_goes_out_rounded_and_sorts_the_list(phone: BrowserContext, site: Site) -> None:
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation(BLITAR)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    page = locate(phone, site, "/terdekat/?kejuruan=elektronika")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cari balai")
    query = parse_qs(urlsplit(page.url).query)
    assert query == {"kejuruan": ["elektronika"], "dekat": ["-8.1,112.2"]}
    expect(page.locator("h3").first).to_have_text("BLKK MSN Blitar")
    expect(page.get_by_text("Terdekat dari Anda")).to_be_visible()
    assert not [url for url in asked if "0954" in url or "1609" in url]


def test_whoever_refuses_is_shown_the_other_way(phone: BrowserContext, site: Site) -> None:
    page = locate(phone, site)  # no permission was granted
    expect(page.get_by_text("Browser Anda tidak memberi tahu lokasi.")).to_be_visible()
    expect(page.get_by_role("button", name="Pakai lokasi saya")).to_be_enabled()


def test_whoever_is_abroad_is_told_so(phone: BrowserContext, site: Site) -> None:
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation({"latitude": 52.5, "longitude": 13.4})
    page = locate(phone, site)
    expect(page.get_by_text("Sepertinya Anda di luar Indonesia.")).to_be_visible()
    assert urlsplit(page.url).path == "/terdekat/"


def test_no_other_page_can_ask_for_a_place(phone: BrowserContext, site: Site) -> None:
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation(BLITAR)
    page = phone.new_page()
    page.goto(site.url("/balai/"))
    refused = "new Promise(done => navigator.geolocation.getCurrentPosition(() => done('given'), e => done(e.code)))"
    assert page.evaluate(refused) == 1, "PERMISSION_DENIED"


def test_the_map_leads_to_a_province_and_can_be_skipped(chromium: Browser, site: Site) -> None:
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(site.url("/"))
        skip = page.get_by_role("link", name="Lewati peta")
        skip.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#daftar-provinsi")).to_be_focused()
        page.get_by_role("link", name="Jawa Timur: ", exact=False).first.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(site.url("/balai/?provinsi=35"))
