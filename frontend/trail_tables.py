"""Lists of the audit trail: a centre's or an organisation's own, the whole one, and what was done to a centre."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts.roles import Role
from hub.audit import queries
from hub.audit.models import Entry
from hub.centres.models import LicenceKind, MaturityClass, State
from hub.intake.models import PaperKind

from . import audit_actions
from .listing import Table

# What is done to a centre on the hub. What its people do inside is theirs: the ministry reads that on a visit alone.
HUB_ACTIONS = ("centre.", "claim.", "role.", "invitation.", "visit.", "document.opened")

# How what changes is called. A centre's console tells of these alone: not the ids of people, whose names stand in the
# list of people.
_TOLD = {
    "state": gettext_lazy("State"),
    "slug": gettext_lazy("Address"),
    "name": gettext_lazy("Name"),
    "foundation": gettext_lazy("Foundation"),
    "regency": gettext_lazy("Regency or city"),
    "village": gettext_lazy("Village"),
    "established": gettext_lazy("Established"),
    "licence_kind": gettext_lazy("Licence"),
    "licence_number": gettext_lazy("Number of the licence"),
    "vin": gettext_lazy("VIN"),
    "maturity_class": gettext_lazy("Class"),
    "seats": gettext_lazy("Places for training at one time"),
    "is_women_led": gettext_lazy("Led by a woman"),
    "accredited_until": gettext_lazy("Accredited until"),
    "fields": gettext_lazy("Vocational fields"),
    "role": gettext_lazy("Role"),
    "hours": gettext_lazy("Hours"),
    "merged_into": gettext_lazy("Merged into"),
    "merged": gettext_lazy("Duplicate"),
    "addresses": gettext_lazy("Addresses"),
    "register_id": gettext_lazy("Register id"),
    "title": gettext_lazy("Document"),
}
_WORDS: dict[str, Any] = {
    **dict(State.choices), **dict(MaturityClass.choices), **dict(LicenceKind.choices), **dict(Role.choices),
    **dict(PaperKind.choices),
}  # fmt: skip


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(_WORDS.get(value, value)) if value not in (None, "") else "–"


# What the whole trail tells besides.
_TOLD_IN_FULL = {
    **_TOLD,
    "user": gettext_lazy("Account"),
    "visitor": gettext_lazy("Account"),
    "may_write": gettext_lazy("May change things"),
    "purpose": gettext_lazy("Purpose"),
    "version": gettext_lazy("Version"),
    "kind": gettext_lazy("Kind"),
    "file": gettext_lazy("File"),
    "photo": gettext_lazy("Photo"),
    "expires_on": gettext_lazy("Valid until"),
    "issued_on": gettext_lazy("Issued on"),
    "scopes": gettext_lazy("Scopes"),
    "expires_at": gettext_lazy("Expires"),
    "provinces": gettext_lazy("Provinces"),
    "centre": gettext_lazy("Centre"),
    "code": gettext_lazy("Number"),
    "document": gettext_lazy("Document"),
    "organisation": gettext_lazy("Organisation"),
    "query": gettext_lazy("Filters"),
    "is_default": gettext_lazy("Begin with this view"),
    "listing": gettext_lazy("List"),
}
# What something was done to.
_THINGS = {
    "announcement": gettext_lazy("News"),
    "appeal": gettext_lazy("Appeal"),
    "application": gettext_lazy("Application"),
    "cohort": gettext_lazy("Intake"),
    "person": gettext_lazy("Account"),
    "programme": gettext_lazy("Programme"),
    "round": gettext_lazy("Round of selection"),
    "stage": gettext_lazy("Stage"),
    "centre": gettext_lazy("Centre"),
    "centre_application": gettext_lazy("Application of a centre"),
    "document": gettext_lazy("Document"),
    "invitation": gettext_lazy("Invitation"),
    "job": gettext_lazy("Job"),
    "join_request": gettext_lazy("Request to join"),
    "membership": gettext_lazy("Role"),
    "organisation": gettext_lazy("Organisation"),
    "page": gettext_lazy("Page"),
    "policy": gettext_lazy("Retention rule"),
    "profile": gettext_lazy("Profile"),
    "saved_view": gettext_lazy("View"),
    "token": gettext_lazy("API token"),
    "trail": gettext_lazy("Audit trail"),
    "user": gettext_lazy("Account"),
    "verification": gettext_lazy("Verification"),
    "visit": gettext_lazy("Visit"),
    "webhook": gettext_lazy("Connection"),
}
_SHORT = 90  # letters of a change that stand in the row


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _brief(text: str) -> str:
    return f"{text[:8]}…" if _is_uuid(text) else text


def _in_a_row(told: Iterable[tuple[str, str, str]]) -> str:
    return "; ".join(f"{name}: {was} → {now}" if was else f"{name}: {now}" for name, was, now in told)


def changes(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """What changed: how it is called, what it was (empty if nothing is told of that), what it is."""
    before, after = entry.before or {}, entry.after or {}
    for key in dict.fromkeys([*before, *after]):
        was = _said(before[key]) if key in before else ""
        yield str(_TOLD_IN_FULL.get(key, key)), was, _said(after[key]) if key in after else "–"


class EntryTable(Table):
    """What was done to a centre on the hub."""

    action = tables.Column(gettext_lazy("Action"), orderable=False)
    at = tables.Column(gettext_lazy("When"), order_by=("at", "id"))
    actor_name = tables.Column(gettext_lazy("Who"), orderable=False)
    reason = tables.Column(gettext_lazy("Reason"), orderable=False)
    after = tables.Column(gettext_lazy("Changed"), orderable=False)
    number = tables.Column(gettext_lazy("Number"), orderable=False)

    hidden_at_first: tuple[str, ...] = ("number",)

    class Meta:
        default = ""

    def render_action(self, value: str) -> str:
        return str(audit_actions.ACTIONS.get(value, value))

    def render_at(self, value: Any) -> SafeString:
        here = timezone.localtime(value)
        return format_html(
            '<time class="whitespace-nowrap" datetime="{}">{}</time>',
            here.isoformat(timespec="seconds"),
            date_format(here, "SHORT_DATETIME_FORMAT"),
        )

    def value_at(self, value: Any) -> str:
        return timezone.localtime(value).isoformat(timespec="seconds")

    def render_after(self, record: Entry) -> str:
        before = record.before or {}
        return "; ".join(
            f"{_TOLD[key]}: {_said(before[key])} → {_said(value)}" if key in before else f"{_TOLD[key]}: {_said(value)}"
            for key, value in (record.after or {}).items()
            if key in _TOLD
        )


class TrailTable(EntryTable):
    """The trail of a centre, for its own people. A file of it holds all that is kept, so that it can be checked."""

    actor_name = tables.TemplateColumn(
        template_name="pages/audit/_who.html", verbose_name=gettext_lazy("Who"), orderable=False
    )
    object_id = tables.Column(gettext_lazy("What"), orderable=False, empty_values=())
    address = tables.Column(gettext_lazy("Network address"), orderable=False)
    chain = tables.Column(gettext_lazy("Chain"), orderable=False)
    code = tables.Column(gettext_lazy("Code of the action"), accessor="action", orderable=False)
    object_type = tables.Column(gettext_lazy("Kind of object"), orderable=False)
    hash = tables.Column(gettext_lazy("Seal"), orderable=False)

    hidden_at_first = ("number", "address", "chain", "code", "object_type", "hash")
    is_taken_whole = True

    class Meta(EntryTable.Meta):
        sequence = ("action", "at", "actor_name", "object_id", "after", "reason", "...")

    def value_actor_name(self, value: str) -> str:
        return value

    def render_object_id(self, record: Entry) -> SafeString:
        """What it is in words, and of a long id its beginning; a download has the whole of it."""
        kind, number = _THINGS.get(record.object_type, record.object_type), record.object_id
        if _is_uuid(number):
            return format_html(
                '<span>{} <span class="text-muted text-sm" title="{}">{}…</span></span>', kind, number, number[:8]
            )
        return format_html('<span>{} <span class="text-muted text-sm break-all">{}</span></span>', kind, number)

    def value_object_id(self, record: Entry) -> str:
        return record.object_id

    def render_after(self, record: Entry) -> str:
        """In the row if it is short, else folded; of long ids the beginning."""
        told = [(name, _brief(was), _brief(now)) for name, was, now in changes(record)]
        said = _in_a_row(told)
        if len(said) <= _SHORT:
            return said
        return render_to_string("pages/audit/_changes.html", {"record": record, "changes": told})

    def value_after(self, record: Entry) -> str:
        return _in_a_row(changes(record))

    def render_hash(self, value: bytes) -> SafeString:
        return format_html('<code class="text-xs break-all">{}</code>', bytes(value).hex())

    def value_hash(self, value: bytes) -> str:
        return bytes(value).hex()


class OrganisationTrailTable(TrailTable):
    """For an organisation, which does not see from which network address an official worked, nor its own people."""

    address = None


class EntryFilter(django_filters.FilterSet):
    """What was done to a centre: a person, a reason, an action."""

    cari = django_filters.CharFilter(label=gettext_lazy("Person, reason or id"), max_length=100)
    tindakan = django_filters.ChoiceFilter(
        label=gettext_lazy("Action"),
        choices=lambda: audit_actions.choices(HUB_ACTIONS),
        empty_label=gettext_lazy("All actions"),
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        asked = self.form.cleaned_data
        return queries.narrowed(
            queryset,
            search=asked.get("cari") or "",
            action=asked.get("tindakan") or "",
            since=asked.get("sejak"),
            until=asked.get("sampai"),
        )


def _day(label: Any) -> django_filters.DateFilter:
    return django_filters.DateFilter(label=label, widget=forms.DateInput(attrs={"type": "date"}))


class TrailFilter(EntryFilter):
    tindakan = django_filters.ChoiceFilter(
        label=gettext_lazy("Action"), choices=audit_actions.choices, empty_label=gettext_lazy("All actions")
    )
    sejak = _day(gettext_lazy("From"))
    sampai = _day(gettext_lazy("Until"))
