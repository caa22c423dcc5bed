"""Reading programmes: the funnel of an intake, its applications, intakes side by side, a centre's own."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from hub.accounts.models import User
from hub.accounts.queries import ministry_roles, provinces_of
from hub.accounts.roles import Role
from hub.regions import zones
from kernel.errors import NotVisible

from . import models, rulebook
from .models import (
    Application,
    Attachment,
    Cohort,
    CohortState,
    Passage,
    Programme,
    RuleVersion,
    Standing,
)  # fmt: skip

# Who sets up programmes and decides; who reads what becomes of centres; who reads figures only.
MANAGERS = frozenset({Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER})
READERS = MANAGERS | {Role.PROVINCIAL_OFFICER}
AUDIENCE = READERS | {Role.DONOR}


# ---------------------------------------------------------------- doors


def require(user: User, roles: frozenset[Role]) -> None:
    """Raises NotVisible for whoever holds none of these roles of the ministry."""
    if not (user.is_authenticated and ministry_roles(user) & roles):
        raise NotVisible


def programmes(user: User | None = None) -> QuerySet[Programme]:
    """Every programme with its intakes, as this reader may see them: two statements.

    ``taking_part`` of an intake counts the centres that have applied, of the reader's provinces.
    """
    sent = ~Q(applications__submitted_at=None)
    provinces = provinces_of(user, AUDIENCE) if user else None
    if provinces is not None:
        sent &= Q(applications__province__in=provinces)
    found = cohorts(user).annotate(taking_part=Count("applications", filter=sent))
    return Programme.objects.prefetch_related(Prefetch("cohorts", found))


def programme(user: User, programme_id: uuid.UUID) -> Programme:
    """One programme, for who sets them up. Raises NotVisible."""
    require(user, MANAGERS)
    found = Programme.objects.filter(pk=programme_id).first()
    if found is None:
        raise NotVisible
    return found


def cohorts(user: User | None = None) -> QuerySet[Cohort]:
    """Intakes, newest first; one in preparation is not for who reads figures only."""
    found = Cohort.objects.select_related("programme", "rules").order_by("-opens_on", "name")
    if user is not None and not ministry_roles(user) & READERS:
        found = found.exclude(state=CohortState.DRAFT)
    return found


def cohort_for(user: User, cohort_id: uuid.UUID, roles: frozenset[Role]) -> Cohort:
    """One intake, for who holds one of these roles of the ministry. Raises NotVisible."""
    require(user, roles)
    found = cohorts(user).filter(pk=cohort_id).first()
    if found is None:
        raise NotVisible
    return found


def may_design(cohort: Cohort) -> bool:
    """Whether its rules may still be published (anew): until the first centre has applied."""
    if cohort.state == CohortState.DRAFT:
        return True
    return cohort.state == CohortState.OPEN and not cohort.applications.exclude(submitted_at=None).exists()


def cohort(cohort_id: uuid.UUID) -> Cohort:
    """One intake with its programme and rules. Raises NotVisible."""
    found = cohorts().filter(pk=cohort_id).first()
    if found is None:
        raise NotVisible
    return found


def applications(cohort: Cohort, user: User | None = None) -> QuerySet[Application]:
    """The centres of an intake; for a provincial officer those of their provinces."""
    found = cohort.applications.select_related("centre__regency__province")
    provinces = provinces_of(user, READERS) if user else None
    return found if provinces is None else found.filter(province__in=provinces)


def application(application_id: uuid.UUID, user: User) -> Application:
    """One centre in an intake, for who runs the programme or reads its province. Raises NotVisible."""
    require(user, READERS)
    provinces = provinces_of(user, READERS)
    found = Application.objects.select_related("cohort__programme", "cohort__rules", "centre__regency__province")
    if provinces is not None:
        found = found.filter(province__in=provinces)
    one = found.filter(pk=application_id).first()
    if one is None:
        raise NotVisible
    return one


def with_step(found: QuerySet[Application]) -> QuerySet[Application]:
    """Each application with ``reached``: the last step of the way that it has come to."""
    last = Passage.objects.filter(application=OuterRef("pk")).order_by("-step").values("step")[:1]
    return found.annotate(reached=Subquery(last))


def attachments(application: Application) -> QuerySet[Attachment]:
    """What a centre sent with its application; nothing before it was sent."""
    return application.attachments.all() if application.submitted_at else application.attachments.none()


def rules_of(cohort: Cohort) -> rulebook.Rules:
    """The rules that count: those published; of an intake in preparation, its draft."""
    return cohort.rules.content if cohort.rules else cohort.draft


# ---------------------------------------------------------------- a centre's own


def of_centre(centre_id: uuid.UUID) -> QuerySet[Application]:
    """A centre's own applications, newest intake first."""
    found = Application.objects.filter(centre_id=centre_id).select_related("cohort__programme", "cohort__rules")
    return found.order_by("-cohort__opens_on", "cohort__name")


def own_application(centre_id: uuid.UUID, application_id: uuid.UUID) -> Application:
    """One of a centre's own. Raises NotVisible for anybody else's."""
    found = of_centre(centre_id).filter(pk=application_id).first()
    if found is None:
        raise NotVisible
    return found


def may_write(application: Application, *, now: datetime) -> bool:
    """Whether the centre may still write and send it."""
    cohort = application.cohort
    is_open = cohort.state == CohortState.OPEN and cohort.opens_on <= zones.today(now) <= cohort.closes_on
    return is_open and application.standing == Standing.ELIGIBLE


# ---------------------------------------------------------------- the funnel


@dataclass(frozen=True)
class Cut:
    """A part of an intake. Empty values do not narrow."""

    province: str = ""
    field: str = ""
    women_led: bool | None = None
    provinces: frozenset[str] | None = None  # what the reader may see at all

    def filter(self, prefix: str = "") -> Q:
        found = Q()
        if self.province:
            found &= Q(**{f"{prefix}province": self.province})
        if self.field:
            found &= Q(**{f"{prefix}fields__contains": [self.field]})
        if self.women_led is not None:
            found &= Q(**{f"{prefix}is_women_led": self.women_led})
        if self.provinces is not None:
            found &= Q(**{f"{prefix}province__in": sorted(self.provinces)})
        return found


@dataclass(frozen=True)
class Bar:
    """One step of the funnel. ``seconds``: the median time until the next step, of those that have reached it."""

    step: int
    name: str  # of a round or a stage; empty for the four fixed steps
    count: int
    of_before: float | None  # share of the step before, 0 to 1; None for the first
    exits: int  # left between this step and the next
    seconds: float | None


@dataclass(frozen=True)
class Funnel:
    bars: tuple[Bar, ...]
    exits: dict[str, int] = field(default_factory=dict)  # by models.Exit
    still_in: int = 0  # neither completed nor out


def steps_of(rules: rulebook.Rules) -> list[tuple[int, str]]:
    """Every step of an intake in order, with the name of a round or stage."""
    return [
        (models.ELIGIBLE, ""),
        (models.APPLIED, ""),
        *((models.round_passed(number), one.name) for number, one in enumerate(rules.rounds, 1)),
        (models.SELECTED, ""),
        *((models.stage_passed(number), one.name) for number, one in enumerate(rules.stages, 1)),
        (models.COMPLETED, ""),
    ]


def funnel(cohort: Cohort, cut: Cut | None = None) -> Funnel:
    """How far the centres of an intake have come: two statements, whatever their number."""
    cut = cut or Cut()
    reached = {step: (count, seconds, out) for step, count, seconds, out in _ways(cohort, cut)}
    bars: list[Bar] = []
    for step, name in steps_of(rules_of(cohort)):
        count, seconds, out = reached.get(step, (0, None, 0))
        before = bars[-1].count if bars else None
        bars.append(Bar(step, name, count, count / before if before else None, out, seconds))
    rows = cohort.applications.filter(cut.filter()).order_by().values_list("standing", "exit").annotate(n=Count("pk"))
    exits: dict[str, int] = {}
    still_in = 0
    for standing, exit, n in rows:
        if standing == Standing.OUT:
            exits[exit] = exits.get(exit, 0) + n
        elif standing != Standing.COMPLETED:
            still_in += n
    return Funnel(tuple(bars), dict(sorted(exits.items(), key=lambda one: (-one[1], one[0]))), still_in)


def _ways(cohort: Cohort, cut: Cut) -> Iterator[tuple[int, int, float | None, int]]:
    """For each step: how many reached it, the median seconds to the next, how many left before the next."""
    chosen = cohort.applications.filter(cut.filter()).order_by().values("pk", "standing")
    inner, parameters = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH chosen (application_id, standing) AS ({inner}),
            way AS (
                SELECT p.step, p.at, c.standing,
                       lead(p.at) OVER (PARTITION BY p.application_id ORDER BY p.step) AS next_at
                FROM {Passage._meta.db_table} p JOIN chosen c USING (application_id)
            )
            SELECT step, count(*),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM next_at - at)),
                   count(*) FILTER (WHERE next_at IS NULL AND standing = 'out')
            FROM way GROUP BY step ORDER BY step
            """,  # noqa: S608  (made of a query of the ORM and the model's own table)
            parameters,
        )
        yield from cursor.fetchall()


def breakdown(cohort: Cohort, by: str, cut: Cut | None = None) -> dict[str, dict[int, int]]:
    """How many reached each step, by ``province``, ``is_women_led`` or ``fields`` (a centre counts in each of its
    fields): one statement. ``{value: {step: count}}``, the value as text, empty where it is not known.
    """
    chosen = cohort.applications.filter((cut or Cut()).filter()).order_by().values("pk", by)
    part = {"province": "value", "is_women_led": "coalesce(value::text, '')", "fields": "unnest(value)"}[by]
    inner, parameters = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH chosen (application_id, value) AS MATERIALIZED ({inner}),
            parts AS (SELECT application_id, {part} AS part FROM chosen)
            SELECT part, p.step, count(*)
            FROM parts JOIN {Passage._meta.db_table} p USING (application_id) GROUP BY part, p.step
            """,  # noqa: S608  (made of a query of the ORM, the model's own table and a column chosen above)
            parameters,
        )
        rows = cursor.fetchall()
    found: dict[str, dict[int, int]] = {}
    for value, step, count in rows:
        found.setdefault(value, {})[step] = count
    return found


def at_step(found: QuerySet[Application], step: int) -> QuerySet[Application]:
    """The list behind a bar: whoever reached this step."""
    return found.filter(passages__step=step)


def left_after(found: QuerySet[Application], step: int, steps: Iterable[int]) -> QuerySet[Application]:
    """The list behind a bar's exits: whoever reached this step, none of the later ones, and is out."""
    later = [one for one in steps if one > step]
    passed_on = Passage.objects.filter(step__in=later).values("application_id")
    return at_step(found, step).filter(standing=Standing.OUT).exclude(pk__in=passed_on)


# ---------------------------------------------------------------- versions


def versions(cohort: Cohort) -> QuerySet[RuleVersion]:
    """Published rules, the newest first, with who published them."""
    return cohort.versions.select_related("published_by").order_by("-number")


def version(cohort: Cohort, number: int) -> RuleVersion:
    """Raises NotVisible."""
    found = versions(cohort).filter(number=number).first()
    if found is None:
        raise NotVisible
    return found


def by_standing(cohort: Cohort, **narrow: Any) -> dict[str, int]:
    """How many centres stand where: one statement."""
    rows = cohort.applications.filter(**narrow).order_by().values_list("standing").annotate(n=Count("pk"))
    return dict(rows)
