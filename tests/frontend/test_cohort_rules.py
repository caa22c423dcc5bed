"""Writing an intake's rules part by part, reviewing and publishing them, and telling versions apart."""

from dataclasses import replace

import pytest

from frontend import rule_words
from frontend.rule_forms import arranged, mark_of
from frontend.rule_words import Names
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre, State
from hub.programmes import operations
from hub.programmes.models import Cohort
from hub.programmes.rulebook import Criterion, Eligibility, Quota, Requirement, RequirementKind, Round, Rules, Stage
from tests.frontend.staff import make, signed_in
from tests.programmes import NOW, ROUND, RULES, STAGE, apply, make_centres, make_cohort, make_programme

NAMES = Names({"35": "Jawa Timur"}, {"tik": "TIK"})


@pytest.fixture
def centres(db) -> list[Centre]:
    Centre.objects.update(state=State.REGISTERED)
    return make_centres(4)


@pytest.fixture
def officer(db):
    return signed_in(make("Hendra", Role.PROGRAMME_OFFICER))


@pytest.fixture
def draft(centres) -> Cohort:
    cohort = operations.plan_cohort(
        make_programme(), name="I", opens_on=NOW.date(), closes_on=NOW.date(), by=SYSTEM, now=NOW
    )
    return operations.design(cohort, RULES, by=SYSTEM, now=NOW)


def _at(cohort: Cohort, path: str = "") -> str:
    return f"/kementerian/gelombang/{cohort.pk}/aturan/{path}"


def _kept(cohort: Cohort) -> Rules:
    return Cohort.objects.get(pk=cohort.pk).draft


def _said_of_round(one: Round, **changes) -> dict[str, str]:
    """What the form of a round sends when nothing was touched but ``changes``."""
    said = {
        "name": one.name, "kind": one.kind, "assessors": one.assessors, "appeal_days": one.appeal_days,
        "seats": one.seats, "pass_mark": one.pass_mark, "third_margin": one.third_margin, "mark": mark_of(one),
        "starts_on": one.starts_on, "ends_on": one.ends_on,
        "kriteria-TOTAL_FORMS": len(one.criteria), "kriteria-INITIAL_FORMS": len(one.criteria),
        "kuota-TOTAL_FORMS": len(one.quotas), "kuota-INITIAL_FORMS": len(one.quotas), "tindakan": "simpan",
    }  # fmt: skip
    for number, row in enumerate(one.criteria):
        for key in ("name", "guide", "weight", "most"):
            said[f"kriteria-{number}-{key}"] = getattr(row, key)
    for number, quota in enumerate(one.quotas):
        said |= {f"kuota-{number}-group": f"{quota.group}:{quota.value}", f"kuota-{number}-seats": quota.seats}
    return {key: str(value) for key, value in (said | changes).items() if value is not None}


# ---------------------------------------------------------------- who may apply


def test_conditions_are_counted_before_they_are_saved(officer, draft):
    Centre.objects.filter(name="BLKK Uji 000").update(vin="V1")
    said = {"states": ["active"], "needs_vin": "on", "mark": mark_of(Eligibility()), "tindakan": "hitung"}
    page = officer.post(_at(draft, "syarat/"), said)
    assert (page.context["preview"].eligible, page.context["preview"].total) == (1, 6)
    assert [(label, one.meet, one.only_obstacle) for label, _text, one in page.context["conditions"]] == [
        ("Status balai", 4, 0), ("VIN", 1, 3),
    ]  # fmt: skip
    assert _kept(draft).eligibility == Eligibility()  # nothing is saved
    answer = officer.post(_at(draft, "syarat/"), said | {"tindakan": "simpan"})
    assert answer["Location"] == _at(draft)
    assert _kept(draft).eligibility == Eligibility(needs_vin=True)


def test_all_conditions_are_written_and_read_back(officer, draft):
    rules = Eligibility(
        states=("registered", "active"), provinces=("32", "35"), fields=("tik",), classes=("mandiri",), needs_vin=True,
        needs_accreditation=True, women_led_only=True, least_seats=16, active_within=90,
    )  # fmt: skip
    said = {
        "states": rules.states, "provinces": rules.provinces, "fields_taught": rules.fields, "classes": rules.classes,
        "needs_vin": "on", "needs_accreditation": "on", "women_led_only": "on", "least_seats": "16",
        "active_within": "90", "mark": mark_of(Eligibility()), "tindakan": "simpan",
    }  # fmt: skip
    assert officer.post(_at(draft, "syarat/"), said).status_code == 302
    assert _kept(draft).eligibility == rules
    form = officer.get(_at(draft, "syarat/")).context["form"]
    assert (form["provinces"].value(), form["least_seats"].value()) == (["32", "35"], 16)


@pytest.mark.parametrize(("field", "value"), [("least_seats", "0"), ("provinces", "99"), ("active_within", "x")])
def test_what_is_no_condition_stands_at_its_field(officer, draft, field, value):
    said = {"states": ["active"], "mark": mark_of(Eligibility()), "tindakan": "simpan", field: value}
    page = officer.post(_at(draft, "syarat/"), said)
    assert page.status_code == 200 and field in page.context["form"].errors
    assert page.context["preview"].eligible == 4  # of what is kept


def test_conditions_that_somebody_else_changed_are_not_overwritten(officer, draft):
    old = mark_of(Eligibility())
    operations.design(draft, replace(RULES, eligibility=Eligibility(needs_vin=True)), by=SYSTEM, now=NOW)
    page = officer.post(_at(draft, "syarat/"), {"states": ["active"], "mark": old, "tindakan": "simpan"})
    assert page.context["form"].non_field_errors()
    assert _kept(draft).eligibility.needs_vin


def test_writing_one_part_keeps_the_others(officer, draft):
    operations.redesign(draft, lambda old: replace(old, stages=(replace(STAGE, name="Lain"),)), by=SYSTEM, now=NOW)
    officer.post(_at(draft, "babak/1/"), _said_of_round(ROUND, name="Baru"))
    kept = _kept(draft)
    assert (kept.rounds[0].name, kept.stages[0].name) == ("Baru", "Lain")


# ---------------------------------------------------------------- rounds


def test_a_round_is_written_and_read_back(officer, draft):
    said = _said_of_round(
        ROUND, seats="9", pass_mark="", starts_on="2026-05-01", ends_on="2026-05-31",
        **{"kuota-TOTAL_FORMS": "2", "kuota-0-group": "women_led:", "kuota-0-seats": "2",
           "kuota-1-group": "province:35", "kuota-1-seats": "1"},
    )  # fmt: skip
    assert officer.post(_at(draft, "babak/1/"), said)["Location"] == _at(draft)
    kept = _kept(draft).rounds[0]
    assert (kept.seats, kept.pass_mark, str(kept.starts_on)) == (9, None, "2026-05-01")
    assert kept.quotas == (Quota("women_led", "", 2), Quota("province", "35", 1))
    assert kept.criteria == ROUND.criteria
    assert officer.post(_at(draft, "babak/1/"), _said_of_round(kept)).status_code == 302
    assert _kept(draft).rounds[0] == kept


def test_rows_are_added_moved_and_removed_with_all_that_was_typed(officer, draft):
    path = _at(draft, "babak/1/")
    answer = officer.post(path, _said_of_round(ROUND, name="Baru", tindakan="kriteria.tambah"))
    assert answer["Location"] == f"{path}#kriteria"
    kept = _kept(draft).rounds[0]
    assert (kept.name, kept.criteria) == ("Baru", (*ROUND.criteria, Criterion("")))
    assert any("tanpa nama" in gap for gap in officer.get(path).context["gaps"])
    officer.post(path, _said_of_round(kept, tindakan="kriteria.naik-1"))
    kept = _kept(draft).rounds[0]
    assert [one.name for one in kept.criteria] == ["Sarana", "Izin", ""]
    officer.post(path, _said_of_round(kept, tindakan="kriteria.hapus-0"))
    kept = _kept(draft).rounds[0]
    assert [one.name for one in kept.criteria] == ["Izin", ""]
    officer.post(path, _said_of_round(kept))  # "simpan" drops what is blank
    assert [one.name for one in _kept(draft).rounds[0].criteria] == ["Izin"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kriteria-0-weight": "0"}, {"kriteria-0-most": "11"}, {"kuota-TOTAL_FORMS": "1", "kuota-0-seats": "x"},
        {"assessors": "4"}, {"starts_on": "kemarin"}, {"pass_mark": "101"}, {"kriteria-TOTAL_FORMS": "x"},
        {"kuota-TOTAL_FORMS": "1", "kuota-0-group": "province:99", "kuota-0-seats": "1"},
    ],
)  # fmt: skip
def test_what_is_no_number_is_shown_again_and_nothing_kept(officer, draft, wrong):
    page = officer.post(_at(draft, "babak/1/"), _said_of_round(ROUND, name="Baru", **wrong))
    assert page.status_code == 200
    assert 'value="Baru"' in page.content.decode()
    assert _kept(draft) == RULES


def test_a_round_that_somebody_else_changed_is_not_overwritten(officer, draft):
    said = _said_of_round(ROUND, name="Milikku")
    changed = replace(RULES, rounds=(replace(ROUND, name="Miliknya"),))
    operations.design(draft, changed, by=SYSTEM, now=NOW)
    page = officer.post(_at(draft, "babak/1/"), said)
    assert page.context["form"].non_field_errors()
    assert 'value="Milikku"' in page.content.decode()
    assert _kept(draft) == changed


def test_rounds_and_stages_are_added_moved_and_removed(officer, draft):
    path = _at(draft, "susun/")

    def press(part: str, wish: str):
        kept = _kept(draft)
        return officer.post(path, {"bagian": part, "tindakan": wish, "mark": mark_of((kept.rounds, kept.stages))})

    assert press("babak", "tambah")["Location"] == _at(draft, "babak/2/")
    assert press("tahap", "tambah")["Location"] == _at(draft, "tahap/2/")
    gaps = officer.get(_at(draft)).context["gaps"]
    assert {(one.round_number, one.stage_number) for one in gaps} == {(2, 0), (0, 2)}
    press("babak", "naik-1")
    assert [one.name for one in _kept(draft).rounds] == ["", "Administrasi"]
    assert press("babak", "hapus-0")["Location"] == f"{_at(draft)}#babak"
    press("tahap", "hapus-1")
    assert _kept(draft) == RULES
    officer.post(path, {"bagian": "babak", "tindakan": "hapus-0", "mark": "lama"})
    assert _kept(draft) == RULES  # it was not what the page showed
    assert officer.post(path, {"bagian": "lain", "tindakan": "tambah"}).status_code == 404


def test_a_draft_has_at_most_twenty_rounds(officer, draft):
    operations.design(draft, replace(RULES, rounds=(ROUND,) * 20), by=SYSTEM, now=NOW)
    kept = _kept(draft)
    officer.post(
        _at(draft, "susun/"), {"bagian": "babak", "tindakan": "tambah", "mark": mark_of((kept.rounds, kept.stages))}
    )
    assert len(_kept(draft).rounds) == 20
    assert not officer.get(_at(draft)).context["may_add_round"]


def test_a_stage_is_written(officer, draft):
    said = {
        "name": "Simulasi", "kind": "simulation", "mark": mark_of(STAGE), "tindakan": "simpan",
        "syarat-TOTAL_FORMS": "2", "syarat-INITIAL_FORMS": "2", "syarat-0-name": "Angkatan", "syarat-0-kind": "batch",
        "syarat-0-least": "2", "syarat-0-guide": "", "syarat-1-name": "", "syarat-1-kind": "evidence",
        "syarat-1-least": "1", "syarat-1-guide": "",
    }  # fmt: skip
    assert officer.post(_at(draft, "tahap/1/"), said)["Location"] == _at(draft)
    expected = Stage("Simulasi", "simulation", (Requirement("Angkatan", RequirementKind.BATCH.value, 2),))
    assert _kept(draft).stages == (expected,)


@pytest.mark.parametrize(
    ("wish", "rows"),
    [("tambah", "abc-"), ("naik-1", "bac"), ("naik-0", "abc"), ("turun-1", "acb"), ("turun-2", "abc"),
     ("hapus-2", "ab"), ("hapus-3", "abc"), ("hapus", "abc"), ("hapus-x", "abc"), ("hapus--1", "abc"),
     ("apa-1", "abc"), ("", "abc")],
)  # fmt: skip
def test_buttons_of_rows(wish, rows):
    assert "".join(arranged("abc", wish, blank="-")) == rows


# ---------------------------------------------------------------- reviewing, publishing, versions


def test_rules_are_written_by_officers_alone(draft):
    provincial = signed_in(make("Wayan", Role.PROVINCIAL_OFFICER, provinces=["32"]))
    page = provincial.get(_at(draft))
    assert (page.status_code, page.context["writes"]) == (200, False)
    for path in ("syarat/", "babak/1/", "tahap/1/"):
        assert provincial.get(_at(draft, path)).status_code == 404
        assert provincial.post(_at(draft, path), {}).status_code == 404
    assert provincial.post(_at(draft, "susun/"), {"bagian": "babak", "tindakan": "tambah"}).status_code == 404
    assert _kept(draft) == RULES


def test_rules_stay_once_a_centre_has_applied(officer, centres):
    cohort = make_cohort()
    assert officer.get(_at(cohort)).context["writes"]
    apply(cohort, centres[0])
    page = officer.get(_at(cohort))
    assert (page.context["writes"], page.context["gaps"]) == (False, [])
    for path in ("syarat/", "babak/1/", "tahap/1/"):
        assert officer.get(_at(cohort, path)).status_code == 404
    assert officer.post(_at(cohort, "babak/1/"), _said_of_round(ROUND, name="Baru")).status_code == 404
    assert _kept(cohort) == RULES


def test_a_gap_leads_to_where_it_is_mended(officer, draft):
    operations.design(draft, replace(RULES, rounds=(ROUND, replace(ROUND, criteria=()))), by=SYSTEM, now=NOW)
    page = officer.get(_at(draft)).content.decode()
    assert f'href="{_at(draft, "babak/2/")}"' in page
    assert "langkah/terbitkan" not in page
    operations.design(draft, RULES, by=SYSTEM, now=NOW)
    assert "langkah/terbitkan" in officer.get(_at(draft)).content.decode()


def test_versions_are_read_with_what_differs(officer, centres):
    cohort = make_cohort()
    changed = replace(RULES, rounds=(replace(ROUND, seats=3, quotas=(Quota("women_led", "", 1),)),))
    operations.design(cohort, changed, by=SYSTEM, now=NOW)
    assert officer.get(_at(cohort)).context["unpublished"]
    second = operations.publish(cohort, by=SYSTEM, now=NOW)
    page = officer.get(_at(cohort, "versi/2/"))
    assert second.digest in page.content.decode()
    told = [(one.label, one.before, one.after) for one in page.context["changes"]]
    assert told == [("Tempat", "2", "3"), ("Disisihkan: Dipimpin perempuan", "", "1 tempat")]
    assert officer.get(_at(cohort, "versi/1/")).context["changes"] == []
    assert officer.get(_at(cohort, "versi/3/")).status_code == 404


def test_the_page_of_rules_costs_the_same_however_many_rounds(officer, draft, django_assert_num_queries):
    operations.design(draft, replace(RULES, rounds=(ROUND,) * 4), by=SYSTEM, now=NOW)
    officer.get(_at(draft))
    # search_path, session, person with roles, the intake, provinces, fields, versions.
    with django_assert_num_queries(7):
        officer.get(_at(draft))


def test_every_rule_is_said_in_words(db):
    rules = Rules(
        Eligibility(("active",), ("35",), ("tik",), ("mandiri",), True, True, True, 16, 90),
        (replace(ROUND, quotas=(Quota("province", "35", 1), Quota("field", "tik", 1), Quota("women_led", "", 1))),),
        (replace(STAGE, requirements=(*STAGE.requirements, Requirement("x", "batch"), Requirement("y", "indicator"))),),
    )
    said = rule_words.parts(rules, NAMES)
    assert [one.key for one in said] == ["syarat", "babak-1", "tahap-1"]
    assert len(said[0].lines) == 9
    assert all(label and text for part in said for label, text in part.lines)
    assert rule_words.changes(rules, rules, NAMES) == []
    gone = rule_words.changes(rules, replace(rules, rounds=()), NAMES)
    assert {one.part for one in gone} == {"Babak 1: Administrasi"} and all(not one.after for one in gone)
