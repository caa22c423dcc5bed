"""Transformation over HTTP: a mentor's desk and a centre's own stages, and who gets nothing of them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import hosts
from hub.centres.models import Centre
from hub.programmes import operations as programmes
from hub.programmes.models import Application, Standing
from hub.selection import operations as selection
from hub.transformation import operations
from hub.transformation.models import StageEvidence, StageRecord, VisitPhoto
from tests.programmes import NOW, RULES, make_assessors, make_cohort, score_all
from tests.programmes import apply as apply_to

from .staff import make, signed_in

PDF = b"%PDF-1.7\nRahasia balai\n%%EOF"


@pytest.fixture
def mentor(db) -> User:
    return make("Joko", Role.MENTOR)


@pytest.fixture
def application(centre, other_centre, mentor) -> Application:
    """Both centres are in the first stage; the mentor has the first alone."""
    make_assessors()
    cohort = make_cohort(RULES)
    for one in (centre, other_centre):
        apply_to(cohort, one)
    programmes.close_applications(cohort, by=SYSTEM, now=NOW)
    round_ = selection.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_)
    selection.rank(round_, by=SYSTEM, now=NOW)
    selection.publish(round_, by=SYSTEM, now=NOW)
    operations.begin(cohort, by=SYSTEM, now=NOW)
    own = cohort.applications.get(centre=centre)
    operations.give_mentor(own, mentor, by=SYSTEM, now=NOW)
    return own


@pytest.fixture
def head(centre) -> Client:
    return signed_in(make("Siti", Role.CENTRE_HEAD, centre=centre), hosts.host_of(centre.slug))


def desk(application: Application, rest: str = "") -> str:
    return f"/kementerian/pendampingan/{application.pk}/{rest}"


def own(application: Application, rest: str = "") -> str:
    return f"/ruang/program/{application.pk}/{rest}"


def picture() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(content, "JPEG")
    return SimpleUploadedFile("foto.jpg", content.getvalue(), "image/jpeg")


def sent(head: Client, application: Application, place: int = 0, amount: int = 3) -> StageEvidence:
    paper = SimpleUploadedFile("bukti.pdf", PDF, "application/pdf")
    answer = head.post(own(application, f"tahap/1/{place}/"), {"amount": amount, "text": "Ada.", "paper": paper})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return StageEvidence.objects.get(requirement=place)


def test_a_centre_shows_evidence_and_two_people_sign(application, head, mentor):
    first, second = sent(head, application), sent(head, application, 1, 1)
    browser = signed_in(mentor)
    page = browser.get(desk(application)).content.decode()
    assert "Ada." in page
    for one in (first, second):
        browser.post(desk(application, f"periksa/{one.pk}/"), {"jawaban": "terima"})
    browser.post(desk(application, "tahap/1/tanda-tangan/"))
    officer = signed_in(make("Hendra", Role.PROGRAMME_OFFICER))
    officer.post(desk(application, "tahap/1/tanda-tangan/"))
    application.refresh_from_db()
    assert (application.stage_number, application.standing) == (1, Standing.COMPLETED)
    assert "Tuntas" in head.get(own(application, "tahap/")).content.decode()


def test_what_is_sent_back_says_why(application, head, mentor):
    one = sent(head, application)
    browser = signed_in(mentor)
    browser.post(desk(application, f"periksa/{one.pk}/"), {"jawaban": "kembalikan", "comment": ""})
    one.refresh_from_db()
    assert one.state == "sent"
    browser.post(desk(application, f"periksa/{one.pk}/"), {"jawaban": "kembalikan", "comment": "Daftar hadir kurang."})
    assert "Daftar hadir kurang." in head.get(own(application, "tahap/")).content.decode()


def test_a_visit_with_a_photo_is_read_by_the_centre(application, head, mentor):
    browser = signed_in(mentor)
    said = {"visited_on": "2026-03-01", "seen": "Empat belas hadir.", "photos": [picture()]}
    answer = browser.post(desk(application, "kunjungan/catat/"), said)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    photo = VisitPhoto.objects.get()
    assert "Empat belas hadir." in head.get(own(application, "tahap/")).content.decode()
    assert head.get(own(application, f"foto/{photo.file}")).status_code == 200
    assert browser.get(desk(application, f"foto/{photo.file}")).status_code == 200


READS = ("", "kunjungan/", "kunjungan/catat/", "kematangan/", "kematangan/sebelum/", "kelas/")


@pytest.mark.parametrize(
    ("role", "scope"),
    [(Role.MENTOR, {}), (Role.ASSESSOR, {}), (Role.DONOR, {}), (Role.PROVINCIAL_OFFICER, {"provinces": ["11"]})],
)
def test_others_of_the_ministry_get_nothing(application, head, role, scope):
    one = sent(head, application)
    stranger = signed_in(make("Asing", role, **scope))
    for rest in (*READS, f"bukti/{one.file}", f"foto/{one.file}"):
        assert stranger.get(desk(application, rest)).status_code == 404, rest
    for rest in (f"periksa/{one.pk}/", "tahap/1/tanda-tangan/", "tahap/1/gagal/", "pendamping/", "keluar/"):
        assert stranger.post(desk(application, rest), {"jawaban": "terima"}).status_code == 404, rest
    one.refresh_from_db()
    assert one.state == "sent"


def test_an_officer_of_the_province_reads_and_changes_nothing(application, head):
    one = sent(head, application)
    near = signed_in(make("Wayan", Role.PROVINCIAL_OFFICER, provinces=[application.province]))
    assert (
        near.get(desk(application)).status_code == near.get(desk(application, f"bukti/{one.file}")).status_code == 200
    )
    assert near.post(desk(application, f"periksa/{one.pk}/"), {"jawaban": "terima"}).status_code == 404
    assert near.get(desk(application, "kunjungan/catat/")).status_code == 404
    assert near.post(desk(application, "kelas/"), {"maturity_class": "mandiri", "evidence": "x"}).status_code == 404


def test_a_mentor_has_no_other_centre(application, other_centre, mentor):
    other = Application.objects.get(centre=other_centre, cohort=application.cohort)
    browser = signed_in(mentor)
    for rest in READS:
        assert browser.get(desk(other, rest)).status_code == 404, rest
    page = browser.get("/kementerian/pendampingan/").content.decode()
    assert application.centre.name in page
    assert other_centre.name not in page


def test_another_centre_gets_nothing_of_it(application, head, other_centre):
    one = sent(head, application)
    other = signed_in(make("Dewi", Role.CENTRE_HEAD, centre=other_centre), hosts.host_of(other_centre.slug))
    for rest in ("tahap/", "tahap/1/0/", f"bukti/{one.file}"):
        assert other.get(own(application, rest)).status_code == 404, rest
    # Nor by way of its own application.
    theirs = Application.objects.get(centre=other_centre, cohort=application.cohort)
    assert other.get(own(theirs, f"bukti/{one.file}")).status_code == 404
    assert other.get(own(theirs, "tahap/")).status_code == 200
    assert head.get(own(application, f"bukti/{one.file}")).content == PDF


def test_an_instructor_reads_and_sends_nothing(application, centre):
    instructor = signed_in(make("Budi", Role.INSTRUCTOR, centre=centre), hosts.host_of(centre.slug))
    assert instructor.get(own(application, "tahap/")).status_code == 200
    assert instructor.post(own(application, "tahap/1/0/"), {"amount": 1, "text": "x"}).status_code == 404


def test_only_who_runs_programmes_ends_a_stage_or_gives_a_mentor(application, mentor):
    browser, officer = signed_in(mentor), signed_in(make("Hendra", Role.PROGRAMME_OFFICER))
    for rest in ("tahap/1/gagal/", "pendamping/", "keluar/"):
        assert browser.get(desk(application, rest)).status_code == 404, rest
        assert officer.get(desk(application, rest)).status_code == 200, rest
    officer.post(desk(application, "tahap/1/gagal/"), {"reason": "Tidak ada angkatan."})
    assert StageRecord.objects.get(application=application).state == "failed"
    assert Entry.objects.filter(action="stage.failed", chain=str(application.centre_id)).exists()


def test_the_desk_of_a_mentor_costs_a_fixed_number_of_statements(application, mentor, django_assert_max_num_queries):
    browser = signed_in(mentor)
    with django_assert_max_num_queries(9):
        browser.get("/kementerian/pendampingan/")
    with django_assert_max_num_queries(12):
        browser.get(desk(application))
    assert Centre.objects.filter(applications__mentorship__mentor=mentor).count() == 1
