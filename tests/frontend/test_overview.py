"""The ministry's overview: what needs attention, for whom; figures with what they are out of."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from frontend import attention, navigation, palette
from frontend.templatetags.balai import icon_drawings
from hub.accounts import figures, operations
from hub.accounts.models import SupportVisit, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.audit.models import Verification
from hub.centres import queries as centre_queries
from hub.centres.models import Centre
from hub.partners.models import JoinRequest
from workflows.health import Readiness, kept

from .staff import NOW, make, signed_in
from .test_hub_pages import make as make_centres

PAGE = "/kementerian/"


@pytest.fixture(autouse=True)
def _healthy(monkeypatch):
    checks = {"database": "ok", "migrations": "ok", "worker": "ok", "schemas": "ok"}
    monkeypatch.setattr(kept, "answer", lambda: Readiness("ready", checks))


@pytest.fixture
def chief(db) -> User:
    return make("Ratna", Role.SUPER_ADMIN)


def page_of(user: User) -> str:
    return signed_in(user).get(PAGE).content.decode()


def test_a_calm_day(chief, centre, other_centre):
    for place in (centre, other_centre):
        make(f"Kepala{place.code}", Role.CENTRE_HEAD, centre=place)
    page = page_of(chief)
    assert "Tidak ada. Semua baik." in page


def test_what_needs_attention_stands_with_its_page(chief, centre, monkeypatch, django_assert_max_num_queries):
    Verification.objects.create(chain="hub", at=timezone.now(), entries=0, hash=b"", broken_at=3)
    monkeypatch.setattr(kept, "answer", lambda: Readiness("degraded", {"worker": "no worker gives a sign of life"}))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'x', '{}')")
        for state in ("doing", "failed"):
            cursor.execute("UPDATE procrastinate_jobs SET status = %s", [state])
    offer, _token = operations.invite(chief, Role.MENTOR, name="Dewi", email="dewi@contoh.id", by=SYSTEM, now=NOW)
    offer.expires_at = timezone.now() + timedelta(days=1)
    offer.save()
    operations.ask_for_visit(
        chief, centre, reason="Bantuan", hours=4, may_write=False, is_emergency=False, by=SYSTEM, now=timezone.now()
    )
    client = signed_in(chief)
    with django_assert_max_num_queries(18):
        page = client.get(PAGE).content.decode()
    for words, address in (
        ("Jejak audit tidak utuh", "/kementerian/jejak/"),
        ("Pekerjaan di belakang layar berhenti", "/kementerian/sistem/"),
        ("1 tugas gagal", "/kementerian/sistem/#gagal"),
        ("1 undangan segera habis waktunya", "/kementerian/orang/undangan/"),
        ("2 balai belum punya kepala", "/kementerian/orang/undang/"),
        ("1 kunjungan menunggu persetujuan balai", "#kunjungan"),
    ):
        assert words in page
        assert f'href="{address}"' in page
    assert page.index("Jejak audit tidak utuh") < page.index("1 tugas gagal") < page.index("1 kunjungan menunggu")


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Role.SUPER_ADMIN, {"failed_jobs", "invitations_expiring", "headless_centres", "broken_trail"}),
        (Role.PROGRAMME_OFFICER, {"invitations_expiring", "headless_centres"}),
        (Role.ASSESSOR, set()),
        (Role.MENTOR, set()),
        (Role.DONOR, set()),
    ],
)
def test_each_role_is_told_of_what_it_can_do_something_about(role, told, centre):
    user = make("Orang", role)
    Verification.objects.create(chain="hub", at=NOW, entries=0, hash=b"", broken_at=3)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'x', '{}')")
        for state in ("doing", "failed"):
            cursor.execute("UPDATE procrastinate_jobs SET status = %s", [state])
    offer, _token = operations.invite(
        make("Pengundang", Role.SUPER_ADMIN), Role.MENTOR, name="Dewi", email="dewi@contoh.id", by=SYSTEM, now=NOW
    )
    desk = attention.Desk(
        user,
        frozenset({role}),
        offer.expires_at - timedelta(hours=1),
        [],
        figures.coverage(None),
        centre_queries.activity(today=NOW.date()),
    )
    assert {source.__name__ for source in attention.SOURCES if source(desk)} == told


def test_a_donor_sees_figures_and_nothing_else(centre):
    page = page_of(make("Donor", Role.DONOR))
    assert "Sudah punya ruang sendiri" in page and "2 dari 2" in page
    for words in ("Yang perlu perhatian", "Belakangan ini", "Kunjungan saya"):
        assert words not in page


def test_a_provincial_officer_counts_their_provinces_alone(centre, other_centre):
    make_centres(3, regency="35.05", name="BLKK Jatim")
    make_centres(5, regency="32.05", name="BLKK Jabar")
    page = page_of(make("Wayan", Role.PROVINCIAL_OFFICER, provinces=["35"]))
    assert "1 dari 4" in page, "one live of four known in East Java"
    assert "1 dari 38" in page, "one of its regencies and cities"
    assert "25 %" in page


def test_others_see_what_they_did_themselves(chief, centre):
    wayan = make("Wayan", Role.PROVINCIAL_OFFICER, provinces=["32"])
    for user in (chief, wayan):
        operations.ask_for_visit(
            user, centre, reason=f"Alasan {user.name}", hours=4, may_write=False, is_emergency=False,
            by=Actor(user.pk, user.name), now=timezone.now(),
        )  # fmt: skip
    page = page_of(wayan)
    assert "Alasan Wayan" in page and "Alasan Ratna" not in page and "Seluruh jejak" not in page
    assert SupportVisit.objects.count() == 2


def test_demo_centres_count_only_while_there_is_no_real_one(db, django_assert_num_queries):
    make_centres(4, is_demo=True, name="BLKK Demo")
    with django_assert_num_queries(2):
        found = figures.coverage()
    assert (found.known, found.is_demo) == (2, False)
    Centre.objects.filter(is_demo=False).update(state="erased")
    found = figures.coverage()
    assert (found.known, found.live, found.is_demo) == (4, 0, True)
    assert figures.coverage(["99"]).regencies == 0


def test_beside_the_demos_figures_stands_the_demos_activity(chief):
    make_centres(4, is_demo=True, name="BLKK Demo")
    Centre.objects.filter(is_demo=False).update(state="erased")
    shown = {"state": "active", "live_since": NOW}
    Centre.objects.filter(name__startswith="BLKK Demo").update(**shown, last_active_on=timezone.localdate())
    one = Centre.objects.filter(is_demo=True).first()
    Centre.objects.filter(pk=one.pk).update(last_active_on=timezone.localdate() - timedelta(days=200))
    page = page_of(chief)
    assert "3 dari 4" in page and "75 %" in page
    assert "tidak aktif" not in page, "an example needs no call"


def test_icons_that_python_names_are_there():
    sections = [*navigation.MINISTRY, *navigation.CENTRE, *navigation.PARTNER, *navigation.ACCOUNT]
    rooms = [*palette.MINISTRY_ACTIONS, *palette.EVERYBODYS, *(room for one in sections for room in one.rooms)]
    items = re.findall(r'Item\("\w+", "([a-z0-9-]+)"', Path(attention.__file__).read_text())
    assert len(items) >= len(attention.SOURCES)
    assert {*(room.icon for room in rooms), *items} <= icon_drawings().keys()


def test_silent_centres_and_waiting_companies_are_told_and_lead_to_their_lists(chief, centre, other_centre):
    Centre.objects.filter(pk=centre.pk).update(last_active_on=timezone.localdate() - timedelta(days=120))
    Centre.objects.filter(pk=other_centre.pk).update(last_active_on=timezone.localdate())
    JoinRequest.objects.create(
        company="PT Ingin", name="Andi", email="andi@contoh.id", consent_version=1, consent_language="id"
    )
    page = page_of(chief)
    assert "1 balai tidak aktif" in page and "kegiatan=diam&amp;keadaan=active&amp;contoh=nyata" in page
    assert "1 perusahaan ingin bergabung" in page and 'href="/kementerian/mitra/permintaan/"' in page
    assert "1 dari 2" in page and "50 %" in page, "one of two was at work"
    mentor = page_of(make("Mentor", Role.MENTOR))
    assert "tidak aktif" not in mentor and "ingin bergabung" not in mentor
