"""What lists can be narrowed down by."""

from typing import Any

from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, TypedChoiceFilter
from drf_spectacular.utils import extend_schema_field

from api.description import NOT_BLANK
from fleet.models import Run
from hub.centres import queries
from hub.centres.models import Centre, MaturityClass, State
from hub.intake import clock, models
from hub.intake import queries as intake
from hub.intake.models import ApplicationState
from hub.programmes.models import Application, Cohort, CohortState, Exit, Standing
from hub.regions.models import Regency


def coded(pattern: str, field: str, example: str, help_text: Any) -> Any:
    """A filter by a code of a known shape."""
    schema = {"type": "string", "pattern": f"^{pattern}$", "example": example}
    chosen = CharFilter(field_name=field, validators=[RegexValidator(rf"^{pattern}\Z")], help_text=help_text)
    return extend_schema_field(schema)(chosen)


def words(method: str, example: str, help_text: Any) -> Any:
    schema = {"type": "string", "maxLength": 200, "pattern": NOT_BLANK, "example": example}
    return extend_schema_field(schema)(CharFilter(method=method, max_length=200, help_text=help_text))


def yes_or_no(help_text: Any, **how: Any) -> Any:
    """django-filter's own takes any other word for no filter at all. ``how``: as its filters take it."""
    spelt = {"true": True, "false": False}
    chosen = TypedChoiceFilter(choices=[(word, word) for word in spelt], coerce=spelt.get, help_text=help_text, **how)
    return extend_schema_field({"type": "boolean"})(chosen)


class CentreFilter(FilterSet):
    search = words("by_words", "blitar", _("Words of the name, village, or regency; each must occur."))
    province = coded("[0-9]{2}", "regency__province", "35", _("Code of a province."))
    regency = coded(r"[0-9]{2}\.[0-9]{2}", "regency", "35.05", _("Code of a regency or city."))
    field = coded("[a-z0-9-]{1,50}", "fields", "tik", _("Code of a vocational field."))
    state = ChoiceFilter(
        choices=[choice for choice in State.choices if choice[0] != State.ERASED],
        help_text=_("Where it is in its life on the platform."),
    )
    maturity_class = ChoiceFilter(choices=MaturityClass.choices, help_text=_("Its class."))
    is_demo = yes_or_no(_("Examples only, or real ones only."))

    class Meta:
        model = Centre
        fields: list[str] = []

    def by_words(self, centres: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        return queries.with_words(centres, value)


class CohortFilter(FilterSet):
    state = ChoiceFilter(choices=CohortState.choices, help_text=_("Where the intake stands."))

    class Meta:
        model = Cohort
        fields: list[str] = []


class ApplicationFilter(FilterSet):
    standing = ChoiceFilter(choices=Standing.choices, help_text=_("Where the centre stands in the intake."))
    exit = ChoiceFilter(choices=Exit.choices, help_text=_("Why it no longer takes part."))
    province = coded("[0-9]{2}", "province", "35", _("Code of a province."))

    class Meta:
        model = Application
        fields: list[str] = []


class CutFilter(FilterSet):
    """A part of an intake; the funnel itself narrows by it."""

    province = coded("[0-9]{2}", "province", "35", _("Code of a province."))
    field = coded("[a-z0-9-]{1,50}", "fields", "tik", _("Code of a vocational field."))
    women_led = yes_or_no(_("Centres led by a woman only, or the others only."))

    class Meta:
        model = Application
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        """Only checks."""
        return queryset


class RegencyFilter(FilterSet):
    province = coded("[0-9]{2}", "province", "35", _("Code of a province."))
    search = words("by_words", "blitar", _("Words of the name; each must occur."))

    class Meta:
        model = Regency
        fields: list[str] = []

    def by_words(self, regencies: QuerySet[Regency], name: str, value: str) -> QuerySet[Regency]:
        for word in value.split()[:8]:
            regencies = regencies.filter(name__icontains=word)
        return regencies


class IntakeFilter(FilterSet):
    state = ChoiceFilter(
        choices=[choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT],
        help_text=_("Where it stands."),
    )
    province = coded("[0-9]{2}", "regency__province", "35", _("Code of a province."))
    is_late = yes_or_no(_("Only those whose answer is overdue, or all others."), method="by_lateness")

    class Meta:
        model = models.Application
        fields: list[str] = []

    def by_lateness(self, rows: QuerySet[models.Application], name: str, value: bool) -> QuerySet[models.Application]:
        overdue = intake.with_standing(rows, clock.Standing.LATE, today=timezone.localdate())
        return overdue if value else rows.exclude(pk__in=overdue.values("pk"))


class RunFilter(FilterSet):
    kind = ChoiceFilter(choices=Run.Kind.choices, help_text=_("What was done."))
    state = ChoiceFilter(choices=Run.State.choices, help_text=_("How it stands."))

    class Meta:
        model = Run
        fields: list[str] = []
