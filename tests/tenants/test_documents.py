"""A centre's papers: kept whole, replaced without a rest, apart from every other centre's."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from hub.audit.models import Entry
from kernel import files, schema, uploads
from tenants.site import operations, queries
from tenants.site.models import Document, Validity
from tests import pictures

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PDF = b"%PDF-1.7\nizin\n%%EOF\n"


def paper(content: bytes = PDF) -> uploads.Picture | uploads.Document:
    return uploads.paper(io.BytesIO(content))


def said(**other) -> dict:
    return {"title": "Izin", "kind": "licence", "issued_on": None, "expires_on": None, "note": "", "now": NOW, **other}


@pytest.fixture
def added(centre) -> Document:
    with schema.centre(centre):
        return operations.add_document(paper(), **said(expires_on=TODAY, note="Asli di lemari Bu Siti"))


def on_disk(centre) -> list[str]:
    return files.names(files.folder_of(centre.id))


def traces(centre) -> list[Entry]:
    return list(Entry.objects.filter(chain=str(centre.id)).order_by("number"))


@pytest.mark.parametrize(
    ("left", "validity"),
    [
        (-1, Validity.EXPIRED), (0, Validity.SOON), (30, Validity.SOON), (31, Validity.LATER), (90, Validity.LATER),
        (91, Validity.VALID), (None, Validity.UNLIMITED),
    ],
)  # fmt: skip
def test_the_last_valid_day_still_counts(left, validity):
    document = Document(expires_on=None if left is None else TODAY + timedelta(days=left))
    assert document.validity(TODAY) == validity
    assert document.days_left(TODAY) == left


def test_a_pdf_is_kept_as_it_came_and_a_photo_is_written_anew(centre, added):
    with schema.centre(centre):
        assert (files.read(added.file), added.size) == (PDF, len(PDF))
        photo = operations.add_document(paper(pictures.from_a_phone()), **said(title="Foto akta"))
        got = files.read(photo.file)
    assert pictures.opened(got).format == "WEBP" and b"Rahasia" not in got
    assert max(pictures.opened(got).size) == 2400
    assert photo.size == len(got)


@pytest.mark.parametrize("content", [b"<html>", b"GIF89a", b"PK\x03\x04", b""])
def test_what_is_no_paper_is_refused(content):
    with pytest.raises(uploads.WrongKind, match="PDF"):
        paper(content)


def test_a_pdf_that_is_cut_off_or_too_large_is_refused():
    with pytest.raises(uploads.Unreadable):
        paper(b"%PDF-1.7\nizin")
    with pytest.raises(uploads.TooLarge):
        paper(PDF + b"0" * uploads.LARGEST_PDF)


def test_what_expires_first_is_on_top_and_what_never_does_at_the_end(centre):
    with schema.centre(centre):
        for title, day in (("Akta", None), ("MoU", TODAY + timedelta(days=9)), ("Izin", TODAY - timedelta(days=9))):
            operations.add_document(paper(), **said(title=title, expires_on=day))
        assert [one.title for one in queries.documents()] == ["Izin", "MoU", "Akta"]


def test_a_new_file_takes_the_place_and_the_disk_of_the_old(centre, added, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), schema.centre(centre):
        changed = operations.change_document(added, paper(PDF + b"%%EOF"), **said(title="Izin baru"))
    assert on_disk(centre) == [changed.file] != [added.file]
    assert [entry.action for entry in traces(centre)] == ["document.added", "document.replaced"]


def test_words_change_without_the_file(centre, added, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), schema.centre(centre):
        changed = operations.change_document(added, None, **said(title="Izin baru"))
    assert (changed.file, on_disk(centre)) == (added.file, [added.file])
    assert traces(centre)[1].action == "document.changed"
    assert (traces(centre)[1].before["title"], traces(centre)[1].after["title"]) == ("Izin", "Izin baru")


def test_a_removed_document_leaves_no_file(centre, added, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), schema.centre(centre):
        operations.remove_document(added, now=NOW)
        assert not queries.documents()
    assert on_disk(centre) == []
    assert traces(centre)[-1].action == "document.removed"


def test_the_trail_says_nothing_of_the_note(centre, added):
    assert "lemari" not in str([(entry.before, entry.after) for entry in traces(centre)])


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"title": "x" * 151}, {"kind": "paspor"}, {"issued_on": TODAY, "expires_on": date(2020, 1, 1)}],
)
def test_bad_input_keeps_neither_row_nor_file(centre, added, wrong):
    with schema.centre(centre):
        with pytest.raises(ValidationError):
            operations.add_document(paper(), **said(**wrong))
        with pytest.raises(ValidationError):
            operations.change_document(added, paper(), **said(**wrong))
        assert queries.documents().get().title == "Izin"
    assert on_disk(centre) == [added.file]


def test_another_centre_has_none_of_it(centre, other_centre, added):
    with schema.centre(other_centre):
        assert not queries.documents()
        with pytest.raises(queries.NotVisible):
            queries.document(added.pk)
        with pytest.raises(FileNotFoundError):
            files.read(added.file)
    assert on_disk(other_centre) == []
