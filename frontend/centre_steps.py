"""The steps of a centre's life as the console's pages offer them: what each is called, does, and does not do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.audit.actors import Actor
from hub.centres import operations
from hub.centres.bulk import Step
from hub.centres.models import Centre, MaturityClass, State
from hub.centres.queries import obstacle
from workflows import onboarding

Text = Any  # a string that is translated when it is shown


@dataclass(frozen=True)
class CentreStep:
    """A step for one centre, on a page of its own. ``word`` stands in the address; icons are those of icons.json."""

    word: str
    title: Text
    button: Text
    done: Text
    icon: str
    consequences: tuple[Text, ...]
    why_not: Callable[[Centre], str]
    take: Callable[..., Centre]
    # Whether people outside read the reason.
    is_public: bool = False
    is_grave: bool = False

    def carry_out(self, centre: Centre, *, reason: str, by: Actor, now: datetime) -> Centre:
        return self.take(centre, reason=reason, by=by, now=now)


def _why_not_activate(centre: Centre) -> str:
    if centre.state == State.REGISTERED:
        return ""
    return _("“%(name)s” is %(state)s; this step is not possible from there.") % {
        "name": centre.name,
        "state": centre.get_state_display().lower(),
    }


STEPS = {
    step.word: step
    for step in (
        CentreStep(
            "aktifkan", gettext_lazy("Bring the centre live"), gettext_lazy("Bring live"),
            gettext_lazy("The centre is live."), "play",
            (
                gettext_lazy("The centre gets a space of its own, apart from every other, within a moment."),
                gettext_lazy("Its address opens to everyone and shows what the hub knows of it."),
                gettext_lazy("Nobody can go in yet: invite the head of the centre next."),
            ),
            _why_not_activate, onboarding.activate,
        ),
        CentreStep(
            "tangguhkan", gettext_lazy("Suspend the centre"), gettext_lazy("Suspend"),
            gettext_lazy("The centre is suspended."), "pause",
            (
                gettext_lazy("Nobody can change or send anything in its space, from now on."),
                gettext_lazy("Everything stays readable: its page for everyone, its space for its own people."),
                gettext_lazy("Nobody loses a role. You can open the centre again at any time."),
            ),
            lambda centre: obstacle(centre, State.SUSPENDED), operations.suspend, is_public=True,
        ),
        CentreStep(
            "buka", gettext_lazy("Open the centre again"), gettext_lazy("Open again"),
            gettext_lazy("The centre is open again."), "play",
            (
                gettext_lazy("Its people can work in its space again, with the roles that they had."),
                gettext_lazy("The reason for which it was closed disappears from its pages; the trail keeps it."),
            ),
            lambda centre: obstacle(centre, State.ACTIVE), operations.resume,
        ),
        CentreStep(
            "arsipkan", gettext_lazy("Archive the centre"), gettext_lazy("Archive"),
            gettext_lazy("The centre is archived."), "archive",
            (
                gettext_lazy("For a centre that has closed and is not expected back."),
                gettext_lazy("Nobody can change or send anything in its space. Everything stays readable."),
                gettext_lazy("In the directory it is shown as no longer active, and it counts in no figure of work."),
                gettext_lazy("Nothing is deleted. You can open it again at any time."),
            ),
            lambda centre: obstacle(centre, State.ARCHIVED), operations.archive, is_public=True, is_grave=True,
        ),
    )
}  # fmt: skip

# What the list's bar offers for many centres: the word of a button, the step, and the class for it.
BULK: dict[str, tuple[Step, str]] = {
    "tangguhkan": (Step.SUSPEND, ""),
    "buka": (Step.RESUME, ""),
    "arsipkan": (Step.ARCHIVE, ""),
    **{f"kelas-{one.value}": (Step.CLASSIFY, one.value) for one in MaturityClass},
    "kelas-tanpa": (Step.CLASSIFY, ""),
}


def steps_for(centre: Centre) -> list[CentreStep]:
    """What may be done with this centre as it is now."""
    return [step for step in STEPS.values() if not step.why_not(centre)]
