"""What to do today: read from what is there, most urgent first, for who can do it."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import operations as centres
from hub.centres.models import Centre
from kernel import schema, uploads
from tenants.site import operations as site
from tests import pictures
from workflows import centre_profile, desk

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def settled(centre: Centre) -> Centre:
    """A centre in which everything is done."""
    for name, role in (("Siti", Role.CENTRE_HEAD), ("Budi", Role.INSTRUCTOR)):
        user = accounts.create_user(name=name, email=f"{name}@contoh.id", now=NOW, by=SYSTEM)
        accounts.grant(user, role, centre=centre, by=SYSTEM, now=NOW)
    with schema.centre(centre):
        site.publish(
            site.Page(
                about="Kami", address="Jalan", whatsapp="6281234567890", opening_hours="Senin", latitude=Decimal(-7),
                longitude=Decimal(107),
            ),
            now=NOW,
        )  # fmt: skip
        site.show_photo(uploads.picture(io.BytesIO(pictures.plain())), alt="Gedung", now=NOW)
        site.announce(title="Kabar", body="…", now=NOW)
        _add_paper("Akta", None)
        centre_profile.state_means(centre.id, facilities="Bengkel", instructor_count=3, now=NOW)
    centres.describe_institution(
        centre.id, foundation="Yayasan", village="Desa", established=2019, seats=16, is_women_led=False, now=NOW
    )
    return centres.state_licence(centre.id, licence_kind="none", licence_number="", vin="3205", now=NOW)


def _add_paper(title: str, expires_on: date | None) -> None:
    site.add_document(
        uploads.Document(b"%PDF-1.7\n%%EOF"), title=title, kind="licence", issued_on=None, expires_on=expires_on,
        note="", now=NOW,
    )  # fmt: skip


def look(centre: Centre, *, keeps: bool = True, leads: bool = True, now: datetime = NOW) -> desk.Desk:
    with schema.centre(centre):
        return desk.desk(centre, now=now, keeps=keeps, leads=leads)


def test_where_all_is_done_there_is_nothing_to_do(settled: Centre):
    found = look(settled)
    assert found.steps == []
    assert found.is_set_up and found.completeness.is_whole and found.completeness.percent == 100


def test_a_new_centre_has_all_before_it(centre: Centre):
    found = look(centre)
    assert [step.code for step in found.steps] == ["profile_never"]
    assert (found.done, len(found.setting_up)) == (0, 10)
    assert found.completeness.percent == 0
    assert [fact.code for fact in found.completeness.missing][:2] == ["licence", "vin"]


@pytest.mark.parametrize(
    ("expires_on", "step"),
    [
        (TODAY - timedelta(days=1), ("document_expired", desk.Urgency.NOW, -1)),
        (TODAY, ("document_soon", desk.Urgency.SOON, 0)),
        (TODAY + timedelta(days=30), ("document_soon", desk.Urgency.SOON, 30)),
        (TODAY + timedelta(days=31), None),
    ],
)
def test_a_paper_that_runs_out(settled: Centre, expires_on: date, step):
    with schema.centre(settled):
        _add_paper("Izin", expires_on)
    found = [(one.code, one.urgency, one.days) for one in look(settled).steps]
    assert found == ([step] if step else [])


def test_a_paper_runs_out_at_midnight_where_the_centre_is(settled: Centre):
    with schema.centre(settled):
        _add_paper("Izin", TODAY)
    late = datetime(2026, 11, 24, 16, 59, tzinfo=UTC)  # a minute before midnight in Garut
    assert [one.code for one in look(settled, now=late).steps] == ["document_soon"]
    assert [one.code for one in look(settled, now=late + timedelta(minutes=1)).steps] == ["document_expired"]


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (304, None),
        (305, ("profile_warn", desk.Urgency.SOON, 60)),
        (351, ("profile_urge", desk.Urgency.NOW, 14)),
        (366, ("profile_over", desk.Urgency.NOW, -1)),
    ],
)
def test_a_profile_that_grows_old(settled: Centre, days: int, step):
    settled.profile_updated_at = NOW - timedelta(days=days)
    found = [(one.code, one.urgency, one.days) for one in look(settled).steps]
    assert found == ([step] if step else [])


def _ask_to_visit(centre: Centre) -> None:
    chief = accounts.create_user(name="Ratna", email="ratna@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(chief, Role.SUPER_ADMIN, by=SYSTEM, now=NOW)
    accounts.ask_for_visit(
        User.objects.with_roles().get(pk=chief.pk), centre, reason="Pemeriksaan data", hours=4, may_write=False,
        is_emergency=False, by=SYSTEM, now=NOW,
    )  # fmt: skip


def test_the_most_urgent_comes_first(settled: Centre):
    _ask_to_visit(settled)
    accounts.invite(None, Role.INSTRUCTOR, by=SYSTEM, now=NOW, name="Ina", centre=settled)
    settled.profile_updated_at = NOW - timedelta(days=320)
    with schema.centre(settled):
        for title, days in (("Lama", -40), ("Baru lewat", -2), ("Sebentar lagi", 12)):
            _add_paper(title, TODAY + timedelta(days=days))
        site.save_draft(site.Page(about="Konsep"), now=NOW)
    assert [(one.code, one.subject or one.count) for one in look(settled).steps] == [
        ("visit_waiting", 1), ("document_expired", "Lama"), ("document_expired", "Baru lewat"),
        ("document_soon", "Sebentar lagi"), ("profile_warn", "3205"), ("draft_waiting", 0), ("invitation_open", 1),
    ]  # fmt: skip


def test_whoever_does_not_lead_sees_what_they_can_do(settled: Centre):
    _ask_to_visit(settled)
    with schema.centre(settled):
        _add_paper("Izin", TODAY - timedelta(days=3))
        site.save_draft(site.Page(about="Konsep"), now=NOW)
    accounts.invite(None, Role.INSTRUCTOR, by=SYSTEM, now=NOW, name="Ina", centre=settled)
    assert [one.code for one in look(settled, keeps=False, leads=False).steps] == ["draft_waiting"]
    # A visitor of the ministry, who answers nothing for the centre.
    assert [one.code for one in look(settled, leads=False).steps] == ["document_expired", "draft_waiting"]


def test_what_was_done_and_undone_again_comes_back(settled: Centre):
    with schema.centre(settled):
        site.remove_photo(now=NOW)
    assert [task.code for task in look(settled).setting_up if not task.is_done] == ["photo"]


def test_one_centre_knows_nothing_of_anothers_work(settled: Centre, other_centre: Centre):
    _ask_to_visit(settled)
    found = look(other_centre)
    assert [step.code for step in found.steps] == ["profile_never"]
    assert (found.people.staff, found.people.invitations, found.people.visits_waiting) == (0, 0, 0)


def test_it_costs_seven_statements(settled: Centre):
    with (
        schema.centre(settled),
        CaptureQueriesContext(
            connection,
        ) as captured,
    ):
        desk.desk(settled, now=NOW, keeps=True, leads=True)
    assert len([one for one in captured if one["sql"].startswith("SELECT")]) == 7


def test_publishing_counts_as_an_update_and_drafting_does_not(centre: Centre):
    with schema.centre(centre):
        site.save_draft(site.Page(about="Kami"), now=NOW)
        centre.refresh_from_db()
        assert centre.profile_updated_at is None
        centre_profile.publish_page(centre.id, now=NOW)
    centre.refresh_from_db()
    assert centre.profile_updated_at == NOW


@pytest.mark.parametrize(
    ("kind", "number", "says"),
    [("none", "", True), ("statement_letter", "", True), ("nib", "", False), ("nib", "1", True), ("", "1", False)],
)
def test_a_licence_is_told_also_where_there_is_none(centre: Centre, kind: str, number: str, says: bool):
    centre.licence_kind, centre.licence_number = kind, number
    assert centre_profile.completeness(centre, None).says("licence") is says
