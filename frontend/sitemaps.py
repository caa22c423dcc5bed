"""Which pages search engines should know: the hub's own, each live centre's, and the hub's page of each other one.

Examples are left out. A section holds many files of a thousand addresses each, so that 4,300 centres fit.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet

from hub.centres import hosts, queries
from hub.centres.models import Centre

from . import addresses

ADDRESSES_A_FILE = 1000
_PAGES = (
    "home", "directory", "nearest", "courses", "certificate", "about", "help", "apply", "find_to_claim", "privacy",
    "accessibility",
)  # fmt: skip


class Pages(Sitemap):
    """The hub's own pages."""

    def items(self) -> list[str]:
        return list(_PAGES)

    def location(self, item: str) -> str:
        return addresses.hub_path(item)


class _Centres(Sitemap):
    limit = ADDRESSES_A_FILE
    live: ClassVar[bool]

    def items(self) -> QuerySet[Centre]:
        return queries.for_search_engines(live=self.live)

    def lastmod(self, item: Centre) -> datetime:
        return item.updated_at

    def get_latest_lastmod(self) -> datetime | None:
        """In one statement; Django's own would fetch every centre."""
        return self.items().aggregate(latest=Max("updated_at"))["latest"]


class LiveCentres(_Centres):
    """Centres with a page of their own, each on its own host."""

    live = True

    def _urls(self, page: int, protocol: str, domain: str) -> list[dict[str, Any]]:
        urls: list[dict[str, Any]] = super()._urls(page, protocol, domain)  # type: ignore[misc]
        for url in urls:
            url["location"] = hosts.url_of(url["item"].slug)
        return urls

    def location(self, item: Centre) -> str:
        return "/"


class RegisteredCentres(_Centres):
    """Centres that the register knows and that have no page of their own yet."""

    live = False

    def location(self, item: Centre) -> str:
        return addresses.hub_path("centre", item.code)


SECTIONS = {"halaman": Pages, "balai": LiveCentres, "terdaftar": RegisteredCentres}
