"""A new key takes over every value, while the site serves, and whatever was written meanwhile is kept."""

import base64
import itertools
import signal
import threading
import time
import uuid

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models
from django.test import Client
from django.test.utils import isolate_apps
from django.utils import timezone

from fleet.lock import single_flight
from hub.accounts import operations, phones, second_factors
from hub.accounts.models import User
from hub.audit.actors import SYSTEM
from kernel import encryption, schema, sealed
from tests.conftest import OwnDatabase
from workflows import key_rotation

OLD = ("old", base64.urlsafe_b64encode(b"o" * 32).decode())
NEW = ("new", base64.urlsafe_b64encode(b"n" * 32).decode())
MANY = 100_000
PASSWORD = "kopi tubruk sore hari"
FIRST_PHONE = 62_810_000_000_00


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.BALAI_FIELD_KEYS = [OLD]


def _new_takes_over(settings) -> None:
    settings.BALAI_FIELD_KEYS = [NEW, OLD]


def _user(number: int, **more) -> User:
    return operations.create_user(name=f"Orang {number}", phone=_phone(number), now=timezone.now(), by=SYSTEM, **more)


def _phone(number: int) -> str:
    return f"+{FIRST_PHONE + number}"


def _phone_keys() -> dict[str, int]:
    return sealed.count_by_key(sealed.column(User._meta.get_field("phone")))


# ---------------------------------------------------------------- what is found and sealed anew


def test_every_sealed_column_of_the_models_is_found():
    assert [place.label for place in key_rotation.hub_places()] == [
        "webhooks_endpoint.secret",
        "webhooks_endpoint.former_secret",
        "accounts_user.phone",
        "intake_application.typed",
        "intake_application.facts",
        "preferences_draft.content",
        "tokens_idempotencykey.body",
        "mfa_authenticator.data.secret",
        "mfa_authenticator.data.seed",
    ]
    assert key_rotation.centre_places() == []  # a centre's first sealed column needs no more than to be there


def test_phones_and_second_factors_are_under_the_new_key_and_read_the_same(db, settings):
    user = _user(1)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).generate_codes()
    _new_takes_over(settings)
    rotation = key_rotation.rotate()
    assert (rotation.total, rotation.done, rotation.unreadable, rotation.removable) == (3, 3, [], ["old"])
    settings.BALAI_FIELD_KEYS = [NEW]
    assert User.objects.get().phone == _phone(1)
    kinds = Authenticator.Type
    assert second_factors.unseal(Authenticator.objects.get(type=kinds.TOTP).data["secret"]) == "JBSWY3DPEHPK3PXP"
    recovery = Authenticator.objects.get(type=kinds.RECOVERY_CODES)
    assert RecoveryCodes(recovery).generate_codes() == codes
    assert recovery.data["used_mask"] == 0


def test_a_second_run_changes_nothing(db, settings):
    _user(1)
    _new_takes_over(settings)
    key_rotation.rotate()
    before = _raw_phones()
    assert key_rotation.rotate().done == 0
    assert _raw_phones() == before


def _raw_phones() -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, phone FROM accounts_user")
        return {key: bytes(token) for key, token in cursor.fetchall()}


def test_ids_that_look_alike_are_told_apart(db, settings):
    """In base64 the heads of "k1" and "k2" begin with the same five letters."""
    settings.BALAI_FIELD_KEYS = [("k1", OLD[1])]
    TOTP.activate(_user(1), "JBSWY3DPEHPK3PXP")
    settings.BALAI_FIELD_KEYS = [("k2", NEW[1]), ("k1", OLD[1])]
    assert key_rotation.rotate().done == 2
    settings.BALAI_FIELD_KEYS = [("k22", OLD[1]), ("k2", NEW[1])]
    assert key_rotation.rotate().done == 2
    assert User.objects.get().phone == _phone(1)


def test_a_batch_ends_where_the_next_begins(db, settings, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    for number in range(7):
        _user(number)
    _new_takes_over(settings)
    seen = []
    assert key_rotation.rotate(on_progress=lambda rotation: seen.append(rotation.done)).done == 7
    assert seen[:3] == [3, 6, 7]
    assert _phone_keys() == {"new": 7}


def test_a_sealed_column_of_a_centre_is_sealed_anew_in_every_centre_and_nowhere_else(
    centre, other_centre, settings, monkeypatch
):
    with isolate_apps("tenants.site"):

        class Secret(models.Model):
            text = encryption.EncryptedTextField(null=True)

            class Meta:
                app_label = "site"

            def __str__(self) -> str:
                return str(self.pk)

    for number, one in enumerate((centre, other_centre)):
        with schema.centre(one), connection.schema_editor(atomic=False) as editor:
            editor.create_model(Secret)
        with schema.centre(one):
            Secret.objects.create(text=f"rahasia {number}")
    monkeypatch.setattr(key_rotation, "centre_places", lambda: sealed.columns([Secret]))
    _new_takes_over(settings)
    rotation = key_rotation.rotate()
    assert rotation.counts == {f"{one.schema_name}.site_secret.text": {"new": 1} for one in (centre, other_centre)}
    settings.BALAI_FIELD_KEYS = [NEW]
    for number, one in enumerate((centre, other_centre)):
        with schema.centre(one):
            assert [secret.text for secret in Secret.objects.all()] == [f"rahasia {number}"]
    assert schema.current_code() is None


# ---------------------------------------------------------------- what cannot be read, and what is told


@pytest.fixture
def rotate_keys(capsys):
    def run(*arguments: str) -> str:
        call_command("rotate_keys", *arguments)
        return "".join(capsys.readouterr())

    return run


def test_values_that_do_not_open_are_named_by_their_row_and_left_as_they_are(db, settings, rotate_keys, capsys):
    good, altered, foreign = _user(1), _user(2), _user(3)
    TOTP.activate(good, "JBSWY3DPEHPK3PXP")
    Authenticator.objects.update(data={"secret": "not base64!"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET phone = phone || 'x' WHERE id = %s", [altered.pk])
        cursor.execute("UPDATE accounts_user SET phone = 'clear text' WHERE id = %s", [foreign.pk])
    before = _raw_phones()
    _new_takes_over(settings)
    with pytest.raises(CommandError, match="Unreadable"):
        rotate_keys()
    told = "".join(capsys.readouterr())
    for user in (altered, foreign):
        assert f"unreadable: public.accounts_user.phone {user.pk}" in told
    assert "unreadable: public.mfa_authenticator.data.secret" in told
    assert "1 values sealed anew, 3 unreadable" in told
    assert "can be removed" not in told
    assert {key for key, token in _raw_phones().items() if token != before[key]} == {good.pk}
    for secret in ("clear text", "not base64", _phone(1)):
        assert secret not in told


def test_a_key_that_is_gone_is_named(db, settings, rotate_keys):
    _user(1)
    settings.BALAI_FIELD_KEYS = [NEW]
    assert "public.accounts_user.phone: 1 under 'old' (no such key in the settings)" in rotate_keys("--dry-run")
    with pytest.raises(CommandError, match="Unreadable"):
        rotate_keys()


def test_a_dry_run_counts_and_changes_nothing(db, settings, rotate_keys):
    _user(1)
    _new_takes_over(settings)
    _user(2)
    before = _raw_phones()
    told = rotate_keys("--dry-run")
    assert "public.accounts_user.phone: 1 under new (current)\npublic.accounts_user.phone: 1 under old\n" in told
    assert _raw_phones() == before


def test_it_says_when_the_old_key_may_go(db, settings, rotate_keys):
    _user(1)
    _new_takes_over(settings)
    told = rotate_keys()
    assert "1 values sealed anew, 0 unreadable." in told
    assert "Nothing is under the key 'old' any more" in told


# ---------------------------------------------------------------- while the site serves


def _insert_many(plain: psycopg.Connection, count: int) -> None:
    """So many people with sealed numbers, by COPY: what the test is about begins after it."""
    with plain.cursor() as cursor, cursor.copy(
        "COPY accounts_user (id, name, phone, phone_lookup, password, is_active, created_at) FROM STDIN"
    ) as copy:  # fmt: skip
        for number in range(count):
            phone = _phone(number)
            token = encryption.encrypt(phone, context="accounts.user.phone")
            copy.write_row(
                (uuid.uuid4(), f"Orang {number}", token, phones.lookup(phone), "!", True, "2026-11-24T00:00:00Z")
            )


def _with_keys(own: OwnDatabase, *keys: tuple[str, str]) -> None:
    own.environment["BALAI_FIELD_KEYS"] = ",".join(f"{key_id}:{key}" for key_id, key in keys)


class People:
    """Signs in by phone, reads and changes numbers, as the serving site does, until told to stop."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.failures: list[str] = []
        self.requests = 0
        self.changed: dict[uuid.UUID, str] = {}

    def sign_in(self, phone: str) -> None:
        for number in itertools.count():
            if self.stopped.is_set():
                break
            client = Client(HTTP_HOST=settings.BALAI_DOMAIN, REMOTE_ADDR=f"10.9.{number // 200 % 200}.{number % 200}")
            answer = client.post("/masuk/", {"login": phone, "password": PASSWORD})
            page = client.get("/akun/")
            self.requests += 2
            if answer.status_code != 302 or page.status_code != 200:
                self.failures.append(f"{answer.status_code} {page.status_code}")
        connection.close()

    def change(self) -> None:
        """Reads someone's number and gives them another, from all over the table."""
        ids = list(User.objects.filter(name__endswith="7").order_by("phone_lookup").values_list("pk", flat=True))
        for number, pk in enumerate(ids):
            if self.stopped.is_set():
                break
            user = User.objects.get(pk=pk)
            if user.phone is None:
                self.failures.append(f"{pk} has no number")
            user.phone = f"+628990{number:06}"
            user.phone_lookup = phones.lookup(user.phone)
            user.save(update_fields=["phone", "phone_lookup"])
            self.changed[pk] = user.phone
        connection.close()


def test_a_hundred_thousand_values_while_people_sign_in_and_change_theirs(own_database, plain, settings):
    _user(MANY + 1, password=PASSWORD)
    _insert_many(plain, MANY)
    _new_takes_over(settings)
    _with_keys(own_database, NEW, OLD)
    people = People()
    threads = [
        threading.Thread(target=people.sign_in, args=(_phone(MANY + 1),)),
        threading.Thread(target=people.change),
    ]
    for thread in threads:
        thread.start()
    done = own_database.manage("rotate_keys")
    people.stopped.set()
    for thread in threads:
        thread.join()

    assert done.returncode == 0, done.stderr
    assert people.failures == []
    assert people.requests > 0
    assert people.changed
    assert "Nothing is under the key 'old' any more" in done.stdout
    assert _phone_keys() == {"new": MANY + 1}
    settings.BALAI_FIELD_KEYS = [NEW]
    for pk, name, phone in User.objects.values_list("pk", "name", "phone").iterator():
        assert phone == people.changed.get(pk, _phone(int(name.removeprefix("Orang "))))


@pytest.mark.kill
def test_killed_midway_it_goes_on_where_it_stopped(own_database, plain, settings):
    count = 20_000
    _insert_many(plain, count)
    _new_takes_over(settings)
    _with_keys(own_database, NEW, OLD)
    process = own_database.start("rotate_keys")
    while not _phone_keys().get("new"):
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    half = _phone_keys()
    assert half.get("old"), "It was killed too late to show anything."
    done = own_database.manage("rotate_keys")
    assert done.returncode == 0, done.stderr
    assert _phone_keys() == {"new": count}
    settings.BALAI_FIELD_KEYS = [NEW]
    assert {phone for (phone,) in User.objects.values_list("phone").iterator()} == {_phone(n) for n in range(count)}


def test_a_value_being_written_is_neither_waited_for_nor_overwritten(own_database, plain, settings):
    user = _user(1)
    _new_takes_over(settings)
    place = sealed.column(User._meta.get_field("phone"))
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")  # whoever waits after all fails instead of hanging
    with plain.transaction():
        plain.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", (user.pk,))
        assert [batch.resealed for batch in sealed.reseal(place, most=10)] == [0]
        newer = encryption.encrypt(_phone(9), context="accounts.user.phone")
        plain.execute("UPDATE accounts_user SET phone = %s WHERE id = %s", (newer, user.pk))
    assert key_rotation.rotate().done == 0
    assert User.objects.get().phone == _phone(9)


def test_one_run_at_a_time(own_database, settings):
    with single_flight("rotate-keys"):
        done = own_database.manage("rotate_keys")
    assert done.returncode == 1
    assert "rotate-keys" in done.stderr


# ---------------------------------------------------------------- the lookup key


@pytest.fixture
def lookup_key_changes(settings):
    def change() -> None:
        settings.BALAI_LOOKUP_KEY_FALLBACKS = [settings.BALAI_LOOKUP_KEY]
        settings.BALAI_LOOKUP_KEY = NEW[1]

    return change


def _signs_in(number: int) -> bool:
    client = Client(HTTP_HOST=settings.BALAI_DOMAIN)
    return client.post("/masuk/", {"login": _phone(number), "password": PASSWORD}).status_code == 302


def test_numbers_are_found_before_while_and_after_the_lookup_key_changes(db, settings, lookup_key_changes, rotate_keys):
    _user(1, password=PASSWORD)
    lookup_key_changes()
    assert _signs_in(1)
    with pytest.raises(IntegrityError):
        _user(1)
    _user(2, password=PASSWORD)
    assert _signs_in(2)
    told = rotate_keys("--lookup")
    assert "1 numbers hashed anew, 0 could not be" in told
    assert "can be removed" in told
    settings.BALAI_LOOKUP_KEY_FALLBACKS = []
    assert _signs_in(1)
    assert _signs_in(2)
    assert "0 numbers hashed anew" in rotate_keys("--lookup")


def test_a_number_that_two_have_or_that_does_not_open_is_named_and_left(db, settings, lookup_key_changes, capsys):
    first, altered, good = _user(1), _user(2), _user(3)
    lookup_key_changes()
    fallbacks, settings.BALAI_LOOKUP_KEY_FALLBACKS = settings.BALAI_LOOKUP_KEY_FALLBACKS, []
    _user(1)  # as if by a process that knew nothing of the former key
    settings.BALAI_LOOKUP_KEY_FALLBACKS = fallbacks
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET phone = phone || 'x' WHERE id = %s", [altered.pk])
    with pytest.raises(CommandError, match="former key only"):
        call_command("rotate_keys", "--lookup")
    told = "".join(capsys.readouterr())
    assert f"phone {first.pk}" in told
    assert f"phone {altered.pk}" in told
    assert str(good.pk) not in told
    assert "can be removed" not in told
    assert User.objects.filter(phone_lookup=phones.lookup(_phone(3))).exists()


def test_hashing_anew_goes_in_batches(db, lookup_key_changes, monkeypatch):
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    for number in range(7):
        _user(number)
    lookup_key_changes()
    result = key_rotation.rehash()
    assert (result.total, result.done, result.changed, result.is_complete) == (7, 7, 7, True)
    assert {user.phone_lookup for user in User.objects.all()} == {phones.lookup(_phone(n)) for n in range(7)}
