"""Writing a centre's own page, news and papers. Every call runs inside that centre's schema.

A page is written as a draft, seen, and then published; what the public reads changes at that moment and not before.
"""

from dataclasses import asdict, replace
from datetime import date, datetime
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
from kernel.uploads import Document as Pdf
from kernel.uploads import Picture

from .models import Announcement, Document, Profile
from .queries import Page

_NO_PHOTO = {"photo": "", "photo_alt": "", "photo_width": 0, "photo_height": 0}


class PhotoMissing(DomainError):
    """There is no photo that the text could belong to."""

    code = "photo_missing"


class DraftMissing(DomainError):
    """There is no draft: it was published or thrown away meanwhile."""

    code = "draft_missing"


class ChangedMeanwhile(DomainError):
    """Somebody else has changed the profile since it was read."""

    code = "changed_meanwhile"


@transaction.atomic
def describe(*, about: str, address: str, whatsapp: str, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Write what the centre says of itself, over what it said before; the rest of its page and a draft stay.

    Raises ValidationError on bad input.
    """
    profile = _locked_profile(now)
    page = replace(Page.published(profile), about=about, address=address, whatsapp=whatsapp)
    return _write(profile, page, now=now, by=by)


@transaction.atomic
def publish(page: Page, *, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Put this in place of the page, and of any draft. Raises ValidationError on bad input."""
    profile = _locked_profile(now)
    profile.draft, profile.draft_saved_at = None, None
    return _write(profile, page, now=now, by=by)


def _write(profile: Profile, page: Page, *, now: datetime, by: Actor) -> Profile:
    _check(page, now)
    before, after = Page.published(profile).to_json(), page.to_json()
    for key, value in {**asdict(page), "updated_at": now}.items():
        setattr(profile, key, value)
    profile.save()
    audit.record(
        by=by, action="profile.described", object_type="profile", object_id=1, now=now, before=before, after=after
    )
    _tell_of_change([key for key in after if before[key] != after[key]], now=now)
    return profile


def _check(page: Page, now: datetime) -> None:
    """Raises ValidationError for what the page may not say."""
    checked = Profile(**asdict(page), updated_at=now)
    checked.clean_fields()
    checked.validate_constraints()


@transaction.atomic
def save_draft(page: Page, *, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Keep the page as it is being written, for its staff to look at. The public sees nothing of it.

    There is one draft in a centre: whoever saves last, saves. Raises ValidationError on bad input.
    """
    _check(page, now)
    profile = _locked_profile(now)
    profile.draft, profile.draft_saved_at = page.to_json(), now
    profile.save(update_fields=["draft", "draft_saved_at"])
    audit.record(by=by, action="page.drafted", object_type="profile", object_id=1, now=now)
    return profile


@transaction.atomic
def publish_draft(*, now: datetime, by: Actor = SYSTEM) -> Profile:
    """Put the draft in place of the page. Raises DraftMissing, ValidationError."""
    profile = _locked_profile(now)
    if profile.draft is None:
        raise DraftMissing(_("There is no draft any more. A colleague may have published it."))
    return publish(Page.from_json(profile.draft), now=now, by=by)


@transaction.atomic
def discard_draft(*, now: datetime, by: Actor = SYSTEM) -> None:
    """Throw the draft away; the page stays as it is. Where there is none, nothing happens."""
    profile = _locked_profile(now)
    if profile.draft is None:
        return
    profile.draft, profile.draft_saved_at = None, None
    profile.save(update_fields=["draft", "draft_saved_at"])
    audit.record(by=by, action="page.draft_discarded", object_type="profile", object_id=1, now=now)


@transaction.atomic
def state_means(
    *, facilities: str, instructor_count: int | None, address: str | None = None, now: datetime, by: Actor = SYSTEM
) -> Profile:
    """What the centre trains with, how many instructors it has, and, unless None, where. Raises ValidationError."""
    said: dict[str, Any] = {"facilities": facilities.strip(), "instructor_count": instructor_count}
    if address is not None:
        said["address"] = address.strip()
    profile = _locked_profile(now)
    before = {key: getattr(profile, key) for key in said}
    for key, value in {**said, "updated_at": now}.items():
        setattr(profile, key, value)
    profile.clean_fields()
    profile.save()
    audit.record(by=by, action="profile.means", object_type="profile", object_id=1, now=now, before=before, after=said)
    _tell_of_change([key for key in said if before[key] != said[key]], now=now)
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
    kept = {"about": current.about, "address": current.address, "whatsapp": current.whatsapp}
    return describe(**(kept | said), by=by, now=now)


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


@transaction.atomic
def revise_announcement(
    announcement: Announcement, *, title: str, body: str, now: datetime, by: Actor = SYSTEM
) -> Announcement:
    """Say a piece of news in other words; it keeps its day. Raises ValidationError on bad input."""
    before = {"title": announcement.title}
    announcement.title, announcement.body = title, body
    announcement.full_clean()
    announcement.save()
    audit.record(
        by=by, action="news.changed", object_type="announcement", object_id=announcement.pk, now=now,
        before=before, after={"title": title},
    )  # fmt: skip
    return announcement


@transaction.atomic
def withdraw_announcement(announcement: Announcement, *, now: datetime, by: Actor = SYSTEM) -> None:
    """Delete a piece of news for good."""
    number = announcement.pk
    announcement.delete()
    audit.record(
        by=by, action="news.removed", object_type="announcement", object_id=number, now=now,
        before={"title": announcement.title},
    )  # fmt: skip


# ---------------------------------------------------------------- documents


def add_document(
    paper: Picture | Pdf,
    *,
    title: str,
    kind: str,
    issued_on: date | None,
    expires_on: date | None,
    note: str,
    now: datetime,
    by: Actor = SYSTEM,
) -> Document:
    """Keep a paper of the centre. Raises ValidationError on bad input; then nothing is kept."""
    with files.kept(paper) as name, transaction.atomic():
        document = Document(
            title=title, kind=kind, issued_on=issued_on, expires_on=expires_on, note=note,
            file=name, size=len(paper.content), added_at=now, updated_at=now,
        )  # fmt: skip
        document.full_clean()
        document.save()
        _record_document(document, "document.added", before=None, after=_said_of(document), now=now, by=by)
    return document


def change_document(
    document: Document,
    paper: Picture | Pdf | None,
    *,
    title: str,
    kind: str,
    issued_on: date | None,
    expires_on: date | None,
    note: str,
    now: datetime,
    by: Actor = SYSTEM,
) -> Document:
    """Say other things of a document and, with a ``paper``, put it in place of the file, which is deleted.

    Raises ValidationError on bad input; then all stays as it was.
    """
    said = {"title": title, "kind": kind, "issued_on": issued_on, "expires_on": expires_on, "note": note}
    if paper is None:
        return _change_document(document, said, now=now, by=by)
    with files.kept(paper) as name:
        return _change_document(document, {**said, "file": name, "size": len(paper.content)}, now=now, by=by)


@transaction.atomic
def _change_document(document: Document, said: dict[str, Any], *, now: datetime, by: Actor) -> Document:
    # Of two who replace the file at once, the second sees the first one's, and deletes that.
    document = Document.objects.select_for_update().get(pk=document.pk)
    before, file_before = _said_of(document), document.file
    for key, value in {**said, "updated_at": now}.items():
        setattr(document, key, value)
    document.full_clean()
    document.save()
    action = "document.changed"
    if document.file != file_before:
        files.remove_after_commit(file_before)
        action = "document.replaced"
    _record_document(document, action, before=before, after=_said_of(document), now=now, by=by)
    return document


@transaction.atomic
def remove_document(document: Document, *, now: datetime, by: Actor = SYSTEM) -> None:
    """Delete a document and its file for good."""
    _record_document(document, "document.removed", before=_said_of(document), after=None, now=now, by=by)
    files.remove_after_commit(document.file)
    document.delete()


def note_document_read(document: Document, *, by: Actor, now: datetime) -> None:
    """The centre sees in its own trail who of the ministry opened which of its papers."""
    after = {"title": document.title, "kind": document.kind}
    _record_document(document, "document.opened", before=None, after=after, now=now, by=by)


def _said_of(document: Document) -> dict[str, Any]:
    """What the audit trail says of a document: no note, which may speak of people."""
    days = {key: day.isoformat() if (day := getattr(document, key)) else None for key in ("issued_on", "expires_on")}
    return {"title": document.title, "kind": document.kind, "file": document.file, **days}


def _record_document(document: Document, action: str, *, before: Any, after: Any, now: datetime, by: Actor) -> None:
    audit.record(
        by=by, action=action, object_type="document", object_id=document.pk, now=now, before=before, after=after
    )
