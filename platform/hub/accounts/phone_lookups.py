"""Hashing every phone number anew under the current lookup key; numbers are found under former ones meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from kernel import encryption

from . import phones


@dataclass(frozen=True)
class Batch:
    """What one transaction did. Rows that someone else was writing are not among those ``seen``."""

    seen: int
    changed: int
    # Keys of accounts whose number does not open, or is another account's.
    failed: tuple[str, ...]


def rehash(*, most: int) -> Iterator[Batch]:
    """Go through all numbers, ``most`` of them in each transaction; yields after each."""
    after = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            rows = _lock(cursor, after, most)
            batch = _rehash_rows(cursor, rows)
        yield batch
        if len(rows) < most:
            return
        after = rows[-1][0]


def _lock(cursor: Any, after: Any, most: int) -> list[tuple[Any, Any, str]]:
    # Not NO KEY UPDATE: the hash is unique, which makes it a key to PostgreSQL.
    cursor.execute(
        "SELECT id, phone, phone_lookup FROM accounts_user WHERE phone IS NOT NULL "
        "AND (%(after)s::uuid IS NULL OR id > %(after)s) ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED",
        {"after": after, "most": most},
    )
    return list(cursor.fetchall())


def _rehash_rows(cursor: Any, rows: list[tuple[Any, Any, str]]) -> Batch:
    wanted, failed = {}, []
    for key, token, lookup in rows:
        try:
            current = phones.lookup(encryption.decrypt(bytes(token), context=phones.CONTEXT))
        except encryption.NotReadable:
            failed.append(key)
            continue
        if current != lookup:
            wanted[current] = key
    for taken in _taken(cursor, list(wanted)):
        failed.append(wanted.pop(taken))
    cursor.execute(
        "UPDATE accounts_user t SET phone_lookup = new.lookup "
        "FROM unnest(%s::uuid[], %s::text[]) AS new(id, lookup) WHERE t.id = new.id",
        (list(wanted.values()), list(wanted)),
    )
    return Batch(len(rows), len(wanted), tuple(map(str, failed)))


def _taken(cursor: Any, lookups: list[str]) -> list[str]:
    """Those of the hashes that an account has already."""
    cursor.execute("SELECT phone_lookup FROM accounts_user WHERE phone_lookup = ANY(%s)", (lookups,))
    return [lookup for (lookup,) in cursor.fetchall()]
