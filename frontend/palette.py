"""What the command palette and the search page find: pages, things to do, centres, people.

Each kind is found behind the door of its own page: whoever may not open a page does not find it either.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts import queries, search
from hub.accounts.models import Membership, User
from hub.accounts.roles import STAFF_ROLES, Role
from hub.centres.models import Centre

from . import addresses, mail, navigation
from .navigation import Room, Section, Text
from .people import person

MOST_LETTERS = 100
MOST_CENTRES = 8
MOST_PEOPLE = 6

# Things to do that are no room of their own; each stands on a page whose door is the same.
MINISTRY_ACTIONS = (
    Room(
        "hub:invite", gettext_lazy("Invite somebody"), "user-plus",
        frozenset({Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER}),
    ),
)  # fmt: skip
EVERYBODYS = (
    Room("account_change_password", gettext_lazy("Change my password"), "key-round"),
    Room("mfa_index", gettext_lazy("Second step for signing in"), "shield-check"),
    Room("usersessions_list", gettext_lazy("Devices where I am signed in"), "monitor-smartphone"),
    Room("account_logout", gettext_lazy("Sign out"), "log-out"),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: where it leads, and a word on which one it is."""

    label: Text
    url: str
    icon: str
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: Text
    hits: tuple[Hit, ...]


def find(request: HttpRequest, text: str) -> list[Group]:
    """Everything that fits, in groups that are not empty. Without a text: the pages of where the person is."""
    text = text.strip()[:MOST_LETTERS]
    on_hub = addresses.is_hub(request)
    places = search.spaces_of(person(request)) if on_hub else []
    groups = [
        Group("halaman", _("Pages"), tuple(_fitting(_pages(request, places), text))),
        Group("balai", _("Centres found"), tuple(_centres(request, text)) if on_hub else ()),
        Group("orang", _("People"), tuple(_people(request, text)) if on_hub else ()),
        Group("ruang", _("My spaces"), tuple(_fitting(_spaces(places), text))),
        Group("tindakan", _("Actions"), tuple(_fitting(_actions(request), text))),
    ]
    return [group for group in groups if group.hits]


def _fitting(hits: Iterable[Hit], text: str) -> Iterator[Hit]:
    """Those whose words each begin with, or contain, every word that was typed; all of them for no text."""
    words = text.casefold().split()
    for hit in hits:
        written = f"{hit.label} {hit.note} {slugify(hit.url)}".casefold()
        if all(word in written for word in words):
            yield hit


# ---------------------------------------------------------------- pages and actions


def _pages(request: HttpRequest, places: Iterable[Membership]) -> Iterator[Hit]:
    for note, sections, roles in _open_sections(request):
        for link in navigation.links(request, sections, roles):
            yield Hit(link.label, link.url, link.icon, note)
    for place in places:
        if place.organisation:
            roles = queries.roles_at(person(request), place.organisation.pk)
            for link in navigation.links(request, navigation.PARTNER, roles, organisation_id=place.organisation.pk):
                yield Hit(link.label, link.url, link.icon, place.organisation.name)


def _open_sections(request: HttpRequest) -> Iterator[tuple[Text, Iterable[Section], frozenset[Role]]]:
    """The spaces on this host whose doors are open to the person, with the roles that they have there."""
    user, centre = person(request), getattr(request, "centre", None)
    if centre is not None:
        if roles := _roles_at(user, centre):
            is_own = bool(queries.roles_in(user, centre.id))
            yield centre.name, navigation.CENTRE if is_own else navigation.without_private(navigation.CENTRE), roles
    elif roles := queries.ministry_roles(user):
        yield _("Ministry"), navigation.MINISTRY, roles
    yield _("My account"), navigation.ACCOUNT, frozenset()


def _roles_at(user: User, centre: Centre) -> frozenset[Role]:
    """The person's roles in this centre's space; a visitor sees the rooms of its staff."""
    try:
        access = queries.centre_space(user, centre.id, now=timezone.now())
    except queries.NotVisible:
        return frozenset()
    return (access.roles or STAFF_ROLES) if access.is_staff else frozenset()


def _actions(request: HttpRequest) -> Iterator[Hit]:
    roles = queries.ministry_roles(person(request)) if addresses.is_hub(request) else frozenset()
    sections = (Section("", (*MINISTRY_ACTIONS,)),) if roles else ()
    for link in navigation.links(request, sections, roles):
        yield Hit(link.label, link.url, link.icon)
    for link in navigation.links(request, (Section("", EVERYBODYS),), frozenset()):
        yield Hit(link.label, link.url, link.icon)


# ---------------------------------------------------------------- centres, people, spaces


def _centres(request: HttpRequest, text: str) -> Iterator[Hit]:
    for centre in search.centres_found(person(request), text, most=MOST_CENTRES):
        place = ", ".join(part for part in (centre.village, str(centre.regency), str(centre.regency.province)) if part)
        yield Hit(centre.name, addresses.hub_path("console_centre", centre.code), "school", place)


def _people(request: HttpRequest, text: str) -> Iterator[Hit]:
    for user in search.people_found(person(request), text, most=MOST_PEOPLE):
        roles = ", ".join(str(held.get_role_display()) for held in user.roles_now)  # type: ignore[attr-defined]
        yield Hit(user.name, addresses.hub_path("person", user.pk), "user-round", roles)


def _spaces(places: Iterable[Membership]) -> Iterator[Hit]:
    for held in places:
        if held.centre and held.role in STAFF_ROLES:
            yield Hit(held.centre.name, mail.entrance_of(held.centre), "school", held.get_role_display())
        elif held.organisation:
            url = addresses.hub_path("organisation", held.organisation_id)
            yield Hit(held.organisation.name, url, "briefcase-business", held.get_role_display())
