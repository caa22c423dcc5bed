"""Programmes and intakes as the ministry sees them: the funnel and the lists behind it, steps, one application."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres.models import Centre, State
from hub.programmes import operations
from hub.programmes.models import Cohort, Exit, Programme
from hub.programmes.rulebook import Eligibility
from hub.selection import operations as selection
from hub.selection.models import Round as RunningRound
from hub.transformation import operations as transformation
from kernel.uploads import Document
from tests.frontend.staff import make, signed_in
from tests.programmes import (
    NOW,
    RULES,
    apply,
    make_assessors,
    make_centres,
    make_cohort,
    make_programme,
    score_all,
    selecting,
)

PAPER = Document(b"%PDF-1.7", "pdf")
FOUR = [f"BLKK Uji {number:03}" for number in range(4)]


@pytest.fixture
def centres(db) -> list[Centre]:
    Centre.objects.update(state=State.REGISTERED)  # the suite's own two take no part
    return make_centres(4)  # provinces 32, 33, 35, 32


@pytest.fixture
def officer(db):
    return signed_in(make("Hendra", Role.PROGRAMME_OFFICER))


@pytest.fixture
def provincial(db):
    return signed_in(make("Wayan", Role.PROVINCIAL_OFFICER, provinces=["32"]))


@pytest.fixture
def donor(db):
    return signed_in(make("Anna", Role.DONOR))


def _at(cohort: Cohort, path: str = "") -> str:
    return f"/kementerian/gelombang/{cohort.pk}/{path}"


def _names(page) -> list[str]:
    return sorted(set(re.findall(r"BLKK Uji \d{3}", page.content.decode())))


def _rows(answer) -> list[list]:
    sheet = load_workbook(BytesIO(answer.content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


# ---------------------------------------------------------------- programmes


def test_a_programme_is_set_up_and_its_first_intake_planned(officer):
    said = {
        "name": "Replikasi", "funder": "APBN", "aims": "Balai mandiri.", "target_groups": ["women"],
        "budget": "Rp 4.500.000.000", "starts_on": "2027-01-01", "ends_on": "2027-12-31",
    }  # fmt: skip
    answer = officer.post("/kementerian/program/baru/", said)
    programme = Programme.objects.get()
    assert answer["Location"] == f"/kementerian/program/{programme.pk}/gelombang/"
    assert (programme.budget, programme.target_groups, programme.is_demo) == (4_500_000_000, ["women"], False)
    assert 'value="4.500.000.000"' in officer.get(f"/kementerian/program/{programme.pk}/").content.decode()
    answer = officer.post(answer["Location"], {"name": "I", "opens_on": "2027-02-01", "closes_on": "2027-02-28"})
    assert answer["Location"] == _at(Cohort.objects.get(), "aturan/")
    assert "Rp\N{NO-BREAK SPACE}4.500.000.000" in officer.get("/kementerian/program/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget", "empat miliar"),
        ("budget", "9" * 20),
        ("ends_on", "2026-01-01"),
        ("name", ""),
        ("name", "Program Uji"),
    ],
)
def test_what_is_wrong_with_a_programme_stands_at_its_field(officer, field, value):
    make_programme()
    said = {"name": "Lain", "funder": "APBN", "aims": "x", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}
    answer = officer.post("/kementerian/program/baru/", said | {field: value})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert Programme.objects.count() == 1


def test_a_programme_is_changed(officer):
    programme = make_programme()
    said = {"name": "Program Uji", "funder": "ILO", "aims": "x", "starts_on": "2026-01-01", "ends_on": "2027-12-31"}
    assert officer.post(f"/kementerian/program/{programme.pk}/", said).status_code == 302
    programme.refresh_from_db()
    assert (programme.funder, programme.budget) == ("ILO", None)


def test_an_intake_is_copied_from_the_last_one(officer, centres):
    first = make_cohort()
    path = f"/kementerian/program/{first.programme_id}/gelombang/"
    assert officer.get(path).context["form"]["copy_of"].value() == str(first.pk)  # suggested
    said = {"name": "II", "opens_on": "2026-05-01", "closes_on": "2026-05-31", "copy_of": str(first.pk)}
    officer.post(path, said)
    assert Cohort.objects.get(name="II").draft == RULES
    answer = officer.post(path, said)
    assert "name" in answer.context["form"].errors  # there is one of this name


def test_an_intake_is_rescheduled_until_applications_close(officer, centres):
    cohort, _applications = selecting()
    said = {"name": "Lain", "opens_on": "2026-05-01", "closes_on": "2026-05-31"}
    assert officer.post(_at(cohort, "jadwal/"), said).context["form"].non_field_errors()
    fresh = make_cohort(programme=cohort.programme, name="II")
    assert officer.post(_at(fresh, "jadwal/"), said | {"closes_on": "2026-04-01"}).status_code == 200
    assert officer.post(_at(fresh, "jadwal/"), said)["Location"] == _at(fresh)
    fresh.refresh_from_db()
    assert (fresh.name, str(fresh.opens_on)) == ("Lain", "2026-05-01")


def test_programmes_cost_as_much_however_many(officer, centres, django_assert_num_queries):
    def look() -> None:
        with django_assert_num_queries(5):  # search_path, session, person with roles, programmes, intakes
            officer.get("/kementerian/program/")

    cohort = make_cohort()
    officer.get("/kementerian/program/")
    look()
    make_cohort(programme=cohort.programme, name="II")
    look()


# ---------------------------------------------------------------- the funnel


def test_each_figure_leads_to_the_centres_behind_it(officer, centres):
    cohort, _applications = selecting(count=3)
    page = officer.get(_at(cohort)).content.decode()
    for query, count, names in [
        ("langkah=0", 4, FOUR),
        ("langkah=1", 3, FOUR[:3]),
        ("keluar=0", 1, FOUR[3:]),
        ("alasan=not_applied", 1, FOUR[3:]),
        ("keadaan=masih", 3, FOUR[:3]),
        ("langkah=1&amp;provinsi=32", 1, FOUR[:1]),
    ]:
        assert f'href="{_at(cohort, "balai/")}?{query}"' in page, query
        listing = officer.get(f"{_at(cohort, 'balai/')}?{query.replace('&amp;', '&')}")
        assert (listing.context["listing"].count, _names(listing)) == (count, names), query


def test_a_narrowed_funnel_leads_to_narrowed_lists(officer, centres):
    cohort, _applications = selecting(count=3)
    page = officer.get(f"{_at(cohort)}?provinsi=32").content.decode()
    assert f'href="{_at(cohort, "balai/")}?provinsi=32&amp;langkah=1"' in page
    assert officer.get(f"{_at(cohort)}?provinsi=32").context["funnel"].applied == 1
    assert officer.get(f"{_at(cohort)}?kejuruan=las").context["funnel"].eligible == 0
    assert officer.get(f"{_at(cohort)}?perempuan=ya").context["funnel"].eligible == 0
    assert officer.get(f"{_at(cohort)}?provinsi=zz&menurut=x&perempuan=").context["funnel"].eligible == 4


@pytest.mark.parametrize(
    ("word", "rows"),
    [
        ("provinsi", [("Jawa Barat", 2, 1), ("Jawa Tengah", 1, 1), ("Jawa Timur", 1, 1)]),
        ("kejuruan", [("TIK", 4, 3)]),
        ("perempuan", [("Tidak diisi", 4, 3)]),
    ],
)
def test_the_funnel_is_broken_down(officer, centres, word, rows):
    cohort, _applications = selecting(count=3)
    parts = officer.get(f"{_at(cohort)}?menurut={word}").context["parts"]
    assert [(row.cells[0].count, row.cells[1].count) for row in parts.rows] == [one[1:] for one in rows]
    for row in parts.rows:  # each count leads to as many
        for cell in row.cells:
            assert not cell.url or officer.get(cell.url).context["listing"].count == cell.count


def test_the_funnel_can_be_taken_away(officer, centres):
    cohort, _applications = selecting(count=3)
    rows = _rows(officer.get(f"{_at(cohort)}?unduh=xlsx"))
    assert [row[1:] for row in rows[1:3]] == [[4, None, 100, 1, 0], [3, 75, 75, 0, None]]
    text = officer.get(f"{_at(cohort)}?unduh=csv&bagian=rincian").content.decode()
    assert "Jawa Barat,2,1,0,0,0,0" in text.splitlines()[1]
    rows = _rows(officer.get(f"{_at(cohort, 'balai/')}?keluar=0&unduh=xlsx"))
    assert [row[0] for row in rows[1:]] == FOUR[3:]


def test_the_funnel_costs_as_much_however_many_centres(officer, db, django_assert_num_queries):
    Centre.objects.update(state=State.REGISTERED)
    make_centres(30)
    cohort, _applications = selecting(count=20)
    officer.get(_at(cohort))
    # search_path, session, person with roles, the intake, its last round, provinces, fields, the funnel (2), the
    # breakdown.
    with django_assert_num_queries(10):
        officer.get(_at(cohort))
    with django_assert_num_queries(9):  # in place of the last three: how many rows, and a page of them
        officer.get(_at(cohort, "balai/"))


def test_a_donor_sees_figures_and_no_list(donor, centres):
    cohort, applications = selecting(count=3)
    page = donor.get(f"{_at(cohort)}?menurut=provinsi")
    assert page.context["funnel"].applied == 3
    assert "Jawa Barat" in page.content.decode()
    assert _at(cohort, "balai/") not in page.content.decode()
    assert _names(page) == []
    for path in ("balai/", "aturan/", "riwayat/", f"balai/{applications[0].pk}/"):
        assert donor.get(_at(cohort, path)).status_code == 404
    assert donor.get(f"{_at(cohort)}?unduh=csv").status_code == 200
    assert donor.get(f"/kementerian/program/banding/?gelombang={cohort.pk}").context["comparison"].sides


def test_what_is_being_prepared_is_not_for_donors(donor, officer, centres):
    make_cohort()
    draft = operations.plan_cohort(
        Programme.objects.get(), name="Rahasia", opens_on=NOW, closes_on=NOW, by=SYSTEM, now=NOW
    )
    assert "Rahasia" in officer.get("/kementerian/program/").content.decode()
    for path in ("/kementerian/program/", "/kementerian/program/banding/"):
        assert "Rahasia" not in donor.get(path).content.decode()
    assert donor.get(_at(draft)).status_code == 404
    assert not donor.get(f"/kementerian/program/banding/?gelombang={draft.pk}").context["comparison"]


def test_a_provincial_officer_counts_and_reads_their_provinces(provincial, centres):
    cohort, applications = selecting(count=3)
    page = provincial.get(_at(cohort))
    assert (page.context["funnel"].eligible, page.context["funnel"].applied) == (2, 1)
    assert "Jawa Tengah" not in page.content.decode()
    assert provincial.get(f"{_at(cohort)}?provinsi=33").context["funnel"].eligible == 2  # narrows nothing
    assert _names(provincial.get(_at(cohort, "balai/"))) == [FOUR[0], FOUR[3]]
    assert _names(provincial.get(f"{_at(cohort, 'balai/')}?provinsi=33")) == [FOUR[0], FOUR[3]]
    assert FOUR[1] not in str(_rows(provincial.get(f"{_at(cohort, 'balai/')}?unduh=xlsx")))
    assert provincial.get(_at(cohort, f"balai/{applications[0].pk}/")).status_code == 200
    assert provincial.get(_at(cohort, f"balai/{applications[1].pk}/")).status_code == 404
    assert "1 mendaftar" in provincial.get("/kementerian/program/").content.decode()


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.MENTOR])
def test_assessors_and_mentors_are_strangers_here(role, centres):
    cohort, applications = selecting(count=3)
    client = signed_in(make("Maya", role))
    for path in ("", "balai/", "aturan/", f"balai/{applications[0].pk}/"):
        assert client.get(_at(cohort, path)).status_code == 404
    assert client.get("/kementerian/program/").status_code == 404


def test_four_intakes_side_by_side(officer, centres):
    first, _applications = selecting(count=3)
    others = [make_cohort(programme=first.programme, name=f"II{number}") for number in range(4)]
    query = "&".join(f"gelombang={one.pk}" for one in (first, *others))
    page = officer.get(f"/kementerian/program/banding/?{query}")
    assert (len(page.context["comparison"].sides), page.context["too_many"]) == (4, True)
    page = officer.get(f"/kementerian/program/banding/?gelombang={first.pk}&gelombang={others[0].pk}&provinsi=32")
    (name, cells), *_rest = list(page.context["comparison"].rows)[1:]
    assert cells == [(0, 2), (1, 2)] or cells == [(1, 2), (0, 2)]
    assert officer.get("/kementerian/program/banding/?gelombang=x").context["comparison"] is None


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("cari=002", [FOUR[2]]),
        ("cari=tidak+ada", []),
        ("keadaan=out", [FOUR[3]]),
        ("keadaan=applied", FOUR[:3]),
        ("kejuruan=las", []),
        ("perempuan=tidak-diketahui", FOUR),
        ("perempuan=ya", []),
        ("langkah=400", []),
        ("urut=-reached", FOUR),
    ],
)
def test_the_list_is_asked(officer, centres, query, names):
    cohort, _applications = selecting(count=3)
    page = officer.get(f"{_at(cohort, 'balai/')}?{query}")
    assert (_names(page), page.context["listing"].ignored) == (names, False)


# ---------------------------------------------------------------- one application


def test_an_application_is_read_with_its_way_so_far(officer, centres):
    cohort = make_cohort()
    one = cohort.applications.get(centre=centres[0])
    operations.attach(one, PAPER, title="Izin Operasional", now=NOW)
    operations.write(one, {"partners": "Bengkel Jaya"}, now=NOW)
    apply(cohort, centres[0])
    page = officer.get(_at(cohort, f"balai/{one.pk}/"))
    text = page.content.decode()
    for said in ("Kami mau.", "Dua angkatan.", "Bengkel Jaya", "Izin Operasional", "Jawa Barat"):
        assert said in text, said
    assert [moment.title for moment in page.context["moments"]] == ["Boleh mendaftar", "Mendaftar"]
    paper = one.attachments.get()
    answer = officer.get(_at(cohort, f"balai/{one.pk}/lampiran/{paper.file}"))
    assert (answer.content, answer["Cache-Control"]) == (b"%PDF-1.7", "private, no-store")
    assert "izin-operasional.pdf" in answer["Content-Disposition"]


def test_what_was_not_sent_is_the_centres_own(officer, centres):
    cohort = make_cohort()
    one = cohort.applications.get(centre=centres[0])
    operations.write(one, {"motivation": "Masih kami pikirkan."}, now=NOW)
    paper = operations.attach(one, PAPER, title="Rancangan", now=NOW)
    text = officer.get(_at(cohort, f"balai/{one.pk}/")).content.decode()
    assert "Masih kami pikirkan." not in text and "Rancangan" not in text
    assert officer.get(_at(cohort, f"balai/{one.pk}/lampiran/{paper.file}")).status_code == 404


def test_a_document_is_behind_the_same_door(provincial, donor, centres):
    cohort = make_cohort()
    one = cohort.applications.get(centre=centres[1])  # of another province
    paper = operations.attach(one, PAPER, title="Izin", now=NOW)
    apply(cohort, centres[1])
    for client in (provincial, donor):
        assert client.get(_at(cohort, f"balai/{one.pk}/lampiran/{paper.file}")).status_code == 404


def test_an_application_stands_in_its_own_intake_alone(officer, centres):
    cohort, applications = selecting(count=3)
    other = make_cohort(programme=cohort.programme, name="II")
    assert officer.get(_at(other, f"balai/{applications[0].pk}/")).status_code == 404


def test_a_result_is_told_once_it_is_published(officer, centres):
    make_assessors()
    cohort, applications = selecting(count=3)
    round_ = selection.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_, {FOUR[2]: [0, 0]})
    selection.rank(round_, by=SYSTEM, now=NOW)
    path = _at(cohort, f"balai/{applications[0].pk}/")
    assert "100,0" not in officer.get(path).content.decode()
    selection.publish(round_, by=SYSTEM, now=NOW)
    titles = [moment.title for moment in officer.get(path).context["moments"]]
    assert (
        "Hasil babak 1: 100,0 dari 100, peringkat 1" in titles or "Hasil babak 1: 100,0 dari 100, peringkat 2" in titles
    )


def test_a_centre_withdraws_or_is_expelled_with_a_reason(officer, provincial, centres):
    cohort, applications = selecting(count=3)
    path = _at(cohort, f"balai/{applications[0].pk}/keluar/")
    assert provincial.get(path).status_code == 404
    assert provincial.post(path, {"exit": "no_staff", "note": "Dua orang berhenti."}).status_code == 404
    for wrong in ({"exit": "", "note": "Dua orang berhenti."}, {"exit": "no_staff", "note": ""},
                  {"exit": "not_applied", "note": "Dua orang berhenti."}):  # fmt: skip
        assert officer.post(path, wrong).context["form"].errors
    answer = officer.post(path, {"exit": "no_staff", "note": "Dua orang berhenti."})
    assert answer["Location"] == _at(cohort, f"balai/{applications[0].pk}/")
    page = officer.get(answer["Location"])
    assert "Dua orang berhenti." in page.content.decode() and not page.context["may_leave"]
    applications[0].refresh_from_db()
    assert applications[0].exit == Exit.NO_STAFF
    assert Entry.objects.filter(action="application.withdrawn", object_id=str(applications[0].pk)).exists()
    again = officer.post(path, {"exit": "absent", "note": "Tidak hadir."})
    assert again.status_code == 200  # it has left already


# ---------------------------------------------------------------- the one next step


def _step(client, cohort: Cohort, word: str):
    return client.post(_at(cohort, f"langkah/{word}/"))


def test_an_intake_goes_from_its_rules_to_its_end_by_its_next_step(officer, centres, monkeypatch):
    make_assessors()
    cohort = operations.plan_cohort(
        make_programme(), name="I", opens_on=NOW, closes_on=NOW + timedelta(days=3650), by=SYSTEM, now=NOW
    )
    told = lambda: officer.get(_at(cohort)).context["next"]  # noqa: E731
    assert told().url == _at(cohort, "aturan/")
    assert officer.get(_at(cohort, "langkah/terbitkan/")).context["is_possible"] is False
    assert _step(officer, cohort, "terbitkan").context["problem"]
    operations.design(cohort, replace(RULES, rounds=(replace(RULES.rounds[0], appeal_days=0),)), by=SYSTEM, now=NOW)
    page = officer.get(_at(cohort, "langkah/terbitkan/"))
    assert (page.context["is_possible"], page.context["eligible"].eligible) == (True, 4)
    assert _step(officer, cohort, "terbitkan")["Location"] == _at(cohort)
    assert (told().step.word, told().is_time) == ("tutup-pendaftaran", False)
    for centre in centres[:3]:
        apply(cohort, centre)
    assert officer.get(_at(cohort, "langkah/tutup-pendaftaran/")).context["counts"]["applied"] == 3
    _step(officer, cohort, "tutup-pendaftaran")
    assert told().step.word == "buka-babak"
    _step(officer, cohort, "buka-babak")
    assert (told().round_number, told().step) == (1, None)
    round_ = RunningRound.objects.get()
    score_all(round_)
    selection.rank(round_, by=SYSTEM, now=NOW)
    assert told().round_number == 1
    selection.publish(round_, by=SYSTEM, now=NOW)
    assert (told().step.word, told().is_time) == ("mulai-pendampingan", True)
    _step(officer, cohort, "mulai-pendampingan")
    assert told().is_of_stages
    for one in cohort.applications.filter(standing="selected"):
        selection.leave(one, exit=Exit.NEW_HEAD, by=SYSTEM, now=NOW)
    assert told().step.word == "tutup"
    _step(officer, cohort, "tutup")
    cohort.refresh_from_db()
    assert cohort.state == "closed"
    actions = [str(row) for row in Entry.objects.filter(object_id=str(cohort.pk)).values_list("action", flat=True)]
    assert "cohort.closed" in actions
    trail = officer.get(_at(cohort, "riwayat/")).content.decode()
    assert "Hendra" in trail and "Menutup gelombang" in trail


def test_a_step_out_of_turn_says_why_and_changes_nothing(officer, centres):
    cohort = make_cohort()
    for word in ("tutup-pendaftaran", "buka-babak", "mulai-pendampingan", "tutup"):
        assert _step(officer, cohort, word).context["problem"]
    cohort.refresh_from_db()
    assert cohort.state == "open"
    assert officer.get(_at(cohort, "langkah/hapus/")).status_code == 404


def test_steps_are_for_officers(provincial, donor, centres):
    cohort = make_cohort()
    apply(cohort, centres[0])
    for client in (provincial, donor):
        assert _step(client, cohort, "tutup-pendaftaran").status_code == 404
    cohort.refresh_from_db()
    assert cohort.state == "open"


def test_transformation_waits_for_appeals(officer, centres):
    make_assessors()
    cohort, _applications = selecting(count=3)
    round_ = selection.open_round(cohort, by=SYSTEM, now=NOW)
    score_all(round_, {FOUR[2]: [0, 0]})
    selection.rank(round_, by=SYSTEM, now=NOW)
    selection.publish(round_, by=SYSTEM, now=NOW)
    missed = round_.results.select_related("round__cohort__rules", "application").get(outcome="below_mark")
    appeal = selection.file_appeal(missed, text="Keliru.", by=SYSTEM, now=NOW)
    assert officer.get(_at(cohort)).context["next"].round_number == 1
    assert _step(officer, cohort, "mulai-pendampingan").context["problem"]
    selection.answer_appeal(appeal, upheld=False, reason="Sudah benar.", by=SYSTEM, now=NOW)
    transformation.begin(cohort, by=SYSTEM, now=NOW)
    with pytest.raises(selection.TooLate):
        waiting = round_.results.select_related("round__cohort__rules").order_by("rank").last()
        waiting.appeal.delete()
        selection.file_appeal(waiting, text="Terlambat.", by=SYSTEM, now=NOW)


def test_a_preview_for_nobody_warns(officer, centres):
    cohort = make_cohort(replace(RULES, eligibility=Eligibility(women_led_only=True)))
    assert officer.get(_at(cohort, "langkah/terbitkan/")).context["eligible"].eligible == 0
