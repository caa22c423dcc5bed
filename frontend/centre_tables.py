"""The ministry's list of centres: its columns, and the questions that it answers."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres.models import LIVE_STATES, Centre, MaturityClass, State, VocationalField
from hub.centres.queries import ACTIVE_WITHIN, active_since
from hub.regions.models import Province, Regency

from .listing import Table
from .templatetags.balai import ago

MERGED = "merged"
STATES = [*State.choices, (MERGED, gettext_lazy("Merged into another"))]
_NO_CLASS = "tanpa"
_DOTS = {
    State.ACTIVE: "bg-success",
    State.SUSPENDED: "bg-warning",
    State.ARCHIVED: "bg-base-content/40",
}


def with_field_names(centres: QuerySet[Centre]) -> QuerySet[Centre]:
    """Each centre with ``field_names``: its vocational fields in the reader's language, in the same statement."""
    name = "name_en" if translation.get_language() == "en" else "name"
    taught = VocationalField.objects.filter(centres=OuterRef("pk")).order_by(name).values(name)
    return centres.annotate(field_names=ArraySubquery(taught))


def state_words(centre: Centre) -> str:
    return str(dict(STATES)[MERGED]) if centre.merged_into_id else centre.get_state_display()


class CentreTable(Table):
    name = tables.Column(gettext_lazy("Centre"))
    place = tables.Column(gettext_lazy("Place"), accessor="regency", order_by=("regency__name", "name"))
    fields = tables.Column(gettext_lazy("Vocational fields"), accessor="field_names", orderable=False)
    maturity_class = tables.Column(gettext_lazy("Class"))
    state = tables.Column(gettext_lazy("State"))
    last_active_on = tables.Column(gettext_lazy("Last active"), empty_values=())
    code = tables.Column(gettext_lazy("Code"))
    province = tables.Column(
        gettext_lazy("Province"), accessor="regency__province", order_by=("regency__province__name",)
    )
    village = tables.Column(gettext_lazy("Village"))
    foundation = tables.Column(gettext_lazy("Foundation"))
    established = tables.Column(gettext_lazy("Established"))
    vin = tables.Column(gettext_lazy("VIN"))
    licence_kind = tables.Column(gettext_lazy("Licence"))
    licence_number = tables.Column(gettext_lazy("Number of the licence"))
    register_id = tables.Column(gettext_lazy("Register id"))
    slug = tables.Column(gettext_lazy("Address"))
    live_since = tables.Column(gettext_lazy("Live since"))
    is_demo = tables.Column(gettext_lazy("Demo"))

    hidden_at_first = (
        "code", "province", "village", "foundation", "established", "vin", "licence_kind", "licence_number",
        "register_id", "slug", "live_since", "is_demo",
    )  # fmt: skip

    class Meta:
        default = ""
        order_by = "name"

    def render_name(self, record: Centre) -> SafeString:
        demo = (
            format_html(' <span class="text-muted text-xs font-normal">{}</span>', _("Demo")) if record.is_demo else ""
        )
        return format_html('<a href="{}">{}</a>{}', _address(record), record.name, demo)

    def value_name(self, record: Centre) -> str:
        return record.name

    def render_place(self, record: Centre) -> SafeString:
        return format_html(
            '<span>{}<span class="text-muted block text-sm">{}</span></span>',
            record.regency,
            record.regency.province,
        )

    def value_place(self, record: Centre) -> str:
        return f"{record.regency}, {record.regency.province}"

    def render_fields(self, value: list[str]) -> str:
        shown = ", ".join(value[:2])
        return f"{shown} +{len(value) - 2}" if len(value) > 2 else shown

    def value_fields(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_maturity_class(self, record: Centre) -> str:
        return record.get_maturity_class_display()

    def render_state(self, record: Centre) -> SafeString:
        dot = _DOTS.get(State(record.state), "border-2 border-base-content/40")
        return format_html(
            '<span class="inline-flex items-center gap-1.5 text-sm font-medium">'
            '<span class="size-2 shrink-0 rounded-full {}" aria-hidden="true"></span>{}</span>',
            dot,
            state_words(record),
        )

    def value_state(self, record: Centre) -> str:
        return state_words(record)

    def render_last_active_on(self, record: Centre) -> SafeString | str:
        day = record.last_active_on
        if day is None:
            return format_html('<span class="text-muted">{}</span>', ago(None)) if record.is_live else ""
        return format_html('<time datetime="{}" title="{}">{}</time>', day, date_format(day, "j F Y"), ago(day))

    def value_last_active_on(self, record: Centre) -> str:
        return record.last_active_on.isoformat() if record.last_active_on else ""

    def render_established(self, value: int) -> str:
        return str(value)

    def value_established(self, value: int) -> int:
        return value

    def render_live_since(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    def value_live_since(self, value: Any) -> str:
        return timezone.localtime(value).date().isoformat()

    def render_is_demo(self, value: bool) -> str:
        return _("yes") if value else _("no")

    def order_maturity_class(self, rows: QuerySet[Centre], descending: bool) -> tuple[QuerySet[Centre], bool]:
        """Along the ladder, not the alphabet; who is in no class comes last either way."""
        ladder = Case(
            *(When(maturity_class=one, then=Value(number)) for number, one in enumerate(MaturityClass)),
            output_field=IntegerField(),
        )
        step = ladder.desc(nulls_last=True) if descending else ladder.asc(nulls_last=True)
        return rows.order_by(step, "name", "pk"), True

    def order_last_active_on(self, rows: QuerySet[Centre], descending: bool) -> tuple[QuerySet[Centre], bool]:
        """Upwards the longest silence first, which is that of those who were never there."""
        day = F("last_active_on")
        order = day.desc(nulls_last=True) if descending else day.asc(nulls_first=True)
        return rows.order_by(order, "name", "pk"), True


def _address(centre: Centre) -> str:
    return reverse("hub:console_centre", args=[centre.code])


class BulkTable(Table):
    """What became of each centre of many."""

    name = tables.Column(gettext_lazy("Centre"))
    result = tables.Column(gettext_lazy("Result"), accessor="problem", empty_values=())
    before = tables.Column(gettext_lazy("Before"))
    after = tables.Column(gettext_lazy("Now"))
    code = tables.Column(gettext_lazy("Code"))

    def render_name(self, record: dict[str, str]) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("hub:console_centre", args=[record["code"]]), record["name"])

    def value_name(self, record: dict[str, str]) -> str:
        return record["name"]

    def render_result(self, value: str) -> SafeString | str:
        if not value:
            return format_html('<span class="font-semibold text-success">{}</span>', _("Changed"))
        return format_html("{}", value)

    def value_result(self, value: str) -> str:
        return value or _("Changed")


class CentreFilter(django_filters.FilterSet):
    """What the list can be asked. Without a state it leaves out what is no centre any more: erased and merged ones."""

    cari = django_filters.CharFilter(label=gettext_lazy("Name, code, place or VIN"), method="by_words", max_length=100)
    provinsi = django_filters.ChoiceFilter(label=gettext_lazy("Province"), field_name="regency__province")
    kabupaten = django_filters.ChoiceFilter(label=gettext_lazy("Regency or city"), field_name="regency")
    kejuruan = django_filters.ChoiceFilter(label=gettext_lazy("Vocational field"), field_name="fields")
    kelas = django_filters.ChoiceFilter(
        label=gettext_lazy("Class"), method="by_class",
        choices=[*MaturityClass.choices, (_NO_CLASS, gettext_lazy("In no class yet"))],
    )  # fmt: skip
    keadaan = django_filters.ChoiceFilter(label=gettext_lazy("State"), method="by_state", choices=STATES)
    kegiatan = django_filters.ChoiceFilter(
        label=gettext_lazy("Last active"), method="by_activity",
        choices=[
            ("30", gettext_lazy("Active in the last 30 days")), ("90", gettext_lazy("Active in the last 90 days")),
            ("diam", gettext_lazy("Silent for 90 days or more")), ("belum", gettext_lazy("Never active yet")),
        ],
    )  # fmt: skip
    contoh = django_filters.ChoiceFilter(
        label=gettext_lazy("Real or demo"), method="by_demo",
        choices=[("nyata", gettext_lazy("Real centres")), ("contoh", gettext_lazy("Demo centres"))],
    )  # fmt: skip

    class Meta:
        model = Centre
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, provinces: frozenset[str] | None = None, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        for name in ("kelas", "keadaan", "kegiatan", "contoh"):
            self.filters[name].extra["empty_label"] = _("All")
        shown = Province.objects.order_by("name")
        if provinces is not None:
            shown = shown.filter(code__in=provinces)
        self._offer("provinsi", [(one.code, str(one)) for one in shown])
        self._offer("kejuruan", [(one.code, str(one)) for one in VocationalField.objects.all()])
        province = (data or {}).get("provinsi", "")
        if province in dict(self.filters["provinsi"].extra["choices"]):
            regencies = Regency.objects.filter(province=province).order_by("name")
            self._offer("kabupaten", [(one.code, str(one)) for one in regencies])
        else:
            self._offer("kabupaten", [], empty=_("Choose a province first"))

    def _offer(self, name: str, choices: list[tuple[str, str]], *, empty: str = "") -> None:
        self.filters[name].extra.update(choices=choices, empty_label=empty or _("All"))

    def filter_queryset(self, queryset: QuerySet[Centre]) -> QuerySet[Centre]:
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("keadaan"):
            found = found.exclude(state=State.ERASED).filter(merged_into=None)
        return found

    def by_words(self, rows: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        for word in value.split()[:8]:
            rows = rows.filter(
                Q(name__icontains=word) | Q(village__icontains=word) | Q(regency__name__icontains=word)
                | Q(code__iexact=word) | Q(vin__iexact=word) | Q(register_id__iexact=word) | Q(slug__icontains=word)
            )  # fmt: skip
        return rows

    def by_class(self, rows: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        return rows.filter(maturity_class="" if value == _NO_CLASS else value)

    def by_state(self, rows: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        if value == MERGED:
            return rows.exclude(merged_into=None)
        return rows.filter(state=value, merged_into=None)

    def by_activity(self, rows: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        today = timezone.localdate()
        if value == "belum":
            return rows.filter(last_active_on=None, state__in=LIVE_STATES)
        if value == "diam":
            return rows.filter(last_active_on__lt=active_since(today, ACTIVE_WITHIN))
        return rows.filter(last_active_on__gte=active_since(today, int(value)))

    def by_demo(self, rows: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        return rows.filter(is_demo=value == "contoh")
