"""The words of what ``workflows.desk`` and ``workflows.centre_profile`` find: what to do, why, and where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workflows.centre_profile import Fact
from workflows.desk import Step, Task, Urgency

Words = Callable[[Step], str]


@dataclass(frozen=True)
class ShownStep:
    """One thing to do as the page shows it; ``action`` is the word on its button."""

    title: str
    why: str
    action: str
    url: str
    icon: str
    urgency: Urgency

    @property
    def kind(self) -> str:
        return {Urgency.NOW: "error", Urgency.SOON: "warning"}.get(self.urgency, "plain")


@dataclass(frozen=True)
class _Manner:
    title: Words
    why: Words
    action: Any
    name: str  # of the URL
    icon: str


def _within(step: Step) -> str:
    days = step.days or 0
    if days == 0:
        return _("today")
    return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}


def _ago(step: Step) -> str:
    days = -(step.days or 0)
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}


def _left(step: Step) -> str:
    days = step.days or 0
    return ngettext(
        "%(days)d day is left until the profile is a year old.",
        "%(days)d days are left until the profile is a year old.",
        days,
    ) % {"days": days}


def _what_the_ministry_does(step: Step) -> str:
    """The VIN is named only where there is one to lose."""
    return _("The ministry deactivates a VIN whose profile is older than a year.") if step.subject else ""


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


_MANNERS = {
    "visit_waiting": _Manner(
        lambda step: (
            ngettext(
                "The ministry asks to look into your space",
                "%(count)d requests of the ministry to look into your space",
                step.count,
            )
            % {"count": step.count}
        ),
        lambda step: _("They wait for your answer. Without it they see nothing."),
        gettext_lazy("Answer"),
        "centre:visits",
        "eye",
    ),
    "document_expired": _Manner(
        lambda step: _("Renew: %(title)s") % {"title": step.subject},
        lambda step: _("It ended %(ago)s.") % {"ago": _ago(step)},
        gettext_lazy("Put up the new one"),
        "centre:edit_document",
        "file-text",
    ),
    "document_soon": _Manner(
        lambda step: _("Ends soon: %(title)s") % {"title": step.subject},
        lambda step: _("It ends %(within)s. Apply for the new one in time.") % {"within": _within(step)},
        gettext_lazy("Open the document"),
        "centre:edit_document",
        "file-text",
    ),
    "evidence_returned": _Manner(
        lambda step: (
            ngettext("Evidence was sent back", "%(count)d pieces of evidence were sent back", step.count)
            % {"count": step.count}
        ),
        lambda step: _("Your mentor says what is missing for “%(stage)s”.") % {"stage": step.subject},
        gettext_lazy("Mend it"),
        "centre:stages",
        "undo-2",
    ),
    "action_overdue": _Manner(
        lambda step: (
            ngettext(
                "Something agreed with your mentor is late",
                "%(count)d things agreed with your mentor are late",
                step.count,
            )
            % {"count": step.count}
        ),
        lambda step: _("Do it, or talk with your mentor. Then tick it off."),
        gettext_lazy("Open what was agreed"),
        "centre:stages",
        "handshake",
    ),
    "profile_over": _Manner(
        lambda step: _("Your profile is older than a year"),
        lambda step: _sentences(_("Look it over today."), _what_the_ministry_does(step)),
        gettext_lazy("Look it over"),
        "centre:profile",
        "refresh-cw",
    ),
    "profile_urge": _Manner(
        lambda step: _("Look over your profile now"),
        lambda step: _sentences(_left(step), _what_the_ministry_does(step)),
        gettext_lazy("Look it over"),
        "centre:profile",
        "refresh-cw",
    ),
    "profile_warn": _Manner(
        lambda step: _("Look over your profile soon"),
        lambda step: _sentences(_left(step), _what_the_ministry_does(step)),
        gettext_lazy("Look it over"),
        "centre:profile",
        "refresh-cw",
    ),
    "profile_never": _Manner(
        lambda step: _("Look over your profile for the first time"),
        lambda step: _("What stands there came from the register. Correct it, or say that it is right."),
        gettext_lazy("Look it over"),
        "centre:profile",
        "refresh-cw",
    ),
    "programme_open": _Manner(
        lambda step: _("You may apply: %(name)s") % {"name": step.subject},
        lambda step: _("Applications end %(within)s.") % {"within": _within(step)},
        gettext_lazy("See what it is"),
        "centre:programme",
        "route",
    ),
    "application_begun": _Manner(
        lambda step: _("Finish your application: %(name)s") % {"name": step.subject},
        lambda step: _("It is not sent yet. Applications end %(within)s.") % {"within": _within(step)},
        gettext_lazy("Go on writing"),
        "centre:write_application",
        "route",
    ),
    "result_out": _Manner(
        lambda step: _("Your result is out: %(name)s") % {"name": step.subject},
        lambda step: _("With your points, the reason and what happens next."),
        gettext_lazy("See the result"),
        "centre:programme",
        "clipboard-list",
    ),
    "appeal_possible": _Manner(
        lambda step: _("Your result is out: %(name)s") % {"name": step.subject},
        lambda step: _("If it is wrong, you may appeal. The days for it end %(within)s.") % {"within": _within(step)},
        gettext_lazy("See the result"),
        "centre:programme",
        "clipboard-list",
    ),
    "draft_waiting": _Manner(
        lambda step: _("A draft of your page waits"),
        lambda step: _("Visitors still see the page as it was."),
        gettext_lazy("See the draft"),
        "centre:preview_page",
        "pencil",
    ),
    "invitation_open": _Manner(
        lambda step: (
            ngettext("An invitation has not been taken up", "%(count)d invitations have not been taken up", step.count)
            % {"count": step.count}
        ),
        lambda step: _("The next one ends %(within)s. Ask whether the link arrived.") % {"within": _within(step)},
        gettext_lazy("See the invitations"),
        "centre:staff",
        "user-plus",
    ),
}


def shown(step: Step) -> ShownStep:
    """The step in the reader's language, with the address where it is done."""
    manner = _MANNERS[step.code]
    url = reverse(manner.name, args=[step.object_id] if step.object_id else [])
    return ShownStep(manner.title(step), manner.why(step), str(manner.action), url, manner.icon, step.urgency)


# ---------------------------------------------------------------- setting up, and what a profile says


@dataclass(frozen=True)
class ShownTask:
    title: str
    why: str
    url: str
    is_done: bool


_TASKS: dict[str, tuple[Any, Any, str]] = {
    "about": (gettext_lazy("Say who you are"), gettext_lazy("A few sentences for your page."), "centre:edit_page"),
    "whatsapp": (
        gettext_lazy("Give a WhatsApp number"),
        gettext_lazy("So that people can ask."),
        "centre:edit_page",
    ),
    "address": (gettext_lazy("Write the address"), gettext_lazy("So that people find you."), "centre:edit_page"),
    "photo": (
        gettext_lazy("Add a photo"),
        gettext_lazy("A page with a photo is easier to trust."),
        "centre:edit_photo",
    ),
    "colleague": (
        gettext_lazy("Invite a colleague"),
        gettext_lazy("So that the work goes on when you are away."),
        "centre:staff",
    ),
    "licence": (
        gettext_lazy("State your licence"),
        gettext_lazy("Which kind, or that there is none yet."),
        "centre:edit_licence",
    ),
    "vin": (
        gettext_lazy("Enter the VIN"),
        gettext_lazy("The number that the ministry gave you."),
        "centre:edit_licence",
    ),
    "document": (
        gettext_lazy("Put up a first document"),
        gettext_lazy("The licence first: it is asked for most. We remind you before it ends."),
        "centre:add_document",
    ),
    "means": (
        gettext_lazy("Describe facilities and instructors"),
        gettext_lazy("Companies look at it before they send people."),
        "centre:edit_means",
    ),
    "news": (
        gettext_lazy("Publish a first piece of news"),
        gettext_lazy("It shows that you are open."),
        "centre:write_news",
    ),
}


def shown_task(task: Task, *, keeps: bool) -> ShownTask:
    """``keeps``: the reader looks after profile and papers; who does not gets no link that is shut to them."""
    title, why, name = _TASKS[task.code]
    return ShownTask(str(title), str(why), _open_to(name, keeps=keeps), task.is_done)


# Anybody on the staff writes the page and the news.
_FOR_ALL_STAFF = {"centre:edit_page", "centre:edit_photo", "centre:write_news", "centre:staff"}


def _open_to(name: str, *, keeps: bool) -> str:
    return reverse(name) if keeps or name in _FOR_ALL_STAFF else ""


def missing(facts: Iterable[Fact], *, keeps: bool) -> list[tuple[str, str]]:
    """What a profile does not say yet, and where it is written (empty: not by this reader)."""
    return [(str(words), _open_to(name, keeps=keeps)) for words, name in (_FACTS[fact.code] for fact in facts)]


# What is missing from a profile, and where it is written.
_FACTS: dict[str, tuple[Any, str]] = {
    "foundation": (gettext_lazy("Foundation"), "centre:edit_institution"),
    "village": (gettext_lazy("Village"), "centre:edit_institution"),
    "established": (gettext_lazy("Year of founding"), "centre:edit_institution"),
    "seats": (gettext_lazy("Places for training at one time"), "centre:edit_institution"),
    "women_led": (gettext_lazy("Who heads the centre"), "centre:edit_institution"),
    "licence": (gettext_lazy("Licence"), "centre:edit_licence"),
    "vin": ("VIN", "centre:edit_licence"),
    "facilities": (gettext_lazy("Facilities"), "centre:edit_means"),
    "instructors": (gettext_lazy("Number of instructors"), "centre:edit_means"),
    "about": (gettext_lazy("About us"), "centre:edit_page"),
    "whatsapp": ("WhatsApp", "centre:edit_page"),
    "address": (gettext_lazy("Address"), "centre:edit_page"),
    "opening_hours": (gettext_lazy("Opening hours"), "centre:edit_page"),
    "location": (gettext_lazy("Place on the map"), "centre:edit_page"),
    "photo": (gettext_lazy("Photo"), "centre:edit_photo"),
}
