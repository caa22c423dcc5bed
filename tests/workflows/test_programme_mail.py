"""Mail about programmes: one job for each centre, to whoever answers for it, with nothing that it may not know."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from hub.accounts import operations as accounts
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre
from hub.programmes import operations as programmes
from hub.selection import operations
from hub.selection.models import Result, Round
from tests.programmes import NOW, apply, make_assessors, make_cohort, score_all
from workflows import jobs, programme_mail, selecting

NOVEMBER = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def round_(centre: Centre, other_centre: Centre) -> Round:
    """Two centres, each with a head, scored and ranked."""
    for name, own in (("Siti", centre), ("Dewi", other_centre)):
        user = accounts.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOVEMBER, by=SYSTEM)
        accounts.grant(user, Role.CENTRE_HEAD, centre=own, by=SYSTEM, now=NOVEMBER)
    budi = accounts.create_user(name="Budi", email="budi@contoh.id", now=NOVEMBER, by=SYSTEM)
    accounts.grant(budi, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOVEMBER)
    make_assessors(("11", "12"))
    cohort = make_cohort()
    for one in (centre, other_centre):
        apply(cohort, one)
    programmes.close_applications(cohort, by=SYSTEM, now=NOW)
    made = operations.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(made, {centre.name: [1, 2]})
    return operations.rank(made, by=SYSTEM, now=NOW)


def _result(round_: Round, centre: Centre) -> Result:
    return round_.results.get(application__centre=centre)


def test_nobody_is_told_before_it_is_published(round_, centre, mailoutbox):
    assert programme_mail.tell_of_result(_result(round_, centre).pk) == 0
    assert not mailoutbox


def test_publication_leaves_one_job_and_that_one_for_each_centre(round_, mailoutbox):
    selecting.publish(round_, by=SYSTEM, now=NOW)
    assert jobs.tell_of_results(round_id=str(round_.pk)) == 2
    told = ProcrastinateJob.objects.filter(task_name="workflows.jobs.tell_of_result")
    assert {job.args["result_id"] for job in told} == set(round_.results.values_list("pk", flat=True))
    assert not mailoutbox


def test_leaders_are_told_their_own_result_and_until_when_they_may_appeal(round_, centre, other_centre, mailoutbox):
    selecting.publish(round_, by=SYSTEM, now=NOW)
    assert jobs.tell_of_result(result_id=_result(round_, centre).pk) == 1
    (mail,) = mailoutbox
    assert mail.to == ["siti@contoh.id"]
    assert "22,5" in mail.body and "7 Maret 2026" in mail.body
    assert f"{centre.slug}." in mail.body and "/ruang/program/" in mail.body
    assert other_centre.name not in mail.body and "Penilai" not in mail.body
    jobs.tell_of_result(result_id=_result(round_, other_centre).pk)
    assert "sanggah" not in mailoutbox[1].body.lower()


def test_the_answer_to_an_appeal_is_mailed_with_its_reason(round_, centre, mailoutbox):
    operations.publish(round_, by=SYSTEM, now=NOW)
    appeal = operations.file_appeal(_result(round_, centre), text="Keliru.", by=SYSTEM, now=NOW)
    assert programme_mail.tell_of_answer(appeal.pk) == 0
    selecting.answer_appeal(appeal, upheld=False, reason="Bukti kurang.", by=SYSTEM, now=NOW + timedelta(days=1))
    assert jobs.tell_of_answer(appeal_id=str(appeal.pk)) == 1
    assert "Bukti kurang." in mailoutbox[0].body and mailoutbox[0].to == ["siti@contoh.id"]


def test_who_moves_up_is_told(round_, centre, mailoutbox):
    assert jobs.tell_of_place(application_id=str(_result(round_, centre).application_id)) == 1
    assert "Angkatan I" in mailoutbox[0].subject


def test_what_is_gone_meanwhile_tells_nobody(db, mailoutbox):
    nothing = "00000000-0000-0000-0000-000000000009"
    assert jobs.tell_of_result(result_id=987654) == 0
    assert jobs.tell_of_answer(appeal_id=nothing) == 0
    assert jobs.tell_of_place(application_id=nothing) == 0
    assert jobs.tell_of_results(round_id=nothing) == 0
