"""Where sealed values lie in the database, and sealing them anew under the current key.

Values are compared and counted by their first bytes, in SQL: only those under another key are read at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from . import encryption
from .encryption import EncryptedTextField

NO_TOKEN = "?"  # noqa: S105  (stands for the key id of what is no token of ours)


@dataclass(frozen=True)
class Place:
    """One column, or one key of a JSON column, that holds sealed values.

    All but ``context`` are SQL: ``token`` gives the sealed bytes of a row ``t`` or NULL, and ``assignment`` puts
    ``new.token`` in their stead.
    """

    label: str
    table: str
    key: str
    key_type: str
    context: str
    token: str
    assignment: str


def column(field: EncryptedTextField) -> Place:
    """The place of a model's sealed field."""
    assert field.column
    name = connection.ops.quote_name(field.column)
    return _place(field.model, field.column, field.context, token=f"t.{name}", assignment=f"{name} = new.token")


def columns(of: Iterable[type[models.Model]]) -> list[Place]:
    """The places of every sealed field of these models."""
    return [
        column(field)
        for model in of
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def json_key(model: type[models.Model], field: str, key: str, *, context: str) -> Place:
    """The place of tokens that stand in base64 under one key of a JSON column. Anything else there is unreadable."""
    name, text = connection.ops.quote_name(field), f"t.{connection.ops.quote_name(field)}->>'{key}'"
    token = (
        f"CASE WHEN {text} ~ '^([A-Za-z0-9+/]{{4}})*([A-Za-z0-9+/]{{2}}==|[A-Za-z0-9+/]{{3}}=)?$' "
        f"THEN decode({text}, 'base64') WHEN {text} IS NOT NULL THEN ''::bytea END"
    )
    new = "to_jsonb(translate(encode(new.token, 'base64'), E'\\n', ''))"
    assignment = f"{name} = jsonb_set(t.{name}, '{{{key}}}', {new})"
    return _place(model, f"{field}.{key}", context, token=token, assignment=assignment)


def _place(model: type[models.Model], what: str, context: str, *, token: str, assignment: str) -> Place:
    key = model._meta.pk
    assert key.column
    quote = connection.ops.quote_name
    return Place(
        label=f"{model._meta.db_table}.{what}",
        table=quote(model._meta.db_table),
        key=f"t.{quote(key.column)}",
        key_type=str(key.rel_db_type(connection)),
        context=context,
        token=token,
        assignment=assignment,
    )


def count_by_key(place: Place) -> dict[str, int]:
    """How many values of this place each key seals; ``NO_TOKEN`` counts what no key of ours made."""
    heads = f"""
        SELECT CASE WHEN length(token) >= 2 THEN substring(token for 2 + get_byte(token, 1)) ELSE token END, count(*)
        FROM (SELECT {place.token} AS token FROM {place.table} t) tokens WHERE token IS NOT NULL GROUP BY 1
    """  # noqa: S608  (our own tables and columns)
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(heads)
        for head, count in cursor.fetchall():
            key_id = key_id_of(bytes(head))
            counts[key_id] = counts.get(key_id, 0) + count
    return counts


def key_id_of(token: bytes) -> str:
    """The key id that the token names, or ``NO_TOKEN``."""
    try:
        return encryption.key_id_of(token)
    except encryption.NotReadable:
        return NO_TOKEN


@dataclass(frozen=True)
class Batch:
    """What one transaction did: how many values it sealed anew, and the keys of rows that it could not read."""

    resealed: int
    unreadable: tuple[str, ...]


def reseal(place: Place, *, most: int) -> Iterator[Batch]:
    """Seal all values that are under another key anew, ``most`` of them in each transaction; yields after each.

    Rows that someone else is writing are passed by, not waited for: a request waits for one batch at most, a run
    cannot be part of a deadlock, and never writes over a newer value. Rows that point at a locked row (a new
    session, say) are not held up at all.
    """
    after = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            rows = _lock_old(cursor, place, after, most)
            batch = _reseal_rows(cursor, place, rows)
        yield batch
        if len(rows) < most:
            return
        after = rows[-1][0]


def _reseal_rows(cursor: Any, place: Place, rows: list[tuple[Any, Any]]) -> Batch:
    keys, tokens, unreadable = [], [], []
    for key, token in rows:
        try:
            text = encryption.decrypt(bytes(token), context=place.context)
        except encryption.NotReadable:
            unreadable.append(str(key))
        else:
            keys.append(key)
            tokens.append(encryption.encrypt(text, context=place.context))
    if keys:
        _write(cursor, place, keys, tokens)
    return Batch(len(keys), tuple(unreadable))


def _lock_old(cursor: Any, place: Place, after: Any, most: int) -> list[tuple[Any, Any]]:
    """The next rows, by key, whose token does not begin like the current key's."""
    head = encryption.head(encryption.current_key_id())
    behind = "" if after is None else f"AND {place.key} > %(after)s"
    cursor.execute(
        f"SELECT {place.key}, {place.token} FROM {place.table} t "  # noqa: S608  (our own tables and columns)
        f"WHERE substring({place.token} for %(size)s) <> %(head)s {behind} "
        f"ORDER BY {place.key} LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED",
        {"size": len(head), "head": head, "after": after, "most": most},
    )
    return list(cursor.fetchall())


def _write(cursor: Any, place: Place, keys: list[Any], tokens: list[bytes]) -> None:
    cursor.execute(
        f"UPDATE {place.table} t SET {place.assignment} "  # noqa: S608  (our own tables and columns)
        f"FROM unnest(%s::{place.key_type}[], %s::bytea[]) AS new(key, token) WHERE {place.key} = new.key",
        (keys, tokens),
    )
