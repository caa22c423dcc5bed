"""A centre's photo over HTTP: from a phone to the centre's page, and nowhere else."""

import io
import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.accounts import operations as accounts
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import operations as centres
from hub.centres.models import Centre
from kernel import files, schema, uploads
from tenants.site import operations as site
from tests import pictures

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PAGE = "/ruang/halaman/foto/"
REMOVE = "/ruang/halaman/foto/hapus/"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def head(centre: Centre, centre_client: Client) -> Client:
    """The head of the centre, signed in on its host."""
    user = accounts.create_user(name="Siti", email="siti@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    centre_client.force_login(user, backend="hub.accounts.backends.Backend")
    return centre_client


@pytest.fixture
def shown(centre: Centre) -> str:
    """The name of the photo that the centre shows."""
    with schema.centre(centre):
        picture = uploads.picture(io.BytesIO(pictures.plain(300, 200)))
        return site.show_photo(picture, alt="Peserta <menjahit>", now=NOW).photo


def send(client: Client, content: bytes = b"", *, alt="Gedung balai", name="foto.jpg", kind="image/jpeg", **more):
    data = {"alt": alt}
    if content:
        data["photo"] = SimpleUploadedFile(name, content, kind)
    return client.post(PAGE, data, **more)


def photo_of(centre: Centre) -> str:
    with schema.centre(centre):
        profile = site.Profile.objects.first()
    return profile.photo if profile else ""


def on_disk(centre: Centre) -> list[str]:
    return files.names(files.folder_of(centre.id))


# ---------------------------------------------------------------- up


def test_a_phones_picture_stands_on_the_page(head: Client, centre: Centre) -> None:
    answer = send(head, pictures.from_a_phone(turned=True), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/", 302)]
    [image] = re.findall(r'<img [^>]*src="/berkas/[^>]*>', page)
    assert f'src="/berkas/{photo_of(centre)}"' in image
    assert 'width="900" height="1200"' in image
    assert 'alt="Gedung balai"' in image and 'loading="lazy"' in image
    assert "Tersimpan" in page


def test_the_file_that_everybody_gets_is_the_one_we_wrote(head: Client, centre: Centre, client_for) -> None:
    send(head, pictures.from_a_phone() + b"<?php ?>", name="x.php", kind="application/x-php")
    got = client_for(centre).get(f"/berkas/{photo_of(centre)}").content
    assert pictures.opened(got).format == "WEBP"
    assert b"Rahasia" not in got and b"php" not in got


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><script>alert(1)</script>", "bukan gambar"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "bukan gambar"),
        (b"GIF89a/*\0\0*/=1;alert(1)//", "bukan gambar"),
        (b"%PDF-1.7\n%%EOF", "bukan gambar"),
        (b"\0\0\0\x1cftypheic", "bukan gambar"),
        (pictures.plain(800, 600)[:900], "rusak"),
        (b"\xff\xd8\xff" + b"\0" * 8_500_000, "lebih dari 8 MB"),
        (b"\xff\xd8\xff" + b"\0" * 30_000_000, "lebih dari 8 MB"),
    ],
    ids=["html", "svg", "gif", "pdf", "heic", "cut off", "too large", "much too large"],
)
def test_what_is_refused_is_refused_in_words_and_leaves_nothing(head, centre, content, words) -> None:
    answer = send(head, content, alt="Tetap di formulir")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert "Tetap di formulir" in page
    assert photo_of(centre) == "" and on_disk(centre) == []


@pytest.mark.parametrize("content", [b"", pictures.plain()])
def test_a_photo_needs_a_file_and_words(head: Client, centre: Centre, content: bytes) -> None:
    page = send(head, content, alt="" if content else "Gedung").content.decode()
    assert ('id="id_alt_error"' if content else "Pilih sebuah foto.") in page
    assert photo_of(centre) == ""


def test_words_change_without_another_file(head: Client, centre: Centre, shown: str) -> None:
    page = send(head, alt="Bengkel las", follow=True).content.decode()
    assert photo_of(centre) == shown
    assert 'alt="Bengkel las"' in page and "menjahit" not in page


def test_a_photo_that_a_colleague_has_just_removed_cannot_get_new_words(head, centre, shown, monkeypatch) -> None:
    def gone(**kwargs):
        raise site.PhotoMissing("Pilih sebuah foto.")

    monkeypatch.setattr(site, "caption_photo", gone)
    answer = send(head, alt="Bengkel las")
    assert answer.status_code == 200 and "Pilih sebuah foto." in answer.content.decode()


def test_a_new_photo_takes_the_place_and_the_disk_of_the_old(
    head: Client, centre: Centre, shown: str, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send(head, pictures.plain(90, 60, "red"))
    assert photo_of(centre) != shown
    assert on_disk(centre) == [photo_of(centre)]
    assert head.get(f"/berkas/{shown}").status_code == 404


def test_a_removed_photo_is_gone_from_page_address_and_disk(
    head: Client, centre: Centre, shown: str, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = head.post(REMOVE, follow=True)
    assert answer.status_code == 200 and "Foto sudah dihapus." in answer.content.decode()
    assert head.get(f"/berkas/{shown}").status_code == 404
    assert "/berkas/" not in head.get("/").content.decode()
    assert on_disk(centre) == []


def test_too_many_uploads_in_an_hour_are_stopped_before_they_are_looked_at(head, settings, monkeypatch) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "upload": "2/h/user"}
    looked = []
    monkeypatch.setattr(uploads, "_kind", lambda content: looked.append(1))
    assert [send(head, b"x" * 10).status_code for _number in range(4)] == [200, 200, 429, 429]
    assert len(looked) == 2


@pytest.mark.parametrize("bring", [centres.suspend, centres.archive])
def test_a_closed_centre_takes_no_photo_and_shows_the_one_it_has(head, centre, shown, bring) -> None:
    bring(centre, reason="Izin", now=NOW)
    assert send(head, pictures.plain(colour="red")).status_code == 403
    assert head.post(REMOVE).status_code == 403
    assert photo_of(centre) == shown and on_disk(centre) == [shown]
    assert head.get(f"/berkas/{shown}").status_code == 200


def test_strangers_and_people_of_other_centres_upload_nothing(centre, other_centre, client_for) -> None:
    other_head = accounts.create_user(name="Lain", email="lain@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(other_head, Role.CENTRE_HEAD, centre=other_centre, by=SYSTEM, now=NOW)
    client = client_for(centre)
    assert send(client, pictures.plain()).status_code == 302
    client.force_login(other_head, backend="hub.accounts.backends.Backend")
    assert send(client, pictures.plain()).status_code == 404
    assert photo_of(centre) == "" and on_disk(centre) == [] == on_disk(other_centre)


def test_a_form_without_its_token_uploads_nothing(head: Client, centre: Centre) -> None:
    head.handler.enforce_csrf_checks = True
    assert send(head, pictures.plain()).status_code == 403
    assert photo_of(centre) == "" and on_disk(centre) == []


# ---------------------------------------------------------------- down


def test_a_photo_is_handed_out_so_that_a_browser_only_shows_it(shown: str, centre_client: Client) -> None:
    answer = centre_client.get(f"/berkas/{shown}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Disposition"] == f'inline; filename="{shown}"'
    assert answer["Cache-Control"] == "public, max-age=2592000, immutable"
    assert int(answer["Content-Length"]) == len(answer.content)
    assert not answer.cookies
    assert centre_client.head(f"/berkas/{shown}").content == b""


def test_what_we_did_not_encode_is_only_saved(centre: Centre, centre_client: Client) -> None:
    with schema.centre(centre), files.kept(uploads.Document(b"%PDF-1.7\n%%EOF")) as name:
        site.Profile.objects.create(photo=name, updated_at=NOW)
    answer = centre_client.get(f"/berkas/{name}")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_file_that_no_row_shows_is_not_there(centre: Centre, head: Client) -> None:
    with schema.centre(centre), files.kept(uploads.Document(b"%PDF-1.7\n%%EOF")) as name:
        pass
    assert on_disk(centre) == [name]
    assert head.get(f"/berkas/{name}").status_code == 404


def test_a_row_whose_file_is_lost_is_404_and_the_page_still_comes(centre, shown, centre_client) -> None:
    (files.folder_of(centre.id) / shown[:2] / shown).unlink()
    assert centre_client.get(f"/berkas/{shown}").status_code == 404
    assert centre_client.get("/").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "x.webp", "%2e%2e%2fsecret-key", "..%5cx", "%00.webp", f"{'0' * 32}.webp%00", f"{'0' * 32}.html",
     "..%2f..%2fsecret-key", f"%2e%2e/{'0' * 32}.webp", f"{'0' * 32}.webp/", "a" * 3000],
)  # fmt: skip
def test_names_that_lead_elsewhere_lead_nowhere(name: str, shown: str, centre_client: Client) -> None:
    assert centre_client.get(f"/berkas/{name}").status_code == 404


# ---------------------------------------------------------------- apart


def test_another_centre_has_neither_the_photo_nor_a_word_of_it(
    shown: str, centre: Centre, other_centre: Centre, client_for, hub_client: Client
) -> None:
    assert client_for(centre).get(f"/berkas/{shown}").status_code == 200
    for client in (client_for(other_centre), hub_client):
        assert client.get(f"/berkas/{shown}").status_code == 404
        page = client.get("/").content.decode()
        assert shown not in page and "menjahit" not in page


def test_a_row_that_names_another_centres_file_shows_nothing(shown, centre, other_centre, client_for) -> None:
    """Even if a row were forged: the folder follows from the host."""
    with schema.centre(other_centre):
        site.Profile.objects.create(photo=shown, updated_at=NOW)
    assert client_for(other_centre).get(f"/berkas/{shown}").status_code == 404


def test_removing_here_removes_nothing_there(shown, centre, other_centre, head, django_capture_on_commit_callbacks):
    with schema.centre(other_centre):
        theirs = site.show_photo(uploads.picture(io.BytesIO(pictures.plain())), alt="Lain", now=NOW).photo
    with django_capture_on_commit_callbacks(execute=True):
        head.post(REMOVE)
    assert on_disk(centre) == [] and on_disk(other_centre) == [theirs]
    assert photo_of(other_centre) == theirs


def test_a_centre_that_is_not_open_has_no_files(centre: Centre, shown: str, client_for) -> None:
    waiting = centres.register(name="BLKK Belum Buka", regency=centre.regency)
    assert client_for(waiting).get(f"/berkas/{shown}").status_code == 404


def test_words_are_shown_as_words(shown: str, centre_client: Client) -> None:
    page = centre_client.get("/").content.decode()
    assert "Peserta &lt;menjahit&gt;" in page and "<menjahit>" not in page


def test_the_photo_costs_the_page_no_statement(shown: str, centre_client: Client) -> None:
    centre_client.get("/")
    with CaptureQueriesContext(connection) as captured:
        centre_client.get("/")
    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT") and "domain" not in query["sql"]]
    assert len(asked) <= 4, asked
