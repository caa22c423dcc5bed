"""Writing a centre's own page. Every call runs inside that centre's schema."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor

from .models import Announcement, Profile

_SAID = ("about", "address", "whatsapp")


@transaction.atomic
def describe(*, about: str, address: str, whatsapp: str, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Write what the centre says of itself, over what it said before. Raises ValidationError on bad input."""
    said = {"about": about, "address": address, "whatsapp": whatsapp, "updated_at": now}
    Profile(**said).clean_fields()
    before: dict[str, Any] | None = Profile.objects.values(*_SAID).first()
    profile, _created = Profile.objects.update_or_create(id=1, defaults=said)
    after = {key: said[key] for key in _SAID}
    audit.record(
        by=by, action="profile.described", object_type="profile", object_id=1, now=now, before=before, after=after
    )
    return profile


@transaction.atomic
def announce(*, title: str, body: str, now: datetime, by: Actor = SYSTEM) -> Announcement:
    """Put a piece of news on the centre's page. Raises ValidationError on bad input."""
    announcement = Announcement(title=title, body=body, published_at=now)
    announcement.full_clean()
    announcement.save()
    audit.record(
        by=by, action="news.published", object_type="announcement", object_id=announcement.pk, now=now,
        after={"title": title},
    )  # fmt: skip
    return announcement
