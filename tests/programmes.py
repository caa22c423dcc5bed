"""What tests of programmes share: a programme with an intake, centres, and people who act."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import operations as centres
from hub.centres.models import Centre, State, VocationalField
from hub.programmes import operations
from hub.programmes.models import Application, Cohort, Programme
from hub.programmes.rulebook import Criterion, Eligibility, Requirement, RequirementKind, Round, Rules, Stage
from hub.regions.models import Regency
from hub.selection import operations as selection
from hub.selection.models import Round as RunningRound

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
ROUND = Round(
    name="Administrasi",
    criteria=(Criterion("Izin", weight=50), Criterion("Sarana", weight=50, most=10)),
    seats=2,
    pass_mark=50,
    appeal_days=5,
)
STAGE = Stage(
    name="Teori",
    requirements=(Requirement("Sesi", RequirementKind.SESSIONS, 3), Requirement("Rencana")),
)
RULES = Rules(eligibility=Eligibility(), rounds=(ROUND,), stages=(STAGE,))


def make_centres(count: int, *, provinces: Sequence[str] = ("32", "33", "35")) -> list[Centre]:
    """Active centres without a space: all that the hub asks of them."""
    tik = VocationalField.objects.get(pk="tik")
    made = []
    for number in range(count):
        regency = Regency.objects.filter(province=provinces[number % len(provinces)]).order_by("code")[number % 5]
        made.append(centres.register(name=f"BLKK Uji {number:03}", regency=regency, fields=[tik]))
    Centre.objects.filter(pk__in=[one.pk for one in made]).update(state=State.ACTIVE, live_since=NOW)
    return made


def make_programme(*, is_demo: bool = False) -> Programme:
    return operations.set_up(
        name="Program Uji", funder="Kementerian", aims="Balai mandiri.", target_groups=["women"], budget=1_000_000_000,
        starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1), is_demo=is_demo, by=SYSTEM, now=NOW,
    )  # fmt: skip


def make_cohort(rules: Rules = RULES, *, programme: Programme | None = None, name: str = "Angkatan I") -> Cohort:
    """An intake whose rules are published: every active centre may apply, from today on for four weeks."""
    cohort = operations.plan_cohort(
        programme or make_programme(), name=name, opens_on=NOW.date(), closes_on=NOW.date() + timedelta(days=28),
        by=SYSTEM, now=NOW,
    )  # fmt: skip
    operations.design(cohort, rules, by=SYSTEM, now=NOW)
    operations.publish(cohort, by=SYSTEM, now=NOW)
    return Cohort.objects.select_related("programme", "rules").get(pk=cohort.pk)


def apply(cohort: Cohort, centre: Centre, *, now: datetime = NOW) -> Application:
    application = cohort.applications.get(centre=centre)
    operations.write(application, {"motivation": "Kami mau.", "plan": "Dua angkatan."}, now=now)
    return operations.submit(application, by=SYSTEM, now=now)


def make_assessors(provinces: Sequence[str] = ("11", "12", "13")) -> list[User]:
    made = []
    for number, province in enumerate(provinces):
        user = accounts.create_user(
            name=f"Penilai {number}", email=f"penilai{number}@uji.example", password="x", now=NOW, by=SYSTEM
        )
        accounts.grant(user, Role.ASSESSOR, by=SYSTEM, now=NOW)
        selection.describe_assessor(user, province=province, foundation="", is_available=True, by=SYSTEM, now=NOW)
        made.append(user)
    return made


def score_all(round_: RunningRound, points: dict[str, Sequence[int]] | None = None) -> None:
    """Everybody who was asked hands in: the points of the centre's name, or full ones."""
    for _third in range(2):
        for one in round_.assessments.filter(state="assigned").select_related("application__centre"):
            own = (points or {}).get(one.application.centre.name, [c.most for c in round_.rules.criteria])
            selection.submit_scores(one, points=own, notes={}, comment="", by=SYSTEM, now=NOW)


def selecting(rules: Rules = RULES, *, count: int = 4) -> tuple[Cohort, list[Application]]:
    """An intake in selection with so many applications, in the order of the centres' names."""
    cohort = make_cohort(rules)
    names = [f"BLKK Uji {number:03}" for number in range(count)]
    applications = [apply(cohort, Centre.objects.get(name=name)) for name in names]
    operations.close_applications(cohort, by=SYSTEM, now=NOW)
    return Cohort.objects.select_related("programme", "rules").get(pk=cohort.pk), applications


def with_rounds(count: int, **changes: object) -> Rules:
    return replace(RULES, rounds=tuple(replace(ROUND, name=f"Babak {n}", **changes) for n in range(1, count + 1)))
