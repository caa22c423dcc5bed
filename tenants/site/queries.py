"""What a centre's own page and its staff's rooms show. Every call runs inside that centre's schema."""

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from kernel.errors import NotVisible

from .models import Announcement, Document, Palette, Profile


@dataclass(frozen=True)
class Page:
    """The public page as its editor writes it: what a draft holds, and what is published of it at once."""

    about: str = ""
    address: str = ""
    whatsapp: str = ""  # digits from 62 on
    opening_hours: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    palette: str = Palette.NILA.value

    def to_json(self) -> dict[str, Any]:
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Page":
        """A draft as it was kept; what a later release has added to pages has its default."""
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        for axis in ("latitude", "longitude"):
            if known.get(axis) is not None:
                known[axis] = Decimal(known[axis])
        return cls(**known)

    @classmethod
    def published(cls, profile: Profile | None) -> "Page":
        return cls(**{field.name: getattr(profile, field.name) for field in fields(cls)}) if profile else cls()


@dataclass(frozen=True)
class Home:
    profile: Profile | None
    announcements: list[Announcement]
    has_more: bool = False  # there is older news


def home(*, newest: int = 5) -> Home:
    """The profile and the newest announcements: two statements."""
    found = list(Announcement.objects.all()[: newest + 1]) if newest else []
    return Home(Profile.objects.first(), found[:newest], has_more=len(found) > newest)


def preview(*, newest: int = 5) -> Home | None:
    """The page as it would be once the draft is published; None without a draft."""
    now = home(newest=newest)
    if now.profile is None or now.profile.draft is None:
        return None
    for key, value in asdict(Page.from_json(now.profile.draft)).items():
        setattr(now.profile, key, value)
    return now


def profile() -> Profile | None:
    """What the centre says of itself, or None before it has said anything."""
    return Profile.objects.first()


def page_in_hand(written: Profile | None) -> Page:
    """What the editor opens with: the draft if there is one, else the page as it is."""
    if written is not None and written.draft is not None:
        return Page.from_json(written.draft)
    return Page.published(written)


def is_published(name: str) -> bool:
    """Whether everyone may see the file of this name: the centre's page shows it."""
    return bool(name) and Profile.objects.filter(photo=name).exists()


# ---------------------------------------------------------------- news


def news() -> QuerySet[Announcement]:
    """Newest first."""
    return Announcement.objects.all()


def announcement(announcement_id: int) -> Announcement:
    """Raises NotVisible."""
    found = Announcement.objects.filter(pk=announcement_id).first()
    if found is None:
        raise NotVisible
    return found


# ---------------------------------------------------------------- documents


def documents() -> QuerySet[Document]:
    """The centre's papers, what expires first on top, what never does at the end."""
    return Document.objects.all()


def document(document_id: int) -> Document:
    """Raises NotVisible."""
    found = Document.objects.filter(pk=document_id).first()
    if found is None:
        raise NotVisible
    return found
