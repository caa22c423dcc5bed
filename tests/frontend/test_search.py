"""The command palette's answers: each finds what they may open, and nobody anything else."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from frontend import navigation, palette
from hub.accounts import operations
from hub.accounts.models import Organisation
from hub.accounts.roles import ORGANISATION_ROLES, Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts
from hub.centres.models import Centre, State

from .staff import make, signed_in

PAGE = "/cari/"
PALETTE = {"HX-Request": "true"}


def found(client, text: str = "") -> str:
    return client.get(PAGE, {"cari": text}).content.decode().partition('id="isi"')[2].partition('id="palet"')[0]


def links(client, text: str = "") -> set[str]:
    return set(re.findall(r'<a class="flex[^>]*href="([^"]+)"', found(client, text)))


@pytest.fixture
def chief(db):
    return signed_in(make("Ratna", Role.SUPER_ADMIN))


@pytest.fixture
def head(centre):
    return make("Siti", Role.CENTRE_HEAD, centre=centre)


def test_strangers_sign_in_first(hub_client, centre_client):
    for client in (hub_client, centre_client):
        answer = client.get(PAGE, {"cari": "melati"})
        assert answer.status_code == 302 and "masuk" in answer["Location"]


def test_a_chief_administrator_finds_pages_centres_and_people(chief, head, centre, other_centre):
    assert {"/kementerian/", "/kementerian/orang/", "/kementerian/jejak/", "/kementerian/sistem/"} <= links(chief)
    page = found(chief, "blitar")
    assert "BLKK Kenanga Blitar" in page and "Melati" not in page
    assert f"/kementerian/orang/{head.pk}/" in links(chief, "siti")
    assert "/kementerian/orang/undang/" in links(chief, "undang")


def test_a_word_that_stands_nowhere_says_so(chief):
    page = found(chief, "<b>zzz")
    assert "Tidak ada yang cocok" in page and "&lt;b&gt;zzz" in page


def test_the_palette_gets_options_that_a_screen_reader_knows(chief, centre):
    answer = chief.get(PAGE, {"cari": "melati"}, headers=PALETTE)
    part = answer.content.decode()
    assert "<html" not in part
    assert re.search(r'<a role="option" id="palet-balai-1"[^>]*tabindex="-1" aria-selected="false"', part)
    assert 'role="group" aria-labelledby="palet-balai"' in part
    assert '<p id="palet-kabar" hx-swap-oob="innerHTML">1 hasil</p>' in part
    assert "no-store" in answer["Cache-Control"] and "HX-Request" in answer["Vary"]


def test_a_search_costs_a_fixed_number_of_statements(chief, head, centre, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        chief.get(PAGE, {"cari": "blkk"}, headers=PALETTE)


# ---------------------------------------------------------------- nobody finds what they may not open

SCOPES = {
    Role.PROVINCIAL_OFFICER: {"provinces": ["35"]},
    Role.PROGRAMME_OFFICER: {},
    Role.ASSESSOR: {},
    Role.MENTOR: {},
    Role.DONOR: {},
    Role.PARTNER_OWNER: {},
    Role.PARTNER_MEMBER: {},
}


@pytest.mark.parametrize("role", list(SCOPES))
def test_every_link_that_is_found_opens(role, head, centre, other_centre):
    scope = SCOPES[role]
    if role in ORGANISATION_ROLES:
        scope = {"organisation": Organisation.objects.create(kind="partner", name="PT Contoh")}
    client = signed_in(make("Orang", role, **scope))
    if role in ORGANISATION_ROLES:
        assert f"/mitra/{scope['organisation'].pk}/" in links(client)
    for text in ("", "siti", "blkk", "a"):
        for url in links(client, text):
            assert client.get(url).status_code in (200, 302), url
            assert client.get(url).get("Location", "").count("masuk") == 0, url


def test_a_provincial_officer_finds_no_centre_of_another_province_and_no_person(head, centre, other_centre):
    client = signed_in(make("Wayan", Role.PROVINCIAL_OFFICER, provinces=["35"]))
    assert "BLKK Kenanga Blitar" in found(client, "blkk")
    assert "Melati" not in found(client, "blkk") and "Melati" not in found(client, "melati").replace("“melati”", "")
    assert f"{head.pk}" not in found(client, "siti")
    assert "/kementerian/orang/" not in links(client)


@pytest.mark.parametrize("role", [Role.CENTRE_HEAD, Role.INSTRUCTOR, Role.PARTICIPANT, Role.PARTNER_OWNER, None])
def test_on_the_hub_people_of_other_places_find_their_own_alone(role, head, centre, other_centre):
    scope = {"centre": other_centre} if role and role in (Role.CENTRE_HEAD, Role.INSTRUCTOR, Role.PARTICIPANT) else {}
    if role == Role.PARTNER_OWNER:
        scope = {"organisation": Organisation.objects.create(kind="partner", name="PT Contoh")}
    Organisation.objects.create(kind="partner", name="PT Lain")
    client = signed_in(make("Dewi", role, **scope))
    everything = "".join(found(client, text) for text in ("", "blkk", "melati", "siti", "pt", "kementerian", "lain"))
    for hidden in (str(head.pk), "BLKK Melati", "/kementerian/", "PT Lain"):
        assert hidden not in everything
    assert ("BLKK Kenanga Blitar" in everything) == (role in (Role.CENTRE_HEAD, Role.INSTRUCTOR))
    assert ("PT Contoh" in everything) == (role == Role.PARTNER_OWNER)


def test_erased_centres_and_ended_roles_are_not_found(chief, head, centre):
    operations.grant(make("Dewi"), Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=timezone.now())
    operations.revoke(head.memberships.get(), by=SYSTEM, now=timezone.now(), reason="Pindah")
    assert str(head.pk) not in found(chief, "siti")
    Centre.objects.filter(pk=centre.pk).update(state=State.ERASED)
    assert "BLKK Melati" not in found(chief, "melati")


# ---------------------------------------------------------------- on a centre's host


def test_at_a_centre_its_staff_find_its_rooms_and_nothing_of_the_ministry(head, centre, other_centre):
    client = signed_in(head, hosts.host_of(centre.slug))
    assert {"/ruang/", "/ruang/staf/", "/ruang/jejak/"} <= links(client)
    assert "/ruang/staf/" in links(client, "staf")
    for text in ("", "blkk", "kenanga", "ratna"):
        page = found(client, text)
        assert "Kenanga" not in page.replace("“kenanga”", "") and "/kementerian/" not in page


@pytest.mark.parametrize("kind", ["other_head", "participant", "chief", "nobody"])
def test_at_a_centre_others_find_no_room(kind, centre, other_centre):
    user = {
        "other_head": lambda: make("Dewi", Role.CENTRE_HEAD, centre=other_centre),
        "participant": lambda: make("Agus", Role.PARTICIPANT, centre=centre),
        "chief": lambda: make("Ratna", Role.SUPER_ADMIN),
        "nobody": lambda: make("Tamu"),
    }[kind]()
    client = signed_in(user, hosts.host_of(centre.slug))
    assert not any(url.startswith("/ruang/") for url in links(client))
    assert "Melati" not in found(client, "melati").replace("“melati”", "")


def test_a_visitor_finds_the_rooms_as_long_as_the_visit_lasts(centre):
    ratna = make("Ratna", Role.SUPER_ADMIN)
    now = timezone.now()
    operations.ask_for_visit(
        ratna, centre, reason="Bantuan", hours=4, may_write=False, is_emergency=True, by=SYSTEM, now=now
    )
    client = signed_in(ratna, hosts.host_of(centre.slug))
    assert "/ruang/staf/" in links(client)
    ratna_visits = operations.SupportVisit.objects.filter(visitor=ratna)
    ratna_visits.update(expires_at=now - timedelta(minutes=1))
    assert "/ruang/staf/" not in links(client)


def test_every_room_of_navigation_has_a_page():
    sections = [*navigation.MINISTRY, *navigation.ACCOUNT]
    for room in [*(room for section in sections for room in section.rooms), *palette.MINISTRY_ACTIONS]:
        assert navigation.addresses.hub_path(room.name.removeprefix("hub:"))
