"""How somebody works a page: with a mouse, with the keyboard alone, without JavaScript, at 200 % zoom.

A journey is written once, in words that people see, and walked by each pair of hands.
"""

from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import Site

from .signing_in import context_of

MOST_TABS = 250
# 1280 × 800 at 200 % is a window of 640 × 400.
WAYS = {
    "mouse": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
    "zoomed": {"viewport": {"width": 640, "height": 400}},
    "keyboard": {"viewport": {"width": 1280, "height": 800}},
    "without JavaScript": {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False},
}


@dataclass
class Hands:
    """One person's hands on one page."""

    page: Page
    site: Site
    way: str

    @property
    def only_keys(self) -> bool:
        return self.way == "keyboard"

    def go(self, path: str, *, slug: str = "") -> None:
        self.page.goto(self.site.url(path, slug=slug))

    def press(self, name: str, *, within: str = "main", role: str = "button") -> None:
        """Press the button, link or fold that reads so."""
        place = self.page.locator(within)
        found = (
            place.locator("summary").filter(has_text=name)
            if role == "fold"
            else place.get_by_role(
                role,
                name=name,
                exact=role == "button",  # type: ignore[arg-type]
            )
        )
        self._use(found.first, "Enter")

    def type(self, label: str, text: str) -> None:
        field = self.page.locator("main").get_by_label(label).first
        if not self.only_keys:
            field.fill(text)
            return
        self._reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list, or tick what reads so."""
        field = self.page.locator("main").get_by_label(label).first
        if not self.only_keys:
            field.select_option(label=option)
            return
        self._reach(field)
        self.page.keyboard.type(option)  # a list goes to what begins with the letters typed

    def tick(self, label: str) -> None:
        field = self.page.locator("main").get_by_label(label).first
        if self.only_keys:
            self._reach(field)
            self.page.keyboard.press("Space")
        else:
            field.check()

    def reads(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def _use(self, found: Locator, key: str) -> None:
        if self.only_keys:
            self._reach(found)
            self.page.keyboard.press(key)
        elif self.way == "phone":
            found.tap()
        else:
            found.click()

    def _reach(self, wanted: Locator) -> None:
        """Tab until it has the focus, and see that one can see so."""
        wanted.wait_for(state="attached")
        handle = wanted.element_handle()
        assert handle is not None
        for _tab in range(MOST_TABS):
            if self.page.evaluate("one => document.activeElement === one", handle):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"The keyboard does not get to {wanted}.")
        # A field with an icon in it draws its ring around both; a card whose heading is its link, around the card.
        seen = """one => [one, one.parentElement, one.parentElement.parentElement]
            .some(it => getComputedStyle(it).outlineStyle !== 'none')"""
        assert self.page.evaluate(seen, handle), f"{wanted} has the focus and does not look so."


def hands_of(chromium: Browser, site: Site, key: str, way: str) -> Hands:
    context = context_of(chromium, site, key, reduced_motion="reduce", **WAYS[way])
    page = context.new_page()
    page.set_default_timeout(15_000)
    return Hands(page, site, way)
