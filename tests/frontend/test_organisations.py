"""An organisation's own people: its owner sees, invites and ends; nothing of another organisation is there."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from hub.accounts import operations
from hub.accounts.models import Invitation, Membership, Organisation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def mekar() -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Mekar")


@pytest.fixture
def sinar() -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Sinar")


def member(organisation: Organisation, name: str, role: Role = Role.PARTNER_MEMBER) -> Membership:
    user = operations.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOW, by=SYSTEM)
    return operations.grant(user, role, organisation=organisation, by=SYSTEM, now=NOW)


def offer(organisation: Organisation, name: str) -> Invitation:
    return operations.invite(
        None, Role.PARTNER_MEMBER, name=name, organisation=organisation, by=SYSTEM, now=datetime.now(UTC)
    )[0]


@pytest.fixture
def enter(hub_client):
    def as_person(user: User) -> Client:
        hub_client.force_login(user, backend="hub.accounts.backends.Backend")
        return hub_client

    return as_person


@pytest.fixture
def owner_client(enter, mekar) -> Client:
    return enter(member(mekar, "Ayu", Role.PARTNER_OWNER).user)


def end_paths(membership: Membership, invitation: Invitation) -> list[str]:
    return [f"/mitra/orang/{membership.pk}/akhiri/", f"/mitra/undangan/{invitation.pk}/akhiri/"]


def test_the_owner_sees_and_invites_colleagues(owner_client, mekar):
    member(mekar, "Bima")
    path = f"/mitra/{mekar.pk}/orang/"
    assert f'href="/mitra/{mekar.pk}/"' in owner_client.get("/akun/").content.decode()
    page = owner_client.get(path).content.decode()
    assert "PT Mekar" in page and "Bima" in page
    form = {"name": "Citra", "email": "citra@contoh.id", "role": "partner_member"}
    assert owner_client.post(path, form).status_code == 200
    assert mail.outbox[-1].to == ["citra@contoh.id"]
    assert Invitation.objects.get().organisation == mekar
    assert "Citra" in owner_client.get(path).content.decode()


@pytest.mark.parametrize("role", ["super_admin", "centre_head", "provider_editor", "participant", ""])
def test_no_role_from_elsewhere_can_be_offered(owner_client, mekar, role):
    owner_client.post(f"/mitra/{mekar.pk}/orang/", {"name": "Citra", "role": role})
    assert not Invitation.objects.exists()


def test_the_owner_ends_roles_and_invitations(owner_client, mekar):
    held, offered = member(mekar, "Bima"), offer(mekar, "Citra")
    end_role, end_invitation = end_paths(held, offered)
    assert owner_client.post(end_role).url == f"/mitra/{mekar.pk}/orang/"
    held.refresh_from_db()
    assert held.revoked_at is None, "without a reason nothing ends"
    owner_client.post(end_role, {"reason": "Pindah kerja"})
    owner_client.post(end_invitation)
    held.refresh_from_db()
    offered.refresh_from_db()
    assert held.revoked_at and offered.revoked_at
    assert Entry.objects.get(action="role.ended").reason == "Pindah kerja"


def test_nothing_of_another_organisation_is_there(owner_client, mekar, sinar):
    held, offered = member(sinar, "Rahasia"), offer(sinar, "Tersembunyi")
    page = owner_client.get(f"/mitra/{mekar.pk}/orang/").content.decode()
    assert not any(word in page for word in ("Rahasia", "Tersembunyi", "PT Sinar", "rahasia@contoh.id"))
    for path in (f"/mitra/{sinar.pk}/orang/", *end_paths(held, offered)):
        assert owner_client.post(path, {"name": "X", "role": "partner_member", "reason": "x"}).status_code == 404
    assert owner_client.get(f"/mitra/{sinar.pk}/").status_code == 404
    held.refresh_from_db()
    offered.refresh_from_db()
    assert held.revoked_at is None and offered.revoked_at is None
    assert Invitation.objects.count() == 1


def test_a_role_in_two_organisations_stays_in_each(owner_client, mekar, sinar):
    """The owner of one who is a plain member of the other reads there, and ends nothing."""
    owner = User.objects.get(name="Ayu")
    operations.grant(owner, Role.PARTNER_MEMBER, organisation=sinar, by=SYSTEM, now=NOW)
    held, offered = member(sinar, "Bima"), offer(sinar, "Citra")
    page = owner_client.get(f"/mitra/{sinar.pk}/orang/").content.decode()
    assert "Bima" in page and "/akhiri/" not in page and 'name="role"' not in page
    for path in (f"/mitra/{sinar.pk}/orang/", *end_paths(held, offered)):
        assert owner_client.post(path, {"name": "X", "role": "partner_member", "reason": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.PARTNER_MEMBER, Role.PROVIDER_EDITOR])
def test_who_may_not_invite_only_reads(enter, mekar, role):
    client = enter(member(mekar, "Dewi", role).user)
    held, offered = member(mekar, "Bima"), offer(mekar, "Citra")
    assert "Bima" in client.get(f"/mitra/{mekar.pk}/orang/").content.decode()
    for path in (f"/mitra/{mekar.pk}/orang/", *end_paths(held, offered)):
        assert client.post(path, {"name": "X", "role": "partner_member", "reason": "x"}).status_code == 404


def test_whoever_has_left_sees_nothing(owner_client, mekar):
    member(mekar, "Bima", Role.PARTNER_OWNER)
    left = Membership.objects.get(user__name="Ayu")
    operations.revoke(left, by=SYSTEM, now=NOW, reason="Selesai")
    assert owner_client.get(f"/mitra/{mekar.pk}/").status_code == 404


def test_a_centres_people_cannot_be_ended_from_here(owner_client, centre):
    user = operations.create_user(name="Siti", email="siti@contoh.id", now=NOW, by=SYSTEM)
    held = operations.grant(user, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)
    assert owner_client.post(f"/mitra/orang/{held.pk}/akhiri/", {"reason": "x"}).status_code == 404
