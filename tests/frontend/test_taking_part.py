"""A centre's part in a programme, from its space: applying, sending, results, appealing, leaving."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import hosts
from hub.centres.models import Centre
from hub.programmes import operations
from hub.programmes.models import Application, Cohort
from hub.programmes.rulebook import Eligibility
from hub.selection import operations as selection
from hub.selection.models import Appeal
from kernel import files, schema
from tests import pictures
from tests.frontend.staff import make, signed_in
from tests.programmes import NOW, ROUND, RULES, apply, make_assessors, make_centres, make_cohort, score_all

ROOM = "/ruang/program/"
WRITTEN = {"motivation": "Kami mau lulusan langsung bekerja.", "plan": "Dua angkatan setahun.", "partners": ""}
LAST = replace(RULES, rounds=(replace(ROUND, seats=1),))


@pytest.fixture
def today(monkeypatch):
    """Sets the day on which pages are asked for."""

    def is_(now: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now)

    is_(NOW)
    return is_


@pytest.fixture
def people(centre: Centre, other_centre: Centre) -> dict[str, Client]:
    """Browsers on the centre's host: its own people, the ministry, and the head of another centre."""
    host = hosts.host_of(centre.slug)
    own = {
        "head": make("Siti", Role.CENTRE_HEAD, centre=centre),
        "instructor": make("Budi", Role.INSTRUCTOR, centre=centre),
        "other": make("Dewi", Role.CENTRE_HEAD, centre=other_centre),
        "officer": make("Hendra", Role.PROGRAMME_OFFICER),
    }
    return {name: signed_in(user, host) for name, user in own.items()}


@pytest.fixture
def cohort(people, today) -> Cohort:
    return make_cohort()


@pytest.fixture
def application(cohort: Cohort, centre: Centre) -> Application:
    return cohort.applications.get(centre=centre)


def _at(application: Application, part: str = "") -> str:
    return f"{ROOM}{application.pk}/{part}"


def _text(response) -> str:
    return response.content.decode()


# ---------------------------------------------------------------- what it may apply to


def test_what_is_open_stands_with_its_last_day_and_conditions(people, cohort):
    page = _text(people["head"].get(ROOM))
    assert cohort.name in page and "30 Maret 2026" in page
    assert "Tulis pendaftaran" in page
    # An instructor reads, and does not write.
    page = _text(people["instructor"].get(ROOM))
    assert cohort.name in page and "/tulis/" not in page


def test_a_condition_that_is_not_met_says_where_to_mend_it_and_then_lets_the_centre_in(people, centre, today):
    cohort = make_cohort(replace(RULES, eligibility=Eligibility(needs_vin=True)))
    page = _text(people["head"].get(ROOM))
    assert "/ruang/profil/izin/" in page and "/ikut/" not in page
    assert people["head"].post(f"{ROOM}ikut/{cohort.pk}/").status_code == 302
    assert not cohort.applications.filter(centre=centre).exists()
    Centre.objects.filter(pk=centre.pk).update(vin="3205")
    page = _text(people["head"].get(ROOM))
    assert f"{ROOM}ikut/{cohort.pk}/" in page
    for _twice in range(2):
        answer = people["head"].post(f"{ROOM}ikut/{cohort.pk}/")
        assert answer["Location"] == _at(cohort.applications.get(centre=centre), "tulis/")


def test_after_the_last_day_nobody_is_let_in(people, centre, today):
    cohort = make_cohort(replace(RULES, eligibility=Eligibility(needs_vin=True)))
    Centre.objects.filter(pk=centre.pk).update(vin="3205")
    today(NOW + timedelta(days=40))
    assert people["head"].post(f"{ROOM}ikut/{cohort.pk}/").status_code == 404
    with pytest.raises(operations.NotOpen):
        operations.let_in(cohort, centre, now=NOW + timedelta(days=40))


# ---------------------------------------------------------------- writing and sending


def test_an_application_is_kept_as_typed_checked_and_sent(people, application, cohort):
    head = people["head"]
    answer = head.post(_at(application, "tulis/"), {"motivation": "Baru separuh", "tindakan": "simpan"})
    assert answer["Location"] == _at(application, "tulis/")
    assert "Baru separuh" in _text(head.get(_at(application, "tulis/")))
    # What is missing is said, and nothing can be sent.
    page = _text(head.get(_at(application, "periksa/")))
    assert "Ada yang kurang" in page and "is_true" not in page
    assert head.post(_at(application, "periksa/"), {"is_true": "on"}).status_code == 200
    application.refresh_from_db()
    assert application.submitted_at is None
    answer = head.post(_at(application, "tulis/"), {**WRITTEN, "tindakan": "periksa"})
    assert answer["Location"] == _at(application, "periksa/")
    # Not without the tick.
    assert head.post(_at(application, "periksa/")).status_code == 200
    assert head.post(_at(application, "periksa/"), {"is_true": "on"})["Location"] == _at(application)
    application.refresh_from_db()
    assert (application.standing, application.submitted_by.name) == ("applied", "Siti")
    assert Entry.objects.filter(action="application.sent", object_id=str(application.pk)).exists()
    # Sent is sent.
    assert head.get(_at(application, "tulis/")).status_code == 404
    assert head.post(_at(application, "periksa/"), {"is_true": "on"}).status_code == 404
    page = _text(head.get(_at(application)))
    assert WRITTEN["motivation"] in page and "Terkirim" in page


def test_words_are_kept_when_a_document_is_added_and_refused(people, application):
    head = people["head"]
    said = {**WRITTEN, "tindakan": "lampirkan", "lampiran-title": "Surat yayasan"}
    page = head.post(_at(application, "tulis/"), said)
    assert page.status_code == 200 and "Pilih sebuah berkas" in _text(page)
    application.refresh_from_db()
    assert application.plan == WRITTEN["plan"]


def _attached(head: Client, application: Application) -> str:
    """The address of a document that was just added."""
    paper = pictures.plain()
    said = {**WRITTEN, "tindakan": "lampirkan", "lampiran-title": "Surat yayasan"}
    with _uploaded(paper) as file:
        assert head.post(_at(application, "tulis/"), {**said, "lampiran-file": file}).status_code == 302
    return _at(application, f"berkas/{application.attachments.get().pk}/")


def _uploaded(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("surat.jpg", content, content_type="image/jpeg")


def test_a_document_lies_on_the_hub_and_opens_for_its_centre_alone(people, application, centre):
    address = _attached(people["head"], application)
    assert people["head"].get(address)["Cache-Control"] == "private, no-store"
    assert people["instructor"].get(address).status_code == 200
    assert people["other"].get(address).status_code == 404
    assert people["officer"].get(address).status_code == 404
    assert Client(HTTP_HOST=hosts.host_of(centre.slug)).get(address).status_code == 302
    assert len(files.names(files.folder_of(None))) == 1
    with schema.centre(centre):
        assert files.names(files.folder_of(centre.pk)) == []
    # An instructor does not delete; the head does, until it is sent.
    assert people["instructor"].post(f"{address}hapus/").status_code == 404
    assert people["head"].post(f"{address}hapus/").status_code == 302
    assert not application.attachments.exists()


def test_a_sent_document_stays(people, application):
    address = _attached(people["head"], application)
    operations.submit(application, by=SYSTEM, now=NOW)
    assert people["head"].post(f"{address}hapus/").status_code == 404
    assert application.attachments.count() == 1


def test_another_centres_application_is_not_there(people, cohort, other_centre):
    theirs = cohort.applications.get(centre=other_centre)
    for part in ("", "tulis/", "periksa/", "mundur/", "sanggah/1/"):
        assert people["head"].get(_at(theirs, part)).status_code == 404, part
    assert people["head"].post(_at(theirs, "tulis/"), WRITTEN).status_code == 404


def test_only_who_answers_for_the_centre_writes(people, application):
    for part in ("tulis/", "periksa/", "mundur/"):
        assert people["instructor"].get(_at(application, part)).status_code == 404
    assert people["instructor"].post(_at(application, "tulis/"), WRITTEN).status_code == 404
    assert people["instructor"].get(_at(application)).status_code == 200


# ---------------------------------------------------------------- results


@pytest.fixture
def scored(cohort: Cohort, centre: Centre, other_centre: Centre) -> tuple[Application, Application]:
    """Both centres have applied and were scored; the round has one place, and is ranked."""
    make_assessors(("11", "12"))
    operations.design(cohort, LAST, by=SYSTEM, now=NOW)
    operations.publish(cohort, by=SYSTEM, now=NOW)
    both = apply(cohort, centre), apply(cohort, other_centre)
    operations.close_applications(cohort, by=SYSTEM, now=NOW)
    round_ = selection.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_, {centre.name: [2, 5], other_centre.name: [4, 10]})
    selection.rank(round_, by=SYSTEM, now=NOW)
    return both


def _publish(application: Application) -> None:
    selection.publish(application.cohort.rounds.get(), by=SYSTEM, now=NOW)


def test_nothing_of_a_result_shows_before_it_is_published(people, scored):
    own, _theirs = scored
    page = _text(people["head"].get(_at(own)))
    assert "50,0" not in page and "Daftar tunggu" not in page
    assert people["head"].get(_at(own, "sanggah/1/")).status_code == 404


def test_a_published_result_says_score_points_and_reason_and_no_rank_or_other_centre(people, scored, other_centre):
    own, _theirs = scored
    _publish(own)
    page = _text(people["instructor"].get(_at(own)))
    assert "50,0" in page and "nilai batas 50" in page
    assert "2,0 dari 4" in page and "5,0 dari 10" in page
    assert "Peringkat" not in page and "Penilai 0" not in page and other_centre.name not in page


def test_an_appeal_is_filed_once_within_its_days_by_who_answers_for_the_centre(people, scored, today):
    own, _theirs = scored
    _publish(own)
    address = _at(own, "sanggah/1/")
    assert people["instructor"].get(address).status_code == 404
    assert people["head"].get(address).status_code == 200
    assert people["head"].post(address, {"text": " "}).status_code == 200
    today(NOW + timedelta(days=6))
    assert people["head"].get(address).status_code == 404
    today(NOW + timedelta(days=5))
    assert people["head"].post(address, {"text": "Izin kami sah."})["Location"] == _at(own)
    assert Appeal.objects.get().text == "Izin kami sah."
    assert people["head"].get(address).status_code == 404
    assert "Izin kami sah." in _text(people["head"].get(_at(own)))


def test_whoever_passed_cannot_appeal(people, scored, today, other_centre, client_for):
    _own, theirs = scored
    _publish(theirs)
    user = make("Rini", Role.CENTRE_ADMINISTRATOR, centre=other_centre)
    client = signed_in(user, hosts.host_of(other_centre.slug))
    assert client.get(_at(theirs)).status_code == 200
    assert client.get(_at(theirs, "sanggah/1/")).status_code == 404


def test_a_centre_withdraws_with_a_reason_and_the_next_in_line_is_told(people, scored, other_centre):
    own, theirs = scored
    _publish(own)
    client = signed_in(make("Rini", Role.CENTRE_ADMINISTRATOR, centre=other_centre), hosts.host_of(other_centre.slug))
    # Why others are put out is no reason of one's own.
    assert client.post(_at(theirs, "mundur/"), {"exit": "misuse"}).status_code == 200
    assert client.post(_at(theirs, "mundur/"), {"exit": "no_staff", "note": "Instruktur pindah."}).status_code == 302
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.standing, theirs.standing, theirs.exit) == ("selected", "out", "no_staff")
    jobs = ProcrastinateJob.objects.filter(task_name="workflows.jobs.tell_of_place")
    assert [job.args for job in jobs] == [{"application_id": str(own.pk)}]
    assert client.get(_at(theirs, "mundur/")).status_code == 404


# ---------------------------------------------------------------- under Today


def test_today_leads_to_what_is_open_and_to_a_result(people, application, scored, today):
    page = _text(people["head"].get("/ruang/"))
    assert f"{ROOM}{application.pk}/" not in page
    own, _theirs = scored
    _publish(own)
    assert _at(own) in _text(people["head"].get("/ruang/"))
    assert _at(own) in _text(people["instructor"].get("/ruang/"))
    today(NOW + timedelta(days=8))
    assert _at(own) not in _text(people["head"].get("/ruang/"))


def test_today_leads_leaders_to_what_they_may_apply_to(people, application):
    assert _at(application) in _text(people["head"].get("/ruang/"))
    assert _at(application) not in _text(people["instructor"].get("/ruang/"))
    operations.write(application, WRITTEN, now=NOW)
    assert _at(application, "tulis/") in _text(people["head"].get("/ruang/"))


def test_the_room_costs_as_much_for_many_centres(people, cohort, django_assert_max_num_queries):
    people["head"].get(ROOM)
    make_centres(3)
    with django_assert_max_num_queries(14):
        people["head"].get(ROOM)


def test_the_hub_has_no_such_pages(application):
    client = signed_in(make("Ratna", Role.SUPER_ADMIN), settings.BALAI_DOMAIN)
    assert client.get(_at(application)).status_code == 404
