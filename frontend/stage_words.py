"""How a transformation is shown: its stages with what is required and how far, what comes next, and its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hub.accounts.models import User
from hub.programmes import rulebook
from hub.programmes.models import Application, Standing
from hub.programmes.rulebook import RequirementKind
from hub.transformation import queries
from hub.transformation.models import MOST_LEVEL, StageRecord, StageState, Standard
from hub.transformation.queries import Maturity, Progress

from .charts import Chart, Series

State = Literal["passed", "running", "failed", "coming"]

# ---------------------------------------------------------------- stages


@dataclass(frozen=True)
class ShownStage:
    """One stage of an intake's rules as a centre has gone, goes or will go through it."""

    number: int
    rules: rulebook.Stage
    state: State
    record: StageRecord | None
    progress: tuple[Progress, ...]
    today: date

    @property
    def met(self) -> int:
        return sum(one.is_met for one in self.progress)

    @property
    def open(self) -> list[Progress]:
        return [one for one in self.progress if not one.is_met]

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.progress)

    @property
    def to_mend(self) -> list[Progress]:
        return [one for one in self.progress if one.to_mend]

    @property
    def is_late(self) -> bool:
        return self.state == "running" and self.rules.ends_on is not None and self.rules.ends_on < self.today

    @property
    def is_ready(self) -> bool:
        """Everything that it requires was accepted: it waits for signatures."""
        return self.state == "running" and not self.open

    def may_be_signed_by(self, user: User) -> bool:
        return self.is_ready and self.record is not None and self.record.first_signed_by_id != user.pk


def stages(application: Application, records: Iterable[StageRecord], *, today: date) -> list[ShownStage]:
    """Every stage of the intake's rules, those to come among them. ``records`` with their evidence, as read."""
    rules = application.cohort.rules
    assert rules is not None  # constraint cohort_runs_by_rules
    begun = {one.number: one for one in records}
    return [_shown(number, stage, begun.get(number), today) for number, stage in enumerate(rules.content.stages, 1)]


def _shown(number: int, rules: rulebook.Stage, record: StageRecord | None, today: date) -> ShownStage:
    if record is None:
        return ShownStage(number, rules, "coming", None, (), today)
    state: State = "failed"  # also that of a centre that has left in the middle of it
    if record.state == StageState.PASSED:
        state = "passed"
    elif queries.is_running(record):
        state = "running"
    return ShownStage(number, rules, state, record, tuple(queries.progress(record)), today)


def current(shown: Sequence[ShownStage]) -> ShownStage | None:
    """The stage that the centre is in."""
    return next((one for one in shown if one.state == "running"), None)


def reached(one: Progress) -> str:
    """How far a requirement is met, in what it is counted in: 6 of 8 sessions."""
    numbers = {"reached": one.reached, "least": one.requirement.least}
    match one.requirement.kind:
        case RequirementKind.SESSIONS:
            words = ngettext(
                "%(reached)d of %(least)d session", "%(reached)d of %(least)d sessions", one.requirement.least
            )
        case RequirementKind.BATCH:
            words = ngettext(
                "%(reached)d of %(least)d batch", "%(reached)d of %(least)d batches", one.requirement.least
            )
        case RequirementKind.INDICATOR:
            words = _("%(reached)d %%, at least %(least)d %%")
        case _:
            words = ngettext("%(reached)d of %(least)d piece", "%(reached)d of %(least)d pieces", one.requirement.least)
    return words % numbers


def amount(requirement: rulebook.Requirement, number: int) -> str:
    """What one piece of evidence counts for: 3 sessions; nothing where it is simply one."""
    match requirement.kind:
        case RequirementKind.SESSIONS:
            return ngettext("%(count)d session", "%(count)d sessions", number) % {"count": number}
        case RequirementKind.BATCH:
            return ngettext("%(count)d batch", "%(count)d batches", number) % {"count": number}
        case RequirementKind.INDICATOR:
            return f"{number} %"
    return ""


def next_of(application: Application, shown: Sequence[ShownStage]) -> tuple[str, str]:
    """What happens next, for the centre: in a few words, and what that means."""
    if application.standing == Standing.COMPLETED:
        return _("Completed. Congratulations!"), _("Your centre has gone through every stage. Everything stays here.")
    if application.standing == Standing.OUT:
        return _("Your centre no longer takes part"), application.exit_note or application.get_exit_display()
    stage = current(shown)
    if stage is None:
        return _("The first stage begins soon"), _("The ministry begins it for all selected centres together.")
    if stage.to_mend:
        return _("Mend what was sent back"), _("Your mentor says what is missing. Send it again.")
    if stage.is_ready:
        return _("Two people sign"), _("Everything was accepted. With the second signature this stage is completed.")
    if missing := [one.requirement.name for one in stage.open if not one.waiting]:
        return _("Send evidence"), _("Still missing: %(names)s.") % {"names": ", ".join(missing)}
    return _("Your mentor looks at your evidence"), _("We mail you if something is sent back.")


# ---------------------------------------------------------------- maturity

LEVELS = (
    gettext_lazy("Nothing there yet"),
    gettext_lazy("Just begun"),
    gettext_lazy("Partly in place"),
    gettext_lazy("Mostly in place"),
    gettext_lazy("Fully met"),
)
ABOUT: dict[str, Any] = {
    Standard.COMPETENCE: gettext_lazy("Graduates can do what the course promises, and it is shown."),
    Standard.PROGRAMME: gettext_lazy("There is a written programme with units and lesson hours."),
    Standard.MATERIALS: gettext_lazy("There are materials for each unit, also to learn with online."),
    Standard.ASSESSMENT: gettext_lazy("Every unit is assessed by criteria that participants know beforehand."),
    Standard.STAFF: gettext_lazy("Enough instructors with certificates, and staff for administration."),
    Standard.FACILITIES: gettext_lazy("Rooms, machines and network suffice for 16 people, and are looked after."),
    Standard.GOVERNANCE: gettext_lazy("Who decides what is written down; records and reports are kept."),
    Standard.FINANCE: gettext_lazy("There is a budget, books are kept, and income does not hang on one source."),
}


def radar(found: Sequence[Maturity]) -> Chart:
    """The eight standards as a radar: one line before, one after, as far as they were assessed."""
    series = [
        Series(str(name), values)
        for name, values in (
            (_("Before"), [one.before for one in found]),
            (_("After"), [one.after for one in found]),
        )
        if any(value is not None for value in values)
    ]
    names = [str(one.standard.label) for one in found]
    return Chart("radar", _("Standard"), names if series else [], series, most=MOST_LEVEL)


def gain(found: Sequence[Maturity]) -> tuple[float, float] | None:
    """The mean level before and after, where both were assessed."""
    before, after = [one.before for one in found], [one.after for one in found]
    if None in before or None in after:
        return None
    return sum(filter(None, before)) / len(before), sum(filter(None, after)) / len(after)


# ---------------------------------------------------------------- the ladder of classes

RUNGS: dict[str, Any] = {
    "tumbuh": gettext_lazy("Delivers training."),
    "berkembang": gettext_lazy("Has partners who pay a part, and looks after its graduates."),
    "mandiri": gettext_lazy("Pays for itself, and makes goods or gives services."),
}
VISIT_DUE = gettext_lazy("visit due")


def level(number: int | None) -> str:
    """A level of maturity in words; a dash where it was not assessed."""
    return "–" if number is None else f"{number} · {LEVELS[number]}"
