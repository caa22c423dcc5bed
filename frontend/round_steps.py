"""A round's way: being scored, ranked, decided, published; what each step means and what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.forms import Form
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hub.audit.actors import Actor
from hub.programmes.models import Cohort
from hub.programmes.queries import rules_of
from hub.regions import zones
from hub.selection import operations, queries
from hub.selection.models import AppealState, Outcome, Round, RoundState
from workflows import selecting

from .selection_forms import ReopenForm

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Leg:
    """One round among those of an intake."""

    number: int
    name: str
    is_open: bool  # has begun
    is_published: bool


def row(cohort: Cohort) -> list[Leg]:
    """All rounds of an intake: one statement."""
    states = dict(cohort.rounds.order_by().values_list("number", "state"))
    return [
        Leg(place, one.name, place in states, states.get(place) == RoundState.PUBLISHED)
        for place, one in enumerate(rules_of(cohort).rounds, 1)
    ]


def outcomes(round_: Round) -> list[tuple[str, str, int]]:
    """How many got which outcome, those that occur: code, words, count."""
    counts = queries.outcomes(round_)
    return [(one.value, str(one.label), counts[one]) for one in Outcome if counts.get(one)]


def standing(round_: Any, *, now: datetime) -> dict[str, Any]:
    """What the page of a round that has begun shows; ``queries.rounds`` gave it."""
    appeals = queries.appeals(round_.cohort).filter(result__round=round_)
    ends = round_.rules.ends_on
    days = (ends - zones.today(now)).days if ends else None
    return {
        "round": round_,
        "progress": queries.progress(round_),
        "candidates": queries.candidates(round_).count() if round_.state != RoundState.PUBLISHED else None,
        "lacking": queries.lacking(round_) if round_.state == RoundState.SCORING else 0,
        "outcomes": outcomes(round_) if round_.state != RoundState.SCORING else [],
        "days": days,
        "late": -days if days is not None and days < 0 else 0,
        "open_appeals": appeals.filter(state=AppealState.FILED).count(),
        "of_round": appeals.count(),
        "may_appeal": round_.appeals_until is not None and zones.today(now) <= round_.appeals_until,
    }


# ---------------------------------------------------------------- steps


@dataclass(frozen=True, slots=True)
class Step:
    """A step that an officer takes. ``word`` stands in its address; ``take`` does it and says so."""

    word: str
    title: Any
    button: Any
    icon: str
    states: tuple[str, ...]
    consequences: tuple[Any, ...]
    take: Callable[..., str]
    facts: Callable[[Round], Facts] = field(default=lambda round_: [])
    form: type[Form] | None = None
    leads_to: str = "hub:round"


def _assign(round_: Round, *, by: Actor, now: datetime) -> str:
    count = operations.assign_missing(round_, by=by, now=now)
    said = ngettext("%(count)d assessor was asked.", "%(count)d assessors were asked.", count) % {"count": count}
    return said if count else _("Nothing is missing.")


def _rank(round_: Round, *, by: Actor, now: datetime) -> str:
    operations.rank(round_, by=by, now=now)
    return _("Ranked. Nothing is published yet.")


def _reopen(round_: Round, *, reason: str, by: Actor, now: datetime) -> str:
    operations.reopen(round_, reason=reason, by=by, now=now)
    return _("Scoring is open again.")


def _publish(round_: Round, *, by: Actor, now: datetime) -> str:
    selecting.publish(round_, by=by, now=now)
    return _("Published. The centres are being told by mail.")


def _what_is_missing(round_: Round) -> Facts:
    return [(_("Applications that lack an assessor"), str(queries.lacking(round_)))]


def _what_is_ranked(round_: Round) -> Facts:
    whole = queries.rounds(round_.cohort).get(pk=round_.pk)
    scored, asked = getattr(whole, "scored", 0), getattr(whole, "asked", 0)
    return [
        (_("Applications"), str(queries.candidates(round_).count())),
        (_("Scores handed in"), _("%(done)d of %(all)d") % {"done": scored, "all": asked}),
    ]


def _what_is_published(round_: Round) -> Facts:
    found = [(words, str(count)) for _code, words, count in outcomes(round_)]
    days = round_.rules.appeal_days
    return [*found, (_("Appeals"), ngettext("%(days)d day long", "%(days)d days long", days) % {"days": days})]


STEPS = {
    step.word: step
    for step in (
        Step(
            "lengkapi", gettext_lazy("Ask the assessors that are missing"), gettext_lazy("Ask them"), "user-plus",
            (RoundState.SCORING,),
            (
                gettext_lazy("Every application gets the assessors that the rules ask for, none with a conflict."),
                gettext_lazy("Whoever has least to do is asked first. What has been scored stays."),
            ),
            _assign, _what_is_missing,
        ),
        Step(
            "urutkan", gettext_lazy("Rank for the decision meeting"), gettext_lazy("Rank"), "list-ordered",
            (RoundState.SCORING, RoundState.RANKED),
            (
                gettext_lazy("Assessors cannot change their scores any more, unless you open scoring again."),
                gettext_lazy("Nothing is published: the meeting looks at the ranking first."),
            ),
            _rank, _what_is_ranked, leads_to="hub:meeting",
        ),
        Step(
            "buka-lagi", gettext_lazy("Open scoring again"), gettext_lazy("Open scoring again"), "undo-2",
            (RoundState.RANKED,),
            (
                gettext_lazy("The ranking is thrown away, and assessors can change their scores."),
                gettext_lazy("Rank anew when they are done."),
            ),
            _reopen, form=ReopenForm,
        ),
        Step(
            "terbitkan", gettext_lazy("Publish the results"), gettext_lazy("Publish for all centres"), "megaphone",
            (RoundState.RANKED,),
            (
                gettext_lazy("Every centre of this round learns its own result, scores and reason, by mail too."),
                gettext_lazy("From then on only an appeal changes a result. This cannot be undone."),
            ),
            _publish, _what_is_published,
        ),
    )
}  # fmt: skip
