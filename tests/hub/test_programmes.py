"""Programmes and intakes: rules that are frozen, who may apply, applying, the funnel."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from hub.accounts.queries import NotVisible
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre, State
from hub.programmes import eligibility, operations, queries, rulebook
from hub.programmes.models import Cohort, Exit, RuleVersion, Standing
from hub.programmes.operations import Incomplete, NameTaken, NotEligible, NotOpen, NotPublishable, WrongStep
from hub.programmes.rulebook import Criterion, Eligibility, Quota, Round, Rules
from tests import programmes
from tests.programmes import NOW, ROUND, RULES, STAGE, apply, make_centres, make_cohort, make_programme

TODAY = NOW.date()


@pytest.fixture
def four(db) -> list[Centre]:
    Centre.objects.update(state=State.REGISTERED)  # the suite's own two take no part
    return make_centres(4)


# ---------------------------------------------------------------- rules


def test_rules_are_the_same_after_json():
    rules = replace(
        RULES,
        eligibility=Eligibility(provinces=("32",), least_seats=16, active_within=90),
        rounds=(replace(ROUND, quotas=(Quota("province", "32", 1),), starts_on=TODAY),),
    )
    assert rulebook.from_json(rulebook.to_json(rules)) == rules


@pytest.mark.parametrize(
    "wrong",
    [
        Rules(),
        replace(RULES, stages=()),
        replace(RULES, rounds=(replace(ROUND, criteria=()),)),
        replace(RULES, rounds=(replace(ROUND, name=" "),)),
        replace(RULES, rounds=(replace(ROUND, pass_mark=None, seats=None),)),
        replace(RULES, rounds=(replace(ROUND, quotas=(Quota("women_led", "", 3),)),)),
        replace(RULES, rounds=(replace(ROUND, seats=None, quotas=(Quota("women_led", "", 1),)),)),
        replace(RULES, rounds=(replace(ROUND, quotas=(Quota("field", "tik", 1), Quota("field", "tik", 1))),)),
        replace(RULES, rounds=(replace(ROUND, criteria=(Criterion("x", weight=0),)),)),
        replace(RULES, rounds=(replace(ROUND, assessors=4),)),
        replace(RULES, rounds=(ROUND, replace(ROUND, seats=3))),
        replace(RULES, rounds=(replace(ROUND, starts_on=TODAY, ends_on=TODAY - timedelta(days=1)),)),
        replace(RULES, stages=(replace(STAGE, requirements=()),)),
    ],
)
def test_rules_with_a_hole_are_not_published(four, wrong):
    cohort = operations.plan_cohort(make_programme(), name="I", opens_on=TODAY, closes_on=TODAY, by=SYSTEM, now=NOW)
    operations.design(cohort, wrong, by=SYSTEM, now=NOW)
    with pytest.raises(NotPublishable) as refused:
        operations.publish(cohort, by=SYSTEM, now=NOW)
    assert refused.value.problems
    cohort.refresh_from_db()
    assert (cohort.state, cohort.applications.count()) == ("draft", 0)


def test_published_rules_are_numbered_and_stay(four):
    cohort = make_cohort()
    operations.design(cohort, replace(RULES, rounds=(replace(ROUND, seats=3),)), by=SYSTEM, now=NOW)
    assert Cohort.objects.get().rules.content.seats == 2  # the draft changes nothing
    second = operations.publish(cohort, by=SYSTEM, now=NOW)
    assert (second.number, second.content.seats) == (2, 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.filter(number=1).update(document={})
    apply(cohort, four[0])
    with pytest.raises(WrongStep):
        operations.publish(cohort, by=SYSTEM, now=NOW)


def test_a_copy_begins_with_the_rules_of_the_last_intake(four):
    first = make_cohort()
    copy = operations.plan_cohort(
        first.programme, name="II", opens_on=TODAY, closes_on=TODAY, copy_of=first, by=SYSTEM, now=NOW
    )
    assert (copy.draft, copy.state, copy.copied_from) == (RULES, "draft", first)
    with pytest.raises(NameTaken):
        operations.plan_cohort(first.programme, name="II ", opens_on=TODAY, closes_on=TODAY, by=SYSTEM, now=NOW)


# ---------------------------------------------------------------- who may apply


def test_conditions_over_what_the_hub_knows_of_a_centre(four):
    one, two, three, _other = four
    Centre.objects.filter(pk=one.pk).update(
        vin="V1", accredited_until=TODAY, seats=16, is_women_led=True, maturity_class="mandiri", last_active_on=TODAY
    )
    Centre.objects.filter(pk=two.pk).update(accredited_until=TODAY - timedelta(days=1), seats=15, is_women_led=False)
    Centre.objects.filter(pk=three.pk).update(last_active_on=TODAY - timedelta(days=30))
    expected = [
        (Eligibility(), 4),
        (Eligibility(states=("registered",)), 2),
        (Eligibility(provinces=("32",)), 2),
        (Eligibility(fields=("tik", "las")), 4),
        (Eligibility(fields=("las",)), 0),
        (Eligibility(classes=("mandiri",)), 1),
        (Eligibility(needs_vin=True), 1),
        (Eligibility(needs_accreditation=True), 1),
        (Eligibility(women_led_only=True), 1),
        (Eligibility(least_seats=15), 2),
        (Eligibility(active_within=30), 1),
        (Eligibility(active_within=31), 2),
    ]
    for rules, count in expected:
        assert eligibility.eligible(rules, today=TODAY, demo=False).count() == count, rules


def test_a_preview_counts_what_each_condition_costs(four, django_assert_num_queries):
    Centre.objects.filter(pk=four[0].pk).update(vin="V1", seats=20)
    Centre.objects.filter(pk=four[1].pk).update(vin="V2")
    rules = Eligibility(needs_vin=True, least_seats=16)
    with django_assert_num_queries(1):
        preview = eligibility.preview(rules, today=TODAY, demo=False)
    told = {one.code: (one.meet, one.only_obstacle) for one in preview.conditions}
    assert (preview.total, preview.eligible) == (6, 1)
    assert told == {"states": (4, 0), "needs_vin": (2, 0), "least_seats": (1, 1)}


def test_a_demo_never_counts_real_centres_nor_the_other_way_round(four):
    Centre.objects.filter(pk=four[0].pk).update(is_demo=True)
    assert eligibility.preview(Eligibility(), today=TODAY, demo=True).eligible == 1
    cohort = make_cohort(programme=make_programme(is_demo=True))
    assert [one.centre for one in cohort.applications.all()] == [four[0]]


def test_publishing_anew_has_exactly_the_eligible_and_keeps_what_was_begun(four):
    cohort = make_cohort()
    begun = cohort.applications.get(centre=four[0])
    operations.write(begun, {"motivation": "Kami …"}, now=NOW)
    operations.design(cohort, replace(RULES, eligibility=Eligibility(provinces=("32",))), by=SYSTEM, now=NOW)
    operations.publish(cohort, by=SYSTEM, now=NOW)
    assert {one.centre for one in cohort.applications.all()} == {four[0], four[3]}
    assert cohort.applications.get(centre=four[0]).motivation == "Kami …"


# ---------------------------------------------------------------- applying


def test_an_application_is_sent_once_within_its_days_and_whole(four):
    cohort = make_cohort()
    application = cohort.applications.get(centre=four[0])
    with pytest.raises(Incomplete):
        operations.submit(application, by=SYSTEM, now=NOW)
    for early_or_late in (NOW - timedelta(days=1), NOW + timedelta(days=29)):
        with pytest.raises(NotOpen):
            operations.write(application, {"motivation": "x"}, now=early_or_late)
    sent = apply(cohort, four[0], now=NOW + timedelta(days=28))
    assert (sent.standing, sent.province, sent.fields) == (Standing.APPLIED, "32", ["tik"])
    with pytest.raises(WrongStep):
        operations.submit(application, by=SYSTEM, now=NOW)


def test_a_centre_that_no_longer_meets_the_rules_is_told_which(four):
    cohort = make_cohort(replace(RULES, eligibility=Eligibility(least_seats=None, states=("active",))))
    Centre.objects.filter(pk=four[0].pk).update(state=State.SUSPENDED)
    with pytest.raises(NotEligible) as refused:
        apply(cohort, four[0])
    assert refused.value.obstacles == ["states"]


def test_whoever_does_not_apply_is_out_with_that_reason(four):
    cohort = make_cohort()
    with pytest.raises(WrongStep):
        operations.close_applications(cohort, by=SYSTEM, now=NOW)
    apply(cohort, four[0])
    operations.close_applications(cohort, by=SYSTEM, now=NOW)
    assert queries.by_standing(cohort) == {Standing.APPLIED: 1, Standing.OUT: 3}
    assert set(cohort.applications.filter(standing="out").values_list("exit", flat=True)) == {Exit.NOT_APPLIED}


def test_what_a_centre_was_when_it_applied_stays(four):
    cohort = make_cohort()
    Centre.objects.filter(pk=four[0].pk).update(is_women_led=True)
    apply(cohort, four[0])
    Centre.objects.filter(pk=four[0].pk).update(is_women_led=False)
    assert cohort.applications.get(centre=four[0]).is_women_led is True


def test_a_centre_reads_its_own_application_alone(four):
    cohort = make_cohort()
    own = cohort.applications.get(centre=four[0])
    assert queries.own_application(four[0].pk, own.pk) == own
    with pytest.raises(NotVisible):
        queries.own_application(four[1].pk, own.pk)
    assert [one.pk for one in queries.of_centre(four[0].pk)] == [own.pk]


# ---------------------------------------------------------------- the funnel


def test_the_funnel_counts_each_step_and_each_exit(four, django_assert_num_queries):
    cohort, _applications = programmes.selecting(count=3)
    with django_assert_num_queries(2):
        funnel = queries.funnel(cohort)
    told = [(bar.step, bar.count, bar.exits) for bar in funnel.bars]
    assert told == [(0, 4, 1), (1, 3, 0), (101, 0, 0), (200, 0, 0), (301, 0, 0), (400, 0, 0)]
    assert (funnel.exits, funnel.still_in) == ({"not_applied": 1}, 3)
    assert funnel.bars[1].of_before == 0.75
    assert funnel.bars[0].seconds == 0


def test_a_cut_narrows_bars_exits_and_the_list_behind(four):
    cohort, _applications = programmes.selecting(count=3)
    cut = queries.Cut(province="32")
    assert [bar.count for bar in queries.funnel(cohort, cut).bars][:2] == [2, 1]
    assert queries.funnel(cohort, cut).exits == {"not_applied": 1}
    assert queries.funnel(cohort, queries.Cut(field="las")).bars[0].count == 0
    assert queries.funnel(cohort, queries.Cut(women_led=True)).bars[0].count == 0
    assert queries.funnel(cohort, queries.Cut(provinces=frozenset({"35"}))).bars[0].count == 1
    found = cohort.applications.filter(cut.filter())
    assert queries.at_step(found, 1).count() == 1
    steps = [step for step, _name in queries.steps_of(RULES)]
    assert queries.left_after(found, 0, steps).count() == 1
    assert queries.left_after(found, 1, steps).count() == 0


def test_a_breakdown_counts_a_centre_in_each_of_its_fields(four):
    cohort = make_cohort()
    assert queries.breakdown(cohort, "fields") == {"tik": {0: 4}}
    assert queries.breakdown(cohort, "province") == {"32": {0: 2}, "33": {0: 1}, "35": {0: 1}}
    assert queries.breakdown(cohort, "is_women_led") == {"": {0: 4}}
    assert queries.breakdown(cohort, "province", queries.Cut(province="33")) == {"33": {0: 1}}


def test_a_programme_says_when_it_cannot_be(db):
    from django.core.exceptions import ValidationError

    programme = make_programme()
    with pytest.raises(ValidationError):
        operations.change(programme, ends_on=date(2020, 1, 1), by=SYSTEM, now=NOW)
    with pytest.raises(NameTaken):
        make_programme()
    assert operations.change(programme, budget=None, by=SYSTEM, now=NOW).budget is None


def test_an_empty_round_has_no_total_of_its_own():
    assert Round(name="x", criteria=(Criterion("a", most=3),)).total([1]) == 33_333
