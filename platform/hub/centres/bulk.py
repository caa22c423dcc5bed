"""One step for many centres at once: first what it would do to each, then doing it, all in one transaction.

A centre for which the step is not possible is left out, with the reason; the others are done. A failure of the
database undoes all of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.audit.actors import Actor
from kernel.errors import DomainError

from . import operations
from .models import Centre, MaturityClass, State
from .queries import obstacle

MOST = 500  # centres in one go: some seconds of work, each with an entry in its own trail


class Step(TextChoices):
    SUSPEND = "suspend", gettext_lazy("Suspend")
    RESUME = "resume", gettext_lazy("Open again")
    ARCHIVE = "archive", gettext_lazy("Archive")
    CLASSIFY = "classify", gettext_lazy("Set the class")


_LEADS_TO = {Step.SUSPEND: State.SUSPENDED, Step.RESUME: State.ACTIVE, Step.ARCHIVE: State.ARCHIVED}


class TooMany(DomainError):
    code = "too_many"


@dataclass(frozen=True)
class Verdict:
    """What the step does, or did, to one centre. ``problem`` says why nothing; it is empty where something changes."""

    centre: Centre
    before: str
    after: str
    problem: str = ""

    @property
    def changes(self) -> bool:
        return not self.problem


def verdict(centre: Centre, step: Step, *, maturity_class: str = "") -> Verdict:
    """What this step would do to this centre as it is now. Asks no database."""
    if step == Step.CLASSIFY:
        before, after = centre.get_maturity_class_display() or "–", _class_label(maturity_class)
        return Verdict(centre, before, after, _class_obstacle(centre, maturity_class))
    before, after = centre.get_state_display(), str(_LEADS_TO[step].label)
    return Verdict(centre, before, after, obstacle(centre, _LEADS_TO[step]))


def _class_label(maturity_class: str) -> str:
    return str(MaturityClass(maturity_class).label) if maturity_class else "–"


def _class_obstacle(centre: Centre, maturity_class: str) -> str:
    if centre.merged_into_id or centre.state == State.ERASED:
        return _("“%(name)s” is closed for good; nothing can be changed.") % {"name": centre.name}
    if centre.maturity_class == maturity_class:
        return _("“%(name)s” is in this class already.") % {"name": centre.name}
    return ""


@transaction.atomic
def carry_out(
    centres: Iterable[Centre], step: Step, *, reason: str, by: Actor, now: datetime, maturity_class: str = ""
) -> list[Verdict]:
    """Take the step for every centre for which it is possible. Returns what became of each, by name. Raises TooMany."""
    ids = [centre.pk for centre in centres]
    if len(ids) > MOST:
        raise TooMany(_("Choose at most %(most)d centres.") % {"most": MOST})
    # All are locked first, in one order: what is found possible is still so when it is done.
    locked = Centre.objects.select_for_update(of=("self",)).select_related("regency__province").filter(pk__in=ids)
    verdicts = [verdict(centre, step, maturity_class=maturity_class) for centre in locked.order_by("pk")]
    for one in verdicts:
        if one.changes:
            _take(one.centre, step, reason=reason, by=by, now=now, maturity_class=maturity_class)
    return sorted(verdicts, key=lambda one: (one.centre.name, str(one.centre.pk)))


def _take(centre: Centre, step: Step, *, reason: str, by: Actor, now: datetime, maturity_class: str) -> None:
    if step == Step.CLASSIFY:
        operations.classify(centre, maturity_class=maturity_class, reason=reason, by=by, now=now)
        return
    take: dict[Step, Callable[..., Centre]] = {
        Step.SUSPEND: operations.suspend,
        Step.RESUME: operations.resume,
        Step.ARCHIVE: operations.archive,
    }
    take[step](centre, reason=reason, by=by, now=now)
