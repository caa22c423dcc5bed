"""The rules of one intake as plain values: who may take part, the rounds of selection, the stages of transformation.

An officer writes them as a draft; publishing freezes them as JSON under a version number (``models.RuleVersion``),
and whatever is decided later reads that version. Nothing in here asks the database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres.models import State

MOST_ROUNDS = 20
MOST_STAGES = 20
MOST_CRITERIA = 40
FULL = 100  # points of a whole rubric


class RoundKind(TextChoices):
    ADMINISTRATIVE = "administrative", gettext_lazy("Administrative check")
    SELF_ASSESSMENT = "self_assessment", gettext_lazy("Self-assessment")
    INTERVIEW = "interview", gettext_lazy("Interview")
    SITE_VISIT = "site_visit", gettext_lazy("Site visit")
    OTHER = "other", gettext_lazy("Other")


class StageKind(TextChoices):
    THEORY = "theory", gettext_lazy("Theory")
    SIMULATION = "simulation", gettext_lazy("Blended-training simulation")
    OTHER = "other", gettext_lazy("Other")


class RequirementKind(TextChoices):
    SESSIONS = "sessions", gettext_lazy("Sessions attended")
    EVIDENCE = "evidence", gettext_lazy("Evidence uploaded")
    BATCH = "batch", gettext_lazy("Batches delivered")
    INDICATOR = "indicator", gettext_lazy("Indicator reached")


class Group(TextChoices):
    """By what places are kept free."""

    PROVINCE = "province", gettext_lazy("Province")
    FIELD = "field", gettext_lazy("Vocational field")
    WOMEN_LED = "women_led", gettext_lazy("Led by a woman")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Which centres may apply. An empty condition does not restrict; all that are given must hold."""

    states: tuple[str, ...] = (State.ACTIVE.value,)
    provinces: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    needs_vin: bool = False
    needs_accreditation: bool = False
    women_led_only: bool = False
    least_seats: int | None = None  # people trained at one time
    active_within: int | None = None  # days since somebody of its staff was in its space


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of a rubric: scored from 0 to ``most`` points, counted by ``weight`` against the others."""

    name: str
    guide: str = ""
    weight: int = 10
    most: int = 4


@dataclass(frozen=True, slots=True)
class Quota:
    """At least so many of a round's places are for centres of one group, if enough of them reach the pass mark."""

    group: str
    value: str  # a province's or a field's code; empty for women-led
    seats: int


@dataclass(frozen=True, slots=True)
class Round:
    """One round of selection. Whoever reaches ``pass_mark`` (of 100) and, where ``seats`` is given, is among so many.

    ``assessors`` score each application, blind to each other. Where there are two and they differ by more than
    ``third_margin`` points of 100, a third one is asked. An appeal may be filed for ``appeal_days`` days.
    """

    name: str
    kind: str = RoundKind.ADMINISTRATIVE.value
    criteria: tuple[Criterion, ...] = ()
    assessors: int = 2
    third_margin: int | None = 20
    pass_mark: int | None = 60
    seats: int | None = None
    quotas: tuple[Quota, ...] = ()
    appeal_days: int = 7
    starts_on: date | None = None
    ends_on: date | None = None

    def total(self, points: Sequence[int]) -> int:
        """One assessor's points as thousandths of the whole rubric, 0 to 100,000, rounded half up."""
        weight = sum(one.weight for one in self.criteria)
        # Common denominator of all p / most: exact until the one division.
        scale = 1
        for one in self.criteria:
            scale *= one.most
        reached = sum(p * (scale // one.most) * one.weight for p, one in zip(points, self.criteria, strict=True))
        return (2 * reached * FULL * 1000 + weight * scale) // (2 * weight * scale)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a centre shows before a stage is signed off: ``least`` of it (sessions, files, batches, or percent)."""

    name: str
    kind: str = RequirementKind.EVIDENCE.value
    least: int = 1
    guide: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    kind: str = StageKind.THEORY.value
    requirements: tuple[Requirement, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one intake."""

    eligibility: Eligibility = field(default_factory=Eligibility)
    rounds: tuple[Round, ...] = ()
    stages: tuple[Stage, ...] = ()

    @property
    def seats(self) -> int | None:
        """How many centres are selected at the end; None: all that pass."""
        return self.rounds[-1].seats if self.rounds else None

    def problems(self) -> list[str]:
        """Why these rules cannot be published, in words; empty if they can."""
        return [one.words for one in self.gaps()]

    def gaps(self) -> list["Gap"]:
        """As ``problems``, each with the part of the rules where it is mended."""
        found = []
        if not self.rounds:
            found.append(Gap(_("There is no round of selection yet.")))
        if not self.stages:
            found.append(Gap(_("There is no stage of transformation yet.")))
        for number, one in enumerate(self.rounds, 1):
            words = _("Round %(number)d: %(problem)s")
            found += [Gap(words % {"number": number, "problem": p}, round_number=number) for p in _of_round(one)]
        for number, stage in enumerate(self.stages, 1):
            words = _("Stage %(number)d: %(problem)s")
            found += [Gap(words % {"number": number, "problem": p}, stage_number=number) for p in _of_stage(stage)]
        seats = [one.seats for one in self.rounds if one.seats is not None]
        if seats != sorted(seats, reverse=True):
            found.append(Gap(_("A later round cannot have more places than an earlier one.")))
        return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that keeps rules from being published: of one round, one stage, or (both 0) of their order."""

    words: str
    round_number: int = 0
    stage_number: int = 0


def _of_round(one: Round) -> Iterator[str]:
    if not one.name.strip():
        yield _("it has no name.")
    if not one.criteria:
        yield _("its rubric is empty.")
    if any(not criterion.name.strip() for criterion in one.criteria):
        yield _("a criterion has no name.")
    if any(not 1 <= criterion.weight <= FULL or not 1 <= criterion.most <= 10 for criterion in one.criteria):
        yield _("a criterion weighs 1 to 100 and gives 1 to 10 points.")
    if not 1 <= one.assessors <= 3:
        yield _("one to three assessors score an application.")
    if one.pass_mark is None and one.seats is None:
        yield _("give a pass mark, a number of places, or both.")
    if any(quota.group not in Group for quota in one.quotas):
        yield _("say for which group places are kept free.")
    reserved = sum(quota.seats for quota in one.quotas)
    if reserved > (one.seats or 0):
        yield _("more places are kept free for groups than there are.")
    if len({(quota.group, quota.value) for quota in one.quotas}) < len(one.quotas):
        yield _("a group is named twice.")
    yield from _dates(one.starts_on, one.ends_on)


def _of_stage(stage: Stage) -> Iterator[str]:
    if not stage.name.strip():
        yield _("it has no name.")
    if not stage.requirements:
        yield _("nothing is required yet.")
    if any(not requirement.name.strip() for requirement in stage.requirements):
        yield _("a requirement has no name.")
    yield from _dates(stage.starts_on, stage.ends_on)


def _dates(starts_on: date | None, ends_on: date | None) -> Iterator[str]:
    if starts_on and ends_on and ends_on < starts_on:
        yield _("it ends before it starts.")


# ---------------------------------------------------------------- as JSON


def to_json(rules: Rules) -> dict[str, Any]:
    """As the database keeps it: lists for tuples, ISO dates."""
    return _plain(asdict(rules))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(document: dict[str, Any]) -> Rules:
    """What ``to_json`` gave. Raises TypeError, ValueError or KeyError for anything else."""
    eligibility: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document["eligibility"].items()
    }
    return Rules(
        eligibility=Eligibility(**eligibility),
        rounds=tuple(_round(one) for one in document["rounds"]),
        stages=tuple(_stage(one) for one in document["stages"]),
    )


def _round(document: dict[str, Any]) -> Round:
    return Round(
        **{
            **document,
            "criteria": tuple(Criterion(**one) for one in document["criteria"]),
            "quotas": tuple(Quota(**one) for one in document["quotas"]),
            "starts_on": _day(document["starts_on"]),
            "ends_on": _day(document["ends_on"]),
        }
    )


def _stage(document: dict[str, Any]) -> Stage:
    return Stage(
        **{
            **document,
            "requirements": tuple(Requirement(**one) for one in document["requirements"]),
            "starts_on": _day(document["starts_on"]),
            "ends_on": _day(document["ends_on"]),
        }
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
