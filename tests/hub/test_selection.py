"""Running rounds: assigning without conflict, scoring blind, ranking that can be repeated, results that stay."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.accounts.queries import NotVisible
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre, State
from hub.programmes.models import Exit, Standing
from hub.programmes.operations import WrongStep
from hub.programmes.rulebook import Group, Quota
from hub.selection import operations, queries, ranking
from hub.selection.models import Assessment, Assessor, Outcome, Result
from hub.selection.operations import ScoresIncomplete, TooFewAssessors, TooLate, Unfinished
from tests.programmes import NOW, ROUND, RULES, make_assessors, make_centres, score_all, selecting

LATER = NOW + timedelta(days=6)


@pytest.fixture
def four(db) -> list[Centre]:
    Centre.objects.update(state=State.REGISTERED)
    return make_centres(4)


@pytest.fixture
def assessors(four):
    return make_assessors()


@pytest.fixture
def round_(assessors):
    cohort, _applications = selecting()
    return operations.open_round(cohort, by=SYSTEM, now=NOW)


def results(round_) -> list[tuple[str, int, str]]:
    return [
        (one.application.centre.name[-3:], one.score, one.outcome)
        for one in round_.results.select_related("application__centre").order_by("rank")
    ]


SCORES = {"BLKK Uji 000": [2, 5], "BLKK Uji 001": [4, 10], "BLKK Uji 002": [3, 5], "BLKK Uji 003": [1, 1]}


def published(round_):
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    return operations.publish(round_, by=SYSTEM, now=NOW)


# ---------------------------------------------------------------- assessors


def test_everybody_gets_two_assessors_and_the_load_is_even(round_, assessors):
    counts = queries.loads(round_)
    assert sum(counts.values()) == 8
    assert sorted(counts.values()) == [2, 3, 3]


def test_too_few_without_a_conflict_is_said_and_nothing_has_begun(four):
    make_assessors(("32", "33", "35"))
    Assessor.objects.update(province="32")
    cohort, _applications = selecting()
    with pytest.raises(TooFewAssessors) as refused:
        operations.open_round(cohort, by=SYSTEM, now=NOW)
    assert "32" in str(refused.value)
    assert not cohort.rounds.exists()


def test_whose_conflicts_are_not_known_is_never_asked(assessors):
    Assessor.objects.filter(user=assessors[0]).delete()
    cohort, _applications = selecting()
    round_ = operations.open_round(cohort, by=SYSTEM, now=NOW)
    assert assessors[0].pk not in queries.loads(round_)


def test_an_assessor_sees_their_own_and_nothing_that_a_conflict_keeps_from_them(round_, assessors):
    person = type(assessors[0]).objects.with_roles().get(pk=assessors[0].pk)
    own = Assessment.objects.filter(assessor=person).first()
    others = Assessment.objects.exclude(assessor=person).first()
    assert queries.my_assessment(person, own.pk) == own
    with pytest.raises(NotVisible):
        queries.my_assessment(person, others.pk)
    assert own in queries.mine(person)
    # The person has moved into the centre's province since.
    Assessor.objects.filter(user=person).update(province=own.application.province)
    with pytest.raises(NotVisible):
        queries.my_assessment(person, own.pk)
    assert own not in queries.mine(person)


def test_who_declines_is_replaced_and_sees_it_no_more(round_, assessors):
    own = Assessment.objects.first()
    operations.recuse(own, reason="Kakak saya mengajar di sana.", by=SYSTEM, now=NOW)
    of_it = round_.assessments.filter(application=own.application)
    assert sorted(one.state for one in of_it) == ["assigned", "assigned", "recused"]
    person = type(assessors[0]).objects.with_roles().get(pk=own.assessor_id)
    with pytest.raises(NotVisible):
        queries.my_assessment(person, own.pk)
    # Nobody is left for this one.
    with pytest.raises(TooFewAssessors):
        operations.recuse(of_it.filter(state="assigned")[0], reason="Saya juga.", by=SYSTEM, now=NOW)


# ---------------------------------------------------------------- scores


@pytest.mark.parametrize("points", [[5, 1], [-1, 1], [None, 1], [1], [1, 2, 3], [1, 11]])
def test_points_outside_the_rubric_are_refused(round_, points):
    one = Assessment.objects.first()
    with pytest.raises(ScoresIncomplete):
        operations.submit_scores(one, points=points, notes={}, comment="", by=SYSTEM, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.total) == ("assigned", None)


def test_scores_are_kept_on_the_way_and_handed_in_anew(round_):
    one = Assessment.objects.first()
    operations.keep_scores(one, points=[3, None], notes={"0": "Sah."}, comment="Belum selesai")
    one.refresh_from_db()
    assert (one.points, one.notes, one.state) == ([3, None], {"0": "Sah."}, "assigned")
    operations.submit_scores(one, points=[3, 5], notes={}, comment="", by=SYSTEM, now=NOW)
    again = operations.submit_scores(one, points=[4, 10], notes={}, comment="", by=SYSTEM, now=NOW)
    assert again.total == 100_000


def test_two_that_differ_too_much_bring_a_third_and_the_middle_counts(round_):
    first, second = Assessment.objects.filter(application__centre__name="BLKK Uji 000")
    operations.submit_scores(first, points=[4, 10], notes={}, comment="", by=SYSTEM, now=NOW)
    operations.submit_scores(second, points=[0, 0], notes={}, comment="", by=SYSTEM, now=NOW)
    third = Assessment.objects.get(application=first.application, is_third=True)
    assert third.assessor_id not in (first.assessor_id, second.assessor_id)
    score_all(round_, {"BLKK Uji 000": [3, 5]})
    operations.rank(round_, by=SYSTEM, now=NOW)
    assert ("000", 62_500, "below_mark") not in results(round_)
    assert [score for name, score, _outcome in results(round_) if name == "000"] == [62_500]


def test_ranking_waits_for_every_score(round_):
    with pytest.raises(Unfinished):
        operations.rank(round_, by=SYSTEM, now=NOW)


# ---------------------------------------------------------------- results


def test_by_score_then_by_criteria_then_by_lot(round_):
    # 50 points each but for the best; one of the three has all of them from the first criterion.
    score_all(round_, {"BLKK Uji 000": [2, 5], "BLKK Uji 001": [4, 10], "BLKK Uji 002": [4, 0], "BLKK Uji 003": [2, 5]})
    operations.rank(round_, by=SYSTEM, now=NOW)
    lots = {one.centre.name[-3:]: one.lot for one in queries.candidates(round_).select_related("centre")}
    tied = sorted(("000", "003"), key=lots.__getitem__)
    assert [(name, score) for name, score, _outcome in results(round_)] == [
        ("001", 100_000), ("002", 50_000), (tied[0], 50_000), (tied[1], 50_000),
    ]  # fmt: skip


@pytest.mark.parametrize(("mark", "seats"), [(50, 2), (None, 1), (60, None), (0, 0), (100, 4)])
def test_places_given_by_the_statement_are_those_of_the_rule(assessors, mark, seats):
    cohort, _applications = selecting(replace(RULES, rounds=(replace(ROUND, pass_mark=mark, seats=seats),)))
    round_ = operations.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    order = [ranking.Ranked(one.application_id, one.score, 0, "", (), None) for one in round_.results.order_by("rank")]
    by_rule = [placed.outcome for placed in ranking.place(order, round_.rules, waits=True)]
    assert [outcome for _name, _score, outcome in results(round_)] == by_rule


def test_a_result_takes_effect_when_it_is_published(round_):
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    assert set(queries.candidates(round_).values_list("standing", flat=True)) == {"applied"}
    operations.publish(round_, by=SYSTEM, now=NOW)
    standing = dict(round_.cohort.applications.filter(centre__name__startswith="BLKK Uji")
                    .values_list("centre__name", "standing"))  # fmt: skip
    assert standing == {
        "BLKK Uji 001": "selected", "BLKK Uji 002": "selected", "BLKK Uji 000": "waiting", "BLKK Uji 003": "out",
    }  # fmt: skip


def test_after_publication_nothing_changes_by_any_way(round_):
    published(round_)
    one = Assessment.objects.first()
    with pytest.raises(WrongStep):
        operations.submit_scores(one, points=[4, 10], notes={}, comment="", by=SYSTEM, now=NOW)
    with pytest.raises(WrongStep):
        operations.rank(round_, by=SYSTEM, now=NOW)
    for statement in (
        lambda: Assessment.objects.update(total=1),
        lambda: Assessment.objects.all().delete(),
        lambda: Result.objects.update(score=1),
        lambda: Result.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            statement()


def test_the_same_scores_give_the_same_order_whenever_they_are_written(assessors):
    cohort, applications = selecting()
    round_ = operations.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    first, digest = results(round_), ranking.digest(round_)
    operations.reopen(round_, reason="Dicek lagi.", by=SYSTEM, now=NOW)
    kept = list(Assessment.objects.values())
    Assessment.objects.all().delete()
    Assessment.objects.bulk_create([Assessment(**row) for row in reversed(kept)])
    operations.rank(round_, by=SYSTEM, now=NOW)
    assert (results(round_), ranking.digest(round_)) == (first, digest)


def test_a_place_is_kept_for_a_group(assessors):
    Centre.objects.filter(name="BLKK Uji 000").update(is_women_led=True)
    rules = replace(RULES, rounds=(replace(ROUND, quotas=(Quota(Group.WOMEN_LED, "", 1),)),))
    cohort, _applications = selecting(rules)
    round_ = operations.open_round(cohort, by=SYSTEM, now=NOW)
    published(round_)
    assert [(name, outcome) for name, _score, outcome in results(round_)] == [
        ("001", "passed"), ("002", "waiting"), ("000", "passed"), ("003", "below_mark"),
    ]  # fmt: skip
    assert [one.application.centre.name for one in Result.objects.filter(by_quota=True)] == ["BLKK Uji 000"]


def test_a_centre_that_left_is_not_ranked_and_takes_no_place(round_):
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    best = round_.cohort.applications.get(centre__name="BLKK Uji 001")
    operations.leave(best, exit=Exit.NO_STAFF, by=SYSTEM, now=NOW)
    with pytest.raises(WrongStep):
        operations.publish(round_, by=SYSTEM, now=NOW)
    operations.rank(round_, by=SYSTEM, now=NOW)
    operations.publish(round_, by=SYSTEM, now=NOW)
    assert [(name, outcome) for name, _s, outcome in results(round_)][:2] == [("002", "passed"), ("000", "passed")]


# ---------------------------------------------------------------- waiting, appealing


def test_the_waiting_list_moves_up_when_one_withdraws(round_):
    published(round_)
    chosen = round_.cohort.applications.get(centre__name="BLKK Uji 001")
    operations.leave(chosen, exit=Exit.OTHER_PLANS, note="Pindah.", by=SYSTEM, now=NOW)
    lucky = round_.cohort.applications.get(centre__name="BLKK Uji 000")
    assert (lucky.standing, lucky.waiting_position, lucky.round_number) == (Standing.SELECTED, None, 1)
    with pytest.raises(WrongStep):
        operations.leave(chosen, exit=Exit.OTHER_PLANS, by=SYSTEM, now=NOW)


def test_an_upheld_appeal_is_the_one_way_to_another_score(round_):
    published(round_)
    result = Result.objects.get(application__centre__name="BLKK Uji 003")
    appeal = operations.file_appeal(result, text="Izin kami sah.", by=SYSTEM, now=NOW)
    with pytest.raises(WrongStep):
        operations.file_appeal(result, text="Lagi.", by=SYSTEM, now=NOW)
    operations.answer_appeal(appeal, upheld=True, reason="Izin sah.", score=80_000, by=SYSTEM, now=NOW)
    result.refresh_from_db()
    appeal.refresh_from_db()
    assert (result.score, result.outcome, appeal.former_score) == (80_000, Outcome.WAITING, 17_500)
    application = round_.cohort.applications.get(centre__name="BLKK Uji 003")
    assert (application.standing, application.waiting_position) == (Standing.WAITING, 1)
    assert round_.cohort.applications.get(centre__name="BLKK Uji 000").waiting_position == 2
    assert round_.cohort.applications.filter(standing="selected").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.filter(pk=result.pk).update(score=90_000)


def test_appeals_have_a_last_day_and_those_who_passed_have_none(round_):
    published(round_)
    missed = Result.objects.get(application__centre__name="BLKK Uji 003")
    with pytest.raises(TooLate):
        operations.file_appeal(missed, text="x", by=SYSTEM, now=LATER)
    with pytest.raises(TooLate):
        operations.file_appeal(Result.objects.get(rank=1), text="x", by=SYSTEM, now=NOW)
    appeal = operations.file_appeal(missed, text="x", by=SYSTEM, now=LATER - timedelta(days=1))
    operations.answer_appeal(appeal, upheld=False, reason="Tidak terbukti.", by=SYSTEM, now=LATER)
    missed.refresh_from_db()
    assert missed.outcome == Outcome.BELOW_MARK


def test_the_next_round_waits_for_appeals(assessors):
    rules = replace(RULES, rounds=(ROUND, ROUND))
    cohort, _applications = selecting(rules)
    round_ = operations.open_round(cohort, by=SYSTEM, now=NOW)
    with pytest.raises(Unfinished):
        operations.open_round(cohort, by=SYSTEM, now=LATER)
    published(round_)
    with pytest.raises(Unfinished):
        operations.open_round(cohort, by=SYSTEM, now=NOW)
    appeal = operations.file_appeal(Result.objects.get(rank=4), text="x", by=SYSTEM, now=NOW)
    with pytest.raises(Unfinished):
        operations.open_round(cohort, by=SYSTEM, now=LATER)
    operations.answer_appeal(appeal, upheld=True, reason="Benar.", score=90_000, by=SYSTEM, now=NOW)
    second = operations.open_round(cohort, by=SYSTEM, now=LATER)
    # Two by rank, and the one whose appeal was right in addition.
    assert queries.candidates(second).count() == 3
    assert second.number == 2
    score_all(second)
    operations.rank(second, by=SYSTEM, now=LATER)
    operations.publish(second, by=SYSTEM, now=LATER)
    with pytest.raises(WrongStep):
        operations.open_round(cohort, by=SYSTEM, now=LATER + timedelta(days=9))


def test_a_centre_knows_its_own_published_scores(round_):
    score_all(round_, SCORES)
    operations.rank(round_, by=SYSTEM, now=NOW)
    application = round_.cohort.applications.get(centre__name="BLKK Uji 000")
    assert queries.own_results(application) == []
    operations.publish(round_, by=SYSTEM, now=NOW)
    [own] = queries.own_results(application)
    assert queries.own_scores(own) == [2, 5]
    assert queries.may_appeal(own, now=NOW)
    assert not queries.may_appeal(own, now=LATER)


# ---------------------------------------------------------------- whatever happens

STEPS = st.lists(
    st.tuples(st.sampled_from(["leave", "appeal", "uphold", "reject", "lower"]), st.integers(0, 3)), max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_after_publication_places_are_never_too_many(round_, steps):
    """Withdrawals and appeals in any order: at most two places, a line without gaps, nobody out with a place."""
    with transaction.atomic():
        published(round_)
        names = sorted(SCORES)
        for step, number in steps:
            application = round_.cohort.applications.get(centre__name=names[number])
            result = Result.objects.get(application=application)
            appeal = getattr(result, "appeal", None)
            try:
                if step == "leave":
                    operations.leave(application, exit=Exit.NO_MEANS, by=SYSTEM, now=NOW)
                elif step == "appeal":
                    operations.file_appeal(result, text="x", by=SYSTEM, now=NOW)
                elif appeal is not None:
                    score = {"uphold": 90_000, "lower": 10_000}.get(step)
                    operations.answer_appeal(
                        appeal, upheld=step != "reject", reason="x", score=score, by=SYSTEM, now=NOW
                    )
            except (WrongStep, TooLate):
                pass
            holds(round_.cohort)
        transaction.set_rollback(True)


def holds(cohort) -> None:
    everyone = list(cohort.applications.all())
    assert sum(one.standing == Standing.SELECTED for one in everyone) <= 2
    line = sorted(one.waiting_position for one in everyone if one.standing == Standing.WAITING)
    assert line == list(range(1, len(line) + 1))
    for one in everyone:
        assert (one.standing == Standing.OUT) == bool(one.exit)
    if sum(one.standing == Standing.SELECTED for one in everyone) < 2:
        assert not line
