"""Tags and filters that every template has: icons, links between hosts, numbers as people say them."""

import json
import math
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fleet.models import Run
from hub.accounts.roles import Role
from hub.centres import hosts
from hub.centres.models import Centre, LicenceKind, MaturityClass
from hub.tokens.models import ApiToken
from hub.tokens.scopes import Scope
from tenants.site.models import Document, Validity

from .. import addresses, audit_actions, system_words

register = template.Library()


@cache
def icon_drawings() -> dict[str, str]:
    """The drawings by name, as ``npm run icons`` wrote them."""
    return json.loads((Path(__file__).parents[1] / "icons.json").read_text())


@register.simple_tag
def icon(name: str, classes: str = "size-5") -> SafeString:
    """An icon inlined as SVG. It says nothing to a screen reader: the text beside it does."""
    return format_html(
        '<svg class="{} shrink-0" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        classes,
        mark_safe(icon_drawings()[name]),
    )


@register.simple_tag(takes_context=True)
def hub_url(context: Context, name: str, *args: Any) -> str:
    """The address of a hub page from wherever this page is shown."""
    return f"{context.get('hub_origin', '')}{addresses.hub_path(name, *args)}"


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> SafeString:
    """What the page put into this block, once more: for the preview that repeats the title and the description."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    node = blocks.get_block(name) if blocks else None
    # What a block renders has been escaped on its way.
    return mark_safe(node.render(context).strip()) if node else SafeString("")


@register.filter
def centre_url(centre: Centre) -> str:
    """Where to meet this centre: its own space once that is open, until then, or once it was merged, on the hub."""
    has_own = centre.is_live and not centre.merged_into_id
    return hosts.url_of(centre.slug) if has_own else addresses.hub_path("centre", centre.code)


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as people say them, rounded up to what matters: 50 seconds, 3 minutes, 2 hours 10 minutes."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _count_seconds(max(0, math.ceil(seconds)))
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return _count_minutes(minutes)
    hours, minutes = divmod(minutes, 60)
    spoken = ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return f"{spoken} {_count_minutes(minutes)}" if minutes else spoken


def _count_seconds(seconds: int) -> str:
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


def _count_minutes(minutes: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@register.filter
def distance(kilometres: float | None) -> str:
    """Kilometres no more exact than they are known: to the nearest five, above a hundred to the nearest ten."""
    if kilometres is None:
        return ""
    if kilometres < 7.5:
        return _("less than 10 km")
    step = 5 if kilometres < 100 else 10
    return _("about %(number)s km") % {"number": intcomma(round(kilometres / step) * step)}


@register.filter
def phone(whatsapp: str) -> str:
    """A stored WhatsApp number as people read it: 6281234567890 → +62 812-3456-7890. Nothing for no number."""
    if not whatsapp:
        return ""
    local = whatsapp.removeprefix("62")
    return f"+62 {'-'.join(part for part in (local[:3], local[3:7], local[7:]) if part)}"


@register.filter
def rupiah(amount: Decimal | int | None) -> str:
    """An amount in whole rupiah as the reader's language writes it: 1500000 → Rp 1.500.000 (Rp 1,500,000 in English).

    The space does not break. Nothing for no amount.
    """
    if amount is None:
        return ""
    digits = number_format(abs(int(amount)), use_l10n=True, force_grouping=True)
    return f"{'-' if amount < 0 else ''}Rp\N{NO-BREAK SPACE}{digits}"


@register.filter
def moment(at: datetime | None) -> str:
    """A day and hour with the zone it is told in: 24 November 2026 pukul 14.30 WIB. Nothing for no time."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word of a name, for an avatar."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.filter
def validity_today(document: Document) -> Validity:
    """How a centre's paper stands on this day where the reader is."""
    return document.validity(timezone.localdate())


@register.filter
def days_left_today(document: Document) -> int | None:
    return document.days_left(timezone.localdate())


_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "UCBrowser": "UC Browser",
    "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "CrOS": "ChromeOS",
    "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """What a browser says of itself, in words that its owner recognises; the first name that fits counts."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or _("Unknown device")


@register.filter
def action_name(code: str) -> str:
    """What an entry of the audit trail says was done; nothing for a code of another version."""
    return str(audit_actions.ACTIONS.get(code, ""))


register.filter("about", audit_actions.about)


@register.filter
def scope_names(token: ApiToken) -> list[str]:
    """What a token may do, in words. A scope of another version is left out."""
    return [str(scope.label) for scope in Scope if scope in token.scopes]


@register.filter
def state_label(centre: Any) -> str:
    """A centre's state in the words of someone who looks for it (not those of who runs the platform)."""
    return {
        "registered": _("No page yet"),
        "active": _("Active"),
        "suspended": _("Suspended"),
        "archived": _("No longer active"),
    }.get(centre.state, "")


@register.filter
def licence_name(kind: str) -> str:
    return str(dict(LicenceKind.choices).get(kind, kind))


@register.filter
def class_name(maturity_class: str) -> str:
    return str(dict(MaturityClass.choices).get(maturity_class, maturity_class))


@register.filter
def ago(day: date | None) -> str:
    """How long ago a day was, as people say it."""
    if day is None:
        return _("never")
    days = (timezone.localdate() - day).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


@register.filter
def took(run: Run) -> str:
    """How long a finished run took."""
    return duration(((run.finished_at or run.heartbeat_at) - run.started_at).total_seconds())


@register.filter
def role_of_entry(entry: Any) -> str:
    """The role that an entry of the audit trail is about, in words; empty if it is about none."""
    code = (entry.after or {}).get("role", "")
    return str(Role(code).label) if code in Role else ""


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """A share in whole per cent, rounded down, so that only all of it is 100 %; a dash where there is no whole."""
    if not whole:
        return "–"
    return "< 1 %" if 0 < part * 100 < whole else f"{part * 100 // whole} %"


for _words in (system_words.check_name, system_words.check_problem, system_words.job_name):
    register.filter(_words.__name__, _words)
