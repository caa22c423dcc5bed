"""A centre applies, is asked, answers and is let in, over HTTP; and one of the register claims its space by a code."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hub.accounts.models import Invitation
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres.models import Centre, State
from hub.intake import operations, queries
from hub.intake.models import Application, PaperKind
from tests.intake import NOW, PDF, begun, document, facts, official, registered, sent, who
from workflows import admission

from .conftest import ministry_client

START = "/daftar-balai/mulai/"
PAGES = {
    "tempat": {"regency": "35.05", "village": "Sumberagung", "address": "Jalan Melati 3"},
    "izin": {"licence_kind": "nib", "licence_number": "912", "vin": "V-77"},
    "kejuruan": {"fields_taught": ["las", "tik"]},
    "sarana": {"facilities": "Bengkel las", "seats": "16"},
    "orang": {
        "head_name": "Rini", "is_women_led": "on", "head_email": "rini@contoh.id", "head_phone": "0812 3456 7890",
        "instructor_count": "4",
    },
}  # fmt: skip
FIRST = {"name": "BLKK Sumber Ilmu", "foundation": "Yayasan Sumber Ilmu", "established": "2021", "contact_email": ""}


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def begin(client: Client, **said: str) -> str:
    """The address of a new application's status."""
    answer = client.post(START, {**FIRST, **said})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].removesuffix("isi/tempat/")


def paper(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("izin.pdf", content, "application/pdf")


def fill(client: Client, link: str, *, upto: str = "dokumen") -> None:
    for word, said in PAGES.items():
        answer = client.post(f"{link}isi/{word}/", said)
        assert answer.status_code == 302, (word, answer.content.decode())
        if word == upto:
            return
    assert client.post(f"{link}isi/dokumen/", {"paper_licence": paper()}).status_code == 302


def send(client: Client, link: str) -> Application:
    assert client.post(f"{link}isi/periksa/", {"agree": "on"})["Location"] == link
    return Application.objects.latest("created_at")


# ---------------------------------------------------------------- the applicant


def test_from_the_first_page_to_sent(hub_client):
    link = begin(hub_client)
    fill(hub_client, link)
    last = page(hub_client, f"{link}isi/periksa/")
    for said in ("BLKK Sumber Ilmu", "Kab. Blitar", "Teknik Las", "Sudah diunggah", "+6281234567890", "Versi 1"):
        assert said in last
    application = send(hub_client, link)
    assert application.state == "sent" and application.regency_id == "35.05"
    said = queries.facts_of(application)
    assert said == facts(contact_email="")
    assert "Sudah dikirim" in page(hub_client, link)
    [letter] = mail.outbox
    assert letter.to == ["rini@contoh.id"] and application.code in letter.body
    again = re.search(r"/daftar-balai/[\w-]{43}/", letter.body)
    assert again and again[0] != link and "Sudah dikirim" in page(hub_client, again[0])


def test_it_is_gone_on_with_in_another_browser_by_its_link_alone(hub_client):
    link = begin(hub_client, contact_email="Admin@Contoh.id")
    fill(hub_client, link, upto="izin")
    other = Client(HTTP_HOST="balai.localhost")
    assert f"{link}isi/kejuruan/" in page(other, link)
    assert other.get(f"{link}isi/periksa/")["Location"] == f"{link}isi/kejuruan/"
    assert 'value="BLKK Sumber Ilmu"' in page(other, f"{link}isi/lembaga/")
    [letter] = mail.outbox
    assert letter.to == ["admin@contoh.id"] and "BLKK Sumber Ilmu" in letter.body
    for wrong in (f"/daftar-balai/{'x' * 43}/", f"/daftar-balai/{Application.objects.get().pk}/"):
        assert other.get(wrong).status_code == 404


def test_the_pages_are_nobodys_to_keep_or_find(hub_client):
    link = begin(hub_client)
    answer = hub_client.get(link)
    assert "no-store" in answer["Cache-Control"] and 'name="robots" content="noindex"' in answer.content.decode()


@pytest.mark.parametrize(
    ("word", "change", "field"),
    [
        ("tempat", {"regency": "99.99"}, "regency"), ("tempat", {"village": ""}, "village"),
        ("izin", {"licence_kind": ""}, "licence_kind"), ("kejuruan", {"fields_taught": []}, "fields_taught"),
        ("sarana", {"seats": "0"}, "seats"), ("sarana", {"seats": "banyak"}, "seats"),
        ("orang", {"head_phone": "123"}, "head_phone"),
        ("orang", {"head_email": "", "head_phone": ""}, "head_email"),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field_and_what_was_typed_stays(word, change, field, hub_client):
    link = begin(hub_client)
    for earlier, said in PAGES.items():
        if earlier == word:
            break
        hub_client.post(f"{link}isi/{earlier}/", said)
    answer = hub_client.post(f"{link}isi/{word}/", {**PAGES[word], **change})
    assert answer.status_code == 200 and f"id_{field}_error" in answer.content.decode()


def test_a_document_is_judged_by_its_bytes_and_the_licence_is_needed_where_there_is_one(hub_client):
    link = begin(hub_client)
    fill(hub_client, link, upto="orang")
    wrong = hub_client.post(f"{link}isi/dokumen/", {"paper_licence": paper(b"<html>")})
    assert "id_paper_licence_error" in wrong.content.decode()
    assert "id_paper_licence_error" in hub_client.post(f"{link}isi/dokumen/", {}).content.decode()
    hub_client.post(f"{link}isi/izin/", {**PAGES["izin"], "licence_kind": "none"})
    assert hub_client.post(f"{link}isi/dokumen/", {}).status_code == 302
    assert hub_client.post(f"{link}isi/dokumen/", {"paper_other": paper()}).status_code == 302
    stored = Application.objects.get().papers.get()
    answer = hub_client.get(f"{link}berkas/{stored.file}")
    assert answer.content == PDF and answer["Content-Disposition"].startswith("attachment")
    assert hub_client.get(f"{begin(hub_client)}berkas/{stored.file}").status_code == 404, "another's link opens nothing"


def test_without_consent_nothing_is_sent(hub_client):
    link = begin(hub_client)
    fill(hub_client, link)
    assert "id_agree_error" in hub_client.post(f"{link}isi/periksa/", {}).content.decode()
    assert Application.objects.get().state == "draft"


def test_who_may_be_in_the_register_is_led_to_claim_it(hub_client):
    row = registered()
    hidden = sent(name="BLKK Sumber Ilmu Rahasia")
    link = begin(hub_client)
    hub_client.post(f"{link}isi/tempat/", PAGES["tempat"])
    text = page(hub_client, f"{link}isi/izin/")
    assert row.name in text and f"/klaim/{row.code}/" in text
    assert hidden.name not in text, "Another's application is not shown."


def test_a_draft_can_be_discarded_and_what_was_sent_withdrawn(hub_client):
    link = begin(hub_client)
    assert hub_client.post(f"{link}buang/")["Location"] == "/daftar-balai/"
    assert not Application.objects.exists() and hub_client.get(link).status_code == 404
    link = begin(hub_client)
    fill(hub_client, link)
    application = send(hub_client, link)
    assert hub_client.post(f"{link}buang/")["Location"] == link
    hub_client.post(f"{link}tarik/")
    application.refresh_from_db()
    assert application.state == "withdrawn" and not application.papers.exists()
    assert hub_client.get(f"{link}isi/lembaga/")["Location"] == link


def test_what_is_asked_stands_beside_the_field_and_is_answered(hub_client):
    link = begin(hub_client)
    fill(hub_client, link)
    application, ani = send(hub_client, link), official()
    remarks = {"vin": "Nomor ini milik balai lain.", "paper_licence": "Fotonya buram."}
    operations.ask_back(application, remarks=remarks, note="Tinggal dua hal.", **{**who(ani), "now": timezone.now()})
    status = page(hub_client, link)
    for said in ("Tinggal dua hal.", "Nomor ini milik balai lain.", f"{link}isi/izin/", f"{link}isi/dokumen/"):
        assert said in status
    assert ani.name not in status, "The applicant is not told who of the ministry asks."
    assert "Nomor ini milik balai lain." in page(hub_client, f"{link}isi/izin/")
    assert "Fotonya buram." in page(hub_client, f"{link}isi/periksa/")
    answer = hub_client.post(f"{link}isi/izin/", {**PAGES["izin"], "vin": "V-78", "ringkas": "1"})
    assert answer["Location"] == f"{link}isi/periksa/", "One fixes one thing, and need not go through the rest."
    application = send(hub_client, link)
    assert (application.state, application.vin, application.taken_by) == ("taken", "V-78", ani)
    assert "vin" in application.moments.last().about


def test_an_approved_applicant_can_have_the_head_invited_anew(hub_client):
    application, token = begun()
    operations.send(application, facts(), now=NOW)
    admission.approve(application, **{**who(official()), "now": timezone.now()})
    assert "Kirim undangannya lagi" in page(hub_client, f"/daftar-balai/{token}/")
    hub_client.post(f"/daftar-balai/{token}/undangan/")
    assert mail.outbox[-1].to == ["rini@contoh.id"] and "/undangan/" in mail.outbox[-1].body
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_a_head_without_e_mail_makes_the_account_from_the_status_page(hub_client):
    application, token = begun()
    operations.send(application, facts(head_email=""), now=NOW)
    admission.approve(application, **{**who(official()), "now": timezone.now()})
    target = hub_client.post(f"/daftar-balai/{token}/undangan/")["Location"]
    assert "Sumber Ilmu" in page(hub_client, target)
    assert mail.outbox == []


def test_too_many_applications_from_one_address_ask_for_patience(hub_client):
    answers = [hub_client.post(START, FIRST).status_code for _ in range(32)]
    assert answers[:30] == [302] * 30 and answers[30:] == [429, 429]


def test_nobody_is_flooded_with_mail(hub_client):
    for _ in range(8):
        begin(hub_client, contact_email="korban@contoh.id")
    assert len(mail.outbox) == 5


def test_a_page_costs_a_fixed_number_of_statements(hub_client, django_assert_num_queries):
    link = begin(hub_client)
    fill(hub_client, link)
    # schema, link with application, papers, likely centres, and to check: regencies, the chosen one, fields
    with django_assert_num_queries(7):
        hub_client.get(f"{link}isi/izin/")
    send(hub_client, link)
    with django_assert_num_queries(3):  # schema, link with application, moments
        hub_client.get(link)


# ---------------------------------------------------------------- the ministry


@pytest.fixture
def desk() -> Client:
    return ministry_client((Role.PROGRAMME_OFFICER, []))


def room(application: Application, word: str = "") -> str:
    return f"/kementerian/pendaftaran/{application.pk}/{word}"


def test_the_queue_holds_what_waits_and_filters_the_rest(desk):
    waiting, asked = sent(), sent(name="BLKK Ditanya")
    operations.ask_back(asked, remarks={"vin": "?"}, note="", **who(official()))
    begun()
    text = page(desk, "/kementerian/pendaftaran/")
    assert waiting.name in text and asked.name not in text
    assert asked.name in page(desk, "/kementerian/pendaftaran/?keadaan=asked")
    both = page(desk, "/kementerian/pendaftaran/?keadaan=semua")
    assert waiting.name in both and asked.name in both
    for query in ("cari=Ditanya&keadaan=semua", f"cari={asked.code}&keadaan=semua", "provinsi=35&keadaan=asked"):
        assert asked.name in page(desk, f"/kementerian/pendaftaran/?{query}")
    for query in ("petugas=saya", "cari=tidakada", "provinsi=11"):
        assert waiting.name not in page(desk, f"/kementerian/pendaftaran/?{query}")
    file = desk.get("/kementerian/pendaftaran/?keadaan=semua&unduh=csv").content.decode()
    assert waiting.name in file and "rini@contoh.id" not in file and "Rini" not in file


def test_a_late_one_is_called_late_everywhere(desk):
    late = sent(now=timezone.now() - timedelta(days=30))
    sent(now=timezone.now(), name="BLKK Baru")
    assert late.name in page(desk, "/kementerian/pendaftaran/?tenggat=late")
    assert "BLKK Baru" not in page(desk, "/kementerian/pendaftaran/?tenggat=late")
    assert "hari kerja" in page(desk, room(late))
    home = page(desk, "/kementerian/")
    assert "2 balai menunggu jawaban" in home and "1 di antaranya terlambat" in home


def test_a_provincial_officer_meets_nothing_of_another_province(db):
    officer = ministry_client((Role.PROVINCIAL_OFFICER, ["33"]))
    application = sent()
    draft, _token = begun()
    file = operations.add_paper(draft, PaperKind.LICENCE, document(), now=NOW).file
    operations.send(draft, facts(), now=NOW)
    assert application.name not in page(officer, "/kementerian/pendaftaran/?keadaan=semua")
    assert application.name not in officer.get("/kementerian/pendaftaran/?keadaan=semua&unduh=csv").content.decode()
    for word in ("", "tanya/", "setujui/", "tolak/"):
        assert officer.get(room(application, word)).status_code == 404
    for word in ("ambil/", "lepas/", "tanya/", "setujui/", "tolak/"):
        assert officer.post(room(application, word), {"into": "baru", "reason": "x" * 20}).status_code == 404
    assert officer.get(room(draft, f"berkas/{file}")).status_code == 404
    assert "menunggu jawaban" not in page(officer, "/kementerian/")
    application.refresh_from_db()
    assert application.state == "sent"


def test_taken_handed_back_and_taken_over(desk):
    application = sent()
    desk.post(room(application, "ambil/"))
    colleague = ministry_client((Role.SUPER_ADMIN, []))
    text = page(colleague, room(application))
    assert "Ambil alih" in text and "setujui/" not in text
    assert "Ratna sedang memeriksanya" in colleague.post(
        room(application, "tolak/"), {"reason": "Bukan balai latihan."}
    ).content.decode()  # fmt: skip
    colleague.post(room(application, "ambil/"), {"alih": "1"})
    colleague.post(room(application, "lepas/"))
    application.refresh_from_db()
    assert (application.state, application.taken_by) == ("sent", None)


def test_asked_back_with_remarks_the_applicant_is_told(desk):
    application = sent()
    empty = desk.post(room(application, "tanya/"), {"note": " "})
    assert "paling sedikit satu catatan" in empty.content.decode()
    answer = desk.post(room(application, "tanya/"), {"vin": "Nomor ini milik balai lain.", "note": ""})
    assert answer["Location"] == room(application)
    application.refresh_from_db()
    assert queries.remarks_of(application) == {"vin": "Nomor ini milik balai lain."}
    assert mail.outbox[-1].to == ["rini@contoh.id"] and "/daftar-balai/" in mail.outbox[-1].body
    assert "Nomor ini milik balai lain." in page(desk, room(application))


def test_rejected_with_a_reason_that_the_applicant_reads(desk):
    application = sent()
    assert "id_reason_error" in desk.post(room(application, "tolak/"), {"reason": "Tidak"}).content.decode()
    desk.post(room(application, "tolak/"), {"reason": "Ini kursus mengemudi."})
    assert "Ini kursus mengemudi." in mail.outbox[-1].body
    assert "Ini kursus mengemudi." in page(desk, room(application))


def test_approved_as_a_new_centre_the_head_is_welcomed(desk):
    application = sent()
    assert 'value="sumber-ilmu"' in page(desk, room(application, "setujui/"))
    assert "id_slug_error" in desk.post(
        room(application, "setujui/"), {"into": "baru", "slug": "kementerian"}
    ).content.decode()  # fmt: skip
    answer = desk.post(room(application, "setujui/"), {"into": "baru", "slug": "sumber-ilmu"})
    assert answer["Location"] == room(application)
    assert Centre.objects.get(slug="sumber-ilmu").state == State.ACTIVE
    assert Client(HTTP_HOST="sumber-ilmu.balai.localhost").get("/").status_code == 200
    assert mail.outbox[-1].to == ["rini@contoh.id"] and "/undangan/" in mail.outbox[-1].body
    again = desk.post(room(application, "setujui/"), {"into": "baru", "slug": "lain"})
    assert "tidak lagi menunggu" in again.content.decode()


def test_a_namesake_is_compared_side_by_side_and_joined(desk):
    row, application = registered(), sent()
    assert row.name in page(desk, room(application))
    compared = page(desk, room(application, "setujui/"))
    assert row.name in compared and "Yayasan Sumber Ilmu" in compared
    assert "id_into_error" in desk.post(room(application, "setujui/"), {"slug": "x"}).content.decode()
    desk.post(room(application, "setujui/"), {"into": row.code, "slug": ""})
    row.refresh_from_db()
    application.refresh_from_db()
    assert row.state == State.ACTIVE and application.centre == row


def test_another_row_is_found_by_its_code(desk):
    row, application = registered("Sama Sekali Lain", "33.21"), sent()
    assert row.name in page(desk, f"{room(application, 'setujui/')}?kode={row.code.upper()}")
    desk.post(room(application, "setujui/"), {"into": row.code})
    application.refresh_from_db()
    assert application.centre == row


def test_a_head_without_e_mail_is_invited_by_hand(desk):
    application = sent(head_email="")
    answer = desk.post(room(application, "setujui/"), {"into": "baru", "slug": "sumber-ilmu"})
    assert "wa.me" in answer.content.decode() and "/undangan/" in answer.content.decode()
    assert mail.outbox == []


def test_a_document_is_opened_and_that_it_was_stands_in_the_trail(desk):
    application, _token = begun()
    file = operations.add_paper(application, PaperKind.LICENCE, document(), now=NOW).file
    assert desk.get(room(application, f"berkas/{file}")).status_code == 404, "A draft is nobody's to read."
    operations.send(application, facts(), now=NOW)
    answer = desk.get(room(application, f"berkas/{file}"))
    assert answer.content == PDF and "no-store" in answer["Cache-Control"]
    assert Entry.objects.get(action="intake.paper_opened").actor_name == "Ratna"


def test_the_ministrys_pages_cost_a_fixed_number_of_statements(desk, django_assert_num_queries):
    application = sent()
    # schema, session, person with roles; provinces, count, rows, counts of the tabs
    with django_assert_num_queries(7):
        desk.get("/kementerian/pendaftaran/")
    for number in range(5):
        sent(name=f"BLKK Lain {number}")
    with django_assert_num_queries(7):
        desk.get("/kementerian/pendaftaran/")
    # schema, session, person with roles; application, moments, fields, papers, two for duplicates
    with django_assert_num_queries(9):
        desk.get(room(application))


# ---------------------------------------------------------------- codes


def test_a_code_is_shown_once_and_claims_the_space(desk, hub_client):
    row = registered()
    assert "Terbitkan kode" in page(desk, f"/kementerian/balai/{row.code}/kode/")
    letter = desk.post(f"/kementerian/balai/{row.code}/kode/").content.decode()
    code = re.search(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", letter)[1]
    assert code not in page(desk, f"/kementerian/balai/{row.code}/kode/")
    assert hub_client.get("/klaim/", {"kode": row.code.upper()})["Location"] == f"/klaim/{row.code}/"
    wrong = hub_client.post(f"/klaim/{row.code}/", {"code": "AAAAA-AAAAA", "name": "Rini"})
    assert "id_code_error" in wrong.content.decode() and 'value="Rini"' in wrong.content.decode()
    answer = hub_client.post(f"/klaim/{row.code}/", {"code": code.lower(), "name": "Rini", "email": ""})
    assert "Yayasan Sumber Ilmu" in page(hub_client, answer["Location"])
    row.refresh_from_db()
    assert row.state == State.ACTIVE
    late = hub_client.post(f"/klaim/{row.code}/", {"code": code, "name": "Ani"})
    assert "id_code_error" in late.content.decode()


def test_who_has_an_e_mail_is_invited_there(hub_client):
    row = registered()
    code = operations.issue_code(row, issuer=official(), by=SYSTEM, now=timezone.now())
    said = {"code": code, "name": "Rini", "email": "rini@contoh.id"}
    assert "rini@contoh.id" in hub_client.post(f"/klaim/{row.code}/", said).content.decode()
    assert mail.outbox[-1].to == ["rini@contoh.id"] and "/undangan/" in mail.outbox[-1].body


def test_the_page_of_a_claim_tells_nothing_of_the_centre_that_is_not_public(hub_client, centre):
    row = registered()
    texts = [page(hub_client, f"/klaim/{one.code}/") for one in (row, centre)]
    plain = [
        re.sub(r'value="[^"]*"', "", text).replace(one.code, "").replace(one.name, "")
        for text, one in zip(texts, (row, centre), strict=True)
    ]
    assert plain[0].replace("Kab. Blitar, Jawa Timur", "") == plain[1].replace("Kab. Garut, Jawa Barat", "")
    assert hub_client.get("/klaim/tidakada/").status_code == 404


def test_guessing_is_slow_for_each_centre_and_each_address(hub_client):
    rows = [registered(), registered("BLKK Lain", "33.21"), registered("BLKK Ketiga", "33.25")]
    tried = [
        hub_client.post(f"/klaim/{row.code}/", {"code": "AAAAA-AAAAA", "name": "Rini"}).status_code
        for row in rows
        for _ in range(31)
    ]
    assert tried[:30] == [200] * 30 and tried[30] == 429, "thirty an hour for one centre"
    assert tried[-1] == 429 and tried.count(200) < 60, "sixty an hour from one address"


def test_codes_for_many_come_as_letters_or_a_file(desk):
    rows = [registered(), registered("BLKK Lain", "33.21")]
    chosen = {"pilih": [str(row.pk) for row in rows]}
    assert "2 balai mendapat kode" in desk.post("/kementerian/balai/kode/", chosen).content.decode()
    letters = desk.post("/kementerian/balai/kode/", {**chosen, "bentuk": "surat"}).content.decode()
    assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", letters)) == 2
    answer = desk.post("/kementerian/balai/kode/", {**chosen, "bentuk": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and "no-store" in answer["Cache-Control"]
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", next(line for line in lines if rows[0].code in line))[0]
    assert operations.use_code(rows[0], code, now=timezone.now())


def test_a_provincial_officer_issues_codes_in_their_provinces_alone(db):
    officer = ministry_client((Role.PROVINCIAL_OFFICER, ["33"]))
    row = registered()
    assert officer.post(f"/kementerian/balai/{row.code}/kode/").status_code == 404
    answer = officer.post("/kementerian/balai/kode/", {"pilih": str(row.pk), "bentuk": "csv"})
    assert answer["Location"] == "/kementerian/balai/"
    assert queries.open_code(row.pk, now=timezone.now()) is None
