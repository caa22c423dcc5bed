"""Filters of the pages of transformation."""

from datetime import date

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from hub.programmes.models import Application
from hub.transformation.models import AgreedAction, StageEvidence
from hub.transformation.queries import Progress

from .. import stage_words

register = template.Library()


@register.filter
def reached_words(progress: Progress) -> str:
    """How far a requirement is met: 6 dari 8 sesi."""
    return stage_words.reached(progress)


@register.filter
def counts_for(evidence: StageEvidence, progress: Progress) -> str:
    """What a piece of evidence counts for; nothing where it is simply one."""
    return stage_words.amount(progress.requirement, evidence.amount)


@register.filter
def days_late(action: AgreedAction) -> int:
    """How many days an agreed action is past its day where the reader is; 0 while it is not, or once it is done."""
    if action.done_at is not None:
        return 0
    return max(0, (timezone.localdate() - action.due_on).days)


@register.filter
def days_since(day: date | None) -> int | None:
    return (timezone.localdate() - day).days if day else None


@register.filter
def matters(application: Application) -> list[str]:
    """What waits at a centre, in words (``queries.with_matters``): evidence to look at, late actions, a visit."""
    found = []
    if count := getattr(application, "to_check", 0):
        words = ngettext("%(count)d piece of evidence", "%(count)d pieces of evidence", count)
        found.append(words % {"count": count})
    if count := getattr(application, "overdue", 0):
        found.append(ngettext("%(count)d late action", "%(count)d late actions", count) % {"count": count})
    if getattr(application, "visit_due", False):
        found.append(str(stage_words.VISIT_DUE))
    return found


register.filter("level_words", stage_words.level)
