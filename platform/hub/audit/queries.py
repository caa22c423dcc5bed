"""Reading the audit trail, and proving that it is whole."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from .models import HUB, Entry


def trail(
    *,
    centre_id: uuid.UUID | None = None,
    everything: bool = False,
    search: str = "",
    action: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Entry]:
    """Entries, newest first: one centre's, the hub's own, or (``everything``) all. ``until`` is included."""
    entries = Entry.objects.all()
    if not everything:
        entries = entries.filter(chain=str(centre_id) if centre_id else HUB)
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


@dataclass(frozen=True)
class Break:
    """The first place where a chain is not what was written."""

    chain: str
    number: int


_VERIFY = """
WITH linked AS (
    SELECT e.chain, e.number, e.hash, e.previous_hash,
           audit_digest(e.previous_hash, e) AS computed,
           coalesce(lag(e.hash) OVER chain, ''::bytea) AS link,
           row_number() OVER chain AS position
    FROM audit_entry e
    WHERE %(chain)s::text IS NULL OR e.chain = %(chain)s
    WINDOW chain AS (PARTITION BY e.chain ORDER BY e.number)
), broken AS (
    SELECT chain, number FROM linked
    WHERE hash <> computed OR previous_hash <> link OR number <> position
    UNION ALL
    SELECT h.chain, h.number FROM audit_head h
    LEFT JOIN (SELECT chain, max(number) AS number FROM linked GROUP BY chain) l USING (chain)
    WHERE (%(chain)s::text IS NULL OR h.chain = %(chain)s) AND h.number > coalesce(l.number, 0)
)
SELECT chain, min(number) FROM broken GROUP BY chain ORDER BY chain
"""


def breaks(*, chain: str | None = None) -> list[Break]:
    """Where rows were changed, removed or slipped in, by recomputing every hash; empty for a whole trail."""
    with connection.cursor() as cursor:
        cursor.execute(_VERIFY, {"chain": chain})
        return [Break(chain, number) for chain, number in cursor.fetchall()]
