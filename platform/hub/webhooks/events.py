"""The kinds of events that are told, each with what it says of itself. A kind that is published stands here.

A later part adds its kinds to ``KINDS`` and calls ``operations.publish`` inside the transaction of the change. What a
message carries is ids and states, not what they stand for: a receiver that may know more asks the API. Its ``data`` has
the keys of ``example``, no more and no fewer; a test of the part holds the two together.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CENTRE, ORGANISATION = "centre", "organisation"
PING = "ping"
PROFILE_UPDATED = "centre.profile_updated"
STATE_CHANGED = "centre.state_changed"
STAFF_JOINED = "staff.joined"
STAFF_LEFT = "staff.left"
NEWS_PUBLISHED = "news.published"
MEMBER_JOINED = "organisation.member_joined"
MEMBER_LEFT = "organisation.member_left"

_CENTRE = {"id": "2f1c8a34-5d0e-4b7c-9a61-0e5d3c7b9f10", "code": "7k2m9xq4"}
_ORGANISATION = {"id": "8b0a6c1e-43d2-4f5a-b7c8-91d2e3f4a5b6"}
_USER = "c4d5e6f7-0819-4a2b-8c3d-4e5f60718293"


@dataclass(frozen=True)
class Kind:
    """One kind of event. ``of`` are the owners who can ask for it; ``example`` is the ``data`` of a message."""

    code: str
    name: str | Promise
    when: str | Promise
    of: frozenset[str]
    example: dict[str, Any] = field(hash=False)


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            PROFILE_UPDATED,
            _("Profile changed"),
            _("Someone changed what the centre says of itself, or its photo."),
            frozenset({CENTRE}),
            {"centre": _CENTRE, "changed": ["about", "address"]},
        ),
        Kind(
            STATE_CHANGED,
            _("State of the centre changed"),
            _("The centre was suspended, archived or opened again."),
            frozenset({CENTRE}),
            {"centre": _CENTRE, "state": "suspended", "former_state": "active"},
        ),
        Kind(
            STAFF_JOINED,
            _("A colleague joined"),
            _("Someone was given a role at the centre."),
            frozenset({CENTRE}),
            {"centre": _CENTRE, "user": _USER, "role": "instructor"},
        ),
        Kind(
            STAFF_LEFT,
            _("A colleague left"),
            _("Someone's role at the centre ended."),
            frozenset({CENTRE}),
            {"centre": _CENTRE, "user": _USER, "role": "instructor"},
        ),
        Kind(
            NEWS_PUBLISHED,
            _("News published"),
            _("A piece of news appeared on the centre's page."),
            frozenset({CENTRE}),
            {"centre": _CENTRE, "news": 12},
        ),
        Kind(
            MEMBER_JOINED,
            _("A colleague joined"),
            _("Someone began to act for the organisation."),
            frozenset({ORGANISATION}),
            {"organisation": _ORGANISATION, "user": _USER, "role": "partner_member"},
        ),
        Kind(
            MEMBER_LEFT,
            _("A colleague left"),
            _("Someone no longer acts for the organisation."),
            frozenset({ORGANISATION}),
            {"organisation": _ORGANISATION, "user": _USER, "role": "partner_member"},
        ),
        Kind(
            PING,
            _("Test message"),
            _("You asked for it with the button “Send a test”."),
            frozenset({CENTRE, ORGANISATION}),
            {"hello": "Balai"},
        ),
    )
}


def offered_to(side: str) -> list[Kind]:
    """What an owner of this side can ask for, in the order of KINDS. A ping comes to everyone who asks for one."""
    return [kind for kind in KINDS.values() if side in kind.of and kind.code != PING]
