"""Entering a centre's schema: ``with schema.centre(ref): ...`` is the only way in.

A centre's context lives on this thread's database connection. It nests, and what was before is back after
the block, also after an exception. django-tenants' own ``with tenant:`` keeps its stack on the class, shared
by every thread, and is not used.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, cast

from django.db import connection as _django_connection

if TYPE_CHECKING:
    from .backend.base import DatabaseWrapper

# Django's own connection, typed as the backend that it is here.
connection = cast("DatabaseWrapper", _django_connection)
PUBLIC = "public"


class CentreLike(Protocol):
    """Whatever names a centre: the model, or the small record that the host cache keeps."""

    @property
    def code(self) -> str: ...

    @property
    def schema_name(self) -> str: ...


@contextmanager
def centre(ref: CentreLike) -> Iterator[None]:
    """Run the block inside this centre's schema; hub tables stay readable behind it."""
    with _entered(ref):
        yield


@contextmanager
def hub() -> Iterator[None]:
    """Run the block in the public schema, for work on the hub from inside a centre's context."""
    with _entered(None):
        yield


@contextmanager
def _entered(ref: CentreLike | None) -> Iterator[None]:
    before = connection.tenant
    _enter(ref)
    try:
        yield
    finally:
        connection.set_tenant(before)


def _enter(ref: CentreLike | None) -> None:
    if ref is None:
        connection.set_schema_to_public()
    elif ref.schema_name == PUBLIC:
        raise ValueError("A centre's schema is never the public one.")
    else:
        connection.set_tenant(ref)


def current_code() -> str | None:
    """The code of the centre this thread is in, or None on the hub."""
    return getattr(connection.tenant, "code", None)


def current_id() -> uuid.UUID | None:
    """The id of the centre this thread is in, or None on the hub."""
    return getattr(connection.tenant, "id", None)


def cache_key_function(key: str, key_prefix: str, version: int) -> str:
    """Django's cache keys, each in its centre. allauth's limits count a person once, on whatever host they come."""
    where = "" if key.startswith("allauth") else current_code() or "hub"
    return f"{key_prefix}:{version}:{where}:{key}"
