"""Reading the audit trail, and proving that it is whole."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Max, Q, QuerySet, Sum

from .models import HUB, Entry, Verification


def trail(
    *,
    centre_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    everything: bool = False,
    actions: Sequence[str] = (),
) -> QuerySet[Entry]:
    """Entries, newest first: one centre's or organisation's, the hub's own, or (``everything``) all.

    ``actions`` are beginnings of codes, such as "centre."; without any, every action is meant.
    """
    entries = Entry.objects.all()
    if not everything:
        entries = entries.filter(chain=str(centre_id or organisation_id or HUB))
    if actions:
        entries = entries.filter(reduce(or_, (Q(action__startswith=one) for one in actions)))
    return entries


def narrowed(
    entries: QuerySet[Entry],
    *,
    search: str = "",
    action: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Entry]:
    """Those of the entries that fit. ``search`` looks at person, reason and whole id; ``until`` is included."""
    if search:
        entries = entries.filter(
            Q(actor_name__icontains=search) | Q(reason__icontains=search) | Q(object_id__iexact=search)
        )
    if action:
        entries = entries.filter(action=action)
    if since:
        entries = entries.filter(at__date__gte=since)
    if until:
        entries = entries.filter(at__date__lte=until)
    return entries


_ALL_THE_TIME = ("visit.looked", "consent.given", "user.created")


def lately(*, actor_id: uuid.UUID | None = None) -> QuerySet[Entry]:
    """What was done on the hub, newest first, or by one person anywhere; what happens all the time is left out."""
    entries = Entry.objects.exclude(action__in=_ALL_THE_TIME)
    return entries.filter(actor_id=actor_id) if actor_id else entries.filter(chain=HUB)


def of_objects(
    action: str, object_type: str, object_ids: Iterable[object], *, times: Iterable[datetime], chains: Iterable[str]
) -> QuerySet[Entry]:
    """What was done to these objects at these very moments; chains and times are what the index knows."""
    ids = [str(object_id) for object_id in object_ids]
    return Entry.objects.filter(
        chain__in=list(chains), at__in=list(times), action=action, object_type=object_type, object_id__in=ids
    )


def of_hub(objects: Iterable[tuple[str, object]], *, since: datetime) -> QuerySet[Entry]:
    """What was done to these things of the hub (each its type and id), newest first.

    ``since``: when the oldest of them was made, so that the trail is not read from its beginning.
    """
    named = reduce(or_, (Q(object_type=kind, object_id=str(pk)) for kind, pk in objects))
    return Entry.objects.filter(named, chain=HUB, at__gte=since)


@dataclass(frozen=True)
class Break:
    """The first place where a chain is not what was written."""

    chain: str
    number: int


@dataclass(frozen=True)
class Checked:
    """One chain, recomputed: its last number and hash, and the first broken number if it is not whole."""

    chain: str
    entries: int
    hash: bytes
    broken_at: int | None


_VERIFY = """
WITH linked AS (
    SELECT e.chain, e.number, e.hash, e.previous_hash,
           audit_digest(e.previous_hash, e) AS computed,
           coalesce(lag(e.hash) OVER chain, ''::bytea) AS link,
           row_number() OVER chain AS position
    FROM audit_entry e
    WHERE %(chain)s::text IS NULL OR e.chain = %(chain)s
    WINDOW chain AS (PARTITION BY e.chain ORDER BY e.number)
), ends AS (
    SELECT DISTINCT ON (chain) chain, number, hash FROM linked ORDER BY chain, number DESC
), broken AS (
    SELECT chain, number FROM linked
    WHERE hash <> computed OR previous_hash <> link OR number <> position
    UNION ALL
    SELECT h.chain, h.number FROM audit_head h
    LEFT JOIN ends USING (chain)
    WHERE (%(chain)s::text IS NULL OR h.chain = %(chain)s) AND h.number > coalesce(ends.number, 0)
    UNION ALL
    SELECT v.chain, v.entries FROM audit_verification v
    LEFT JOIN linked l ON l.chain = v.chain AND l.number = v.entries
    WHERE (%(chain)s::text IS NULL OR v.chain = %(chain)s) AND v.entries > 0 AND l.hash IS DISTINCT FROM v.hash
)
SELECT chain, coalesce(ends.number, 0), coalesce(ends.hash, ''::bytea), first.number
FROM ends FULL JOIN (SELECT chain, min(number) AS number FROM broken GROUP BY chain) first USING (chain)
ORDER BY chain
"""


def check(*, chain: str | None = None) -> list[Checked]:
    """Recompute every hash of one chain or of all: as much work as there are rows, so not for a page."""
    with connection.cursor() as cursor:
        cursor.execute(_VERIFY, {"chain": chain})
        return [Checked(chain, entries, bytes(end), broken) for chain, entries, end, broken in cursor.fetchall()]


def breaks(*, chain: str | None = None) -> list[Break]:
    """Where rows were changed, removed or slipped in; empty for a whole trail. As slow as ``check``."""
    return [Break(one.chain, one.broken_at) for one in check(chain=chain) if one.broken_at is not None]


@dataclass(frozen=True)
class Proof:
    """What the last check found: how many entries it went through, and the breaks if there were any."""

    at: datetime
    entries: int
    breaks: tuple[Break, ...]


def proof(
    *, centre_id: uuid.UUID | None = None, organisation_id: uuid.UUID | None = None, everything: bool = False
) -> Proof | None:
    """The last check of one chain (as in ``trail``), or of all together; None before the first one."""
    found = Verification.objects.order_by("chain")
    if not everything:
        found = found.filter(chain=str(centre_id or organisation_id or HUB))
    totals = found.aggregate(at=Max("at"), entries=Sum("entries"))
    if totals["at"] is None:
        return None
    broken = found.filter(broken_at__isnull=False).values_list("chain", "broken_at")
    return Proof(totals["at"], totals["entries"], tuple(Break(chain, number) for chain, number in broken if number))
