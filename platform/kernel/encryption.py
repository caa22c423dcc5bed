"""Personal data at rest: AES-256-GCM with named keys, and keyed hashes to find a value without reading it.

A token is ``version (1 byte) | length of key id (1) | key id | nonce (12) | ciphertext and tag``. The key id says which
key opens it, so a new key takes over while old values are still read. ``context`` (such as "accounts.user.phone") is
bound into the token: a value moved to another column does not open.

Keys come from ``BALAI_FIELD_KEYS`` (``id:base64,id:base64``, the first encrypts) and ``BALAI_LOOKUP_KEY``
(``BALAI_LOOKUP_KEY_FALLBACKS`` while it changes).
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from .errors import DomainError

_VERSION = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32


class NotReadable(DomainError):
    """The value was altered, belongs elsewhere, or its key is not at hand."""

    code = "not_readable"


@lru_cache(maxsize=4)
def _keys(configured: tuple[tuple[str, str], ...]) -> dict[str, AESGCM]:
    keys = {key_id: base64.urlsafe_b64decode(text) for key_id, text in configured}
    if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise ValueError("BALAI_FIELD_KEYS needs at least one key of 32 bytes, as id:base64.")
    return {key_id: AESGCM(key) for key_id, key in keys.items()}


def _ring() -> dict[str, AESGCM]:
    return _keys(tuple(settings.BALAI_FIELD_KEYS))


def key_ids() -> list[str]:
    """The keys at hand, the one that seals first."""
    return list(_ring())


def current_key_id() -> str:
    return key_ids()[0]


def encrypt(text: str, *, context: str) -> bytes:
    """The text sealed under the current key."""
    key_id = current_key_id()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return head(key_id) + nonce + _ring()[key_id].encrypt(nonce, text.encode(), context.encode())


def decrypt(token: bytes, *, context: str) -> str:
    """The text of a token. Raises NotReadable."""
    key_id, start = _read_head(token)
    key = _ring().get(key_id)
    if key is None:
        raise NotReadable(f"The key {key_id!r} is not configured.")
    nonce, sealed = token[start : start + _NONCE_BYTES], token[start + _NONCE_BYTES :]
    try:
        return key.decrypt(nonce, sealed, context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise NotReadable("The value was altered or belongs elsewhere.") from error


def key_id_of(token: bytes) -> str:
    """Which key sealed this token. Raises NotReadable."""
    return _read_head(token)[0]


def lookup_hash(text: str, *, context: str) -> str:
    """A keyed hash (hex, 64 characters): equal for equal texts, useless without the key."""
    return _keyed_hash(settings.BALAI_LOOKUP_KEY, text, context)


def lookup_hashes(text: str, *, context: str) -> list[str]:
    """The hash under the current key, then those under former keys that values may still stand under."""
    keys = [settings.BALAI_LOOKUP_KEY, *settings.BALAI_LOOKUP_KEY_FALLBACKS]
    return [_keyed_hash(key, text, context) for key in keys]


def _keyed_hash(key: str, text: str, context: str) -> str:
    return hmac.new(base64.urlsafe_b64decode(key), f"{context}\0{text}".encode(), hashlib.sha256).hexdigest()


def head(key_id: str) -> bytes:
    """The bytes with which every token of this key begins, and no other key's."""
    encoded = key_id.encode()
    return bytes([_VERSION, len(encoded)]) + encoded


def _read_head(token: bytes) -> tuple[str, int]:
    if len(token) < 2 or token[0] != _VERSION:
        raise NotReadable("The value is no token of ours.")
    start = 2 + token[1]
    return token[2:start].decode(errors="replace"), start


if TYPE_CHECKING:
    _TextInBytes = models.BinaryField[str | None, str | None]
else:
    _TextInBytes = models.BinaryField


class EncryptedTextField(_TextInBytes):
    """A text that the database holds sealed. It cannot be searched: keep a ``lookup_hash`` beside it for that."""

    @property
    def context(self) -> str:
        return f"{self.model._meta.app_label}.{self.model._meta.model_name}.{self.name}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(bytes(value), context=self.context)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = encrypt(value, context=self.context)
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        """Serialisers of Django's see the sealed bytes only."""
        value: str | None = self.value_from_object(obj)
        return "" if value is None else base64.b64encode(encrypt(value, context=self.context)).decode()
