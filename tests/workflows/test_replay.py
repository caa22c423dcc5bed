"""The pilot replayed: every number that is known, by the operations that people use."""

import pytest
from django.utils import timezone

from hub.accounts.models import User
from hub.accounts.queries import heads_of
from hub.audit.models import Entry
from hub.programmes import queries
from hub.programmes.models import Application, Cohort, Standing
from hub.selection.models import Assessment, Assessor
from hub.transformation import queries as transformation
from workflows import demo, demo_people, replay


@pytest.fixture
def pilot(db) -> Cohort:
    now = timezone.now()
    demo.make(now=now)
    demo_people.make(now=now)
    assert replay.replay(now=now)
    return Cohort.objects.select_related("programme", "rules").get(name=replay.PILOT)


def test_every_number_of_the_pilot(pilot):
    bars = {bar.step: bar for bar in queries.funnel(pilot).bars}
    rounds = [bars[100 + number].count for number in (1, 2, 3, 4)]
    stages = [bars[300 + number].count for number in (1, 2, 3)]
    assert (bars[0].count, bars[1].count) == (44, 44)
    assert rounds == list(replay.PASSED) == [22, 12, 6, 3]
    assert (bars[200].count, stages, bars[400].count) == (3, [3, 3, 2], 2)
    selected = pilot.applications.exclude(stages=None).distinct().select_related("centre__regency__province")
    assert {(one.centre.name, one.centre.regency.province.name.title()) for one in selected} == {
        ("BLKK MSN Blitar", "Jawa Timur"),
        ("BLKK Darussalam Kemiri Batang", "Jawa Tengah"),
        ("BLKK Girikesumo Demak", "Jawa Tengah"),
    }
    completed = pilot.applications.filter(standing=Standing.COMPLETED).values_list("centre__name", flat=True)
    assert set(completed) == {"BLKK MSN Blitar", "BLKK Girikesumo Demak"}
    assert pilot.state == "closed"
    assert (pilot.rules.published_at.year, pilot.closed_at.year) == (2021, 2022)
    # Every exit has a reason, and the figures add up.
    funnel = queries.funnel(pilot)
    assert sum(funnel.exits.values()) + bars[400].count == 44
    assert funnel.still_in == 0

    # Nobody scored a centre of their own province.
    provinces = dict(Assessor.objects.values_list("user_id", "province"))
    for assessor, province in Assessment.objects.values_list("assessor_id", "application__province"):
        assert provinces[assessor] != province

    # It was done by operations: the trail tells.
    told = set(Entry.objects.values_list("action", flat=True))
    for action in ("cohort.published", "application.sent", "round.published", "stage.passed", "stage.failed"):
        assert action in told

    # Somebody can be watched on the way: the mentor, a centre of the demo, the ministry.
    now = timezone.now()
    mine = transformation.accompanied(User.objects.get(email=demo_people.MENTOR), today=now.date())
    busy = next(one for one in mine if one.to_check)
    assert busy.overdue == 1
    assert [one.email for one in heads_of(busy.centre_id)] == [demo_people.IN_TRANSFORMATION.email]
    assert any(one.to_mend for one in transformation.progress(transformation.running(busy)))
    assert any(one.visit_due for one in mine)
    assert [one.alone for one in transformation.nobody_accompanies()] == [1]
    for signer in (demo_people.OFFICER, demo_people.CHIEF):
        assert transformation.half_signed(User.objects.get(email=signer))

    # Again: nothing is made twice; and it stays among the demo's centres.
    assert not replay.replay(now=timezone.now())
    assert Application.objects.filter(centre__is_demo=False).count() == 0
    assert Cohort.objects.count() == 5
