"""Writing a centre's own page. Every call runs inside that centre's schema."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor
from hub.webhooks import events
from hub.webhooks import operations as webhooks
from hub.webhooks.models import Owner
from kernel import files, schema
from kernel.errors import DomainError
from kernel.uploads import Picture

from .models import Announcement, Profile

_SAID = ("about", "address", "whatsapp")
_NO_PHOTO = {"photo": "", "photo_alt": "", "photo_width": 0, "photo_height": 0}


class PhotoMissing(DomainError):
    """There is no photo that the text could belong to."""

    code = "photo_missing"


class ChangedMeanwhile(DomainError):
    """Somebody else has changed the profile since it was read."""

    code = "changed_meanwhile"


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
    _tell_of_change([key for key in _SAID if before is None or before[key] != after[key]], now=now)
    return profile


@transaction.atomic
def revise(said: dict[str, str], *, seen: datetime | None, by: Actor, now: datetime) -> Profile:
    """Change some of what the centre says of itself (``about``, ``address``, ``whatsapp``) and leave the rest.

    ``seen`` is the ``updated_at`` of what the caller read, None where there was no profile yet. Raises
    ChangedMeanwhile if it is another one by now, ValidationError on bad input.
    """
    if seen is None:
        current, is_as_seen = Profile.objects.get_or_create(id=1, defaults={"updated_at": now})
    else:
        current = _locked_profile(now)
        is_as_seen = current.updated_at == seen
    if not is_as_seen:
        raise ChangedMeanwhile(_("Somebody else has changed this meanwhile. Read it again, then change it."))
    return describe(**({key: getattr(current, key) for key in _SAID} | said), by=by, now=now)


def _tell_of_change(columns: list[str], *, now: datetime) -> None:
    if columns:
        webhooks.publish(events.PROFILE_UPDATED, _this_centre(), data={"changed": columns}, now=now)


def _this_centre() -> Owner:
    return Owner(centre_id=schema.current_id())


def show_photo(picture: Picture, *, alt: str, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Put a photo on the centre's page, in place of the one before. Raises ValidationError on bad input.

    ``alt`` says in words what is to be seen.
    """
    with files.kept(picture) as name, transaction.atomic():
        photo = {
            "photo": name,
            "photo_alt": alt,
            "photo_width": picture.width,
            "photo_height": picture.height,
        }
        return _change_photo(photo, action="photo.set", now=now, by=by)


@transaction.atomic
def caption_photo(*, alt: str, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Say in other words what the photo shows. Raises PhotoMissing, ValidationError."""
    if not _locked_profile(now).photo:
        raise PhotoMissing(_("Choose a photo."))
    return _change_photo({"photo_alt": alt}, action="photo.captioned", now=now, by=by)


@transaction.atomic
def remove_photo(*, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Take the photo off the page and delete it. Where there is none, nothing happens."""
    profile = _locked_profile(now)
    return _change_photo(_NO_PHOTO, action="photo.removed", now=now, by=by) if profile.photo else profile


def _change_photo(photo: dict[str, Any], *, action: str, now: datetime, by: Actor) -> Profile:
    profile = _locked_profile(now)
    before = _photo_of(profile)
    for field, value in {**photo, "updated_at": now}.items():
        setattr(profile, field, value)
    profile.clean_fields()
    profile.save()
    if before and before["photo"] != profile.photo:
        files.remove_after_commit(before["photo"])
    audit.record(
        by=by, action=action, object_type="profile", object_id=1, now=now, before=before, after=_photo_of(profile)
    )
    _tell_of_change(["photo"], now=now)
    return profile


def _photo_of(profile: Profile) -> dict[str, Any] | None:
    """What the audit trail says of a photo; None if there is none."""
    return {"photo": profile.photo, "photo_alt": profile.photo_alt} if profile.photo else None


def _locked_profile(now: datetime) -> Profile:
    """The centre's profile, made if need be; of two who change its photo, the second sees what the first did."""
    Profile.objects.get_or_create(id=1, defaults={"updated_at": now})
    return Profile.objects.select_for_update().get(id=1)


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
    webhooks.publish(events.NEWS_PUBLISHED, _this_centre(), data={"news": announcement.pk}, now=now)
    return announcement
