"""The ministry's pages about people over HTTP: who sees them, what they say, and what they never say."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from hub.accounts import operations
from hub.accounts.models import Invitation, Organisation, User
from hub.accounts.roles import CENTRE_ROLES, ORGANISATION_ROLES, Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry

from .staff import NOW, make, signed_in

LIST, INVITATIONS, INVITE = "/kementerian/orang/", "/kementerian/orang/undangan/", "/kementerian/orang/undang/"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def chief(db) -> User:
    return make("Ratna", Role.SUPER_ADMIN)


@pytest.fixture
def desk(chief):
    return signed_in(chief)


@pytest.fixture
def head(centre) -> User:
    return make("Siti", Role.CENTRE_HEAD, centre=centre)


def test_the_list_names_people_roles_and_places_in_few_statements(desk, head, centre, django_assert_max_num_queries):
    for number in range(60):
        make(f"Guru{number}", Role.INSTRUCTOR, centre=centre)
    make("Wayan", Role.PROVINCIAL_OFFICER, provinces=["35", "33"])
    # One of them gives the names of an officer's provinces.
    with django_assert_max_num_queries(9):
        page = desk.get(f"{LIST}?cari=wayan").content.decode()
    assert "Wayan" in page and "Jawa Timur, Jawa Tengah" in page and "Siti" not in page
    with django_assert_max_num_queries(9):
        page = desk.get(LIST).content.decode()
    assert "63 baris" in page and "BLKK Melati Garut" in page


def test_filters_come_from_the_address(desk, chief, head):
    assert "Siti" in desk.get(f"{LIST}?peran=centre_head").content.decode()
    page = desk.get(f"{LIST}?provinsi=35&status=current").content.decode()
    assert "Siti" not in page and "Jawa Timur" in page
    assert "Ada saringan di alamat ini yang tidak dikenal" in desk.get(f"{LIST}?peran=raja").content.decode()


def test_no_list_and_no_file_says_how_to_reach_people(desk, centre):
    user = make("Siti", Role.CENTRE_HEAD, centre=centre)
    operations.change_phone(user, "081234567890", by=SYSTEM, now=NOW)
    for address in (LIST, f"{LIST}?unduh=csv", f"/kementerian/orang/{user.pk}/"):
        text = desk.get(address).content.decode()
        assert "Siti" in text
        assert "81234567890" not in text and "8123" not in text
    assert "siti@contoh.id" not in desk.get(f"{LIST}?unduh=csv").content.decode()


def test_a_persons_page(desk, chief, head, centre, django_assert_max_num_queries):
    former = operations.grant(head, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)
    operations.revoke(former, by=SYSTEM, now=NOW + timedelta(hours=1), reason="Naik <jabatan>")
    with django_assert_max_num_queries(10):
        page = desk.get(f"/kementerian/orang/{head.pk}/").content.decode()
    assert "siti@contoh.id" in page
    assert "Naik &lt;jabatan&gt;" in page
    assert "Belum dipasang" in page and "Tidak di mana pun" in page
    page = desk.get(f"/kementerian/orang/{chief.pk}/").content.decode()
    assert "Kode dari aplikasi" in page
    assert "Akhiri peran" not in page, "nobody ends their own here"


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER})])
def test_a_person_is_there_for_those_alone_who_give_out_roles(role, head, centre):
    scope = {}
    if role in CENTRE_ROLES:
        scope["centre"] = centre
    elif role in ORGANISATION_ROLES:
        scope["organisation"] = Organisation.objects.create(kind="partner", name="PT Contoh")
    elif role == Role.PROVINCIAL_OFFICER:
        scope["provinces"] = ["32"]
    client = signed_in(make("Orang", role, **scope))
    for address in (LIST, INVITATIONS, INVITE, f"/kementerian/orang/{head.pk}/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Siti" not in answer.content.decode()


def test_a_participant_and_a_stranger_have_no_page(desk, centre):
    participant, stranger = make("Agus", Role.PARTICIPANT, centre=centre), make("Tamu")
    for user in (participant, stranger):
        assert desk.get(f"/kementerian/orang/{user.pk}/").status_code == 404


def test_ending_a_role_needs_a_reason_and_leads_back_to_the_person(desk, head, centre):
    make("Dewi", Role.CENTRE_HEAD, centre=centre)
    held = head.memberships.get()
    address = f"/kementerian/orang/{held.pk}/akhiri/"
    assert desk.post(address, {"reason": ""}, follow=True).redirect_chain == [(f"/kementerian/orang/{head.pk}/", 302)]
    held.refresh_from_db()
    assert held.revoked_at is None
    page = desk.post(address, {"reason": "Pindah tugas"}, follow=True).content.decode()
    assert "Pindah tugas" in page and "Saat ini tidak ada." in page
    assert Entry.objects.get(action="role.ended").reason == "Pindah tugas"


def test_an_invitation_is_filled_in_sent_listed_and_ended(desk, centre):
    page = desk.get(f"{INVITE}?peran=centre_head&balai={centre.code}").content.decode()
    assert f'value="{centre.code}"' in page and '<option value="centre_head" selected>' in page
    desk.post(INVITE, {"role": "centre_head", "name": "Dewi", "email": "dewi@contoh.id", "centre": centre.code})
    offer = Invitation.objects.get()
    assert "Dewi" in desk.get(INVITATIONS).content.decode()
    answer = desk.post(f"/undangan/{offer.pk}/akhiri/", follow=True)
    assert answer.redirect_chain[-1][0] == INVITATIONS
    assert "Tidak ada undangan yang terbuka" in answer.content.decode()


def test_an_invitation_with_an_error_keeps_what_was_typed(desk):
    page = desk.post(INVITE, {"role": "centre_head", "name": "Dewi Lestari", "centre": "tidakada"}).content.decode()
    assert 'value="Dewi Lestari"' in page and not Invitation.objects.exists()


def test_what_was_typed_for_another_role_is_no_obstacle(desk):
    """The page shows only what the chosen role needs, so an error elsewhere would not be seen."""
    desk.post(INVITE, {"role": "mentor", "name": "Dewi", "email": "dewi@contoh.id", "centre": "tidakada"})
    offer = Invitation.objects.get()
    assert (offer.role, offer.centre) == ("mentor", None)


def test_an_organisation_that_nobody_knew_is_made_known_in_the_trail(desk, chief):
    offer = {"role": "provider_owner", "name": "Lestari", "email": "lestari@contoh.id", "organisation": " Kelas Baru "}
    desk.post(INVITE, offer)
    made = Organisation.objects.get(name="Kelas Baru", kind="provider")
    entry = Entry.objects.get(action="organisation.registered")
    assert (entry.chain, entry.actor_id, entry.after) == (str(made.pk), chief.pk, {"name": "Kelas Baru"})
    desk.post(INVITE, {**offer, "organisation": "KELAS BARU"})
    assert list(Invitation.objects.values_list("organisation", flat=True)) == [made.pk] * 2
    assert Entry.objects.filter(action="organisation.registered").count() == 1


def test_an_offer_that_is_refused_leaves_no_organisation_behind(db):
    mentor = make("Agus", Role.MENTOR)
    with pytest.raises(operations.MayNot):
        operations.invite(mentor, Role.PARTNER_OWNER, organisation_name="PT Hantu", by=SYSTEM, now=NOW)
    assert not Organisation.objects.exists()
