"""Which centres may apply, asked of what the hub knows of each centre today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hub.centres.models import Centre
from hub.centres.queries import active_since, listed

from .rulebook import Eligibility


@dataclass(frozen=True)
class Condition:
    """One condition in force: how many centres meet it alone, and how many miss it but meet all others."""

    code: str
    meet: int
    only_obstacle: int


@dataclass(frozen=True)
class Preview:
    """What rules mean before they are published."""

    total: int
    eligible: int
    conditions: tuple[Condition, ...]


def conditions(rules: Eligibility, *, today: date) -> dict[str, Q]:
    """Each condition in force by its code; a centre that meets all of them may apply."""
    return dict(_conditions(rules, today))


def _conditions(rules: Eligibility, today: date) -> Iterator[tuple[str, Q]]:
    if rules.states:
        yield "states", Q(state__in=rules.states)
    if rules.provinces:
        yield "provinces", Q(regency__province__in=rules.provinces)
    if rules.fields:
        # As a set of ids: a join would count a centre once for each field.
        taught = Centre.fields.through.objects.filter(vocationalfield_id__in=rules.fields).values("centre_id")
        yield "fields", Q(pk__in=taught)
    if rules.classes:
        yield "classes", Q(maturity_class__in=rules.classes)
    if rules.needs_vin:
        yield "needs_vin", ~Q(vin="")
    if rules.needs_accreditation:
        yield "needs_accreditation", Q(accredited_until__gte=today)
    if rules.women_led_only:
        yield "women_led_only", Q(is_women_led=True)
    if rules.least_seats is not None:
        yield "least_seats", Q(seats__gte=rules.least_seats)
    if rules.active_within is not None:
        yield "active_within", Q(last_active_on__gte=active_since(today, rules.active_within))


def _candidates(*, demo: bool) -> QuerySet[Centre]:
    """A demo's programme is for the demo's centres alone, and a real one never counts them."""
    return listed().filter(is_demo=demo)


def eligible(rules: Eligibility, *, today: date, demo: bool) -> QuerySet[Centre]:
    """The centres that may apply today."""
    found = _candidates(demo=demo)
    for condition in conditions(rules, today=today).values():
        found = found.filter(condition)
    return found


def obstacles(centre: Centre, rules: Eligibility, *, today: date) -> list[str]:
    """The codes of the conditions that this centre does not meet today: one statement."""
    asked = conditions(rules, today=today)
    if not asked:
        return []
    row = Centre.objects.filter(pk=centre.pk).aggregate(
        **{code: Count("pk", filter=condition) for code, condition in asked.items()}
    )
    return [code for code, count in row.items() if not count]


def preview(rules: Eligibility, *, today: date, demo: bool) -> Preview:
    """One statement over all centres."""
    asked = conditions(rules, today=today)
    everything: Q = Q()
    for condition in asked.values():
        everything &= condition
    counts: dict[str, Any] = {
        "total": Count("pk"),
        "eligible": Count("pk", filter=everything) if asked else Count("pk"),
    }
    for code, condition in asked.items():
        others: Q = Q()
        for other_code, other in asked.items():
            if other_code != code:
                others &= other
        counts[f"meet_{code}"] = Count("pk", filter=condition)
        counts[f"only_{code}"] = Count("pk", filter=others & ~condition)
    row = _candidates(demo=demo).aggregate(**counts)
    return Preview(
        total=row["total"],
        eligible=row["eligible"],
        conditions=tuple(Condition(code, row[f"meet_{code}"], row[f"only_{code}"]) for code in asked),
    )
