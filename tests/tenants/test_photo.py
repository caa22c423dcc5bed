"""The photo of a centre's page: one at a time, none left behind, a trace of each change."""

import io
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from kernel import files, schema, uploads
from tenants.site import operations, queries
from tenants.site.models import Profile
from tests import pictures

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def picture(colour="teal") -> uploads.Picture:
    return uploads.picture(io.BytesIO(pictures.plain(60, 40, colour)))


@pytest.fixture
def show(centre, django_capture_on_commit_callbacks):
    """Shows a photo in the first centre, as a committed request would."""

    def do(colour="teal", alt="Gedung balai") -> Profile:
        with django_capture_on_commit_callbacks(execute=True), schema.centre(centre):
            return operations.show_photo(picture(colour), alt=alt, now=NOW)

    return do


def on_disk(centre) -> list[str]:
    return files.names(files.folder_of(centre.id))


def traces(centre) -> list[str]:
    return list(Entry.objects.filter(chain=str(centre.id)).order_by("number").values_list("action", flat=True))


def test_a_photo_is_kept_with_its_size_and_its_words(centre, show):
    profile = show()
    assert (profile.photo_width, profile.photo_height, profile.photo_alt) == (60, 40, "Gedung balai")
    assert on_disk(centre) == [profile.photo]
    with schema.centre(centre):
        assert queries.is_published(profile.photo)
        assert files.read(profile.photo) == picture().content


def test_it_leaves_what_the_centre_says_alone_and_the_other_way_round(centre, show):
    with schema.centre(centre):
        operations.describe(about="Kami melatih.", address="", whatsapp="", now=NOW)
    profile = show()
    assert profile.about == "Kami melatih."
    with schema.centre(centre):
        operations.describe(about="Lain.", address="", whatsapp="", now=NOW)
        assert queries.home().profile.photo == profile.photo


def test_of_two_photos_the_first_is_deleted(centre, show):
    first, second = show("teal"), show("red")
    assert on_disk(centre) == [second.photo] != [first.photo]
    with schema.centre(centre):
        assert not queries.is_published(first.photo)


def test_the_text_changes_without_the_photo(centre, show):
    profile = show()
    with schema.centre(centre):
        operations.caption_photo(alt="Bengkel las", now=NOW)
        said = queries.home().profile
    assert (said.photo, said.photo_alt) == (profile.photo, "Bengkel las")
    assert on_disk(centre) == [profile.photo]


def test_there_is_no_text_without_a_photo(centre):
    with schema.centre(centre), pytest.raises(operations.PhotoMissing):
        operations.caption_photo(alt="Bengkel las", now=NOW)


def test_a_removed_photo_leaves_no_file_and_no_words(centre, show, django_capture_on_commit_callbacks):
    show()
    with django_capture_on_commit_callbacks(execute=True), schema.centre(centre):
        operations.remove_photo(now=NOW)
        profile = queries.home().profile
    assert (profile.photo, profile.photo_alt, profile.photo_width, profile.photo_height) == ("", "", 0, 0)
    assert on_disk(centre) == []


def test_each_change_leaves_its_trace_and_no_change_leaves_none(centre, show):
    with schema.centre(centre):
        operations.remove_photo(now=NOW)
    first = show()
    with schema.centre(centre):
        operations.caption_photo(alt="Bengkel las", now=NOW)
        operations.remove_photo(now=NOW, by=SYSTEM)
        operations.remove_photo(now=NOW)
    assert traces(centre) == ["photo.set", "photo.captioned", "photo.removed"]
    removed = Entry.objects.get(chain=str(centre.id), action="photo.removed")
    assert removed.before == {"photo": first.photo, "photo_alt": "Bengkel las"}
    assert removed.after is None


def test_words_that_are_too_long_leave_the_old_photo_and_no_new_file(centre, show):
    profile = show()
    with pytest.raises(ValidationError):
        show("red", alt="x" * 201)
    assert on_disk(centre) == [profile.photo]
    with schema.centre(centre):
        assert queries.home().profile.photo == profile.photo


def test_a_write_that_fails_at_its_very_end_leaves_the_old_photo_and_no_new_file(centre, show, monkeypatch):
    profile = show()

    def broken(**kwargs):
        raise DatabaseError

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(DatabaseError):
        show("red")
    assert on_disk(centre) == [profile.photo]
    with schema.centre(centre):
        assert queries.home().profile.photo == profile.photo


def test_another_centre_sees_nothing_of_it(centre, other_centre, show):
    profile = show()
    with schema.centre(other_centre):
        assert queries.home().profile is None
        assert not queries.is_published(profile.photo)
        assert not queries.is_published("")
    assert on_disk(other_centre) == []
