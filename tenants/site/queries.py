"""What a centre's own page shows. Every call runs inside that centre's schema."""

from dataclasses import dataclass

from django.db.models import QuerySet

from .models import Announcement, Profile


@dataclass(frozen=True)
class Home:
    profile: Profile | None
    announcements: list[Announcement]


def home(*, newest: int = 5) -> Home:
    """The profile and the newest announcements: two statements."""
    return Home(Profile.objects.first(), list(Announcement.objects.all()[:newest]))


def profile() -> Profile | None:
    """What the centre says of itself, or None before it has said anything."""
    return Profile.objects.first()


def news() -> QuerySet[Announcement]:
    """Everything that was published, newest first."""
    return Announcement.objects.all()


def is_published(name: str) -> bool:
    """Whether everyone may see the file of this name: the centre's page shows it."""
    return bool(name) and Profile.objects.filter(photo=name).exists()
