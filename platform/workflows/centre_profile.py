"""A centre's whole profile: what the hub knows of it and what lies in its own schema, as one thing.

Its staff see one profile. Who the centre is (foundation, village, licence, VIN) stands in the hub's row, where the
ministry and the directory read it; what it trains with and what its page says stand in the centre's schema. Every
change of either counts as an update of the profile (``hub.centres.freshness``). Calls run inside the centre's schema.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hub.audit.actors import SYSTEM, Actor
from hub.centres import operations as centres
from hub.centres.models import Centre, LicenceKind
from tenants.site import operations as site
from tenants.site.models import Profile

# Licences that carry a number; a statement letter may have none.
_NUMBERED = (LicenceKind.NIB, LicenceKind.AHU_DEED, LicenceKind.LOCAL_PERMIT)


@transaction.atomic
def publish_page(centre_id: uuid.UUID, *, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Put the draft in place of the centre's public page. Raises DraftMissing, ValidationError."""
    profile = site.publish_draft(now=now, by=by)
    centres.note_profile_updated(centre_id, now=now)
    return profile


@transaction.atomic
def state_means(
    centre_id: uuid.UUID,
    *,
    facilities: str,
    instructor_count: int | None,
    address: str | None = None,
    now: datetime,
    by: Actor = SYSTEM,
) -> Profile:
    """What the centre trains with, how many instructors it has, and, unless None, where. Raises ValidationError."""
    profile = site.state_means(
        facilities=facilities, instructor_count=instructor_count, address=address, now=now, by=by
    )
    centres.note_profile_updated(centre_id, now=now)
    return profile


@transaction.atomic
def revise(
    centre_id: uuid.UUID, said: dict[str, str], *, seen: datetime | None, now: datetime, by: Actor = SYSTEM
) -> Profile:
    """Change some of what the public page says. Raises ChangedMeanwhile, ValidationError (see ``site.revise``)."""
    profile = site.revise(said, seen=seen, by=by, now=now)
    centres.note_profile_updated(centre_id, now=now)
    return profile


# ---------------------------------------------------------------- how complete it is


@dataclass(frozen=True)
class Fact:
    """One thing that a complete profile says. ``section`` is the part of the profile where it is written."""

    code: str
    section: str  # institution, licence, means or page
    weight: int
    is_said: Callable[[Centre, Profile], bool]


def _says_licence(centre: Centre, profile: Profile) -> bool:
    """A centre without a licence that says so has said it: this measures what is told, not what is owned."""
    return bool(centre.licence_kind) and (centre.licence_kind not in _NUMBERED or bool(centre.licence_number))


# Three: the ministry decides by it. Two: participants and companies do. One: good to know.
FACTS = (
    Fact("foundation", "institution", 2, lambda centre, profile: bool(centre.foundation)),
    Fact("village", "institution", 1, lambda centre, profile: bool(centre.village)),
    Fact("established", "institution", 1, lambda centre, profile: centre.established is not None),
    Fact("seats", "institution", 2, lambda centre, profile: centre.seats is not None),
    Fact("women_led", "institution", 1, lambda centre, profile: centre.is_women_led is not None),
    Fact("licence", "licence", 3, _says_licence),
    Fact("vin", "licence", 3, lambda centre, profile: bool(centre.vin)),
    Fact("facilities", "means", 2, lambda centre, profile: bool(profile.facilities)),
    Fact("instructors", "means", 2, lambda centre, profile: profile.instructor_count is not None),
    Fact("about", "page", 2, lambda centre, profile: bool(profile.about)),
    Fact("whatsapp", "page", 2, lambda centre, profile: bool(profile.whatsapp)),
    Fact("address", "page", 2, lambda centre, profile: bool(profile.address)),
    Fact("opening_hours", "page", 1, lambda centre, profile: bool(profile.opening_hours)),
    Fact("location", "page", 1, lambda centre, profile: profile.latitude is not None),
    Fact("photo", "page", 1, lambda centre, profile: bool(profile.photo)),
)


@dataclass(frozen=True)
class Completeness:
    said: tuple[Fact, ...]
    missing: tuple[Fact, ...]  # what weighs most first

    @property
    def total(self) -> int:
        return len(self.said) + len(self.missing)

    @property
    def percent(self) -> int:
        """By weight, 0 to 100; 100 only when nothing is missing."""
        weight = sum(fact.weight for fact in self.said)
        return 100 * weight // (weight + sum(fact.weight for fact in self.missing))

    @property
    def is_whole(self) -> bool:
        return not self.missing

    def says(self, code: str) -> bool:
        return any(fact.code == code for fact in self.said)


def completeness(centre: Centre, profile: Profile | None) -> Completeness:
    """What the profile says and what it lacks; no statement."""
    written = profile or Profile()
    said = tuple(fact for fact in FACTS if fact.is_said(centre, written))
    missing = sorted((fact for fact in FACTS if fact not in said), key=lambda fact: -fact.weight)
    return Completeness(said, tuple(missing))
