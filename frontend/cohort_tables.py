"""The centres of an intake as a list, and what was done to the intake."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.audit.models import Entry
from hub.programmes import queries, rulebook
from hub.programmes.models import Application, Exit, Standing

from . import audit_actions, funnel
from .listing import Table
from .rule_words import Names

_DOTS = {
    Standing.APPLIED: "bg-info",
    Standing.WAITING: "bg-warning",
    Standing.SELECTED: "bg-primary",
    Standing.COMPLETED: "bg-success",
    Standing.OUT: "bg-base-content/40",
}
STILL_IN = "masih"


def yes_or_no(value: bool | None) -> str:
    return _("Not stated") if value is None else _("Yes") if value else _("No")


class ApplicationTable(Table):
    """``with_step`` gives the rows; ``steps`` and ``names`` what codes are called."""

    name = tables.Column(gettext_lazy("Centre"), accessor="centre__name", order_by=("centre__name", "pk"))
    place = tables.Column(
        gettext_lazy("Place"), accessor="centre__regency", order_by=("centre__regency__name", "centre__name")
    )
    standing = tables.Column(gettext_lazy("Standing"))
    reached = tables.Column(gettext_lazy("Has come to"), order_by=("reached", "centre__name"))
    exit = tables.Column(gettext_lazy("Reason of leaving"))
    submitted_at = tables.Column(gettext_lazy("Applied on"))
    exited_at = tables.Column(gettext_lazy("Left on"))
    province = tables.Column(gettext_lazy("Province"))
    fields = tables.Column(gettext_lazy("Vocational fields"), orderable=False)
    is_women_led = tables.Column(gettext_lazy("Led by a woman"), empty_values=())
    waiting_position = tables.Column(gettext_lazy("Place on the waiting list"))
    exit_note = tables.Column(gettext_lazy("Note on leaving"), orderable=False)
    code = tables.Column(gettext_lazy("Code"), accessor="centre__code")

    hidden_at_first = (
        "exited_at", "province", "fields", "is_women_led", "waiting_position", "exit_note", "code",
    )  # fmt: skip

    class Meta:
        default = ""
        order_by = "name"

    def __init__(self, rows: Any, *, rules: rulebook.Rules, names: Names, **options: Any) -> None:
        super().__init__(rows, **options)
        self.steps, self.names = funnel.step_names(rules), names

    def render_name(self, record: Application) -> SafeString:
        url = reverse("hub:cohort_application", args=[record.cohort_id, record.pk])
        return format_html('<a href="{}">{}</a>', url, record.centre.name)

    def value_name(self, record: Application) -> str:
        return record.centre.name

    def render_place(self, record: Application) -> SafeString:
        regency = record.centre.regency
        return format_html(
            '<span>{}<span class="text-muted block text-sm">{}</span></span>', regency, regency.province
        )  # fmt: skip

    def value_place(self, record: Application) -> str:
        return f"{record.centre.regency}, {record.centre.regency.province}"

    def render_standing(self, record: Application) -> SafeString:
        dot = _DOTS.get(Standing(record.standing), "border-2 border-base-content/40")
        return format_html(
            '<span class="inline-flex items-center gap-1.5 text-sm font-medium">'
            '<span class="size-2 shrink-0 rounded-full {}" aria-hidden="true"></span>{}</span>',
            dot,
            record.get_standing_display(),
        )

    def value_standing(self, record: Application) -> str:
        return record.get_standing_display()

    def render_reached(self, value: int) -> str:
        return self.steps.get(value, "")

    def render_submitted_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    def value_submitted_at(self, value: Any) -> str:
        return timezone.localtime(value).isoformat(timespec="seconds")

    render_exited_at, value_exited_at = render_submitted_at, value_submitted_at

    def render_province(self, value: str) -> str:
        return self.names.provinces.get(value, value)

    def render_fields(self, value: list[str]) -> str:
        return ", ".join(self.names.fields.get(one, one) for one in value)

    def render_is_women_led(self, value: bool | None) -> str:
        return yes_or_no(value)


class ApplicationFilter(django_filters.FilterSet):
    """What the list behind a bar of the funnel is asked: ``langkah`` and ``keluar`` are steps."""

    cari = django_filters.CharFilter(label=gettext_lazy("Name, code or place"), method="by_words", max_length=100)
    langkah = django_filters.ChoiceFilter(label=gettext_lazy("Has reached"), method="by_step")
    keluar = django_filters.ChoiceFilter(label=gettext_lazy("Left after"), method="by_exit_step")
    keadaan = django_filters.ChoiceFilter(
        label=gettext_lazy("Standing"), method="by_standing",
        choices=[(STILL_IN, gettext_lazy("Still taking part")), *Standing.choices],
    )  # fmt: skip
    alasan = django_filters.ChoiceFilter(
        label=gettext_lazy("Reason of leaving"), field_name="exit", choices=Exit.choices
    )
    provinsi = django_filters.ChoiceFilter(label=gettext_lazy("Province"), field_name="province")
    kejuruan = django_filters.ChoiceFilter(label=gettext_lazy("Vocational field"), method="by_field")
    perempuan = django_filters.ChoiceFilter(
        label=gettext_lazy("Led by a woman"), method="by_head",
        choices=[("ya", gettext_lazy("Yes")), ("tidak", gettext_lazy("No")),
                 (funnel.UNKNOWN, gettext_lazy("Not stated"))],
    )  # fmt: skip

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(
        self, *args: Any, rules: rulebook.Rules, names: Names, provinces: frozenset[str] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.steps = funnel.step_names(rules)
        steps = [(str(step), name) for step, name in self.steps.items()]
        self._offer("langkah", steps)
        self._offer("keluar", [(step, _("Left after: %(step)s") % {"step": name}) for step, name in steps[:-1]])
        shown = [(code, name) for code, name in names.provinces.items() if provinces is None or code in provinces]
        self._offer("provinsi", shown)
        self._offer("kejuruan", [*names.fields.items(), (funnel.UNKNOWN, _("Not stated"))])
        for name in ("keadaan", "alasan", "perempuan"):
            self.filters[name].extra["empty_label"] = _("All")

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.filters[name].extra.update(choices=choices, empty_label=_("All"))

    def by_words(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        for word in value.split()[:8]:
            rows = rows.filter(
                Q(centre__name__icontains=word) | Q(centre__code__iexact=word)
                | Q(centre__village__icontains=word) | Q(centre__regency__name__icontains=word)
            )  # fmt: skip
        return rows

    def by_step(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return queries.at_step(rows, int(value))

    def by_exit_step(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return queries.left_after(rows, int(value), self.steps)

    def by_standing(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value == STILL_IN:
            return rows.exclude(standing__in=[Standing.OUT, Standing.COMPLETED])
        return rows.filter(standing=value)

    def by_field(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return rows.filter(fields=[]) if value == funnel.UNKNOWN else rows.filter(fields__contains=[value])

    def by_head(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return rows.filter(is_women_led={"ya": True, "tidak": False}.get(value))


class CohortEntryTable(Table):
    """What was done to an intake."""

    action = tables.Column(gettext_lazy("Action"))
    at = tables.Column(gettext_lazy("When"), order_by=("at", "number"))
    actor_name = tables.Column(gettext_lazy("Who"))
    after = tables.Column(gettext_lazy("Details"), orderable=False)

    class Meta:
        default = ""
        order_by = "-at"

    def render_action(self, value: str) -> str:
        return str(audit_actions.ACTIONS.get(value, value))

    def render_at(self, value: Any) -> SafeString:
        here = timezone.localtime(value)
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(here, "j M Y H:i"))

    def value_at(self, value: Any) -> str:
        return timezone.localtime(value).isoformat(timespec="seconds")

    def render_after(self, record: Entry) -> str:
        """What of an entry says more than its name."""
        said = record.after or {}
        words = {
            "version": _("version %(value)s"), "eligible": _("%(value)s centres may apply"),
            "not_applied": _("%(value)s did not apply"), "round": _("round %(value)s"),
            "assessments": _("%(value)s assessments"), "name": "%(value)s", "opens_on": _("from %(value)s"),
            "closes_on": _("until %(value)s"), "passed": _("%(value)s passed"),
        }  # fmt: skip
        told = [text % {"value": said[key]} for key, text in words.items() if said.get(key) not in (None, "")]
        return ", ".join([*told, record.reason] if record.reason else told)
