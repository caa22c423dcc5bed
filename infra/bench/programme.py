"""A national intake: every centre applies, four rounds, three assessors each, twelve criteria.

What is measured is what people wait for: sharing out a round's applications among the assessors, ranking a round (in
turns with the plain SQL that computes and writes the same), and the funnel. The scores themselves are written in bulk;
nobody waits for 600,000 of them at once.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from hub.accounts import operations as accounts
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre, State
from hub.programmes import operations as programmes
from hub.programmes import queries
from hub.programmes.models import Application, Cohort, Passage
from hub.programmes.rulebook import Criterion, Eligibility, Requirement, Round, Rules, Stage
from hub.regions import operations as regions
from hub.regions.management.commands.load_regions import DEFAULT as REGIONS
from hub.regions.models import Province
from hub.selection import operations as selection
from hub.selection.models import Assessment, AssessmentState, Result
from hub.selection.models import Round as RunningRound
from kernel import database

from . import country, ground
from .pages import cookie, person, whole_site
from .serving import Ask, serve
from .timing import clock, in_turns, say

Figures = dict[str, Any]

CENTRES = 4282  # that the ministry counted in 2023
GOALS = {"rank_ratio": 2.0, "rank_ms": 2000.0, "funnel_p95_ms": 60.0, "assign_s": 10.0}
_ROUNDS, _ASSESSORS, _CRITERIA = 4, 3, 12
_PEOPLE = 114  # three assessors of each of 38 provinces


def measure(centres: int, *, rounds: int, requests: int = 20) -> Figures:
    """``rank_ratio`` over the plain SQL, ``funnel_p95_ms`` and ``assign_s``, with what they stand on."""
    ground.lay()
    with ground.quiet():
        call_command("createcachetable")
    say(f"registering {centres} invented centres and {_PEOPLE} assessors")
    cohort = _intake(centres)
    _people()
    assigned = []
    for number in range(1, _ROUNDS + 1):
        say(f"round {number}: sharing out, scoring")
        assigned.append(_assign(cohort))
        round_ = cohort.rounds.get(number=number)
        _score(round_)
        if number < _ROUNDS:
            selection.rank(round_, by=SYSTEM, now=timezone.now())
            selection.publish(round_, by=SYSTEM, now=_long_ago())
    say("ranking, in turns with plain SQL")
    turns = in_turns(rounds, {"raw": lambda: _plainly(round_), "ours": lambda: _rank(round_)})
    query = [_milliseconds(lambda: queries.funnel(cohort)) for _request in range(requests * rounds)]
    say("asking for the page of the funnel")
    page = _page(cohort, requests * rounds)
    figures: Figures = {
        "centres": centres,
        "scores": Assessment.objects.count() * _CRITERIA,
        "rank_raw_ms": turns["raw"],
        "rank_ms": turns["ours"],
        "rank_ratio": turns.ratio(),
        "assign_s": max(assigned) / 1000,
        "funnel_query_p95_ms": quantiles(query, n=20)[-1],
        "funnel_p50_ms": median(page),
        "funnel_p95_ms": quantiles(page, n=20)[-1],
    }
    return figures | {"goals_missed": [name for name, goal in GOALS.items() if figures[name] > goal]}


# ---------------------------------------------------------------- the intake


def _intake(centres: int) -> Cohort:
    regions.load(folder=REGIONS)
    country.spread(ground.register(centres), centres)
    now = timezone.now()
    # What the hub asks of a centre; its own space takes no part in selection.
    Centre.objects.update(state=State.ACTIVE, live_since=now)
    programme = programmes.set_up(
        name="Ukur", funder="Kementerian", aims="Ukur", starts_on=now.date(), ends_on=now.date() + timedelta(days=365),
        by=SYSTEM, now=now,
    )  # fmt: skip
    cohort = programmes.plan_cohort(
        programme, name="Nasional", opens_on=now.date() - timedelta(days=1), closes_on=now.date() + timedelta(days=30),
        by=SYSTEM, now=now,
    )  # fmt: skip
    criteria = tuple(Criterion(f"Kriteria {number}", weight=5 + number) for number in range(_CRITERIA))
    one = Round(name="Babak", criteria=criteria, assessors=_ASSESSORS, pass_mark=0, appeal_days=0)
    last = Round(name="Babak", criteria=criteria, assessors=_ASSESSORS, pass_mark=40, seats=max(1, centres // 40))
    rules = Rules(
        eligibility=Eligibility(),
        rounds=(one,) * (_ROUNDS - 1) + (last,),
        stages=(Stage(name="Teori", requirements=(Requirement("Sesi"),)),),
    )
    programmes.design(cohort, rules, by=SYSTEM, now=now)
    programmes.publish(cohort, by=SYSTEM, now=now)
    say(f"{cohort.applications.count()} centres apply")
    for application in cohort.applications.select_related("cohort__rules"):
        programmes.write(application, {"motivation": "Ukur", "plan": "Ukur"}, now=now)
        programmes.submit(application, by=SYSTEM, now=now)
    programmes.close_applications(cohort, by=SYSTEM, now=now)
    return Cohort.objects.select_related("rules", "programme").get(pk=cohort.pk)


def _people() -> None:
    now = timezone.now()
    provinces = list(Province.objects.order_by("code").values_list("code", flat=True))
    for number in range(_PEOPLE):
        user = accounts.create_user(name=f"Penilai {number}", email=f"n{number}@bench.invalid", now=now, by=SYSTEM)
        accounts.grant(user, Role.ASSESSOR, by=SYSTEM, now=now)
        province = provinces[number % len(provinces)]
        selection.describe_assessor(user, province=province, foundation="", is_available=True, by=SYSTEM, now=now)


def _long_ago() -> Any:
    """A time of publication whose days for appeals are over."""
    return timezone.now() - timedelta(days=30)


def _score(round_: RunningRound) -> None:
    """Every assessor gives 0 to 4 points for each criterion; the totals are computed as the operation does."""
    rules, now = round_.rules, timezone.now()
    scored = []
    for place, one in enumerate(round_.assessments.all()):
        # Spread by a fixed rule, with ties as people give them.
        points = [(place * 31 + criterion * 17 + one.application_id.int % 97) % 5 for criterion in range(_CRITERIA)]
        one.points, one.total, one.state, one.submitted_at = points, rules.total(points), AssessmentState.SUBMITTED, now
        scored.append(one)
    Assessment.objects.bulk_update(scored, ["points", "total", "state", "submitted_at"], batch_size=2000)
    with connection.cursor() as cursor:
        # As the database does by itself a minute later.
        cursor.execute(f"ANALYZE {', '.join(one._meta.db_table for one in (Assessment, Application, Passage))}")


# ---------------------------------------------------------------- what is measured


def _milliseconds(work: Callable[[], Any]) -> float:
    with clock() as took:
        work()
    return took.ms


def _page(cohort: Cohort, requests: int) -> list[float]:
    """The whole page as an officer gets it, broken down by province, by field, by who heads the centre, in turns."""
    site, host = whole_site(), settings.BALAI_DOMAIN
    officer = cookie(host, person("Ratna", Role.SUPER_ADMIN))
    asks = [
        Ask(host, f"/kementerian/gelombang/{cohort.pk}/", f"menurut={word}", officer)
        for word in ("provinsi", "kejuruan", "perempuan")
    ]
    for ask in [*asks, *asks]:
        serve(site, ask)
    return [_milliseconds(partial(serve, site, asks[number % len(asks)])) for number in range(requests)]


def _assign(cohort: Cohort) -> float:
    return _milliseconds(lambda: selection.open_round(cohort, by=SYSTEM, now=timezone.now()))


def _rank(round_: RunningRound) -> float:
    return _milliseconds(lambda: selection.rank(round_, by=SYSTEM, now=timezone.now()))


_PLAIN = f"""
    INSERT INTO {Result._meta.db_table} (round_id, application_id, rank, score, spread, outcome, by_quota)
    SELECT %(round)s, application_id, row_number() OVER (ORDER BY score DESC, means DESC, lot, application_id), score,
           spread,
           CASE WHEN score < %(mark)s THEN 'below_mark'
                WHEN row_number() OVER (ORDER BY score DESC, means DESC, lot, application_id) <= %(seats)s
                THEN 'passed' ELSE 'waiting' END,
           false
    FROM (
        SELECT s.application_id, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY s.total))::int AS score,
               max(s.total) - min(s.total) AS spread, a.lot
        FROM {Assessment._meta.db_table} s JOIN {Application._meta.db_table} a ON a.id = s.application_id
        WHERE s.round_id = %(round)s AND s.state = 'submitted' AND a.standing = 'applied'
        GROUP BY s.application_id, a.lot
    ) totals JOIN (
        SELECT application_id, array_agg(mean ORDER BY place) AS means
        FROM (
            SELECT s.application_id, p.place, avg(p.points) AS mean
            FROM {Assessment._meta.db_table} s, unnest(s.points) WITH ORDINALITY p (points, place)
            WHERE s.round_id = %(round)s AND s.state = 'submitted' GROUP BY s.application_id, p.place
        ) of_criterion GROUP BY application_id
    ) marks USING (application_id)
"""  # noqa: S608  (made of the models' own tables)


def _plainly(round_: RunningRound) -> float:
    """The same order, scores and places, written anew over a plain connection: what SQL alone takes."""
    rules = round_.rules
    values = {"round": round_.pk, "mark": (rules.pass_mark or 0) * 1000, "seats": rules.seats}
    with database.connect(application_name="balai-bench-raw") as plain, clock() as took, plain.transaction():
        plain.execute(f"DELETE FROM {Result._meta.db_table} WHERE round_id = %(round)s", values)  # noqa: S608
        plain.execute(_PLAIN, values)
    return took.ms
