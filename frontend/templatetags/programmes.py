"""Filters of the pages of programmes: scores and days as people say them."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def score(thousandths: int | None) -> str:
    """A score of 0 to 100,000 thousandths as 0 to 100 with one decimal, rounded half up: 81250 → 81,3."""
    if thousandths is None:
        return "–"
    return number_format((thousandths + 50) // 100 / 10, 1, use_l10n=True)


@register.filter
def in_days(days: int | None) -> str:
    """A number of days in words; a dash where it is not known."""
    if days is None:
        return "–"
    if days < 1:
        return _("less than a day")
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
