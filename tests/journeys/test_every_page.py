"""Every page that a person can reach by its links: readable for everyone, in both themes, on a phone and a desk.

The pages are found by following links from where each person starts, one for each route, so a page that is added is
looked at without being listed anywhere. No page may ask another host for anything, be wider than its window, or move
while it loads.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import Resolver404, get_resolver
from playwright.sync_api import Browser, Page, Request

from tests.conftest import Site

from .signing_in import context_of, sessions
from .walking import SPACE

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
ZOOMED = {"width": 640, "height": 400}  # 1280 × 800 at 200 %
# Without the list of what is right, which takes most of the time to put together.
EVERYTHING = {"resultTypes": ["violations"]}
CONTRAST_ONLY = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
MOST_SHIFT = 0.02  # of the window: "good" ends at 0.1; ours stand still

# Who walks, and where each starts.
WALKS = {
    "": ("/", "/design/", "/mitra/"),
    "pusat": ("/kementerian/", "/akun/"),
    "provinsi": ("/kementerian/",),
    "donor": ("/kementerian/program/",),
    "program": ("/kementerian/",),
    "penilai": ("/kementerian/",),
    "pendamping": ("/kementerian/pendampingan/",),
    "kepala": (f"{SPACE}:/ruang/", f"{SPACE}:/"),
    "mitra": ("/akun/mulai/",),
}
# Two halves, so that two processes can walk.
GROUPS = {
    "ministry": ("pusat", "provinsi", "donor", "program", "penilai", "pendamping"),
    "others": ("", "kepala", "mitra"),
}
FEWEST_ROUTES = {"ministry": 50, "others": 40}
# Leaving, files, and what is no page.
SKIPPED = ("/keluar/", "/akun/data/unduh/", "/berkas/", "/bahasa/", "/api/", "/static/", "/.well-known/")
FILES = ("/bukti/", "/berkas/", "/logo/")

_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""

# A link in a drawing (the map) keeps its address in another way.
_HREFS = "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)"


def _route(url: str, site: Site) -> str | None:
    """The route of a page of ours; None for anything else."""
    parts = urlsplit(url)
    is_file = "unduh=" in parts.query or parts.path.endswith("/unduh/")
    if parts.port != site.port or is_file or parts.path.startswith(SKIPPED):
        return None
    if any(part in parts.path for part in FILES):
        return None
    is_hub = parts.hostname == settings.BALAI_DOMAIN
    if not is_hub and parts.hostname != f"{SPACE}.{settings.BALAI_DOMAIN}":
        return None
    urlconf = settings.ROOT_URLCONF if is_hub else settings.CENTRE_URLCONF
    try:
        return f"{'hub' if is_hub else 'centre'} /{get_resolver(urlconf).resolve(parts.path).route}"
    except Resolver404:
        return f"no route: {url}"


def _walk(page: Page, site: Site, starts: tuple[str, ...], looked_at: set[str]) -> Iterator[str]:
    """Open one page of every route that links lead to; yields those that nobody has looked at yet, opened."""
    waiting = [site.url(path, slug=slug) for slug, _colon, path in (start.rpartition(":") for start in starts)]
    seen: set[str] = set()
    while waiting:
        url = waiting.pop(0)
        wanted = _route(url, site)
        if wanted is None or wanted in seen:
            continue
        seen.add(wanted)
        response = page.goto(url)
        assert response is not None and response.status < 400, f"{url} answers {response and response.status}"
        if not response.headers.get("content-type", "").startswith("text/html"):
            continue
        reached = _route(page.url, site)
        if reached != wanted and reached in seen:
            continue
        seen.add(reached or wanted)
        waiting += page.eval_on_selector_all("a[href]", _HREFS)
        if (reached or wanted) not in looked_at:
            looked_at.add(reached or wanted)
            yield reached or wanted


def _violations(page: Page, options: dict = EVERYTHING) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']} at {[node['target'] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def _dress(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _look(page: Page) -> Iterator[str]:
    """What is wrong with the open page, in both themes and widths."""
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} main headings"
    if (shifted := page.evaluate("window.shifted")) > MOST_SHIFT:
        yield f"moves while it loads: {shifted:.3f}"
    for size in (DESK, ZOOMED, PHONE):
        page.set_viewport_size(size)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            yield f"is {width} wide in a window of {size['width']}"
    yield from (f"phone, light: {one}" for one in _violations(page))
    _dress(page, "dark")
    yield from (f"phone, dark: {one}" for one in _violations(page, CONTRAST_ONLY))
    page.set_viewport_size(DESK)
    yield from (f"desk, dark: {one}" for one in _violations(page))
    _dress(page, "light")
    yield from (f"desk, light: {one}" for one in _violations(page, CONTRAST_ONLY))


def test_everybody_walks() -> None:
    assert {who for group in GROUPS.values() for who in group} == set(WALKS)


@pytest.mark.parametrize("group", GROUPS)
def test_every_page_is_for_everyone(site: Site, chromium: Browser, group: str) -> None:
    keys = {"": "", **sessions(site)}
    trouble: list[str] = []
    looked_at: set[str] = set()
    for who in GROUPS[group]:
        # Without movement: a colour on its way from one theme to the other is no colour of ours.
        with context_of(chromium, site, keys[who], viewport=DESK, reduced_motion="reduce") as context:
            page = context.new_page()
            _watch(page, site, trouble)
            for route in _walk(page, site, WALKS[who], looked_at):
                trouble += [f"{who} {route} ({urlsplit(page.url).path}) {one}" for one in _look(page)]
    assert not trouble, "\n".join(trouble)
    assert len(looked_at) >= FEWEST_ROUTES[group], sorted(looked_at)


def _watch(page: Page, site: Site, trouble: list[str]) -> None:
    """Note errors of scripts, requests to other hosts, and how far things move while a page loads."""

    def note(asked: Request) -> None:
        if f".localhost:{site.port}/" not in asked.url and not asked.url.startswith("data:"):
            trouble.append(f"{page.url} asks {asked.url}")

    page.add_init_script(_SHIFTS)
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.on("request", note)
