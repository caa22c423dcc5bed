"""A centre's application in words: its answers under their headings, what happened to it, and how it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hub.centres.models import LicenceKind, VocationalField
from hub.intake import clock
from hub.intake.clock import Standing
from hub.intake.facts import Facts
from hub.intake.models import Application, MomentKind, PaperKind
from hub.intake.models import Moment as Happened
from hub.regions.models import Regency

from .intake_forms import InstitutionForm, LicenceForm, MeansForm, PeopleForm, TaughtForm, WhereForm
from .templatetags.balai import phone

_SECTIONS: tuple[tuple[Any, type[forms.Form]], ...] = (
    (gettext_lazy("Centre"), InstitutionForm),
    (gettext_lazy("Place"), WhereForm),
    (gettext_lazy("Licence"), LicenceForm),
    (gettext_lazy("Fields"), TaughtForm),
    (gettext_lazy("Facilities"), MeansForm),
    (gettext_lazy("People"), PeopleForm),
)
LABELS: dict[str, Any] = {
    **{name: field.label for _label, form in _SECTIONS for name, field in form.base_fields.items()},
    **{kind.value: kind.label for kind in PaperKind},
    "contact_email": gettext_lazy("E-mail of who applies"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it is read; ``name`` is that of the fact."""

    name: str
    label: Any
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    label: Any
    answers: list[Answer]


def sections(facts: Facts, *, regency: Regency, changed: Iterable[str] = ()) -> list[Section]:
    """All answers under the headings of the pages that asked for them: one statement, for the vocational fields."""
    different = set(changed)
    taught = ", ".join(map(str, VocationalField.objects.filter(code__in=facts.fields_taught)))
    words: dict[str, str] = {
        "regency": f"{regency}, {regency.province}",
        "fields_taught": taught,
        "licence_kind": str(dict(LicenceKind.choices).get(facts.licence_kind, "")),
        "head_phone": phone(facts.head_phone.removeprefix("+")),
        "is_women_led": _("yes") if facts.is_women_led else _("no"),
    }

    def read(name: str) -> str:
        value = words.get(name, getattr(facts, name))
        return "–" if value in ("", None) else str(value)

    return [
        Section(label, [Answer(name, LABELS[name], read(name), name in different) for name in form.base_fields])
        for label, form in _SECTIONS
    ]


# ---------------------------------------------------------------- what happened


@dataclass(frozen=True, slots=True)
class Shown:
    """``icon`` is one of icons.json, ``kind`` one of c-moment's."""

    title: str
    at: Any
    text: str
    icon: str
    kind: str


_MANNERS = {
    MomentKind.BEGUN: ("pencil", "plain"),
    MomentKind.SENT: ("send", "info"),
    MomentKind.TAKEN: ("eye", "info"),
    MomentKind.HANDED_BACK: ("undo-2", "plain"),
    MomentKind.ASKED: ("message-circle", "warning"),
    MomentKind.SENT_AGAIN: ("send", "info"),
    MomentKind.APPROVED: ("circle-check", "success"),
    MomentKind.REJECTED: ("circle-x", "error"),
    MomentKind.WITHDRAWN: ("undo-2", "plain"),
}


def story(happened: Iterable[Happened], *, names_officials: bool) -> list[Shown]:
    """What happened, newest first. An applicant is not told who of the ministry does what."""
    return [_shown(one, names_officials=names_officials) for one in reversed(list(happened))]


def _shown(one: Happened, *, names_officials: bool) -> Shown:
    icon, kind = _MANNERS[MomentKind(one.kind)]
    parts = [str(one.by)] if one.by and names_officials else []
    if one.about:
        parts.append(", ".join(str(LABELS.get(name, name)) for name in one.about))
    if one.note:
        parts.append(f"“{one.note}”")
    return Shown(str(one.get_kind_display()), one.at, " · ".join(parts), icon, kind)


def remarks_in_words(remarks: Mapping[str, str]) -> list[tuple[Any, str, str]]:
    """Label, text and page of each remark."""
    return [(LABELS.get(name, name), text, _PAGES.get(name, "dokumen")) for name, text in remarks.items()]


_WORDS = ("lembaga", "tempat", "izin", "kejuruan", "sarana", "orang")
_PAGES = {name: word for word, (_label, form) in zip(_WORDS, _SECTIONS, strict=True) for name in form.base_fields}


# ---------------------------------------------------------------- how it stands


def promise(application: Application, today: date) -> tuple[str, Standing] | None:
    """How many working days are left of the ministry's promise, and how that stands; None while it owes nothing."""
    standing = application.standing(today)
    if standing is None or application.due_on is None:
        return None
    left = clock.between(today, application.due_on)
    if left < 0:
        late = ngettext("%(days)d working day late", "%(days)d working days late", -left)
        return late % {"days": -left}, standing
    if left == 0:
        return _("due today"), standing
    return ngettext("%(days)d working day left", "%(days)d working days left", left) % {"days": left}, standing
