"""Intakes by the API: for the ministry, and figures for donors."""

import pytest

from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre, State
from hub.programmes import operations
from hub.programmes.models import Exit
from hub.selection import operations as selection
from hub.tokens.scopes import Scope, useful_to
from tests.programmes import NOW, make_centres, make_cohort, selecting

COHORTS = "/api/v1/cohorts/"


@pytest.fixture
def cohort(db):
    """An intake in selection: three of four centres have applied, of the provinces 32, 33 and 35."""
    Centre.objects.update(state=State.REGISTERED)
    make_centres(4)
    cohort, _applications = selecting(count=3)
    return cohort


@pytest.fixture
def officer(db, make_user, program):
    return program(make_user("Hendra", Role.PROGRAMME_OFFICER))


@pytest.fixture
def provincial(db, make_user, program):
    return program(make_user("Wayan", Role.PROVINCIAL_OFFICER, provinces=["32"]))


@pytest.fixture
def donor(db, make_user, program):
    return program(make_user("Anna", Role.DONOR))


def test_intakes_are_listed_the_newest_first_and_without_drafts_for_donors(officer, donor, cohort):
    draft = operations.plan_cohort(
        cohort.programme, name="Rahasia", opens_on=NOW.replace(year=2027), closes_on=NOW.replace(year=2027),
        by=SYSTEM, now=NOW,
    )  # fmt: skip
    assert [one["name"] for one in officer.get(COHORTS).json()["results"]] == ["Rahasia", "Angkatan I"]
    (one,) = donor.get(COHORTS).json()["results"]
    assert (one["id"], one["state"], one["rules_version"]) == (str(cohort.pk), "selecting", 1)
    assert one["programme"]["funder"] == "Kementerian"
    assert [one["name"] for one in officer.get(f"{COHORTS}?state=draft").json()["results"]] == ["Rahasia"]
    assert donor.get(f"{COHORTS}{draft.pk}/funnel/").status_code == 404


def test_one_intake_comes_with_its_rules(officer, donor, cohort):
    rules = officer.get(f"{COHORTS}{cohort.pk}/").json()["rules"]
    assert rules["digest"] == cohort.rules.digest
    assert [one["name"] for one in rules["rounds"][0]["criteria"]] == ["Izin", "Sarana"]
    assert rules["eligibility"]["states"] == ["active"]
    assert rules["stages"][0]["requirements"][0]["least"] == 3
    assert donor.get(f"{COHORTS}{cohort.pk}/").status_code == 404


def test_a_draft_has_no_rules_to_hand_out(officer, cohort):
    draft = operations.plan_cohort(cohort.programme, name="II", opens_on=NOW, closes_on=NOW, by=SYSTEM, now=NOW)
    assert officer.get(f"{COHORTS}{draft.pk}/").json()["rules"] is None


def test_applications_are_paged_and_asked(officer, cohort):
    path = f"{COHORTS}{cohort.pk}/applications/"
    url, seen = f"{path}?limit=2", []
    while url:
        page = officer.get(url).json()
        seen += [one["centre_name"] for one in page["results"]]
        url = page["next"]
    assert sorted(seen) == [f"BLKK Uji {number:03}" for number in range(4)]
    (out,) = officer.get(f"{path}?standing=out").json()["results"]
    assert (out["exit"], out["submitted_at"], out["province"]) == ("not_applied", None, "32")
    assert len(officer.get(f"{path}?province=35").json()["results"]) == 1
    assert officer.get(f"{path}?standing=apa").status_code == 400
    fields = officer.get(path).json()["results"][0].keys()
    assert not fields & {"motivation", "plan", "partners", "lot", "exit_note"}


def test_a_provincial_officer_gets_their_provinces(provincial, cohort):
    page = provincial.get(f"{COHORTS}{cohort.pk}/applications/").json()
    assert {one["province"] for one in page["results"]} == {"32"}
    counts = {one["step"]: one["count"] for one in provincial.get(f"{COHORTS}{cohort.pk}/funnel/").json()["steps"]}
    assert (counts["eligible"], counts["applied"]) == (2, 1)
    counts = provincial.get(f"{COHORTS}{cohort.pk}/funnel/?province=35").json()["steps"]
    assert counts[0]["count"] == 0  # not theirs


def test_donors_get_figures_and_no_list(donor, cohort):
    funnel = donor.get(f"{COHORTS}{cohort.pk}/funnel/").json()
    assert [one["step"] for one in funnel["steps"]] == [
        "eligible", "applied", "round_1", "selected", "stage_1", "completed",
    ]  # fmt: skip
    assert funnel["exits"] == [{"reason": "not_applied", "count": 1}]
    assert funnel["still_in"] == 3
    assert "BLKK" not in str(funnel)
    assert donor.get(f"{COHORTS}{cohort.pk}/applications/").status_code == 404


@pytest.mark.parametrize(
    ("query", "applied"), [("province=32", 1), ("field=tik", 3), ("field=las", 0), ("women_led=true", 0)]
)
def test_a_funnel_is_narrowed(officer, cohort, query, applied):
    Centre.objects.filter(name="BLKK Uji 000").update(is_women_led=True)  # too late: it has applied
    steps = officer.get(f"{COHORTS}{cohort.pk}/funnel/?{query}").json()["steps"]
    assert steps[1]["count"] == applied


@pytest.mark.parametrize("query", ["province=x", "women_led=1", "kabupaten=1", "fields=apa"])
def test_a_funnel_refuses_what_it_does_not_know(officer, cohort, query):
    answer = officer.get(f"{COHORTS}{cohort.pk}/funnel/?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_parameter", "unknown_parameter")


def test_scopes_hold_back_what_the_role_would_open(make_user, program, cohort):
    user = make_user("Hendra", Role.PROGRAMME_OFFICER)
    figures = program(user, allowed=[Scope.PROGRAMMES_READ])
    assert figures.get(COHORTS).status_code == 200
    assert figures.get(f"{COHORTS}{cohort.pk}/applications/").json()["code"] == "insufficient_scope"
    assert Scope.APPLICATIONS_READ not in useful_to(make_user("Anna", Role.DONOR).held)


def test_a_leaver_is_told_with_the_reason_and_not_the_note(officer, cohort):
    one = cohort.applications.filter(standing="applied").first()
    selection.leave(one, exit=Exit.NEW_HEAD, note="Urusan dalam yayasan", by=SYSTEM, now=NOW)
    page = officer.get(f"{COHORTS}{cohort.pk}/applications/?exit=new_head")
    assert [row["id"] for row in page.json()["results"]] == [str(one.pk)]
    assert "Urusan" not in page.content.decode()


def test_a_page_costs_the_same_however_many(officer, cohort, django_assert_num_queries):
    path = f"{COHORTS}{cohort.pk}/applications/"
    officer.get(path)
    with django_assert_num_queries(4):  # search_path, token with its person, the intake, a page
        officer.get(path)
    make_cohort(programme=cohort.programme, name="II")
    with django_assert_num_queries(3):
        officer.get(COHORTS)
