"""A centre's inner pages over HTTP: its head, its instructor, a stranger, someone of another centre."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.accounts import operations as accounts
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.regions.models import Regency
from kernel import files, schema, uploads
from tenants.site import operations as site
from tenants.site import queries
from tests import pictures
from workflows import onboarding

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PDF = b"%PDF-1.7\nAkta rahasia\n%%EOF\n"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def sign_in(client_for):
    """A browser of someone who works in a centre, signed in on a centre's host (their own, or another's)."""

    def do(role: Role, centre: Centre, *, at: Centre | None = None) -> Client:
        user = accounts.create_user(
            name=role.label, email=f"{role}-{centre.code}-{at and at.code}@contoh.id", now=NOW, by=SYSTEM
        )
        accounts.grant(user, role, centre=centre, by=SYSTEM, now=NOW)
        client = client_for(at or centre)
        client.force_login(user, backend="hub.accounts.backends.Backend")
        return client

    return do


@pytest.fixture
def head(centre, sign_in) -> Client:
    return sign_in(Role.CENTRE_HEAD, centre)


@pytest.fixture
def instructor(centre, sign_in) -> Client:
    return sign_in(Role.INSTRUCTOR, centre)


@pytest.fixture
def paper(centre: Centre):
    with schema.centre(centre):
        return site.add_document(
            uploads.Document(PDF), title="Akta “Yayasan” 2019", kind="deed", issued_on=date(2019, 3, 1),
            expires_on=timezone.localdate() + timedelta(days=10), note="Asli di lemari", now=NOW,
        )  # fmt: skip


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def asked(client: Client, path: str) -> list[str]:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [one["sql"] for one in captured if one["sql"].startswith("SELECT")]


# ---------------------------------------------------------------- today


def test_a_new_centre_sees_what_to_do_and_what_to_set_up(head: Client):
    page = text(head.get("/ruang/"))
    assert "Periksa profil balai untuk pertama kali" in page
    assert "0 dari 10 selesai" in page
    assert 'href="/ruang/halaman/"' in page and "Isi nomor WhatsApp" in page


def test_no_link_leads_an_instructor_to_a_shut_door(instructor):
    for path in ("/ruang/", "/ruang/profil/", "/ruang/dokumen/"):
        for link in set(re.findall(r'href="(/ruang/[^"?]*)', text(instructor.get(path)))):
            assert instructor.get(link).status_code == 200, f"{path} leads to {link}"


def test_a_calm_day(centre, head, monkeypatch):
    centres.confirm_profile(centre.id, now=timezone.now())
    assert "Tidak ada yang mendesak hari ini" in text(head.get("/ruang/"))


def test_an_urgent_paper_is_on_the_desk_of_who_can_renew_it(paper, head, instructor):
    page = text(head.get("/ruang/"))
    assert "Segera berakhir: Akta “Yayasan” 2019" in page and "10 hari lagi" in page
    assert f'href="/ruang/dokumen/{paper.pk}/"' in page
    assert "Segera berakhir" not in text(instructor.get("/ruang/"))


def test_the_desk_costs_twelve_statements_at_most(paper, centre, head):
    with schema.centre(centre):
        for number in range(30):
            site.add_document(
                uploads.Document(PDF), title=f"Izin {number}", kind="licence", issued_on=None,
                expires_on=timezone.localdate(), note="", now=NOW,
            )  # fmt: skip
    statements = asked(head, "/ruang/")
    assert len(statements) <= 12, statements


# ---------------------------------------------------------------- the page


def draft(client: Client, **other):
    said = {"about": "Kami melatih.", "whatsapp": "0812 3456 7890", "opening_hours": "Senin–Jumat",
            "address": "Jalan 1", "location": "-8.0983, 112.1681", "palette": "pandan"}  # fmt: skip
    return client.post("/ruang/halaman/", {**said, **other}, follow=True)


def test_a_page_is_seen_before_it_is_published(centre, instructor, client_for):
    seen = draft(instructor)
    assert seen.redirect_chain == [("/ruang/halaman/pratinjau/", 302)]
    assert "Pengunjung belum melihat ini" in text(seen)
    assert "Kami melatih." in text(seen) and 'data-palette="pandan"' in text(seen)
    visitor = client_for(centre)
    assert "Kami melatih." not in text(visitor.get("/"))
    done = instructor.post("/ruang/halaman/terbitkan/", follow=True)
    assert done.redirect_chain == [("/", 302)]
    page = text(visitor.get("/"))
    assert "Kami melatih." in page and 'data-palette="pandan"' in page
    assert 'href="geo:-8.098300,112.168100"' in page and "query=-8.098300,112.168100" in page
    assert "https://wa.me/6281234567890" in page and "Pratinjau" not in page
    centre.refresh_from_db()
    assert centre.profile_updated_at is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"whatsapp": "abc"}, "id_whatsapp_error"),
        ({"location": "dekat masjid"}, "Salin dua angka"),
        ({"location": "52.5, 13.4"}, "bukan di Indonesia"),
        ({"location": "112.1681, -8.0983"}, "Indonesia"),
        ({"palette": "#ff0000"}, "#ff0000"),
        ({"about": "x" * 4001}, "id_about_error"),
    ],
)
def test_nothing_that_was_typed_is_lost_on_an_error(centre, head, wrong, words):
    page = text(draft(head, **{"address": "Jalan Mawar 17", **wrong}))
    assert words in page
    assert "Jalan Mawar 17" in page and "Kami melatih." in page or "about" in wrong
    with schema.centre(centre):
        assert queries.profile() is None


@pytest.mark.parametrize(
    "typed",
    [
        "-8.0983, 112.1681", "-8.0983,112.1681", "-8.0983; 112.1681",
        "https://www.google.com/maps/place/BLKK/@-8.09,112.16,17z/data=!3m1!4b1!3d-8.0983!4d112.1681",
        "https://www.google.com/maps?q=-8.0983,112.1681", "geo:-8.0983,112.1681",
    ],
)  # fmt: skip
def test_a_place_as_maps_hand_it_out(centre, head, typed):
    draft(head, location=typed)
    with schema.centre(centre):
        kept = queries.page_in_hand(queries.profile())
    assert (str(kept.latitude), str(kept.longitude)) == ("-8.098300", "112.168100")


def test_an_empty_page_may_be_published_too(centre, head):
    draft(head)
    head.post("/ruang/halaman/terbitkan/")
    draft(head, about="", whatsapp="", opening_hours="", address="", location="")
    head.post("/ruang/halaman/terbitkan/")
    with schema.centre(centre):
        assert queries.Page.published(queries.profile()) == queries.Page(palette="pandan")


def test_the_editor_goes_on_with_the_draft_and_throws_it_away_when_asked(centre, head):
    draft(head, about="Konsep pertama")
    editor = text(head.get("/ruang/halaman/"))
    assert "Konsep pertama" in editor and "Ada draf yang belum terbit" in editor
    assert "Konsep pertama" not in text(head.post("/ruang/halaman/buang/", follow=True))
    assert head.get("/ruang/halaman/pratinjau/")["Location"] == "/ruang/halaman/"


def test_a_draft_that_a_colleague_has_just_published_is_said(head):
    assert "Draf sudah tidak ada" in text(head.post("/ruang/halaman/terbitkan/", follow=True))


def test_a_draft_is_for_its_own_staff(centre, other_centre, head, sign_in, client_for):
    draft(head, about="Konsep rahasia")
    neighbour = sign_in(Role.CENTRE_HEAD, other_centre, at=centre)
    assert neighbour.get("/ruang/halaman/pratinjau/").status_code == 404
    assert client_for(centre).get("/ruang/halaman/pratinjau/").status_code == 302
    own = sign_in(Role.CENTRE_HEAD, other_centre)
    assert own.get("/ruang/halaman/pratinjau/")["Location"] == "/ruang/halaman/"
    assert "Konsep rahasia" not in text(own.get("/ruang/halaman/"))


# ---------------------------------------------------------------- news


def test_news_is_written_changed_read_and_deleted(centre, instructor, client_for):
    instructor.post("/ruang/kabar/tulis/", {"title": "Angkatan <b>baru</b>", "body": "Datang & daftar."})
    with schema.centre(centre):
        news = queries.news().get()
    visitor = client_for(centre)
    for path in ("/", "/kabar/", f"/kabar/{news.pk}/"):
        assert "Angkatan &lt;b&gt;baru&lt;/b&gt;" in text(visitor.get(path))
    page = text(visitor.get(f"/kabar/{news.pk}/"))
    assert '<meta property="og:title" content="Angkatan &lt;b&gt;baru&lt;/b&gt;">' in page
    assert '<meta property="og:description" content="Datang &amp; daftar.">' in page
    assert (
        f'<meta property="og:url" content="http://{visitor.defaults["HTTP_HOST"]}/kabar/{news.pk}/">'
        in page.replace("https://", "http://")
    )
    instructor.post(f"/ruang/kabar/{news.pk}/", {"title": "Angkatan kedua", "body": "Datang."})
    assert "Angkatan kedua" in text(visitor.get("/"))
    assert "Hapus kabar ini?" in text(instructor.get(f"/ruang/kabar/{news.pk}/hapus/"))
    assert "Angkatan kedua" in text(visitor.get("/"))
    instructor.post(f"/ruang/kabar/{news.pk}/hapus/")
    assert visitor.get(f"/kabar/{news.pk}/").status_code == 404
    assert "Angkatan kedua" not in text(visitor.get("/"))


def test_news_keeps_what_was_typed_on_an_error(head):
    page = text(head.post("/ruang/kabar/tulis/", {"title": "", "body": "Isi yang panjang"}))
    assert "Isi yang panjang" in page and "id_title_error" in page


def test_more_news_than_a_page_holds(centre, client_for):
    with schema.centre(centre):
        for number in range(12):
            site.announce(title=f"Kabar {number}", body="…", now=NOW + timedelta(hours=number))
    visitor = client_for(centre)
    assert 'href="/kabar/"' in text(visitor.get("/"))
    assert "Kabar 11" in text(visitor.get("/kabar/")) and "Kabar 1<" not in text(visitor.get("/kabar/"))
    assert "Kabar 1<" in text(visitor.get("/kabar/?halaman=2"))


def test_one_centres_news_has_no_address_at_another(centre, other_centre, sign_in, client_for):
    with schema.centre(centre):
        news = site.announce(title="Rahasia", body="…", now=NOW)
    neighbour = sign_in(Role.CENTRE_HEAD, other_centre)
    assert client_for(other_centre).get(f"/kabar/{news.pk}/").status_code == 404
    for path in (f"/ruang/kabar/{news.pk}/", f"/ruang/kabar/{news.pk}/hapus/"):
        assert neighbour.get(path).status_code == 404
        assert neighbour.post(path, {"title": "x", "body": "y"}).status_code == 404
    with schema.centre(centre):
        assert queries.news().get().title == "Rahasia"


def test_a_centre_that_is_not_open_has_no_news(centre, client_for):
    waiting = client_for(centres.register(name="BLKK Belum Buka", regency=centre.regency))
    assert waiting.get("/kabar/").status_code == 404 == waiting.get("/kabar/1/").status_code


# ---------------------------------------------------------------- the profile


def test_each_part_of_the_profile_is_written_and_counts_as_an_update(centre, head):
    parts = {
        "lembaga": {
            "foundation": "Yayasan Al-Hikmah",
            "village": "Cisurupan",
            "established": "2019",
            "seats": "32",
            "is_women_led": "true",
        },
        "izin": {"licence_kind": "nib", "licence_number": "1234", "vin": "3205-1"},
        "sarana": {"facilities": "16 mesin jahit\n2 ruang", "instructor_count": "4"},
    }
    for part, said in parts.items():
        Centre.objects.update(profile_updated_at=None)
        assert head.post(f"/ruang/profil/{part}/", said)["Location"] == "/ruang/profil/"
        centre.refresh_from_db()
        assert centre.profile_updated_at is not None, part
    page = text(head.get("/ruang/profil/"))
    for words in ("Yayasan Al-Hikmah", "Cisurupan", "2019", "1234", "3205-1", "16 mesin jahit<br>2 ruang", "365 hari"):
        assert words in page, words
    assert "9 dari 15 keterangan" in page


def test_what_was_typed_in_a_part_stays_on_an_error(head):
    page = text(head.post("/ruang/profil/lembaga/", {"foundation": "Yayasan Al-Hikmah", "established": "1066"}))
    assert "Yayasan Al-Hikmah" in page and "id_established_error" in page


def test_nothing_has_changed_is_one_button(centre, head):
    Centre.objects.filter(pk=centre.pk).update(profile_updated_at=timezone.now() - timedelta(days=360))
    assert "Tinggal 5 hari" in text(head.get("/ruang/profil/"))
    assert "Profil tercatat diperbarui hari ini" in text(head.post("/ruang/profil/pastikan/", follow=True))
    assert "Tinggal 365 hari" in text(head.get("/ruang/profil/"))


def test_an_instructor_reads_the_profile_and_finds_no_way_to_write_it(instructor):
    page = text(instructor.get("/ruang/profil/"))
    assert "Dicatat kementerian" in page
    for path in ("lembaga", "izin", "sarana", "pastikan"):
        assert f'"/ruang/profil/{path}/"' not in page
        assert instructor.post(f"/ruang/profil/{path}/").status_code == 404


def test_a_closed_centre_takes_nothing(centre, head, paper):
    centres.suspend(centre, reason="Izin", now=NOW)
    for path in ("halaman/", "halaman/terbitkan/", "kabar/tulis/", "profil/izin/", "profil/pastikan/",
                 "dokumen/tambah/", f"dokumen/{paper.pk}/", f"dokumen/{paper.pk}/hapus/"):  # fmt: skip
        assert head.post(f"/ruang/{path}", {"title": "x"}).status_code == 403, path
    assert head.get("/ruang/dokumen/").status_code == 200


# ---------------------------------------------------------------- documents


def send(client: Client, path="/ruang/dokumen/tambah/", content=PDF, **other):
    said = {"title": "Izin operasional", "kind": "licence", "issued_on": "2024-01-31", "expires_on": "2027-01-30",
            "note": "", **other}  # fmt: skip
    if content:
        said["file"] = SimpleUploadedFile("x.exe", content, "application/x-msdownload")
    return client.post(path, said)


def test_a_paper_goes_up_and_comes_down_as_it_was(centre, head, instructor):
    assert send(head)["Location"] == "/ruang/dokumen/"
    with schema.centre(centre):
        kept = queries.documents().get()
    page = text(instructor.get("/ruang/dokumen/"))
    assert "Izin operasional" in page and "30 Januari 2027" in page
    got = instructor.get(f"/ruang/dokumen/{kept.pk}/unduh/")
    assert got.content == PDF
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == 'attachment; filename="izin-operasional.pdf"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got["Cache-Control"] == "private, no-store"


def test_a_photo_of_a_paper_is_saved_and_not_shown(centre, head):
    send(head, content=pictures.plain())
    with schema.centre(centre):
        kept = queries.documents().get()
    got = head.get(f"/ruang/dokumen/{kept.pk}/unduh/")
    assert got["Content-Disposition"] == 'attachment; filename="izin-operasional.webp"'
    assert got["Cache-Control"] == "private, no-store"


def test_a_title_makes_no_header(head, centre):
    send(head, title='a"; filename="x.html\r\nSet-Cookie: a=b')
    with schema.centre(centre):
        kept = queries.documents().get()
    got = head.get(f"/ruang/dokumen/{kept.pk}/unduh/")
    assert got["Content-Disposition"] == 'attachment; filename="a-filenamexhtml-set-cookie-ab.pdf"'


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"content": b""}, "Pilih sebuah berkas."),
        ({"content": b"<html><script>"}, "Pilih berkas PDF"),
        ({"content": b"%PDF-1.7 terpotong"}, "rusak"),
        ({"content": pictures.plain(800, 600)[:900]}, "rusak"),
        ({"content": PDF + b"0" * uploads.LARGEST_PDF}, "lebih dari 10 MB"),
        ({"expires_on": "2020-01-01"}, "tidak boleh sebelum tanggal terbit"),
        ({"kind": "paspor"}, "id_kind_error"),
    ],
)
def test_what_is_refused_is_refused_in_words_and_leaves_nothing(centre, head, other, words):
    answer = send(head, **{"note": "Tetap di formulir", **other})
    assert answer.status_code == 200
    assert words in text(answer) and "Tetap di formulir" in text(answer)
    with schema.centre(centre):
        assert not queries.documents()
    assert files.names(files.folder_of(centre.id)) == []


def test_a_paper_is_replaced_and_deleted(centre, head, paper, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(head, f"/ruang/dokumen/{paper.pk}/", content=b"", title="Akta baru")
    assert head.get(f"/ruang/dokumen/{paper.pk}/unduh/").content == PDF
    with django_capture_on_commit_callbacks(execute=True):
        send(head, f"/ruang/dokumen/{paper.pk}/", content=PDF + b"2 %%EOF")
    assert head.get(f"/ruang/dokumen/{paper.pk}/unduh/").content == PDF + b"2 %%EOF"
    assert "Hapus dokumen ini?" in text(head.get(f"/ruang/dokumen/{paper.pk}/hapus/"))
    with django_capture_on_commit_callbacks(execute=True):
        head.post(f"/ruang/dokumen/{paper.pk}/hapus/")
    assert head.get(f"/ruang/dokumen/{paper.pk}/unduh/").status_code == 404
    assert files.names(files.folder_of(centre.id)) == []


def test_a_paper_is_for_the_staff_of_its_centre_alone(centre, other_centre, paper, sign_in, client_for, hub_client):
    path, by_name = f"/ruang/dokumen/{paper.pk}/unduh/", f"/berkas/{paper.file}"
    stranger = client_for(centre)
    assert stranger.get(path)["Location"].startswith("/masuk/")
    neighbour_here = sign_in(Role.CENTRE_HEAD, other_centre, at=centre)
    neighbour_there = sign_in(Role.CENTRE_HEAD, other_centre)
    participant, own_head = sign_in(Role.PARTICIPANT, centre), sign_in(Role.CENTRE_HEAD, centre)
    for client in (neighbour_here, neighbour_there, participant, hub_client):
        answer = client.get(path)
        assert answer.status_code == 404 and b"rahasia" not in answer.content
    for client in (stranger, neighbour_here, neighbour_there, participant, hub_client, own_head):
        assert client.get(by_name).status_code == 404
    assert "Yayasan” 2019" not in text(neighbour_there.get("/ruang/dokumen/"))
    for path in (f"/ruang/dokumen/{paper.pk}/", f"/ruang/dokumen/{paper.pk}/hapus/"):
        assert neighbour_there.get(path).status_code == 404 == neighbour_here.post(path).status_code
    with schema.centre(centre):
        assert queries.documents().get() == paper


def test_an_instructor_reads_and_does_not_keep(instructor, paper):
    assert instructor.get(f"/ruang/dokumen/{paper.pk}/unduh/").status_code == 200
    page = text(instructor.get("/ruang/dokumen/"))
    assert "/ruang/dokumen/tambah/" not in page and f'"/ruang/dokumen/{paper.pk}/"' not in page
    for path in ("tambah/", f"{paper.pk}/", f"{paper.pk}/hapus/"):
        assert instructor.get(f"/ruang/dokumen/{path}").status_code == 404
        assert instructor.post(f"/ruang/dokumen/{path}").status_code == 404


@pytest.mark.parametrize(
    ("state", "left"), [("expired", -1), ("soon", 0), ("soon", 30), ("later", 31), ("later", 90), ("valid", 91)]
)
def test_the_list_counts_days_as_the_document_does(centre, head, state, left):
    day = timezone.localdate() + timedelta(days=left)
    send(head, title="Dicari", issued_on="", expires_on=day.isoformat())
    for wanted in ("expired", "soon", "later", "valid", "unlimited"):
        assert ("Dicari" in text(head.get(f"/ruang/dokumen/?masa={wanted}"))) is (wanted == state)


@pytest.mark.parametrize(("order", "first"), [("validity", "Akta"), ("-validity", "Izin"), ("-title", "Izin")])
def test_the_list_sorts(head, paper, order, first):
    send(head, title="Izin", expires_on="2099-01-01")
    page = text(head.get(f"/ruang/dokumen/?urut={order}"))
    found = re.findall(r'<th scope="row"><a[^>]*>(Akta|Izin)', page)
    assert found[0] == first and len(found) == 2


def test_the_list_goes_into_a_spreadsheet(head, paper):
    book = openpyxl.load_workbook(io.BytesIO(head.get("/ruang/dokumen/?unduh=xlsx").content))
    rows = [[cell.value for cell in row] for row in book.active.rows]
    assert rows[0][:4] == ["Dokumen", "Jenis", "Status", "Berlaku sampai"]
    assert rows[1][:3] == ["Akta “Yayasan” 2019", "Akta yayasan", "Berakhir dalam 30 hari"]
    assert rows[1][3] == paper.expires_on.isoformat()


def test_too_many_uploads_in_an_hour_are_stopped_before_they_are_looked_at(head, settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "upload": "2/h/user"}
    looked = []
    monkeypatch.setattr(uploads, "_kind", lambda content: looked.append(1))
    assert [send(head, content=b"x").status_code for _number in range(4)] == [200, 200, 429, 429]
    assert len(looked) == 2


# ---------------------------------------------------------------- what the public gets


def test_the_public_page_costs_eight_statements_at_most_and_says_itself_in_a_chat(centre, head, client_for):
    draft(head)
    head.post("/ruang/halaman/terbitkan/")
    with schema.centre(centre):
        site.show_photo(uploads.picture(io.BytesIO(pictures.plain())), alt="Gedung", now=NOW)
        for number in range(8):
            site.announce(title=f"Kabar {number}", body="…", now=NOW)
    visitor = client_for(centre)
    for path in ("/", "/kabar/"):
        statements = asked(visitor, path)
        assert len(statements) <= 8, statements
    page = text(visitor.get("/"))
    assert f'<meta property="og:title" content="{centre.name}">' in page
    assert '<meta property="og:description" content="Kami melatih.">' in page
    [image] = re.findall(r'<meta property="og:image" content="https?://([^"]+)">', page)
    host, _slash, path = image.partition("/")
    assert host == visitor.defaults["HTTP_HOST"] and visitor.get(f"/{path}")["Content-Type"] == "image/webp"
    assert not re.search(r'(?:src|data-src)="(?:https?:)?//', page)


def test_staff_see_the_day_of_their_own_place(sign_in):
    """Two hours before midnight in the capital it is tomorrow in Jayapura: what ends today has ended there."""
    east = onboarding.bring_live(centres.register(name="BLKK Sentani", regency=Regency.objects.get(pk="91.03")))
    head = sign_in(Role.CENTRE_HEAD, east)
    there = timezone.now().astimezone(east.zone).date()
    send(head, title="Izin timur", issued_on="", expires_on=(there - timedelta(days=1)).isoformat())
    assert "Perbarui: Izin timur" in text(head.get("/ruang/"))
    assert "Izin timur" in text(head.get("/ruang/dokumen/?masa=expired"))
