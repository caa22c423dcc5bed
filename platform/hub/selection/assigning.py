"""Giving each application its assessors: evenly, and never somebody whose own business it is.

Nobody assesses a centre of their own province, of their own foundation, or one in whose staff they are.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from hub.centres import naming


@dataclass(frozen=True, slots=True)
class Judge:
    """An assessor as far as conflicts go."""

    user_id: uuid.UUID
    province: str
    foundation: str = ""  # a key of naming.key
    centres: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """An application as far as conflicts go. ``asked``: who has it already, or has declined it."""

    application_id: uuid.UUID
    centre_id: uuid.UUID
    province: str
    foundation: str
    lot: int
    needs: int
    asked: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    application_id: uuid.UUID
    user_id: uuid.UUID


def foundation_key(foundation: str) -> str:
    """Equal for two spellings of one foundation; empty for none."""
    return naming.key(foundation)


def is_in_conflict(judge: Judge, case: Case) -> bool:
    return (
        judge.province == case.province
        or (bool(judge.foundation) and judge.foundation == case.foundation)
        or case.centre_id in judge.centres
    )


def share_out(
    cases: Iterable[Case], judges: Sequence[Judge], loads: dict[uuid.UUID, int]
) -> tuple[list[Given], list[Case]]:
    """Assessors for every case, each time those with the least to do. Returns also the cases that lack one.

    ``loads`` says how much each has already, and is brought up to date. The order of ``cases`` does not matter.
    """
    given: list[Given] = []
    short: list[Case] = []
    for case in sorted(cases, key=lambda one: (one.lot, one.application_id)):
        free = (one for one in judges if one.user_id not in case.asked and not is_in_conflict(one, case))
        chosen = nsmallest(case.needs, free, key=lambda one: (loads.get(one.user_id, 0), one.user_id))
        for judge in chosen:
            loads[judge.user_id] = loads.get(judge.user_id, 0) + 1
            given.append(Given(case.application_id, judge.user_id))
        if len(chosen) < case.needs:
            short.append(case)
    return given, short
