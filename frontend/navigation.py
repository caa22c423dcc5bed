"""The rooms of each space, as its sidebar, its bar on a phone and the command palette name them.

A space is where somebody works behind sign-in: the ministry, a centre, a company or provider, their own account.
Which one a page belongs to is told by its address; who sees which room, by the roles they hold. A room that is not
listed to somebody is shut to them by its own door, not by this list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hub.accounts import queries
from hub.accounts.roles import AUDIT_ROLES, KEEPER_ROLES, OWNER_ROLES, PARTNER_READERS, STAFF_ROLES, Role
from hub.programmes.queries import AUDIENCE, MANAGERS

from . import addresses

Text = Any  # a string that is translated when it is shown


@dataclass(frozen=True, slots=True)
class Room:
    """A page that navigation leads to. ``roles`` None: for everyone in the space."""

    name: str  # of its URL
    label: Text
    icon: str
    roles: frozenset[Role] | None = None
    # Stands in the bar at the bottom of a phone; four at most.
    in_bar: bool = False
    # For the space's own people, not for the ministry on a support visit.
    is_private: bool = False
    # Where else its pages stand, for marking it as the current one.
    also: tuple[str, ...] = ()

    def is_open_to(self, roles: frozenset[Role]) -> bool:
        return self.roles is None or bool(self.roles & roles)


@dataclass(frozen=True, slots=True)
class Section:
    label: Text
    rooms: tuple[Room, ...]


LEADERS = frozenset({Role.CENTRE_HEAD, Role.CENTRE_ADMINISTRATOR})

MINISTRY = (
    Section(
        "",
        (
            Room("hub:ministry", _("Overview"), "layout-dashboard", in_bar=True),
            Room("hub:console_centres", _("Centres"), "school", in_bar=True),
            Room("hub:intake", _("Applications"), "inbox", KEEPER_ROLES, in_bar=True),
            Room("hub:console_duplicates", _("Likely duplicates"), "merge", KEEPER_ROLES),
        ),
    ),
    Section(
        _("Empowerment"),
        (
            Room(
                "hub:programmes", _("Programmes"), "route", AUDIENCE, in_bar=True,
                also=("/kementerian/gelombang/", "/kementerian/pendampingan/"),
            ),
            Room("hub:assessing", _("My assessments"), "clipboard-list", frozenset({Role.ASSESSOR}), in_bar=True),
            Room("hub:assessors", _("Assessors"), "scale", MANAGERS),
            Room("hub:mentoring", _("My centres"), "handshake", frozenset({Role.MENTOR}), in_bar=True),
        ),
    ),
    Section(
        _("Administration"),
        (
            Room(
                "hub:people", _("People and roles"), "users-round",
                frozenset({Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER}), in_bar=True,
            ),
            Room("hub:ministry_partners", _("Companies and providers"), "building-2", PARTNER_READERS),
            Room("hub:trail", _("Audit trail"), "history", AUDIT_ROLES),
            Room("hub:system", _("System"), "server", frozenset({Role.SUPER_ADMIN})),
        ),
    ),
)  # fmt: skip
CENTRE = (
    Section("", (Room("centre:space", _("Today"), "house", in_bar=True),)),
    Section(
        _("Our centre"),
        (
            Room("centre:profile", _("Profile"), "school", in_bar=True),
            Room("centre:documents", _("Documents"), "file-text", in_bar=True),
            Room("centre:staff", _("Staff"), "users-round"),
            Room("centre:programmes", _("Programmes"), "route"),
            Room("centre:webhooks", _("Connections"), "webhook", LEADERS, is_private=True),
        ),
    ),
    Section(
        _("For the public"),
        (
            Room("centre:edit_page", _("Page"), "pencil", in_bar=True),
            Room("centre:news_list", _("News"), "megaphone"),
        ),
    ),
    Section(
        _("Oversight"),
        (
            Room("centre:visits", _("Visits of the ministry"), "eye"),
            Room("centre:trail", _("Audit trail"), "history"),
        ),
    ),
)
_COMPANY_ROLES = frozenset({Role.PARTNER_OWNER, Role.PARTNER_MEMBER})
PARTNER = (
    Section("", (Room("hub:organisation", _("Overview"), "layout-dashboard", in_bar=True),)),
    Section(
        _("Our company"),
        (
            Room("hub:company_profile", _("Profile"), "building-2", _COMPANY_ROLES, in_bar=True),
            Room("hub:company_verification", _("Verification"), "badge-check", _COMPANY_ROLES, in_bar=True),
        ),
    ),
    Section(
        _("People and trail"),
        (
            Room("hub:organisation_people", _("People"), "users-round", in_bar=True),
            Room("hub:organisation_tokens", _("API tokens"), "key-round", OWNER_ROLES),
            Room("hub:webhooks", _("Connections"), "webhook", OWNER_ROLES),
            Room("hub:organisation_trail", _("Audit trail"), "history"),
        ),
    ),
)
ACCOUNT = (
    Section(
        "",
        (
            Room("hub:account", _("My account"), "user-round", in_bar=True),
            Room("hub:my_data", _("My data"), "id-card", in_bar=True),
            Room("hub:tokens", _("API tokens"), "key-round", in_bar=True),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A room as this person on this page sees it."""

    url: str
    label: Text
    icon: str
    in_bar: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Space:
    """Where the person is: what it is called, whose it is, and its rooms in sections ``(label, links)``."""

    label: Text
    title: Text
    sections: list[tuple[Text, list[Link]]] = field(default_factory=list)
    # Whether the person has more than this one.
    has_others: bool = False

    @property
    def links(self) -> Iterator[Link]:
        for _label, links in self.sections:
            yield from links

    @property
    def bar(self) -> list[Link]:
        return [link for link in self.links if link.in_bar][:4]

    @property
    def is_beyond_bar(self) -> bool:
        """Whether the person is in a room that the bar does not name."""
        return any(link.is_current for link in self.links) and not any(link.is_current for link in self.bar)


def space_of(request: HttpRequest) -> Space | None:
    """The space that this page belongs to, for the person who asks; None for a public page. No query of its own."""
    if not request.user.is_authenticated:
        return None
    held = request.user.held
    places = {(one.centre_id, one.organisation_id) for one in held}
    has_others = len(places) > 1
    centre = getattr(request, "centre", None)
    is_search = request.path == "/cari/"
    if centre is not None and (
        request.path.startswith("/ruang/") or (is_search and queries.roles_in(request.user, centre.id) & STAFF_ROLES)
    ):
        # On a support visit the visitor sees the rooms of the centre's own people.
        own = queries.roles_in(request.user, centre.id)
        sections = _sections(request, CENTRE if own else without_private(CENTRE), own or STAFF_ROLES)
        return Space(_("Centre's space"), centre.name, sections, has_others)
    if request.path.startswith("/kementerian/") or (is_search and centre is None and request.user.is_ministry):
        roles = queries.ministry_roles(request.user)
        return Space(_("Ministry"), _("Ministry of Manpower"), _sections(request, MINISTRY, roles), has_others)
    organisation_id = _kwargs(request).get("organisation_id")
    if organisation_id and request.path.startswith("/mitra/"):
        roles = frozenset(one.role for one in held if one.organisation_id == organisation_id)
        title = getattr(request, "organisation_name", "")
        sections = _sections(request, PARTNER, roles, organisation_id=organisation_id)
        return Space(_("Partner's space"), title, sections, has_others)
    return Space(_("My account"), request.user.name, _sections(request, ACCOUNT, frozenset()), bool(places))


def links(request: HttpRequest, sections: Iterable[Section], roles: frozenset[Role], **kwargs: Any) -> list[Link]:
    """The rooms of these sections that are open to these roles, for a list that is no sidebar."""
    return [link for _label, links in _sections(request, sections, roles, **kwargs) for link in links]


def without_private(sections: Iterable[Section]) -> list[Section]:
    """The rooms that a visitor may look into, too."""
    return [Section(one.label, tuple(room for room in one.rooms if not room.is_private)) for one in sections]


def _sections(
    request: HttpRequest, sections: Iterable[Section], roles: frozenset[Role], **kwargs: Any
) -> list[tuple[Text, list[Link]]]:
    shown = []
    for section in sections:
        links = [_link(request, room, kwargs) for room in section.rooms if room.is_open_to(roles)]
        if links:
            shown.append((section.label, links))
    _mark_current(request.path, shown)
    return [(label, [Link(**link) for link in links]) for label, links in shown]


def _link(request: HttpRequest, room: Room, kwargs: dict[str, Any]) -> dict[str, Any]:
    if room.name.startswith("hub:"):
        path = reverse(room.name, urlconf=settings.ROOT_URLCONF, kwargs=kwargs)
        url = addresses.hub_origin(request) + path
    else:
        url = reverse(room.name, kwargs=kwargs)
    is_current = request.path.startswith(room.also) if room.also else False
    return {"url": url, "label": room.label, "icon": room.icon, "in_bar": room.in_bar, "is_current": is_current}


def _mark_current(path: str, sections: list[tuple[Text, list[dict[str, Any]]]]) -> None:
    """The room with the longest address that this page's address begins with, unless one has claimed the page."""
    every = [link for _label, links in sections for link in links]
    links = [link for link in every if path.startswith(link["url"])]
    if links and not any(link["is_current"] for link in every):
        max(links, key=lambda link: len(link["url"]))["is_current"] = True


def _kwargs(request: HttpRequest) -> dict[str, Any]:
    return request.resolver_match.kwargs if request.resolver_match else {}
