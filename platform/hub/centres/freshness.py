"""How long ago a centre's profile was last looked after, and what that means for its VIN.

The rule: the ministry deactivates a centre's vocational identification number (VIN) when its profile has not been
updated for a year. What counts here is a change of the profile or the page, or the word of its staff that nothing has
changed. The ministry keeps a date of its own, which Balai does not know: the days left are Balai's count.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from .models import Centre

YEAR = 365  # days
WARN_AT = 60  # days left
URGE_AT = 14  # days left


class Level(models.TextChoices):
    """How pressing it is."""

    FRESH = "fresh"
    WARN = "warn"  # 60 days or fewer are left
    URGE = "urge"  # 14 days or fewer are left
    OVER = "over"  # the year is over
    NEVER = "never"  # not updated since the centre came to Balai: nobody here knows


@dataclass(frozen=True)
class Freshness:
    """``days`` since the last update and ``left`` until the year is over (negative after it), both whole days of the
    centre's own calendar; None for both if there was no update yet.
    """

    updated_at: datetime | None
    days: int | None
    left: int | None
    level: Level

    @property
    def is_pressing(self) -> bool:
        return self.level != Level.FRESH


def of(centre: Centre, *, now: datetime) -> Freshness:
    """As of ``now``; no statement."""
    at = centre.profile_updated_at
    if at is None:
        return Freshness(None, None, None, Level.NEVER)
    days = (now.astimezone(centre.zone).date() - at.astimezone(centre.zone).date()).days
    left = YEAR - days
    return Freshness(at, days, left, _level(left))


def _level(left: int) -> Level:
    if left <= 0:
        return Level.OVER
    if left <= URGE_AT:
        return Level.URGE
    return Level.WARN if left <= WARN_AT else Level.FRESH
