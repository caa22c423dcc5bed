"""What needs somebody of the ministry today. Each source looks at one matter and says at most one thing.

To add a matter: write a function from ``Desk`` to ``Item`` or None and put it into SOURCES; it asks for the role that
its page asks for, and costs one statement. Items stand by urgency, then in the order of SOURCES.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from hub.accounts import people, queries
from hub.accounts.figures import Coverage
from hub.accounts.models import SupportState, SupportVisit, User
from hub.accounts.roles import AUDIT_ROLES, MAY_INVITE, SUPPORT_ROLES, Role
from hub.audit import queries as audit
from hub.centres.queries import Activity
from hub.intake import queries as intake
from hub.partners import queries as partners
from hub.programmes.queries import MANAGERS
from hub.selection import queries as selection
from hub.transformation import queries as transformation
from workflows import health, queue
from workflows import queries as platform

from . import addresses

EXPIRES_SOON = timedelta(days=3)
# The trail is checked every night; later than this, something keeps it from being.
PROOF_LASTS = timedelta(hours=30)

Urgency = Literal["error", "warning", "info"]
_ORDER: tuple[Urgency, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: what it is, why it matters, and the page where something is done about it."""

    urgency: Urgency
    icon: str
    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Desk:
    """Who is asking, when, and what the page has read already."""

    user: User
    roles: frozenset[Role]
    now: datetime
    visits: Sequence[SupportVisit]
    coverage: Coverage
    activity: Activity


def items(desk: Desk) -> list[Item]:
    """What this person should look at, the most urgent first."""
    found = [item for source in SOURCES if (item := source(desk)) is not None]
    return sorted(found, key=lambda item: _ORDER.index(item.urgency))


# ---------------------------------------------------------------- the platform itself


def broken_trail(desk: Desk) -> Item | None:
    if not desk.roles & AUDIT_ROLES:
        return None
    proof, url = audit.proof(everything=True), addresses.hub_path("trail")
    if proof is not None and proof.breaks:
        text = _("Entries were changed or removed. Find out by whom before anything else.")
        return Item("error", "shield-alert", _("The audit trail is not whole"), text, url)
    if proof is not None and desk.now - proof.at > PROOF_LASTS:
        text = _("It is checked every night. Have it checked now, and look at the system.")
        return Item("warning", "shield-alert", _("The audit trail was not checked last night"), text, url)
    return None


def unwell(desk: Desk) -> Item | None:
    if Role.SUPER_ADMIN not in desk.roles:
        return None
    readiness, url = health.kept.answer(), addresses.hub_path("system")
    if readiness.status == "unavailable":
        text = _("Some pages may not open. The system page says what is wrong.")
        return Item("error", "server", _("The platform is not well"), text, url)
    if readiness.checks.get("worker", "ok") != "ok":
        text = _("Mail, checks and new spaces wait until it works again.")
        return Item("warning", "server", _("Work in the background stands still"), text, url)
    return None


def failed_jobs(desk: Desk) -> Item | None:
    if Role.SUPER_ADMIN not in desk.roles:
        return None
    count = ProcrastinateJob.objects.filter(status=queue.FAILED).count()
    if not count:
        return None
    title = ngettext("%(count)d job failed", "%(count)d jobs failed", count) % {"count": count}
    url = f"{addresses.hub_path('system')}#gagal"
    return Item("warning", "triangle-alert", title, _("Run it again, or let it go."), url)


def set_aside(desk: Desk) -> Item | None:
    if Role.SUPER_ADMIN not in desk.roles:
        return None
    connection.ensure_connection()
    count = platform.set_aside(connection.connection)
    if not count:
        return None
    text = ngettext("%(count)d centre was set aside", "%(count)d centres were set aside", count) % {"count": count}
    why = _("The last work on all centres failed there. The rest is done.")
    return Item("error", "triangle-alert", text, why, f"{addresses.hub_path('system')}#proses")


# ---------------------------------------------------------------- people and centres


def visits_waiting(desk: Desk) -> Item | None:
    if not desk.roles & SUPPORT_ROLES:
        return None
    waiting = [visit for visit in desk.visits if visit.state == SupportState.ASKED]
    if not waiting:
        return None
    title = ngettext(
        "%(count)d visit waits for a centre's consent", "%(count)d visits wait for centres' consent", len(waiting)
    ) % {"count": len(waiting)}
    names = ", ".join(visit.centre.name for visit in waiting[:3])
    return Item("info", "hourglass", title, names, "#kunjungan")


def visits_open(desk: Desk) -> Item | None:
    is_open = [visit for visit in desk.visits if visit.is_open(desk.now)]
    if not is_open or not desk.roles & SUPPORT_ROLES:
        return None
    title = ngettext("%(count)d visit is open", "%(count)d visits are open", len(is_open)) % {"count": len(is_open)}
    text = _("End it when you are done: each page you open stands in the centre's trail.")
    return Item("info", "eye", title, text, "#kunjungan")


def invitations_expiring(desk: Desk) -> Item | None:
    if not people_may_be_invited(desk):
        return None
    soon = queries.open_invitations(now=desk.now).filter(expires_at__lte=desk.now + EXPIRES_SOON).count()
    if not soon:
        return None
    title = ngettext("%(count)d invitation expires soon", "%(count)d invitations expire soon", soon) % {"count": soon}
    text = _("Remind the person, or send a new one.")
    return Item("warning", "mail", title, text, addresses.hub_path("invitations"))


def silent_centres(desk: Desk) -> Item | None:
    count = desk.activity.silent
    if not count or desk.coverage.is_demo or not queries.keeps_centres(desk.user):
        return None
    title = ngettext("%(count)d centre is silent", "%(count)d centres are silent", count) % {"count": count}
    text = _("None of their people was in their space for 90 days or more. Ask how they are.")
    return Item(
        "warning",
        "bell",
        title,
        text,
        f"{addresses.hub_path('console_centres')}?kegiatan=diam&keadaan=active&contoh=nyata",
    )


def verifications_waiting(desk: Desk) -> Item | None:
    count = partners.waiting(desk.user)
    if not count:
        return None
    title = ngettext("%(count)d company waits to be verified", "%(count)d companies wait to be verified", count) % {
        "count": count
    }
    text = _("Compare its name and NIB with the documents, then decide.")
    return Item("warning", "badge-check", title, text, f"{addresses.hub_path('ministry_partners')}?status=submitted")


def applications_waiting(desk: Desk) -> Item | None:
    waiting = intake.counts(desk.user, today=timezone.localdate(desk.now))
    if not waiting.waiting:
        return None
    title = ngettext(
        "%(count)d centre waits for an answer", "%(count)d centres wait for an answer", waiting.waiting
    ) % {"count": waiting.waiting}
    url = addresses.hub_path("intake")
    if waiting.late:
        late = ngettext("%(count)d of them is late.", "%(count)d of them are late.", waiting.late)
        return Item("error", "inbox", title, late % {"count": waiting.late}, f"{url}?tenggat=late")
    return Item("warning", "inbox", title, _("Their applications are due within five working days."), url)


def companies_asking(desk: Desk) -> Item | None:
    count = partners.open_join_requests(desk.user)
    if not count:
        return None
    title = ngettext("%(count)d company asks to join", "%(count)d companies ask to join", count) % {"count": count}
    return Item("info", "handshake", title, _("Accept it, or say why not."), addresses.hub_path("join_requests"))


def scores_waiting(desk: Desk) -> Item | None:
    if Role.ASSESSOR not in desk.roles:
        return None
    count = selection.waiting_for(desk.user)
    if not count:
        return None
    title = ngettext(
        "%(count)d application waits for your score", "%(count)d applications wait for your score", count
    ) % {"count": count}
    text = _("The others of the round are waiting for it, too.")
    return Item("warning", "clipboard-list", title, text, addresses.hub_path("assessing"))


def appeals_waiting(desk: Desk) -> Item | None:
    if not desk.roles & MANAGERS:
        return None
    waiting = selection.appeals_waiting()
    count = sum(waiting.values())
    if not count:
        return None
    title = ngettext("%(count)d appeal waits for an answer", "%(count)d appeals wait for an answer", count) % {
        "count": count
    }
    url = f"{addresses.hub_path('appeals', next(iter(waiting)))}?status=filed"
    return Item("warning", "scale", title, _("The next round begins when all are answered."), url)


def headless_centres(desk: Desk) -> Item | None:
    count = desk.coverage.headless
    may_invite = any(Role.CENTRE_HEAD in MAY_INVITE.get(role, ()) for role in desk.roles)
    if not count or desk.coverage.is_demo or not may_invite:
        return None
    title = ngettext("%(count)d centre has no head yet", "%(count)d centres have no head yet", count) % {"count": count}
    text = _("Their space is open, but nobody can sign in to lead it. Invite the head.")
    return Item("warning", "school", title, text, addresses.hub_path("invite"))


# ---------------------------------------------------------------- transformation


def evidence_to_check(desk: Desk) -> Item | None:
    if Role.MENTOR not in desk.roles:
        return None
    mine = transformation.accompanied(desk.user, today=timezone.localdate(desk.now))
    count = mine.aggregate(count=Sum("to_check"))["count"]
    if not count:
        return None
    title = ngettext("%(count)d piece of evidence waits for you", "%(count)d pieces of evidence wait for you", count)
    text, url = _("Accept it, or say what is missing."), addresses.hub_path("mentoring")
    return Item("warning", "clipboard-list", title % {"count": count}, text, url)


def centres_without_mentor(desk: Desk) -> Item | None:
    if not desk.roles & MANAGERS:
        return None
    cohorts = transformation.nobody_accompanies()
    if not cohorts:
        return None
    count = sum(getattr(one, "alone", 0) for one in cohorts)
    title = ngettext("%(count)d centre has no mentor yet", "%(count)d centres have no mentor yet", count)
    names = ", ".join(one.name for one in cohorts[:3])
    url = f"{addresses.hub_path('stages', cohorts[0].pk)}?pendamping=tanpa"
    return Item("warning", "handshake", title % {"count": count}, names, url)


def second_signatures(desk: Desk) -> Item | None:
    if not desk.roles & MANAGERS:
        return None
    found = transformation.half_signed(desk.user)
    if not found:
        return None
    count = len(found)
    title = ngettext(
        "%(count)d stage waits for the second signature", "%(count)d stages wait for the second signature", count
    )
    url = f"{addresses.hub_path('stages', found[0])}?menunggu=tanda-tangan"
    return Item("info", "pencil", title % {"count": count}, _("Look at what was accepted, then sign."), url)


def people_may_be_invited(desk: Desk) -> bool:
    try:
        people.people_desk(desk.user)
    except queries.NotVisible:
        return False
    return True


SOURCES: list[Callable[[Desk], Item | None]] = [
    broken_trail,
    unwell,
    set_aside,
    failed_jobs,
    invitations_expiring,
    applications_waiting,
    verifications_waiting,
    scores_waiting,
    appeals_waiting,
    evidence_to_check,
    centres_without_mentor,
    second_signatures,
    headless_centres,
    silent_centres,
    companies_asking,
    visits_open,
    visits_waiting,
]
