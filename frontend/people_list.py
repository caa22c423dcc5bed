"""The list of people with a role: its columns and filters."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts import people
from hub.accounts.models import Membership, User
from hub.accounts.roles import MINISTRY_ROLES, Role
from hub.regions.queries import all_provinces

from . import addresses
from .listing import Table


class PeopleTable(Table):
    name = tables.Column(gettext_lazy("Name"))
    roles = tables.Column(gettext_lazy("Roles"), accessor="roles_now", orderable=False)
    second_factor = tables.Column(
        gettext_lazy("Second step"), accessor="has_second_factor", order_by=("has_second_factor",)
    )
    last_login = tables.DateTimeColumn(verbose_name=gettext_lazy("Last signed in"), format="j M Y", default="–")
    created_at = tables.DateTimeColumn(verbose_name=gettext_lazy("Account since"), format="j M Y")

    hidden_at_first = ("created_at",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._names: dict[str, str] | None = None

    def render_name(self, record: User) -> str:
        state = "" if record.is_active else format_html(' <span class="text-muted">({})</span>', _("closed"))
        return format_html('<a href="{}">{}</a>{}', addresses.hub_path("person", record.pk), record.name, state)

    def value_name(self, record: User) -> str:
        return record.name

    def render_roles(self, value: list[Membership]) -> str:
        lines = [(str(held.get_role_display()), self._where(held)) for held in value]
        line = '<span class="block">{} <span class="text-muted">{}</span></span>'
        return format_html_join("", line, lines) if lines else _("None now")

    def value_roles(self, value: list[Membership]) -> str:
        return "; ".join(f"{held.get_role_display()} {self._where(held)}".strip() for held in value)

    def render_second_factor(self, value: bool, record: User) -> str:
        if value:
            return _("In place")
        return _("Missing") if any(held.role in MINISTRY_ROLES for held in record.roles_now) else "–"  # type: ignore[attr-defined]

    def _where(self, held: Membership) -> str:
        """Where a role holds; the provinces' names are asked for once for the whole list."""
        if held.provinces:
            if self._names is None:
                self._names = {province.code: str(province) for province in all_provinces()}
            return ", ".join(self._names.get(code, code) for code in held.provinces)
        return str(held.centre or held.organisation or (_("All of Indonesia") if held.role in MINISTRY_ROLES else ""))


class PeopleFilter(django_filters.FilterSet):
    """What one may ask; all answers count for one and the same role (see ``people.people``)."""

    cari = django_filters.CharFilter(label=gettext_lazy("Name or whole e-mail address"))
    peran = django_filters.ChoiceFilter(
        label=gettext_lazy("Role"), choices=[choice for choice in Role.choices if choice[0] != Role.PARTICIPANT]
    )
    provinsi = django_filters.ChoiceFilter(label=gettext_lazy("Province"), choices=lambda: _provinces())
    status = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=people.Standing.choices)

    def filter_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        asked: dict[str, Any] = {name: self.form.cleaned_data.get(name) or "" for name in self.filters}
        return people.people(
            search=asked["cari"], role=asked["peran"], province=asked["provinsi"], standing=asked["status"]
        )


def _provinces() -> list[tuple[str, str]]:
    return sorted(((province.code, str(province)) for province in all_provinces()), key=lambda choice: choice[1])
