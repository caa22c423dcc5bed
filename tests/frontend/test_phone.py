"""Changing one's own mobile number: after the password, in any spelling, and without learning of others' numbers."""

import re
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from hub.accounts import operations, phones
from hub.accounts.models import User
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PASSWORD = "kopi tubruk sore hari"
OWN, OTHERS, FREE = "+6281234567890", "+6281300001111", "+6285711112222"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def make(name: str, *, email: str = "", phone: str = "", confirmed: bool = True) -> User:
    user = operations.create_user(name=name, email=email, phone=phone, password=PASSWORD, now=NOW, by=SYSTEM)
    operations.give_consent(user, "privacy", language="id", by=SYSTEM, now=NOW)
    if email:
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=confirmed)
    return user


@pytest.fixture
def siti() -> User:
    return make("Siti", email="siti@contoh.id", phone=OWN)


@pytest.fixture
def budi() -> User:
    return make("Budi", email="budi@contoh.id", phone=OTHERS)


def enter(client: Client, login: str) -> Client:
    """Signed in, with the password typed once more."""
    client.post("/masuk/", {"login": login, "password": PASSWORD})
    client.post("/akun/pastikan/", {"password": PASSWORD})
    return client


def number_of(user: User) -> str | None:
    user.refresh_from_db()
    assert (user.phone is None) == (user.phone_lookup is None)
    assert user.phone is None or user.phone_lookup == phones.lookup(user.phone)
    return user.phone


def can_sign_in(login: str, hub: Client) -> bool:
    client = Client(HTTP_HOST=hub._base_environ()["HTTP_HOST"])
    client.post("/masuk/", {"login": login, "password": PASSWORD})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("path", ["/akun/ponsel/", "/akun/ponsel/hapus/"])
def test_the_password_is_asked_again(hub_client, siti, path):
    hub_client.force_login(siti, backend="hub.accounts.backends.Backend")
    for answer in (hub_client.get(path), hub_client.post(path, {"phone": FREE})):
        assert answer.url.startswith("/akun/pastikan/")
    assert number_of(siti) == OWN


@pytest.mark.parametrize("typed", ["0857-1111-2222", "+62 857 1111 2222", "6285711112222"])
def test_another_number_in_any_spelling(hub_client, siti, typed):
    enter(hub_client, "siti@contoh.id")
    mail.outbox.clear()
    assert hub_client.post("/akun/ponsel/", {"phone": typed}).status_code == 200
    assert number_of(siti) == FREE
    assert can_sign_in("0857 1111 2222", hub_client)
    assert not can_sign_in(OWN, hub_client)
    assert Entry.objects.get(action="phone.changed").actor_id == siti.pk
    assert [message.to for message in mail.outbox] == [["siti@contoh.id"]]
    assert "/akun/" in mail.outbox[0].body and FREE not in mail.outbox[0].body


def test_a_first_number_is_added(hub_client):
    ani = make("Ani", email="ani@contoh.id")
    enter(hub_client, "ani@contoh.id")
    assert "Hapus nomor" not in hub_client.get("/akun/ponsel/").content.decode()
    hub_client.post("/akun/ponsel/", {"phone": FREE})
    assert number_of(ani) == FREE


@pytest.mark.parametrize("typed", ["", "0812", "021 5550123", OWN, "abc", "0" * 200])
def test_what_is_no_new_number_changes_nothing(hub_client, siti, typed):
    enter(hub_client, "siti@contoh.id")
    assert "Permintaan" not in hub_client.post("/akun/ponsel/", {"phone": typed}).content.decode()
    assert number_of(siti) == OWN
    assert not Entry.objects.filter(action__startswith="phone.").exists()


def test_anothers_number_is_answered_like_a_free_one(hub_client, siti, budi):
    enter(hub_client, "siti@contoh.id")
    mail.outbox.clear()
    answers = []
    for typed in (OTHERS, FREE):
        page = hub_client.post("/akun/ponsel/", {"phone": typed})
        answers.append((page.status_code, re.sub(r'value="[^"]*"', "", page.content.decode()).replace(typed, "N")))
        assert number_of(budi) == OTHERS
    assert answers[0] == answers[1]
    assert mail.outbox[0].body == mail.outbox[1].body
    assert [entry.action for entry in Entry.objects.filter(action__startswith="phone.").order_by("number")] == [
        "phone.taken", "phone.changed",
    ]  # fmt: skip
    assert not any(number[3:] in str(entry.__dict__) for entry in Entry.objects.all() for number in (OTHERS, FREE))


def test_anothers_number_leaves_ones_own(siti, budi):
    operations.change_phone(siti, OTHERS, by=SYSTEM, now=NOW)
    assert (number_of(siti), number_of(budi)) == (OWN, OTHERS)


def test_nobody_tries_many_numbers(hub_client, siti):
    enter(hub_client, "siti@contoh.id")
    answers = [hub_client.post("/akun/ponsel/", {"phone": f"+62857111100{n:02}"}).status_code for n in range(7)]
    assert answers == [200] * 5 + [429] * 2


def test_removing_it_leaves_the_address(hub_client, siti):
    enter(hub_client, "siti@contoh.id")
    assert hub_client.get("/akun/ponsel/hapus/").url == "/akun/ponsel/"
    assert number_of(siti) == OWN
    assert hub_client.post("/akun/ponsel/hapus/").url == "/akun/"
    assert number_of(siti) is None
    assert not can_sign_in(OWN, hub_client)
    assert can_sign_in("siti@contoh.id", hub_client)
    assert Entry.objects.filter(action="phone.removed", actor_id=siti.pk).count() == 1


@pytest.mark.parametrize("email", ["", "ani@contoh.id"])
def test_the_last_way_in_stays(hub_client, email):
    """No address, or one that was never confirmed."""
    ani = make("Ani", email=email, phone=FREE, confirmed=False)
    hub_client.force_login(ani, backend="hub.accounts.backends.Backend")
    hub_client.post("/akun/pastikan/", {"password": PASSWORD})
    answer = hub_client.post("/akun/ponsel/hapus/", follow=True)
    assert "hanya dengan nomor ini" in answer.content.decode()
    assert number_of(ani) == FREE
    with pytest.raises(operations.LastWayIn):
        operations.remove_phone(ani, by=SYSTEM, now=NOW)
