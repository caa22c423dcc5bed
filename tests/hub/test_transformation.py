"""Stages of transformation: evidence, two signatures, visits, maturity, leaving, completing."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.queries import NotVisible
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.centres.models import Centre, State
from hub.programmes import operations as programmes
from hub.programmes import queries as funnel
from hub.programmes.models import Exit, Standing
from hub.programmes.operations import Incomplete, TooMany, WrongStep
from hub.programmes.rulebook import Requirement, RequirementKind
from hub.selection import operations as selection
from hub.transformation import operations, queries
from hub.transformation.models import Moment, StageRecord, StageState
from hub.transformation.operations import RequirementsOpen, SamePerson
from kernel import files, uploads
from tests import pictures
from tests.programmes import NOW, RULES, STAGE, make_assessors, make_centres, score_all, selecting


def person(name: str, role: Role, **scope) -> User:
    user = accounts.create_user(name=name, email=f"{name}@uji.example", password="x", now=NOW, by=SYSTEM)
    accounts.grant(user, role, by=SYSTEM, now=NOW, **scope)
    return User.objects.with_roles().get(pk=user.pk)


def acting(user: User) -> Actor:
    return Actor(user.pk, user.name)


@pytest.fixture
def mentor(db) -> User:
    return person("pendamping", Role.MENTOR)


@pytest.fixture
def officer(db) -> User:
    return person("petugas", Role.PROGRAMME_OFFICER)


@pytest.fixture
def cohort(db):
    Centre.objects.update(state=State.REGISTERED)
    make_centres(4)
    make_assessors()
    second = replace(STAGE, name="Simulasi", requirements=(Requirement("Hadir", RequirementKind.INDICATOR, 75),))
    cohort, _applications = selecting(replace(RULES, stages=(STAGE, second)))
    round_ = selection.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_)
    selection.rank(round_, by=SYSTEM, now=NOW)
    selection.publish(round_, by=SYSTEM, now=NOW)
    operations.begin(cohort, by=SYSTEM, now=NOW)
    cohort.refresh_from_db()
    return cohort


@pytest.fixture
def stage(cohort, mentor) -> StageRecord:
    one = StageRecord.objects.order_by("application__centre__name").first()
    operations.give_mentor(one.application, mentor, by=SYSTEM, now=NOW)
    return one


def show(stage, requirement: int, amount: int = 1, *, accepted: bool = True):
    one = operations.show(stage, requirement, amount=amount, text="Ada.", paper=None, by=SYSTEM, now=NOW)
    return operations.check(one, accepted=accepted, comment="" if accepted else "Kurang.", by=SYSTEM, now=NOW)


def test_transformation_begins_with_the_selected_and_ends_the_waiting_list(cohort):
    assert funnel.by_standing(cohort, submitted_at__isnull=False) == {Standing.SELECTED: 2, Standing.OUT: 2}
    assert StageRecord.objects.filter(number=1, state=StageState.RUNNING).count() == 2
    with pytest.raises(WrongStep):
        operations.begin(cohort, by=SYSTEM, now=NOW)


def test_what_is_accepted_counts_and_of_an_indicator_the_highest(stage):
    show(stage, 0, 2)
    show(stage, 0, 5, accepted=False)
    assert [(one.reached, one.is_met) for one in queries.progress(stage)] == [(2, False), (0, False)]
    show(stage, 0, 1)
    show(stage, 1)
    assert all(one.is_met for one in queries.progress(stage))
    with pytest.raises(Incomplete):
        operations.show(stage, 2, amount=1, text="x", paper=None, by=SYSTEM, now=NOW)
    with pytest.raises(Incomplete):
        operations.show(stage, 1, amount=1, text=" ", paper=None, by=SYSTEM, now=NOW)
    with pytest.raises(Incomplete):
        operations.check(stage.evidence.first(), accepted=False, by=SYSTEM, now=NOW)


def test_two_different_people_sign_once_everything_is_shown(stage, mentor, officer):
    with pytest.raises(RequirementsOpen):
        operations.sign(stage, by=acting(mentor), now=NOW)
    show(stage, 0, 3)
    show(stage, 1)
    operations.sign(stage, by=acting(mentor), now=NOW)
    with pytest.raises(SamePerson):
        operations.sign(stage, by=acting(mentor), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        StageRecord.objects.filter(pk=stage.pk).update(second_signed_by=mentor)
    operations.sign(stage, by=acting(officer), now=NOW)
    with pytest.raises(WrongStep):
        operations.sign(stage, by=acting(officer), now=NOW)
    application = stage.application
    application.refresh_from_db()
    assert (application.stage_number, application.standing) == (1, Standing.SELECTED)
    second = application.stages.get(number=2)
    show(second, 0, 60)
    show(second, 0, 80)
    show(second, 0, 70)
    assert [one.reached for one in queries.progress(second)] == [80]
    for signer in (officer, mentor):
        operations.sign(second, by=acting(signer), now=NOW)
    application.refresh_from_db()
    assert application.standing == Standing.COMPLETED
    assert [bar.count for bar in funnel.funnel(application.cohort).bars][-4:] == [2, 1, 1, 1]


def test_who_does_not_meet_a_stage_is_out_with_the_reason(stage):
    with pytest.raises(Incomplete):
        operations.fail(stage, reason=" ", by=SYSTEM, now=NOW)
    operations.fail(stage, reason="Tidak ada angkatan.", by=SYSTEM, now=NOW)
    application = stage.application
    application.refresh_from_db()
    assert (application.standing, application.exit) == (Standing.OUT, Exit.STAGE_FAILED)
    with pytest.raises(WrongStep):
        show(stage, 0)


def test_leaving_ends_the_stage_and_nobody_moves_up_any_more(stage, cohort):
    application = operations.leave(stage.application, exit=Exit.ABSENT, note="Tidak hadir.", by=SYSTEM, now=NOW)
    assert application.standing == Standing.OUT
    assert not application.stages.filter(state=StageState.RUNNING).exists()
    assert cohort.applications.filter(standing=Standing.SELECTED).count() == 1
    with pytest.raises(WrongStep):
        programmes.close(cohort, by=SYSTEM, now=NOW)


def test_a_visit_with_agreed_actions(stage, mentor):
    agreed = [("Pasang jaringan", NOW.date() + timedelta(days=7)), (" ", NOW.date())]
    visit = operations.note_visit(
        stage.application, visited_on=NOW.date(), seen="14 hadir.", actions=agreed, by=acting(mentor), now=NOW
    )
    [action] = visit.actions.all()
    assert (visit.stage_number, action.text) == (1, "Pasang jaringan")
    assert queries.overdue(stage.application, today=NOW.date() + timedelta(days=8)) == 1
    operations.finish_action(action, is_done=True, by=SYSTEM, now=NOW)
    assert queries.overdue(stage.application, today=NOW.date() + timedelta(days=8)) == 0
    with pytest.raises(Incomplete):
        operations.note_visit(stage.application, visited_on=NOW.date(), seen=" ", by=SYSTEM, now=NOW)


def test_maturity_before_and_after(stage):
    operations.assess_maturity(stage.application, Moment.BEFORE, [1] * 8, by=SYSTEM, now=NOW)
    operations.assess_maturity(stage.application, Moment.BEFORE, [2] * 8, by=SYSTEM, now=NOW)
    operations.assess_maturity(stage.application, Moment.AFTER, [3] * 8, by=SYSTEM, now=NOW)
    assert [(one.moment, one.levels) for one in stage.application.maturity.all()] == [
        ("before", [2] * 8), ("after", [3] * 8),
    ]  # fmt: skip
    for wrong in ([5] * 8, [1] * 7, [-1] * 8):
        with pytest.raises(ValidationError):
            operations.assess_maturity(stage.application, Moment.AFTER, wrong, by=SYSTEM, now=NOW)
    operations.raise_class(stage.application, "berkembang", evidence="Dua mitra, 30 lulusan.", by=SYSTEM, now=NOW)
    assert Centre.objects.get(pk=stage.application.centre_id).maturity_class == "berkembang"


def test_the_door_of_a_centre_in_transformation(stage, mentor, officer, cohort):
    access = queries.door(mentor, stage.application_id)
    assert (access.is_mentor, access.manages, access.may_write) == (True, False, True)
    assert queries.door(officer, stage.application_id).manages
    other = cohort.applications.filter(standing=Standing.SELECTED).exclude(pk=stage.application_id).get()
    for stranger in (
        person("pendamping-lain", Role.MENTOR),
        person("penilai", Role.ASSESSOR),
        person("donor", Role.DONOR),
        person("jauh", Role.PROVINCIAL_OFFICER, provinces=["11"]),
    ):
        with pytest.raises(NotVisible):
            queries.door(stranger, stage.application_id)
    with pytest.raises(NotVisible):
        queries.door(mentor, other.pk)
    near = person("dekat", Role.PROVINCIAL_OFFICER, provinces=[stage.application.province])
    assert not queries.door(near, stage.application_id).may_write
    assert list(queries.accompanied(mentor, today=NOW.date())) == [stage.application]


def test_the_board_shows_every_selected_centre_and_what_waits(stage, cohort, django_assert_num_queries):
    operations.show(stage, 0, amount=1, text="Ada.", paper=None, by=SYSTEM, now=NOW)
    with django_assert_num_queries(3):
        board = list(queries.board(cohort, today=NOW.date()))
    assert sorted((one.to_check, one.overdue, one.visit_due) for one in board) == [(0, 0, False), (1, 0, False)]
    later = queries.board(cohort, today=NOW.date() + queries.VISIT_WITHIN + timedelta(days=1))
    assert [one.visit_due for one in later] == [True, True]
    assert [one.pk for one in queries.without_mentor(cohort)] != []


def test_a_mentor_holds_the_role_and_the_centre_takes_part(stage, cohort, mentor):
    other = person("bukan-pendamping", Role.PROGRAMME_OFFICER)
    with pytest.raises(operations.NotAMentor):
        operations.give_mentor(stage.application, other, by=SYSTEM, now=NOW)
    second = person("pendamping-kedua", Role.MENTOR)
    selected = cohort.applications.filter(standing=Standing.SELECTED)
    assert operations.give_mentors(selected, second, by=SYSTEM, now=NOW) == 2
    assert queries.without_mentor(cohort).count() == 0
    assert queries.nobody_accompanies() == []
    operations.fail(stage, reason="Tidak hadir.", by=SYSTEM, now=NOW)
    with pytest.raises(WrongStep):
        operations.give_mentors(cohort.applications.exclude(stages=None), mentor, by=SYSTEM, now=NOW)
    assert not list(queries.accompanied(mentor, today=NOW.date()))
    with pytest.raises(NotVisible):
        queries.accompanied(other, today=NOW.date())


def test_evidence_that_is_sent_back_takes_the_first_signature_with_it(stage, mentor, officer):
    show(stage, 0, 3)
    plan = show(stage, 1)
    operations.sign(stage, by=acting(mentor), now=NOW)
    assert queries.half_signed(officer) == [stage.application.cohort_id] and queries.half_signed(mentor) == []
    operations.check(plan, accepted=False, comment="Jadwalnya belum ada.", by=acting(officer), now=NOW)
    stage.refresh_from_db()
    assert stage.first_signed_by is None and stage.first_signed_at is None
    [_met, open_] = queries.progress(queries.stage_of(stage.application, 1))
    assert open_.to_mend == plan and open_.percent == 0
    later = NOW + timedelta(hours=1)
    operations.show(stage, 1, amount=1, text="Dengan jadwal.", paper=None, by=SYSTEM, now=later)
    [_met, open_] = queries.progress(queries.stage_of(stage.application, 1))
    assert open_.to_mend is None and open_.waiting == 1


def test_a_visit_is_noted_afterwards_while_the_centre_takes_part(stage, mentor):
    said = {"seen": "Ada.", "by": acting(mentor), "now": NOW}
    with pytest.raises(Incomplete):
        operations.note_visit(stage.application, visited_on=NOW.date() + timedelta(days=1), **said)
    picture = uploads.picture(io.BytesIO(pictures.plain()))
    with pytest.raises(TooMany):
        operations.note_visit(stage.application, visited_on=NOW.date(), photos=[picture] * 7, **said)
    visit = operations.note_visit(stage.application, visited_on=NOW.date(), photos=[picture] * 5, **said)
    operations.add_photo(visit, picture, by=acting(mentor), now=NOW)
    with pytest.raises(TooMany):
        operations.add_photo(visit, picture, by=acting(mentor), now=NOW)
    assert len(files.names(files.folder_of(None))) == visit.photos.count() == 6
    operations.fail(stage, reason="Tidak hadir.", by=SYSTEM, now=NOW)
    with pytest.raises(WrongStep):
        operations.note_visit(stage.application, visited_on=NOW.date(), photos=[picture], **said)
    assert len(files.names(files.folder_of(None))) == 6
