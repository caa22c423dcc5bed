"""Running a round as the ministry's officers do: progress, ranking, publication, appeals, the waiting list."""

from dataclasses import replace

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres.models import Centre, State
from hub.programmes.models import Application, Cohort
from hub.programmes.rulebook import Group, Quota
from hub.selection import operations, queries
from hub.selection.models import Assessment, Assessor, Result, Round
from tests.frontend.staff import make, signed_in
from tests.programmes import NOW, ROUND, RULES, make_assessors, make_centres, score_all, selecting, with_rounds

SCORES = {"BLKK Uji 000": [2, 5], "BLKK Uji 001": [4, 10], "BLKK Uji 002": [3, 5], "BLKK Uji 003": [1, 1]}


@pytest.fixture
def centres(db) -> list[Centre]:
    Centre.objects.update(state=State.REGISTERED)
    found = make_centres(4)
    make_assessors()
    return found


@pytest.fixture
def officer(db, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return signed_in(make("Hendra", Role.PROGRAMME_OFFICER))


@pytest.fixture
def round_(centres) -> Round:
    cohort, _applications = selecting()
    return operations.open_round(cohort, by=SYSTEM, now=NOW)


def _at(round_: Round, part: str = "") -> str:
    return f"/kementerian/gelombang/{round_.cohort_id}/babak/{round_.number}/{part}"


def _of(cohort: Cohort, part: str) -> str:
    return f"/kementerian/gelombang/{cohort.pk}/{part}"


def _text(response) -> str:
    assert response.status_code == 200, response
    return response.content.decode()


def _ranked(round_: Round) -> Round:
    score_all(round_, SCORES)
    return operations.rank(round_, by=SYSTEM, now=NOW)


def _published(round_: Round) -> Round:
    return operations.publish(_ranked(round_), by=SYSTEM, now=NOW)


# ---------------------------------------------------------------- who gets there


@pytest.mark.parametrize(
    ("role", "scope"),
    [(Role.PROVINCIAL_OFFICER, {"provinces": ["32"]}), (Role.ASSESSOR, {}), (Role.MENTOR, {}), (Role.DONOR, {})],
)
def test_rounds_are_for_those_who_run_the_programme(round_, role, scope):
    _ranked(round_)
    client = signed_in(make("Wayan", role, **scope))
    for part in ("", "keputusan/", "langkah/terbitkan/"):
        assert client.get(_at(round_, part)).status_code == 404
    assert client.post(_at(round_, "langkah/terbitkan/")).status_code == 404
    for part in ("sanggahan/", "daftar-tunggu/"):
        assert client.get(_of(round_.cohort, part)).status_code == 404
    assert client.get("/kementerian/penilai/").status_code == 404
    round_.refresh_from_db()
    assert round_.state == "ranked"


# ---------------------------------------------------------------- a round


def test_one_that_has_not_begun_shows_its_rules(centres, officer):
    cohort, _applications = selecting(with_rounds(2))
    page = _text(officer.get(_of(cohort, "babak/1/")))
    assert "Babak ini belum dimulai" in page and "Izin" in page
    assert officer.get(_of(cohort, "babak/3/")).status_code == 404
    assert officer.get(_of(cohort, "babak/0/")).status_code == 404
    assert officer.get(_of(cohort, "babak/1/keputusan/")).status_code == 404


def test_progress_says_who_has_not_handed_in(round_, officer):
    slow = round_.assessments.first().assessor
    for one in round_.assessments.exclude(assessor=slow):
        operations.submit_scores(one, points=[4, 10], notes={}, comment="", by=SYSTEM, now=NOW)
    page = _text(officer.get(_at(round_)))
    left = round_.assessments.filter(assessor=slow).count()
    assert f"0 dari {left}" in page
    assert page.index(slow.name) < min(
        page.index(one.name) for one in User.objects.filter(assessor__isnull=False).exclude(pk=slow.pk)
    )


def test_missing_assessors_are_asked(round_, officer):
    gone = round_.assessments.first()
    gone.delete()
    assert "1 pendaftaran kekurangan penilai" in _text(officer.get(_at(round_)))
    assert officer.post(_at(round_, "langkah/lengkapi/"))["Location"] == _at(round_)
    assert round_.assessments.filter(application=gone.application).count() == 2
    assert Entry.objects.filter(action="assessors.added").count() == 1


def test_where_nobody_can_be_asked_it_is_said(round_, officer):
    Assessor.objects.update(is_available=False)
    round_.assessments.first().delete()
    page = officer.post(_at(round_, "langkah/lengkapi/"))
    assert 'role="alert"' in _text(page)


def test_ranking_waits_for_every_score(round_, officer):
    page = _text(officer.post(_at(round_, "langkah/urutkan/")))
    assert "belum diserahkan" in page
    score_all(round_, SCORES)
    assert officer.post(_at(round_, "langkah/urutkan/"))["Location"] == _at(round_, "keputusan/")
    round_.refresh_from_db()
    assert (round_.state, round_.published_at) == ("ranked", None)


def test_the_meeting_sees_scores_spread_comments_and_the_line(round_, officer):
    one = round_.assessments.filter(application__centre__name="BLKK Uji 002").first()
    operations.submit_scores(one, points=[3, 5], notes={}, comment="Bengkelnya rapi.", by=SYSTEM, now=NOW)
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    page = _text(officer.get(_at(round_, "keputusan/")))
    assert page.index("BLKK Uji 001") < page.index("BLKK Uji 002") < page.index("BLKK Uji 000")
    assert "100,0" in page and "62,5" in page and "Bengkelnya rapi." in page and one.assessor.name in page
    assert page.count("data-cut") == 1
    # The line has a place in the ranking's own order alone.
    assert "data-cut" not in _text(officer.get(_at(round_, "keputusan/?urut=spread")))


def test_the_meetings_list_is_narrowed_and_taken_away(round_, officer):
    _ranked(round_)
    page = _text(officer.get(_at(round_, "keputusan/?hasil=passed")))
    assert "BLKK Uji 001" in page and "BLKK Uji 003" not in page
    assert "BLKK Uji 003" not in _text(officer.get(_at(round_, "keputusan/?khusus=jauh")))
    rows = officer.get(_at(round_, "keputusan/?unduh=csv")).content.decode().splitlines()
    assert len(rows) == 5 and "62.5" in rows[2]


def test_quotas_say_whether_they_are_met(centres, officer):
    Centre.objects.filter(name="BLKK Uji 000").update(is_women_led=True)
    kept = replace(ROUND, quotas=(Quota(Group.WOMEN_LED, "", 1), Quota(Group.PROVINCE, "99", 1)))
    cohort, _applications = selecting(replace(RULES, rounds=(kept,)))
    round_ = _ranked(operations.open_round(cohort, by=SYSTEM, now=NOW))
    assert [(one.passed, one.by_quota, one.is_met) for one in queries.kept_places(round_)] == [
        (1, 1, True), (0, 0, False),
    ]  # fmt: skip
    page = _text(officer.get(_at(round_, "keputusan/")))
    assert "tempat khusus" in page


def test_scoring_opens_again_with_a_reason(round_, officer):
    _ranked(round_)
    assert officer.post(_at(round_, "langkah/buka-lagi/"), {"reason": ""}).status_code == 200
    assert officer.post(_at(round_, "langkah/buka-lagi/"), {"reason": "Satu nilai keliru."}).status_code == 302
    round_.refresh_from_db()
    assert (round_.state, round_.results.count()) == ("scoring", 0)
    assert Entry.objects.get(action="round.reopened").reason == "Satu nilai keliru."


def test_publishing_says_how_many_and_leaves_the_mail_to_the_queue(round_, officer, mailoutbox):
    _ranked(round_)
    page = _text(officer.get(_at(round_, "langkah/terbitkan/")))
    assert "Lulus" in page and "5 hari" in page
    assert Round.objects.get().state == "ranked"
    assert officer.post(_at(round_, "langkah/terbitkan/"))["Location"] == _at(round_)
    assert Round.objects.get().state == "published"
    assert [job.args for job in ProcrastinateJob.objects.filter(task_name="workflows.jobs.tell_of_results")] == [
        {"round_id": str(round_.pk)}
    ]
    assert not mailoutbox
    # A second click, or a second officer, changes nothing.
    assert officer.post(_at(round_, "langkah/terbitkan/")).status_code == 404
    assert Entry.objects.filter(action="round.published").count() == 1


@pytest.mark.parametrize("word", ["lengkapi", "buka-lagi", "terbitkan", "lain"])
def test_a_step_that_is_not_its_turn_is_not_there(round_, officer, word):
    if word != "lain":
        _published(round_)
    assert officer.get(_at(round_, f"langkah/{word}/")).status_code == 404
    assert officer.post(_at(round_, f"langkah/{word}/")).status_code == 404


# ---------------------------------------------------------------- appeals, the waiting list


def _appeal(round_: Round, name: str = "BLKK Uji 003"):
    result = Result.objects.get(round=round_, application__centre__name=name)
    return operations.file_appeal(result, text="Bengkel kami dua.", by=SYSTEM, now=NOW)


def test_an_appeal_is_upheld_with_a_corrected_score(round_, officer):
    appeal = _appeal(_published(round_))
    address = _of(round_.cohort, f"sanggahan/{appeal.pk}/")
    assert str(appeal.pk) in _text(officer.get(_of(round_.cohort, "sanggahan/")))
    page = _text(officer.get(address))
    assert "Bengkel kami dua." in page and "Penilai" in page
    refused = officer.post(address, {"upheld": "ya", "reason": "Benar."})
    assert refused.status_code == 200 and "Benar." in refused.content.decode()
    assert officer.post(address, {"upheld": "ya", "score": "101", "reason": "Benar."}).status_code == 200
    assert officer.post(address, {"upheld": "ya", "score": "72,5", "reason": "Benar."}).status_code == 302
    result = Result.objects.get(appeal=appeal)
    assert (result.score, result.outcome) == (72_500, "waiting")
    jobs = ProcrastinateJob.objects.filter(task_name="workflows.jobs.tell_of_answer")
    assert [job.args for job in jobs] == [{"appeal_id": str(appeal.pk)}]
    # Answered is answered.
    assert officer.post(address, {"upheld": "tidak", "reason": "Tidak."}).status_code == 200
    assert Entry.objects.filter(action__startswith="appeal.").values_list("action", flat=True).count() == 2


def test_an_appeal_is_rejected_with_a_reason(round_, officer):
    appeal = _appeal(_published(round_))
    address = _of(round_.cohort, f"sanggahan/{appeal.pk}/")
    assert officer.post(address, {"upheld": "tidak", "reason": ""}).status_code == 200
    # A score that was typed before the answer was changed does not count.
    assert officer.post(address, {"upheld": "tidak", "score": "99", "reason": "Bukti kurang."}).status_code == 302
    result = Result.objects.get(appeal=appeal)
    assert (result.score, result.outcome, result.appeal.state) == (17_500, "below_mark", "rejected")


def test_an_appeal_of_another_intake_is_not_there(round_, officer):
    appeal = _appeal(_published(round_))
    other = round_.cohort.programme.cohorts.create(
        name="Lain", opens_on=NOW.date(), closes_on=NOW.date(), design=round_.cohort.design, created_at=NOW
    )
    assert officer.get(_of(other, f"sanggahan/{appeal.pk}/")).status_code == 404


def test_waiting_appeals_stand_on_the_overview(round_, officer):
    _appeal(_published(round_))
    assert _of(round_.cohort, "sanggahan/?status=filed") in _text(officer.get("/kementerian/"))


def test_the_waiting_list_stands_in_its_order(round_, officer):
    _published(round_)
    Application.objects.filter(centre__name="BLKK Uji 000").update(standing="waiting", waiting_position=1)
    page = _text(officer.get(_of(round_.cohort, "daftar-tunggu/")))
    assert "BLKK Uji 000" in page and "BLKK Uji 001" not in page


# ---------------------------------------------------------------- assessors


def test_who_assesses_stands_with_province_and_load(round_, officer):
    make("Baru", Role.ASSESSOR)
    page = _text(officer.get("/kementerian/penilai/"))
    assert "Aceh" in page and "Belum didata" in page
    counts = {one.name: (one.open_now, one.scored) for one in queries.workload()}
    assert counts["Baru"] == (0, 0) and sum(waits for waits, _scored in counts.values()) == 8


def test_an_assessors_conflicts_are_noted(round_, officer):
    new = make("Baru", Role.ASSESSOR)
    address = f"/kementerian/penilai/{new.pk}/"
    assert officer.post(address, {"province": "", "is_available": "on"}).status_code == 200
    said = {"province": "34", "foundation": "Yayasan Al-Hikmah", "is_available": "on"}
    assert officer.post(address, said).status_code == 302
    known = Assessor.objects.get(user=new)
    assert (known.province, known.foundation, known.is_available) == ("34", "Yayasan Al-Hikmah", True)
    assert Entry.objects.filter(action="assessor.described", object_id=str(new.pk)).count() == 1
    assert officer.get(f"/kementerian/penilai/{make('Bukan', Role.MENTOR).pk}/").status_code == 404


# ---------------------------------------------------------------- what it costs


def test_pages_cost_the_same_for_many(round_, officer, django_assert_max_num_queries):
    officer.get(_at(round_))
    with django_assert_max_num_queries(22):
        officer.get(_at(round_))
    _ranked(round_)
    with django_assert_max_num_queries(22):
        officer.get(_at(round_, "keputusan/"))


def test_no_assessment_is_shown_before_the_meeting(round_, officer):
    one = Assessment.objects.first()
    operations.submit_scores(one, points=[4, 10], notes={}, comment="RAHASIA", by=SYSTEM, now=NOW)
    for part in ("", "keputusan/"):
        assert "RAHASIA" not in _text(officer.get(_at(round_, part)))
