"""Selection by program: a centre's own results, never before they are published."""

import pytest
from django.test import Client

from hub.audit.actors import SYSTEM
from hub.centres import hosts
from hub.programmes import operations as programmes
from hub.selection import operations
from tests.programmes import NOW, apply, make_assessors, make_cohort, score_all


@pytest.fixture
def round_(centre, other_centre):
    make_assessors(("11", "12"))
    cohort = make_cohort()
    for one in (centre, other_centre):
        apply(cohort, one)
    programmes.close_applications(cohort, by=SYSTEM, now=NOW)
    made = operations.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(made, {centre.name: [1, 2]})
    return operations.rank(made, by=SYSTEM, now=NOW)


def test_results_come_with_publication_and_are_ones_own(
    round_, centre, other_centre, head, program, django_assert_max_num_queries
):
    own_program = program(head, centre)
    (own,) = own_program.get("/api/v1/applications/").json()["results"]
    assert (own["standing"], own["results"]) == ("applied", [])
    operations.publish(round_, by=SYSTEM, now=NOW)
    with django_assert_max_num_queries(8):
        answer = own_program.get("/api/v1/applications/")
    (own,) = answer.json()["results"]
    (result,) = own["results"]
    assert (own["standing"], own["exit"]) == ("out", "below_mark")
    assert (result["outcome"], result["score"], result["pass_mark"]) == ("below_mark", 22.5, 50)
    assert [(one["criterion"], one["points"], one["most"]) for one in result["points"]] == [
        ("Izin", 1.0, 4), ("Sarana", 2.0, 10),
    ]  # fmt: skip
    assert "rank" not in result and other_centre.name not in answer.content.decode()


def test_strangers_and_another_centre_get_nothing(round_, centre, other_centre, head, program):
    assert Client(HTTP_HOST=hosts.host_of(centre.slug)).get("/api/v1/applications/").status_code == 401
    assert program(head, other_centre).get("/api/v1/applications/").status_code == 404
