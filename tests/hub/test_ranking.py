"""From scores to an order and from an order to places: what must hold whatever the scores."""

import random
import uuid
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.programmes.rulebook import Criterion, Group, Quota, Round
from hub.selection import ranking
from hub.selection.assigning import Case, Judge, is_in_conflict, share_out
from hub.selection.models import Outcome
from hub.selection.ranking import Ranked

IDS = [uuid.UUID(int=number) for number in range(60)]
PROVINCES = ("32", "33", "35")

ranked = st.lists(
    st.tuples(
        st.integers(0, 100_000), st.sampled_from(PROVINCES), st.sampled_from([(), ("tik",), ("tik", "las")]),
        st.sampled_from([True, False, None]),
    ),
    max_size=40,
).map(
    lambda rows: [
        Ranked(IDS[number], score, 0, province, fields, women)
        for number, (score, province, fields, women) in enumerate(sorted(rows, key=lambda row: -row[0]))
    ]
)  # fmt: skip
groups = st.one_of(
    st.sampled_from(PROVINCES).map(lambda code: (Group.PROVINCE, code)),
    st.sampled_from(["tik", "las"]).map(lambda code: (Group.FIELD, code)),
    st.just((Group.WOMEN_LED, "")),
)


@st.composite
def rounds(draw) -> Round:
    seats = draw(st.one_of(st.none(), st.integers(0, 20)))
    quotas, left = [], seats or 0
    for group, value in draw(st.lists(groups, max_size=4, unique=True)):
        kept = draw(st.integers(0, left))
        left -= kept
        quotas.append(Quota(group, value, kept))
    return Round(name="x", seats=seats, pass_mark=draw(st.integers(0, 100)), quotas=tuple(quotas))


@given(ranked, rounds(), st.booleans())
def test_never_more_pass_than_there_are_places_and_none_below_the_mark(order, rules, waits):
    placed = ranking.place(order, rules, waits=waits)
    assert [one.rank for one in placed] == list(range(1, len(order) + 1))
    passed = [one for one in placed if one.outcome == Outcome.PASSED]
    assert rules.seats is None or len(passed) <= rules.seats
    for one in placed:
        assert (one.ranked.score < rules.pass_mark * 1000) == (one.outcome == Outcome.BELOW_MARK)
    if not waits:
        assert all(one.outcome != Outcome.WAITING for one in placed)


@given(ranked, rounds())
def test_no_place_stays_empty_and_each_group_has_its_own(order, rules):
    placed = ranking.place(order, rules, waits=False)
    passed = [one.ranked for one in placed if one.outcome == Outcome.PASSED]
    able = [one for one in order if one.score >= rules.pass_mark * 1000]
    assert len(passed) == min(len(able), len(able) if rules.seats is None else rules.seats)
    for quota in rules.quotas:
        of_group = [one for one in able if ranking.is_of(one, quota)]
        assert sum(ranking.is_of(one, quota) for one in passed) >= min(quota.seats, len(of_group))


@given(ranked, rounds())
def test_nobody_is_passed_over_for_somebody_worse_but_for_a_group(order, rules):
    """Whoever has a place behind somebody who has none, has it by a group that the other is not of."""
    placed = ranking.place(order, rules, waits=False)
    for ahead, one in enumerate(placed):
        if one.outcome != Outcome.NO_SEAT:
            continue
        for behind in placed[ahead + 1 :]:
            if behind.outcome == Outcome.PASSED:
                assert behind.by_quota
                of = [quota for quota in rules.quotas if ranking.is_of(behind.ranked, quota)]
                assert any(not ranking.is_of(one.ranked, quota) for quota in of)


@given(ranked)
def test_without_groups_places_go_by_rank(order):
    placed = ranking.place(order, Round(name="x", seats=5, pass_mark=None), waits=True)
    assert [one.outcome for one in placed] == [Outcome.PASSED] * len(placed[:5]) + [Outcome.WAITING] * len(placed[5:])
    assert not any(one.by_quota for one in placed)


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 10)), min_size=1, max_size=8), st.data())
def test_a_total_is_exact_and_between_nothing_and_everything(rubric, data):
    rules = Round(name="x", criteria=tuple(Criterion("k", weight=weight, most=most) for weight, most in rubric))
    points = [data.draw(st.integers(0, most)) for _weight, most in rubric]
    total = rules.total(points)
    exact = 100_000 * sum(p / most * weight for p, (weight, most) in zip(points, rubric, strict=True))
    assert abs(total - exact / sum(weight for weight, _most in rubric)) <= 0.5001
    assert rules.total([0] * len(rubric)) == 0
    assert rules.total([most for _weight, most in rubric]) == 100_000
    for place, (_weight, most) in enumerate(rubric):
        if points[place] < most:
            better = [*points[:place], points[place] + 1, *points[place + 1 :]]
            assert rules.total(better) >= total


# ---------------------------------------------------------------- who assesses whom

judges = st.lists(
    st.tuples(st.sampled_from([*PROVINCES, "11", "12"]), st.sampled_from(["", "YAYASANA", "YAYASANB"])), max_size=8
).map(
    lambda rows: [Judge(uuid.UUID(int=1000 + n), province, foundation) for n, (province, foundation) in enumerate(rows)]
)
cases = st.lists(
    st.tuples(st.sampled_from(PROVINCES), st.sampled_from(["", "YAYASANA", "YAYASANB"]), st.integers(1, 3)), max_size=30
).map(
    lambda rows: [
        Case(IDS[n], uuid.UUID(int=500 + n), province, foundation, n * 7919 % 31, needs)
        for n, (province, foundation, needs) in enumerate(rows)
    ]
)


@given(judges, cases, st.randoms(use_true_random=False))
def test_sharing_out_is_free_of_conflict_whole_and_does_not_depend_on_the_order(people, work, dice: random.Random):
    given_, short = share_out(work, people, {})
    by_id = {one.user_id: one for one in people}
    by_case = {one.application_id: one for one in work}
    for one in given_:
        assert not is_in_conflict(by_id[one.user_id], by_case[one.application_id])
    assert len({(one.application_id, one.user_id) for one in given_}) == len(given_)
    for case in work:
        got = sum(one.application_id == case.application_id for one in given_)
        able = sum(not is_in_conflict(judge, case) for judge in people)
        assert got == min(case.needs, able)
        assert (case in short) == (able < case.needs)
    shuffled = dice.sample(work, len(work))
    assert share_out(shuffled, people, {})[0] == given_


@given(st.integers(1, 40), st.integers(2, 6))
def test_without_conflicts_nobody_has_more_than_one_more_than_another(count, people):
    everybody = [Judge(uuid.UUID(int=1000 + n), "11") for n in range(people)]
    work = [Case(IDS[n], uuid.UUID(int=500 + n), "32", "", n, 2) for n in range(count)]
    loads: dict = {}
    share_out(work, everybody, loads)
    assert max(loads.values()) - min(loads.get(one.user_id, 0) for one in everybody) <= 1


def test_conflicts_of_interest():
    case = Case(IDS[0], IDS[1], "35", "YAYASANALHIKMAH", 1, 1)
    free = Judge(IDS[2], "33", "YAYASANLAIN")
    assert not is_in_conflict(free, case)
    assert is_in_conflict(replace(free, province="35"), case)
    assert is_in_conflict(replace(free, foundation="YAYASANALHIKMAH"), case)
    assert is_in_conflict(replace(free, centres=frozenset({IDS[1]})), case)
    assert not is_in_conflict(replace(free, foundation=""), replace(case, foundation=""))
