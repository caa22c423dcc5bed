"""Personal data at rest: vectors that must open for ever, and everything that must not."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from kernel import encryption

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OTHER = base64.urlsafe_b64encode(bytes(range(32, 64))).decode()
CONTEXT = "accounts.user.phone"
# Made once with KEY under the id "k1" and this context. If it stops opening, so does the data of every installation.
VECTOR = base64.b64decode("AQJrMeDXeDUmD+uicTPDtr0CTkgLmEkZ2MJ/yzRC5gff9KsxKoQG560rEo6S7Q==")


@pytest.fixture(autouse=True)
def keys(settings):
    settings.BALAI_FIELD_KEYS = [("k1", KEY)]
    settings.BALAI_LOOKUP_KEY = KEY


def test_a_token_of_the_first_release_still_opens():
    assert encryption.decrypt(VECTOR, context=CONTEXT) == "+6281234567890"
    assert encryption.key_id_of(VECTOR) == "k1"


def test_the_keyed_hash_never_changes():
    assert (
        encryption.lookup_hash("+6281234567890", context=CONTEXT)
        == "db2fe933f88089e04886462c53746ff17a4158d1570bbb90b67fd5f822fcb28f"
    )


@settings_of(deadline=None)
@given(text=st.text())
def test_whatever_is_sealed_opens_again_and_never_looks_the_same(text):
    first, second = (encryption.encrypt(text, context=CONTEXT) for _ in range(2))
    assert encryption.decrypt(first, context=CONTEXT) == text
    assert first != second


@settings_of(deadline=None)
@given(at=st.integers(0, 2000), bit=st.integers(0, 7))
def test_one_changed_bit_opens_nothing(at, bit):
    token = bytearray(VECTOR)
    token[at % len(token)] ^= 1 << bit
    with pytest.raises(encryption.NotReadable):
        encryption.decrypt(bytes(token), context=CONTEXT)


@pytest.mark.parametrize(
    "token", [b"", b"\x01", b"\x01\xff", b"\x02\x02k1", VECTOR[:-1], VECTOR + b"\0", b"clear text"]
)
def test_what_is_no_token_opens_nothing(token):
    with pytest.raises(encryption.NotReadable):
        encryption.decrypt(token, context=CONTEXT)


def test_a_token_moved_to_another_column_does_not_open():
    with pytest.raises(encryption.NotReadable):
        encryption.decrypt(VECTOR, context="accounts.user.name")


def test_a_new_key_takes_over_while_old_values_are_read(settings):
    settings.BALAI_FIELD_KEYS = [("k2", OTHER), ("k1", KEY)]
    assert encryption.key_id_of(encryption.encrypt("x", context=CONTEXT)) == "k2"
    assert encryption.decrypt(VECTOR, context=CONTEXT) == "+6281234567890"
    settings.BALAI_FIELD_KEYS = [("k2", OTHER)]
    with pytest.raises(encryption.NotReadable, match="k1"):
        encryption.decrypt(VECTOR, context=CONTEXT)


@pytest.mark.parametrize("keys", [[], [("k1", "c2hvcnQ=")]])
def test_a_missing_or_short_key_is_said_at_once(settings, keys):
    settings.BALAI_FIELD_KEYS = keys
    with pytest.raises(ValueError, match="32 bytes"):
        encryption.encrypt("x", context=CONTEXT)


def test_equal_texts_hash_alike_only_in_one_context(settings):
    one = encryption.lookup_hash("x", context="a")
    assert one == encryption.lookup_hash("x", context="a")
    assert one != encryption.lookup_hash("x", context="b")
    settings.BALAI_LOOKUP_KEY = OTHER
    assert one != encryption.lookup_hash("x", context="a")


def test_a_field_is_sealed_in_the_database_and_in_djangos_serialisers(db):
    from django.core import serializers
    from django.db import connection

    from hub.accounts.models import User

    user = User.objects.create(name="Siti", phone="+6281234567890", phone_lookup="x")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, accounts_user::text FROM accounts_user")
        sealed, row = cursor.fetchone()
    assert encryption.decrypt(bytes(sealed), context=CONTEXT) == "+6281234567890"
    assert "81234567890" not in row + serializers.serialize("json", [user])
    assert json.loads(serializers.serialize("json", [user]))
    assert User.objects.get().phone == "+6281234567890"
