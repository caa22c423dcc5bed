"""Lists of selection: the ranking of a round, appeals, the waiting list, assessors."""

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

from hub.accounts.models import User
from hub.programmes.models import Application
from hub.selection.models import Appeal, AppealState, Outcome, Result

from .listing import Table
from .rule_words import Names
from .templatetags.programmes import score

_NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


def _place(application: Application) -> str:
    regency = application.centre.regency
    return f"{regency}, {regency.province}"


def _application_link(application: Application) -> SafeString:
    url = reverse("hub:cohort_application", args=[application.cohort_id, application.pk])
    return format_html('<a href="{}">{}</a>', url, application.centre.name)


class MeetingTable(Table):
    """A round's ranking. Scores are thousandths; a download has them as numbers of 100."""

    centre = tables.Column(gettext_lazy("Centre"), accessor="application__centre__name")
    rank = tables.Column(gettext_lazy("Ranking"), attrs=_NUMBER)
    outcome = tables.TemplateColumn(
        template_name="pages/ministry/selection/_outcome.html", verbose_name=gettext_lazy("Outcome"), orderable=False
    )
    score = tables.Column(gettext_lazy("Score"), attrs=_NUMBER)
    spread = tables.Column(gettext_lazy("Spread"), attrs=_NUMBER)
    assessors = tables.TemplateColumn(
        template_name="pages/ministry/selection/_scores.html", verbose_name=gettext_lazy("Assessors"),
        accessor="pk", orderable=False,
    )  # fmt: skip
    place = tables.Column(gettext_lazy("Place"), accessor="application", order_by="application__province")
    women_led = tables.BooleanColumn(
        verbose_name=gettext_lazy("Led by a woman"), accessor="application__is_women_led", null=True
    )

    hidden_at_first = ("women_led",)

    def render_centre(self, record: Result) -> str:
        return _application_link(record.application)

    def value_centre(self, record: Result) -> str:
        return record.application.centre.name

    def value_outcome(self, record: Result) -> str:
        return str(record.get_outcome_display())

    def render_score(self, value: int) -> str:
        return score(value)

    render_spread = render_score

    def value_score(self, value: int) -> float:
        return value / 1000

    value_spread = value_score

    def value_assessors(self, record: Result) -> str:
        scores = getattr(record.application, "scores", [])
        return "; ".join(f"{one.assessor.name}: {score(one.total)}" for one in scores)

    def render_place(self, record: Result) -> str:
        return _place(record.application)

    value_place = render_place

    def render_women_led(self, value: bool | None) -> str:
        return _("Not stated") if value is None else _("Yes") if value else _("No")

    value_women_led = render_women_led


class MeetingFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Name of the centre"), field_name="application__centre__name",
                                     lookup_expr="icontains")  # fmt: skip
    hasil = django_filters.ChoiceFilter(
        label=gettext_lazy("Outcome"), field_name="outcome", choices=Outcome.choices,
        empty_label=gettext_lazy("All outcomes"),
    )  # fmt: skip
    provinsi = django_filters.ChoiceFilter(
        label=gettext_lazy("Province"), field_name="application__province", empty_label=gettext_lazy("All provinces")
    )
    kejuruan = django_filters.ChoiceFilter(
        label=gettext_lazy("Vocational field"), method="teaches", empty_label=gettext_lazy("All fields")
    )
    khusus = django_filters.ChoiceFilter(
        label=gettext_lazy("Look at"), method="special", empty_label=gettext_lazy("Everything"),
        choices=[
            ("jauh", gettext_lazy("Assessors far apart")),
            ("kuota", gettext_lazy("Passed by a kept place")),
            ("perempuan", gettext_lazy("Led by a woman")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, names: Names, margin: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.margin = margin  # points of 100, None: no third assessor is asked
        self.filters["provinsi"].extra["choices"] = list(names.provinces.items())
        self.filters["kejuruan"].extra["choices"] = list(names.fields.items())

    def teaches(self, rows: QuerySet[Result], name: str, value: str) -> QuerySet[Result]:
        return rows.filter(application__fields__contains=[value])

    def special(self, rows: QuerySet[Result], name: str, value: str) -> QuerySet[Result]:
        margin = 20 if self.margin is None else self.margin
        conditions = {
            "jauh": Q(spread__gt=margin * 1000),
            "kuota": Q(by_quota=True),
            "perempuan": Q(application__is_women_led=True),
        }
        return rows.filter(conditions[value])


class AppealTable(Table):
    centre = tables.Column(gettext_lazy("Centre"), accessor="result__application__centre__name")
    state = tables.TemplateColumn(
        template_name="pages/ministry/selection/_appeal_state.html", verbose_name=gettext_lazy("State")
    )
    round = tables.Column(gettext_lazy("Round"), accessor="result__round__number", attrs=_NUMBER)
    former_score = tables.Column(gettext_lazy("Score"), attrs=_NUMBER)
    filed_at = tables.Column(gettext_lazy("Filed on"))

    def render_centre(self, record: Appeal, value: str) -> str:
        url = reverse("hub:appeal", args=[record.result.round.cohort_id, record.pk])
        return format_html('<a href="{}">{}</a>', url, value)

    def value_centre(self, value: str) -> str:
        return value

    def value_state(self, record: Appeal) -> str:
        return str(record.get_state_display())

    def render_former_score(self, value: int) -> str:
        return score(value)

    def value_former_score(self, value: int) -> float:
        return value / 1000

    def render_filed_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


class AppealFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), field_name="state", choices=AppealState.choices,
        empty_label=gettext_lazy("All states"),
    )  # fmt: skip
    babak = django_filters.NumberFilter(label=gettext_lazy("Round"), field_name="result__round__number", min_value=1)


class WaitingTable(Table):
    centre = tables.Column(gettext_lazy("Centre"), accessor="centre__name")
    waiting_position = tables.Column(gettext_lazy("Position"), attrs=_NUMBER)
    place = tables.Column(gettext_lazy("Place"), accessor="centre__regency", order_by="province")

    def render_centre(self, record: Application) -> str:
        return _application_link(record)

    def value_centre(self, record: Application) -> str:
        return record.centre.name

    def render_place(self, record: Application) -> str:
        return _place(record)

    value_place = render_place


class AssessorTable(Table):
    """People who assess. ``provinces``: names by code."""

    name = tables.Column(gettext_lazy("Name"))
    standing = tables.TemplateColumn(
        template_name="pages/ministry/selection/_assessor_state.html", verbose_name=gettext_lazy("State"),
        orderable=False,
    )  # fmt: skip
    province = tables.Column(gettext_lazy("Province"), accessor="assessor__province", empty_values=())
    foundation = tables.Column(gettext_lazy("Foundation"), accessor="assessor__foundation")
    open_now = tables.Column(gettext_lazy("To score"), attrs=_NUMBER)
    scored = tables.Column(gettext_lazy("Scored so far"), attrs=_NUMBER)

    def __init__(self, *args: Any, provinces: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provinces = provinces

    def render_name(self, record: User, value: str) -> str:
        return format_html('<a href="{}">{}</a>', reverse("hub:assessor", args=[record.pk]), value)

    def value_name(self, value: str) -> str:
        return value

    def render_province(self, value: str | None) -> str:
        return self.provinces.get(value, value) if value else "–"

    def value_standing(self, record: User) -> str:
        known = getattr(record, "assessor", None)
        if known is None:
            return _("Not described yet")
        return _("Available") if known.is_available else _("Takes no new ones")


class AssessorFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Name"), field_name="name", lookup_expr="icontains")
