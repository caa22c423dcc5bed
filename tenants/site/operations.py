"""Writing a centre's own page. Every call runs inside that centre's schema."""

from datetime import datetime

from .models import Announcement, Profile


def describe(*, about: str, address: str, whatsapp: str, now: datetime) -> Profile:
    """Write what the centre says of itself, over what it said before. Raises ValidationError on bad input."""
    said = {"about": about, "address": address, "whatsapp": whatsapp, "updated_at": now}
    Profile(**said).clean_fields()
    profile, _created = Profile.objects.update_or_create(id=1, defaults=said)
    return profile


def announce(*, title: str, body: str, now: datetime) -> Announcement:
    """Put a piece of news on the centre's page. Raises ValidationError on bad input."""
    announcement = Announcement(title=title, body=body, published_at=now)
    announcement.full_clean()
    announcement.save()
    return announcement
