"""The pages of tokens: behind the password, shown once, one's own or one's company's, and gone when they are ended."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.tokens import operations
from hub.tokens.models import ApiToken
from hub.tokens.scopes import Scope

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PASSWORD = "kopi tubruk sore hari"
OWN = "/akun/token/"
SECRET = re.compile(r"balai_[A-Za-z0-9_-]{43}")


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def make(name: str, role: Role | None = None, **where) -> User:
    user = accounts.create_user(name=name, email=f"{name.lower()}@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM)
    accounts.prove_email(user)
    accounts.give_consent(user, "privacy", language="id", by=SYSTEM, now=NOW)
    if role:
        accounts.grant(user, role, by=SYSTEM, now=NOW, **where)
    return User.objects.with_roles().get(pk=user.pk)


@pytest.fixture
def enter(hub_client):
    """Signs in, with the password typed just now."""

    def as_person(user: User) -> Client:
        client = Client(HTTP_HOST=hub_client.defaults["HTTP_HOST"])
        client.post("/masuk/", {"login": user.email, "password": PASSWORD})
        client.post("/akun/pastikan/", {"password": PASSWORD})
        return client

    return as_person


@pytest.fixture
def siti(centre) -> User:
    return make("Siti", Role.CENTRE_HEAD, centre=centre)


@pytest.fixture
def mekar() -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Mekar")


@pytest.fixture
def andi(mekar) -> User:
    return make("Andi", Role.PARTNER_OWNER, organisation=mekar)


def test_a_token_is_shown_once_and_works(enter, siti):
    client = enter(siti)
    page = client.post(OWN, {"name": "Laporan", "days": "90", "scopes": ["staff:read"]}).content.decode()
    (secret,) = set(SECRET.findall(page))
    token = ApiToken.objects.get()
    assert (token.user, token.name, token.scopes) == (siti, "Laporan", ["staff:read"])
    assert timedelta(days=89) < token.expires_at - datetime.now(UTC) < timedelta(days=91)
    again = client.get(OWN).content.decode()
    assert token.prefix in again and not SECRET.search(again) and "Belum pernah dipakai" in again
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["scopes"] == ["staff:read"]
    assert "Terakhir dipakai" in client.get(OWN).content.decode()


def test_whoever_makes_one_is_told_by_mail(enter, siti):
    enter(siti).post(OWN, {"name": "Laporan", "days": "30"})
    (message,) = mail.outbox
    assert message.to == ["siti@contoh.id"] and "Laporan" in message.body and OWN in message.body
    assert not SECRET.search(message.body)


def test_the_password_comes_first(hub_client, siti):
    hub_client.force_login(siti, backend="hub.accounts.backends.Backend")
    for ask in (hub_client.get, hub_client.post):
        assert ask(OWN).url.startswith("/akun/pastikan/")
    token, _secret = operations.make_for_person(siti, name="x", scopes=[], days=1, by=SYSTEM, now=NOW)
    assert hub_client.post(f"{OWN}{token.pk}/akhiri/").url.startswith("/akun/pastikan/")
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "days": "30"}, "name"),
        ({"name": "x" * 61, "days": "30"}, "name"),
        ({"name": "x", "days": "5000"}, "days"),
        ({"name": "x", "days": "30", "scopes": ["organisation:read"]}, "scopes"),
        ({"name": "x", "days": "30", "scopes": ["semua"]}, "scopes"),
    ],
)
def test_what_is_not_right_is_said_at_its_field(enter, siti, form, field):
    answer = enter(siti).post(OWN, form)
    assert answer.status_code == 200 and field in answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_only_scopes_that_open_something_are_offered(enter, siti, andi):
    offered = enter(siti).get(OWN).content.decode()
    assert 'value="staff:read"' in offered and 'value="organisation:read"' not in offered
    assert 'name="scopes"' not in enter(make("Tono")).get(OWN).content.decode()


def test_a_full_house_says_so(enter, siti):
    for _number in range(operations.MOST):
        operations.make_for_person(siti, name="x", scopes=[], days=30, by=SYSTEM, now=datetime.now(UTC))
    assert "Akhiri yang tidak dipakai lagi" in enter(siti).post(OWN, {"name": "x", "days": "30"}).content.decode()


def test_one_ends_ones_own_and_no_others(enter, siti, andi, mekar):
    before = NOW - timedelta(days=3)
    token, _secret = operations.make_for_person(siti, name="Laporan", scopes=[], days=1, by=SYSTEM, now=before)
    assert enter(andi).post(f"{OWN}{token.pk}/akhiri/").status_code == 404
    assert enter(andi).post(f"/mitra/{mekar.pk}/token/{token.pk}/akhiri/").status_code == 404
    client = enter(siti)
    assert "Kedaluwarsa" in client.get(OWN).content.decode()
    assert client.post(f"{OWN}{token.pk}/akhiri/").url == OWN
    assert "Laporan" not in client.get(OWN).content.decode().partition("<ul")[2].partition("</ul>")[0]
    token.refresh_from_db()
    assert token.revoked_at


def test_a_companys_tokens_are_its_owners(enter, mekar, andi):
    path = f"/mitra/{mekar.pk}/token/"
    client = enter(andi)
    page = client.post(path, {"name": "Gudang", "days": "30", "scopes": ["organisation:read"]}).content.decode()
    (secret,) = set(SECRET.findall(page))
    token = ApiToken.objects.get()
    assert (token.user, token.organisation, token.created_by) == (None, mekar, andi)
    assert "dibuat oleh Andi" in client.get(path).content.decode()
    assert "Gudang" not in client.get(OWN).content.decode()
    people = client.get(
        f"/api/v1/organisations/{mekar.pk}/people/", headers={"Authorization": f"Bearer {secret}"}
    ).json()["results"]
    assert [one["name"] for one in people] == ["Andi"]
    sinar = Organisation.objects.create(kind="partner", name="PT Sinar")
    for other in (
        make("Wati", Role.PARTNER_MEMBER, organisation=mekar),
        make("Rina", Role.PARTNER_OWNER, organisation=sinar),
    ):
        assert enter(other).get(path).status_code == 404
        assert enter(other).post(f"{path}{token.pk}/akhiri/").status_code == 404
    assert client.post(f"/mitra/{sinar.pk}/token/{token.pk}/akhiri/").status_code == 404
    assert client.post(f"{path}{token.pk}/akhiri/").url == path
    token.refresh_from_db()
    assert token.revoked_at


def test_the_lists_cost_the_same_however_long(enter, siti, andi, mekar, django_assert_max_num_queries):
    clients = {OWN: enter(siti), f"/mitra/{mekar.pk}/token/": enter(andi)}
    for _number in range(15):
        operations.make_for_person(siti, name="x", scopes=[Scope.STAFF_READ], days=30, by=SYSTEM, now=NOW)
        operations.make_for_organisation(mekar, made_by=andi, name="x", scopes=[], days=30, by=SYSTEM, now=NOW)
    for path, client in clients.items():
        with django_assert_max_num_queries(8):
            assert client.get(path).content.decode().count("Akhiri token ini") == 15


def test_ministry_people_set_up_their_second_step_first(enter):
    client = enter(make("Ratna", Role.SUPER_ADMIN))
    assert "/akun/2fa/" in client.get(OWN).url
    client.post(OWN, {"name": "x", "days": "30"})
    assert not ApiToken.objects.exists()
