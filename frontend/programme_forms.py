"""Forms of programmes and their intakes; for the rules of an intake see ``rule_forms``."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.programmes.models import EXPULSIONS, WITHDRAWALS, Cohort, Exit, Programme, TargetGroup

from .listing import Chip
from .rule_words import Names

MOST_BUDGET = 10**15  # rupiah: more than the state's budget is a slip of the finger
MOST_SIDE_BY_SIDE = 4


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )  # fmt: skip


class RupiahField(forms.CharField):
    """An amount in whole rupiah, typed with or without "Rp" and points: "Rp 4.500.000.000"."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=30, **options)

    def prepare_value(self, value: Any) -> Any:
        return number_format(value, use_l10n=True, force_grouping=True) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        digits = re.sub(r"(?i)^rp|[.,\s]", "", text)
        if not (digits.isascii() and digits.isdigit()):
            raise ValidationError(_("Type whole rupiah in digits, such as 4.500.000.000."))
        if int(digits) > MOST_BUDGET:
            raise ValidationError(_("This is too much. Count the zeros."))
        return int(digits)


class ProgrammeForm(forms.Form):
    """What a programme says of itself."""

    name = forms.CharField(label=gettext_lazy("Name of the programme"), max_length=150)
    funder = forms.CharField(
        label=gettext_lazy("Funder"), max_length=200, help_text=gettext_lazy("Who pays for it, such as: APBN, ILO.")
    )
    aims = forms.CharField(
        label=gettext_lazy("Aims"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What is different for a centre afterwards? Centres read this before they apply."),
    )  # fmt: skip
    target_groups = forms.MultipleChoiceField(
        label=gettext_lazy("Meant for first"), choices=TargetGroup.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    budget = RupiahField(
        label=gettext_lazy("Budget in rupiah"), required=False, help_text=gettext_lazy("For all intakes together.")
    )
    starts_on = day_field(gettext_lazy("Begins on"))
    ends_on = day_field(gettext_lazy("Ends on"))

    @classmethod
    def of(cls, programme: Programme, data: Any = None) -> "ProgrammeForm":
        return cls(data, initial={name: getattr(programme, name) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        return _in_order(self, "starts_on", "ends_on", _("It cannot end before it begins."))


class CohortForm(forms.Form):
    """What an intake is called and when applications are taken."""

    name = forms.CharField(
        label=gettext_lazy("Name of the intake"), max_length=150, help_text=gettext_lazy("Such as: Gelombang II 2027.")
    )
    opens_on = day_field(gettext_lazy("Applications from"))
    closes_on = day_field(gettext_lazy("Applications until"), help_text=gettext_lazy("The last day included."))

    def clean(self) -> dict[str, Any]:
        return _in_order(self, "opens_on", "closes_on", _("Applications cannot end before they begin."))


class PlanForm(CohortForm):
    """A new intake, with rules of its own or those of an earlier one."""

    copy_of = forms.ChoiceField(
        label=gettext_lazy("Rules to begin with"), required=False,
        help_text=gettext_lazy("You can change everything before you publish."),
    )  # fmt: skip

    def __init__(self, *args: Any, earlier: Iterable[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = {str(one.pk): one for one in earlier}
        field = self.fields["copy_of"]
        assert isinstance(field, forms.ChoiceField)
        copies = [(pk, _("As in “%(name)s”") % {"name": one.name}) for pk, one in self.earlier.items()]
        field.choices = [*copies, ("", _("Begin with none"))]
        if copies:
            field.initial = copies[0][0]
        self.order_fields(["name", "copy_of", "opens_on", "closes_on"])

    @property
    def said(self) -> dict[str, Any]:
        """As ``operations.plan_cohort`` takes it."""
        return {**self.cleaned_data, "copy_of": self.earlier.get(self.cleaned_data["copy_of"])}


def _in_order(form: forms.Form, first: str, last: str, words: str) -> dict[str, Any]:
    data = form.cleaned_data
    if data.get(first) and data.get(last) and data[last] < data[first]:
        form.add_error(last, words)
    return data


class LeaveForm(forms.Form):
    """Why a centre no longer takes part."""

    exit = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = forms.CharField(
        label=gettext_lazy("What happened"), min_length=5, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The centre reads this."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["exit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose a reason")),
            (_("The centre withdraws"), [(one.value, one.label) for one in WITHDRAWALS]),
            (_("The ministry expels it"), [(one.value, one.label) for one in EXPULSIONS]),
        ]

    def clean_exit(self) -> Exit:
        return Exit(self.cleaned_data["exit"])


# ---------------------------------------------------------------- narrowing the funnel


class CutForm(forms.Form):
    """Which part of an intake the funnel shows. A value that is no choice narrows nothing."""

    provinsi = forms.ChoiceField(label=gettext_lazy("Province"), required=False)
    kejuruan = forms.ChoiceField(label=gettext_lazy("Vocational field"), required=False)
    perempuan = forms.ChoiceField(label=gettext_lazy("Led by a woman"), required=False)

    def __init__(self, data: Any, *, names: Names, provinces: frozenset[str] | None = None) -> None:
        super().__init__(data)
        self._words: dict[str, dict[str, str]] = {}
        shown = [(code, name) for code, name in names.provinces.items() if provinces is None or code in provinces]
        self._offer("provinsi", shown)
        self._offer("kejuruan", names.fields.items())
        self._offer("perempuan", [("ya", _("Yes")), ("tidak", _("No"))])
        self.provinces = provinces
        self.is_valid()

    def _offer(self, name: str, choices: Collection[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *choices]
        self._words[name] = {value: str(words) for value, words in choices}

    @property
    def chips(self) -> Iterator[Chip]:
        """Each filter in force, and the query string of the page without it."""
        for name, value in self.in_force.items():
            rest = {other: kept for other, kept in self.in_force.items() if other != name}
            yield Chip(name, f"{self.fields[name].label}: {self._words[name][value]}", urlencode(rest))

    @property
    def in_force(self) -> dict[str, str]:
        """What narrows, as it stands in the address."""
        return {name: value for name, value in self.cleaned_data.items() if value}
