"""The ministry's list of centres that apply: its columns, and the questions that it answers."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from hub.intake import queries
from hub.intake.clock import Standing
from hub.intake.models import DECIDED_STATES, OPEN_STATES, Application, ApplicationState
from hub.regions.models import Province

from . import intake_words
from .listing import Table
from .templatetags.balai import ago

_DOTS = {
    ApplicationState.SENT: "bg-info",
    ApplicationState.TAKEN: "bg-primary",
    ApplicationState.ASKED: "bg-warning",
    ApplicationState.APPROVED: "bg-success",
    ApplicationState.REJECTED: "bg-error",
}
_CLOCKS = {
    Standing.ON_TIME: "text-base-content",
    Standing.SOON: "font-semibold text-base-content",
    Standing.LATE: "font-semibold text-error",
}
SENT_STATES = [choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT]


class ApplicationTable(Table):
    name = tables.Column(gettext_lazy("Centre"))
    place = tables.Column(gettext_lazy("Place"), accessor="regency", order_by=("regency__name", "name"))
    state = tables.Column(gettext_lazy("State"))
    due_on = tables.Column(gettext_lazy("Answer due"))
    sent_at = tables.Column(gettext_lazy("Sent"))
    taken_by = tables.Column(gettext_lazy("With"), order_by=("taken_by__name",))
    foundation = tables.Column(gettext_lazy("Foundation"))
    village = tables.Column(gettext_lazy("Village"))
    code = tables.Column(gettext_lazy("Number"))
    decided_at = tables.Column(gettext_lazy("Decided on"))

    hidden_at_first = ("foundation", "village", "code", "decided_at")

    class Meta:
        default = ""
        order_by = "due_on"

    def render_name(self, record: Application) -> SafeString:
        url = reverse("hub:intake_application", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.name)

    def value_name(self, record: Application) -> str:
        return record.name

    def render_place(self, record: Application) -> SafeString:
        assert record.regency is not None
        return format_html(
            '<span>{}<span class="text-muted block text-sm">{}</span></span>', record.regency, record.regency.province
        )

    def value_place(self, record: Application) -> str:
        return f"{record.regency}, {record.regency.province if record.regency else ''}"

    def render_state(self, record: Application) -> SafeString:
        dot = _DOTS.get(ApplicationState(record.state), "border-2 border-base-content/40")
        return format_html(
            '<span class="inline-flex items-center gap-1.5 text-sm font-medium whitespace-nowrap">'
            '<span class="size-2 shrink-0 rounded-full {}" aria-hidden="true"></span>{}</span>',
            dot,
            record.get_state_display(),
        )

    def value_state(self, record: Application) -> str:
        return str(record.get_state_display())

    def render_due_on(self, record: Application) -> SafeString | str:
        promise = intake_words.promise(record, timezone.localdate())
        if promise is None or record.due_on is None:
            return ""
        words, standing = promise
        return format_html(
            '<span class="{}" title="{}">{}</span>', _CLOCKS[standing], date_format(record.due_on, "j F Y"), words
        )

    def value_due_on(self, record: Application) -> str:
        return record.due_on.isoformat() if record.is_open and record.due_on else ""

    def render_sent_at(self, value: Any) -> SafeString:
        day = timezone.localtime(value).date()
        return format_html('<time datetime="{}" title="{}">{}</time>', day, date_format(day, "j F Y"), ago(day))

    def value_sent_at(self, value: Any) -> str:
        return timezone.localtime(value).date().isoformat()

    def render_decided_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    value_decided_at = value_sent_at


class ApplicationFilter(django_filters.FilterSet):
    """What the list can be asked. Without a state it holds what waits for the ministry."""

    cari = django_filters.CharFilter(
        label=gettext_lazy("Name, foundation, place or number"), method="by_words", max_length=100
    )
    keadaan = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), method="by_state", empty_label=gettext_lazy("Waits for the ministry"),
        choices=[("selesai", gettext_lazy("Decided")), ("semua", gettext_lazy("All")), *SENT_STATES],
    )  # fmt: skip
    tenggat = django_filters.ChoiceFilter(
        label=gettext_lazy("Answer due"), method="by_standing", empty_label=gettext_lazy("All"),
        choices=[
            (Standing.LATE.value, gettext_lazy("Late")), (Standing.SOON.value, gettext_lazy("Due soon")),
            (Standing.ON_TIME.value, gettext_lazy("On time")),
        ],
    )  # fmt: skip
    provinsi = django_filters.ChoiceFilter(
        label=gettext_lazy("Province"), field_name="regency__province", empty_label=gettext_lazy("All")
    )
    petugas = django_filters.ChoiceFilter(
        label=gettext_lazy("With"), method="by_official", empty_label=gettext_lazy("All"),
        choices=[("saya", gettext_lazy("Me")), ("belum", gettext_lazy("Nobody yet"))],
    )  # fmt: skip

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, provinces: frozenset[str] | None = None, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        shown = Province.objects.order_by("name")
        if provinces is not None:
            shown = shown.filter(code__in=provinces)
        self.filters["provinsi"].extra["choices"] = [(one.code, str(one)) for one in shown]

    def filter_queryset(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("keadaan") else found.filter(state__in=OPEN_STATES)

    def by_words(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return queries.with_words(rows, value)

    def by_state(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value == "semua":
            return rows
        return rows.filter(state__in=DECIDED_STATES) if value == "selesai" else rows.filter(state=value)

    def by_standing(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return queries.with_standing(rows, Standing(value), today=timezone.localdate())

    def by_official(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return rows.filter(taken_by=None) if value == "belum" else rows.filter(taken_by=self.request.user.pk)
