"""The stage board of an intake: one row for each centre, one column for each stage, and the questions it answers."""

import uuid
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.programmes import rulebook
from hub.programmes.models import Application, Standing
from hub.regions.models import Province
from hub.transformation import queries
from hub.transformation.models import StageRecord, StageState

from . import stage_words
from .listing import Table
from .stage_words import ShownStage
from .templatetags.balai import icon
from .templatetags.stages import matters

_NO_MENTOR = "tanpa"
_STAGES_BY_NAME = 4
_LOOKS = {"passed": ("circle-check-big", "text-success"), "failed": ("circle-x", "text-(--muted)")}


def _stages_of(record: Application) -> list[ShownStage]:
    """The stages of one row, read once."""
    shown: list[ShownStage] | None = getattr(record, "shown_stages", None)
    if shown is None:
        shown = stage_words.stages(record, record.stages.all(), today=timezone.localdate())
        setattr(record, "shown_stages", shown)  # noqa: B010  (kept beside the row for its other cells)
    return shown


def said(stage: ShownStage) -> str:
    """Where a centre stands in a stage, in few words."""
    if stage.state == "coming":
        return "–"
    if stage.state == "failed":
        return _("Not completed")
    if stage.state == "passed":
        ended = stage.record.ended_at if stage.record else None
        return date_format(timezone.localtime(ended), "j M Y") if ended else _("Completed")
    if stage.is_ready:
        signed = stage.record is not None and stage.record.first_signed_by_id is not None
        return _("1 of 2 signatures") if signed else _("Ready to sign")
    numbers = {"met": stage.met, "all": len(stage.progress)}
    return _("%(met)d of %(all)d met") % numbers


class StageColumn(tables.Column):
    """Where each centre stands in one stage."""

    def __init__(self, number: int, name: str) -> None:
        wraps = {"th": {"class": "whitespace-normal min-w-24"}}
        super().__init__(name, accessor="pk", empty_values=(), orderable=False, attrs=wraps)
        self.number = number

    def render(self, record: Application) -> SafeString:
        stage = _stages_of(record)[self.number - 1]
        if stage.state == "coming":
            return format_html('<span class="text-muted">{}</span>', "–")
        name, colour = _LOOKS.get(stage.state, ("circle-dot", "text-primary"))
        late = (
            format_html('<span class="block text-sm font-semibold text-error">{}</span>', _("late"))
            if stage.is_late
            else ""
        )
        return format_html(
            '<span class="inline-flex items-start gap-1.5"><span class="mt-0.5 {}">{}</span><span>{}{}</span></span>',
            colour, icon(name, "size-4.5"), said(stage), late,
        )  # fmt: skip

    def value(self, record: Application) -> str:
        return said(_stages_of(record)[self.number - 1])


class BoardTable(Table):
    name = tables.Column(gettext_lazy("Centre"), accessor="centre__name", attrs={"th": {"class": "min-w-44"}})

    class Meta:
        default = ""
        order_by = "name"

    def render_name(self, record: Application) -> SafeString:
        where = format_html(
            '<span class="text-muted block text-sm font-normal">{}</span>', record.centre.regency.province
        )
        if not record.stages.all():
            return format_html("<span>{}{}</span>", record.centre.name, where)
        url = reverse("hub:mentored", args=[record.pk])
        return format_html('<span><a href="{}">{}</a>{}</span>', url, record.centre.name, where)

    def value_name(self, record: Application) -> str:
        return record.centre.name

    def render_matters(self, record: Application) -> SafeString:
        return format_html_join(
            "", '<span class="block whitespace-nowrap">{}</span>', ((one,) for one in matters(record))
        )

    def value_matters(self, record: Application) -> str:
        return ", ".join(matters(record))

    def render_mentor(self, record: Application) -> SafeString | str:
        mentorship = getattr(record, "mentorship", None)
        if mentorship is not None:
            return str(mentorship.mentor.name)
        if record.standing != Standing.SELECTED:
            return "–"
        return format_html('<span class="font-semibold text-error">{}</span>', _("none yet"))

    def value_mentor(self, record: Application) -> str:
        mentorship = getattr(record, "mentorship", None)
        return mentorship.mentor.name if mentorship else ""

    def render_standing(self, record: Application) -> str:
        return record.get_exit_display() if record.exit else record.get_standing_display()

    def render_last_visit(self, value: Any) -> str:
        return date_format(value, "j M Y")

    def value_last_visit(self, value: Any) -> str:
        return str(value.isoformat())


def board_table(rules: rulebook.Rules) -> type[BoardTable]:
    """The board's columns follow from the intake's rules: one for each stage, of many by their numbers alone."""
    has_room = len(rules.stages) <= _STAGES_BY_NAME
    columns = {
        f"stage_{number}": StageColumn(number, f"{number} · {stage.name}" if has_room else str(number))
        for number, stage in enumerate(rules.stages, 1)
    }
    rest = {
        "matters": tables.Column(gettext_lazy("Waits"), accessor="pk", empty_values=(), orderable=False),
        "mentor": tables.Column(
            gettext_lazy("Mentor"), accessor="mentorship__mentor__name", empty_values=(),
            order_by=("mentorship__mentor__name", "centre__name"),
        ),
        "standing": tables.Column(gettext_lazy("State")),
        "last_visit": tables.Column(gettext_lazy("Last visit")),
    }  # fmt: skip
    table: type[BoardTable] = type(
        "BoardOfRules", (BoardTable,), {**columns, **rest, "hidden_at_first": ("standing", "last_visit")}
    )
    return table


class BoardFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Name of the centre"), field_name="centre__name",
                                     lookup_expr="icontains", max_length=100)  # fmt: skip
    tahap = django_filters.ChoiceFilter(label=gettext_lazy("Is in stage"), method="by_stage")
    menunggu = django_filters.ChoiceFilter(
        label=gettext_lazy("Waits"), method="by_matter", empty_label=gettext_lazy("All"),
        choices=[
            ("bukti", gettext_lazy("Evidence to look at")), ("tindakan", gettext_lazy("Late actions")),
            ("kunjungan", gettext_lazy("A visit is due")), ("tanda-tangan", gettext_lazy("Second signature")),
        ],
    )  # fmt: skip
    pendamping = django_filters.ChoiceFilter(label=gettext_lazy("Mentor"), method="by_mentor")
    keadaan = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), field_name="standing", empty_label=gettext_lazy("All"),
        choices=[(one.value, one.label) for one in (Standing.SELECTED, Standing.COMPLETED, Standing.OUT)],
    )  # fmt: skip
    provinsi = django_filters.ChoiceFilter(label=gettext_lazy("Province"), field_name="province")

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, rules: rulebook.Rules, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        names = [(str(number), f"{number} · {stage.name}") for number, stage in enumerate(rules.stages, 1)]
        people = [(str(one.pk), one.name) for one in queries.mentors()]
        rows = self.queryset.order_by().values("province")
        provinces = [(one.code, str(one)) for one in Province.objects.filter(code__in=rows).order_by("name")]
        for name, choices in (
            ("tahap", names), ("pendamping", [(_NO_MENTOR, _("None yet")), *people]), ("provinsi", provinces),
        ):  # fmt: skip
            self.filters[name].extra.update(choices=choices, empty_label=_("All"))

    def by_stage(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return rows.filter(_running(number=int(value)), standing=Standing.SELECTED)

    def by_matter(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value == "tanda-tangan":
            return rows.filter(_running(first_signed_by__isnull=False), standing=Standing.SELECTED)
        return rows.filter({
            "bukti": Q(to_check__gt=0), "tindakan": Q(overdue__gt=0), "kunjungan": Q(visit_due=True),
        }[value])  # fmt: skip

    def by_mentor(self, rows: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value == _NO_MENTOR:
            return rows.filter(mentorship=None, standing=Standing.SELECTED)
        return rows.filter(mentorship__mentor=uuid.UUID(value))


def _running(**narrow: Any) -> Exists:
    return Exists(StageRecord.objects.filter(application=OuterRef("pk"), state=StageState.RUNNING, **narrow))
