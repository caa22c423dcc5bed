"""From scores to an order, and from an order to places. The rule is published with every intake:

1. An application's score is the middle (median) of its assessors' totals; of two, halfway between them.
2. Equal scores: whoever has more points on average for the first criterion of the rubric, then the second, and so on.
3. Still equal: the lot, which follows from the ids of intake and centre (``programmes.models.draw_lot``).
4. Places that are kept for groups go first, in the order of the rules, to the best of each group who reach the pass
   mark; all others go by rank. What a group does not fill is open to everyone.

The same scores give the same order, whatever the order in which they were written.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from hub.programmes import rulebook
from hub.programmes.models import Application

from .models import Assessment, Outcome, Result, Round


@dataclass(frozen=True, slots=True)
class Ranked:
    """One application in its place. Scores in thousandths of the whole rubric."""

    application_id: uuid.UUID
    score: int
    spread: int
    province: str
    fields: tuple[str, ...]
    is_women_led: bool | None


@dataclass(frozen=True, slots=True)
class Placed:
    ranked: Ranked
    rank: int
    outcome: Outcome
    by_quota: bool


_ORDER = "score DESC, means DESC, lot, application_id"
_PLACED = f"""
WITH totals AS (
    SELECT application_id, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY total))::int AS score,
           max(total) - min(total) AS spread
    FROM {Assessment._meta.db_table} WHERE round_id = %(round)s AND state = 'submitted' GROUP BY application_id
),
marks AS (
    SELECT application_id, array_agg(mean ORDER BY place) AS means
    FROM (
        SELECT a.application_id, p.place, avg(p.points) AS mean
        FROM {Assessment._meta.db_table} a, unnest(a.points) WITH ORDINALITY p (points, place)
        WHERE a.round_id = %(round)s AND a.state = 'submitted' GROUP BY a.application_id, p.place
    ) of_criterion
    GROUP BY application_id
),
ranked AS (
    SELECT t.application_id, t.score, t.spread, row_number() OVER (ORDER BY {_ORDER}) AS rank
    FROM totals t JOIN marks m USING (application_id)
    JOIN (SELECT id AS application_id, lot FROM {Application._meta.db_table} WHERE standing = 'applied') a
    USING (application_id)
)
INSERT INTO {Result._meta.db_table} (round_id, application_id, rank, score, spread, outcome, by_quota)
SELECT %(round)s, application_id, rank, score, spread,
       CASE WHEN score < %(mark)s THEN 'below_mark' WHEN rank <= %(seats)s THEN 'passed' ELSE %(missed)s END, false
FROM ranked
"""  # noqa: S608  (made of the models' own tables)
_DIGEST = f"""
SELECT encode(sha256(convert_to(coalesce(string_agg(
    concat_ws(' ', application_id, rank, score, outcome), chr(10) ORDER BY rank), ''), 'UTF8')), 'hex')
FROM {Result._meta.db_table} WHERE round_id = %s
"""  # noqa: S608  (made of the model's own table)
_NO_LIMIT = 2_000_000_000


def write(round_: Round, *, waits: bool) -> None:
    """Rank the applications that are still in this round, and write who passes, in place of an earlier ranking.

    One statement orders them and gives places by rank; where places are kept for groups, ``place`` says who has them.
    """
    rules = round_.rules
    values: dict[str, Any] = {
        "round": round_.pk,
        "mark": (rules.pass_mark or 0) * 1000,
        "seats": _NO_LIMIT if rules.seats is None else rules.seats,
        "missed": (Outcome.WAITING if waits else Outcome.NO_SEAT).value,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Result._meta.db_table} WHERE round_id = %(round)s", values)  # noqa: S608
        cursor.execute(_PLACED, values)
    if rules.quotas:
        _give_kept_places(round_, waits=waits)


def _give_kept_places(round_: Round, *, waits: bool) -> None:
    results = list(round_.results.select_related("application").order_by("rank"))
    ranked = [
        Ranked(one.application_id, one.score, one.spread, one.application.province, tuple(one.application.fields),
               one.application.is_women_led)
        for one in results
    ]  # fmt: skip
    changed = []
    for one, placed in zip(results, place(ranked, round_.rules, waits=waits), strict=True):
        if (one.outcome, one.by_quota) != (placed.outcome, placed.by_quota):
            one.outcome, one.by_quota = placed.outcome, placed.by_quota
            changed.append(one)
    Result.objects.bulk_update(changed, ["outcome", "by_quota"], batch_size=1000)


def digest(round_: Round) -> str:
    """SHA-256 over who got which rank, score and outcome: the same inputs give the same digest."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [round_.pk])
        return str(cursor.fetchone()[0])


def place(ranked: Sequence[Ranked], rules: rulebook.Round, *, waits: bool) -> list[Placed]:
    """Who passes. ``waits``: whoever passed without a place is put on the waiting list."""
    mark = (rules.pass_mark or 0) * 1000
    passing = [one for one in ranked if one.score >= mark]
    kept = _kept(passing, rules)
    free = len(passing) if rules.seats is None else rules.seats
    open_to_all = [one.application_id for one in passing if one.application_id not in kept]
    taken = kept | set(open_to_all[: max(0, free - len(kept))])
    # Whoever would have had a place without the group is not said to have it by the group.
    by_rank = {one.application_id for one in passing[:free]}
    missed = Outcome.WAITING if waits else Outcome.NO_SEAT
    placed = []
    for number, one in enumerate(ranked, 1):
        pk = one.application_id
        outcome = Outcome.PASSED if pk in taken else missed if one.score >= mark else Outcome.BELOW_MARK
        placed.append(Placed(one, number, outcome, by_quota=pk in taken and pk not in by_rank))
    return placed


def _kept(passing: Iterable[Ranked], rules: rulebook.Round) -> set[uuid.UUID]:
    """Who has a place that is kept for a group; a centre counts for every group that it is of."""
    taken: dict[uuid.UUID, Ranked] = {}
    passing = list(passing)
    for quota in rules.quotas:
        have = sum(1 for one in taken.values() if is_of(one, quota))
        for one in passing:
            if have >= quota.seats or (rules.seats is not None and len(taken) >= rules.seats):
                break
            if one.application_id not in taken and is_of(one, quota):
                taken[one.application_id] = one
                have += 1
    return set(taken)


def is_of(one: Ranked, quota: rulebook.Quota) -> bool:
    """Whether an application is of the group that a quota is for."""
    match quota.group:
        case rulebook.Group.PROVINCE:
            return one.province == quota.value
        case rulebook.Group.FIELD:
            return quota.value in one.fields
        case _:
            return one.is_women_led is True
