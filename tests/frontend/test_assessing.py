"""The assessor's desk: what is theirs to score, the evidence, points, declining; and who never gets there."""

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres.models import Centre, State
from hub.programmes import operations as programmes
from hub.selection import operations
from hub.selection.models import Assessment, Assessor, Round
from hub.tokens import operations as tokens
from hub.tokens.scopes import Scope
from kernel.uploads import Document
from tests.frontend.staff import make, signed_in
from tests.programmes import NOW, apply, make_assessors, make_centres, make_cohort, score_all

DESK = "/kementerian/penilaian/"
POINTS = {"points_0": "4", "points_1": "7", "note_0": "Izin masih berlaku.", "note_1": "", "comment": "Siap."}


@pytest.fixture
def round_(db) -> Round:
    """Four centres, each with one document, two assessors each of three."""
    Centre.objects.update(state=State.REGISTERED)
    make_centres(4)
    make_assessors()
    for user in User.objects.filter(name__startswith="Penilai"):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    cohort = make_cohort()
    for application in cohort.applications.all():
        programmes.attach(application, Document(b"%PDF-1.7"), title="Akta yayasan", now=NOW)
        apply(cohort, application.centre)
    programmes.close_applications(cohort, by=SYSTEM, now=NOW)
    return operations.open_round(cohort, by=SYSTEM, now=NOW)


@pytest.fixture
def one(round_) -> Assessment:
    return round_.assessments.order_by("pk").first()


def _client(user: User) -> Client:
    return signed_in(User.objects.with_roles().get(pk=user.pk))


def _at(one: Assessment, part: str = "") -> str:
    return f"{DESK}{one.pk}/{part}"


def _paper(one: Assessment) -> str:
    return _at(one, f"berkas/{one.application.attachments.get().pk}/")


def _by_program(user: User) -> list[dict]:
    user = User.objects.with_roles().get(pk=user.pk)
    user.has_second_factor = True
    _token, secret = tokens.make_for_person(
        user, name="x", scopes=[Scope.ASSESSMENTS_READ], days=1, by=SYSTEM, now=datetime.now(UTC)
    )
    answer = Client(HTTP_HOST=settings.BALAI_DOMAIN, headers={"Authorization": f"Bearer {secret}"}).get(
        "/api/v1/assessments/"
    )
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_desk_lists_what_is_mine_alone(round_, one):
    page = _client(one.assessor).get(DESK).content.decode()
    mine = set(round_.assessments.filter(assessor=one.assessor).values_list("pk", flat=True))
    for other in round_.assessments.all():
        assert (_at(other) in page) == (other.pk in mine)
    assert {row["id"] for row in _by_program(one.assessor)} == {str(pk) for pk in mine}


def test_the_rubric_stands_beside_the_evidence_without_any_other_score(round_, one):
    other = round_.assessments.filter(application=one.application).exclude(pk=one.pk).get()
    operations.submit_scores(other, points=[1, 3], notes={"0": "RAHASIA"}, comment="RAHASIA", by=SYSTEM, now=NOW)
    page = _client(one.assessor).get(_at(one)).content.decode()
    assert "Kami mau." in page and "Akta yayasan" in page and "Izin" in page and "Sarana" in page
    assert "RAHASIA" not in page and other.assessor.name not in page
    assert not re.search(r'name="points_\d"[^>]* checked', page)


def test_a_draft_is_kept_and_handing_in_asks_for_all_points(one):
    client = _client(one.assessor)
    assert client.post(_at(one), {**POINTS, "points_1": "", "tindakan": "simpan"}).status_code == 302
    one.refresh_from_db()
    assert (one.points, one.state, one.notes) == ([4, None], "assigned", {"0": "Izin masih berlaku."})
    refused = client.post(_at(one), {**POINTS, "points_1": "", "tindakan": "serahkan"})
    assert refused.status_code == 200 and "Izin masih berlaku." in refused.content.decode()
    assert "Beri poin di sini" in refused.content.decode()
    assert client.post(_at(one), {**POINTS, "tindakan": "serahkan"})["Location"] == DESK
    one.refresh_from_db()
    assert (one.points, one.state, one.total) == ([4, 7], "submitted", 85_000)
    # It may be handed in anew, until the round is ranked.
    assert client.post(_at(one), {**POINTS, "points_1": "10", "tindakan": "serahkan"}).status_code == 302
    score_all(one.round)
    operations.rank(one.round, by=SYSTEM, now=NOW)
    late = client.post(_at(one), {**POINTS, "tindakan": "serahkan"})
    assert late.status_code == 200
    one.refresh_from_db()
    assert one.points == [4, 10]


@pytest.mark.parametrize("points", ["5", "-1", "x", "1.5"])
def test_points_outside_the_scale_are_no_choice(one, points):
    answer = _client(one.assessor).post(_at(one), {**POINTS, "points_0": points, "tindakan": "serahkan"})
    assert answer.status_code == 200
    one.refresh_from_db()
    assert one.points == [None, None]


def test_opening_a_document_is_noted_where_the_centre_does_not_read_it(one):
    answer = _client(one.assessor).get(_paper(one))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    entry = Entry.objects.get(action="attachment.opened")
    assert (entry.chain, entry.actor_id) == ("hub", one.assessor_id)


def _closed_to(client: Client, one: Assessment) -> None:
    for part in ("", "tolak/"):
        assert client.get(_at(one, part)).status_code == 404
        assert client.post(_at(one, part), {**POINTS, "reason": "x", "tindakan": "serahkan"}).status_code == 404
    assert client.get(_paper(one)).status_code == 404
    assert not Entry.objects.filter(action="attachment.opened").exists()
    one.refresh_from_db()
    assert one.points == [None, None]


def test_it_is_closed_to_every_other_assessor(round_, one):
    for other in User.objects.filter(assessor__isnull=False).exclude(pk=one.assessor_id):
        _closed_to(_client(other), one)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.SUPER_ADMIN, {}), (Role.PROGRAMME_OFFICER, {}), (Role.PROVINCIAL_OFFICER, {"provinces": ["32"]}),
        (Role.MENTOR, {}), (Role.DONOR, {}), (Role.ASSESSOR, {}),
    ],
)  # fmt: skip
def test_it_is_closed_to_the_rest_of_the_ministry(one, role, scope):
    _closed_to(signed_in(make("Ratna", role, **scope)), one)


def test_the_head_of_the_centre_itself_does_not_get_in(one):
    _closed_to(signed_in(make("Siti", Role.CENTRE_HEAD, centre=one.application.centre)), one)


def _is_gone(one: Assessment) -> None:
    client = _client(one.assessor)
    _closed_to(client, one)
    assert _at(one) not in client.get(DESK).content.decode()
    assert str(one.pk) not in {row["id"] for row in _by_program(one.assessor)}


def test_who_moves_into_the_centres_province_sees_it_no_more(one):
    Assessor.objects.filter(user=one.assessor).update(province=one.application.province)
    _is_gone(one)


def test_who_joins_the_centres_foundation_sees_it_no_more_however_it_is_spelt(one):
    Centre.objects.filter(pk=one.application.centre_id).update(foundation="Yayasan Al-Hikmah")
    Assessor.objects.filter(user=one.assessor).update(foundation="YAYASAN AL HIKMAH")
    _is_gone(one)


def test_who_is_taken_on_at_the_centre_sees_it_no_more(one):
    accounts.grant(one.assessor, Role.INSTRUCTOR, centre=one.application.centre, by=SYSTEM, now=NOW)
    _is_gone(one)


def test_who_is_no_assessor_any_more_sees_nothing(one):
    held = one.assessor.memberships.get()
    accounts.revoke(held, by=SYSTEM, now=NOW, reason="Selesai")
    client = _client(one.assessor)
    _closed_to(client, one)
    assert client.get(DESK).status_code == 404


def test_declining_needs_a_reason_and_closes_the_door(round_, one):
    client = _client(one.assessor)
    assert client.post(_at(one, "tolak/"), {"reason": " "}).status_code == 200
    assert client.post(_at(one, "tolak/"), {"reason": "Adik saya mengajar di sana."})["Location"] == DESK
    one.refresh_from_db()
    assert (one.state, one.recusal) == ("recused", "Adik saya mengajar di sana.")
    assert round_.assessments.filter(application=one.application, state="assigned").count() == 2
    _is_gone(one)


def test_declining_where_nobody_else_can_score_is_said(round_, one):
    Assessor.objects.exclude(user=one.assessor).update(is_available=False)
    answer = _client(one.assessor).post(_at(one, "tolak/"), {"reason": "Adik saya."})
    assert answer.status_code == 200 and "Adik saya." in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "assigned"


def test_what_waits_stands_on_the_overview(one):
    assert f'href="{DESK}"' in _client(one.assessor).get("/kementerian/").content.decode()


def test_the_desk_costs_the_same_for_many(one, django_assert_max_num_queries):
    client = _client(one.assessor)
    client.get(DESK)
    with django_assert_max_num_queries(10):
        client.get(DESK)
    with django_assert_max_num_queries(12):
        client.get(_at(one))
