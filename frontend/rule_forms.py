"""Forms of an intake's rules. Each part (who may apply, one round, one stage) is a page that is saved on its own.

A draft may be incomplete: the forms refuse only what is no number or no day. What is missing is told by
``rulebook.Rules.gaps`` on the page of all rules, and keeps them from being published.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres.models import LIVE_STATES, MaturityClass, State
from hub.programmes import rulebook
from hub.programmes.rulebook import (
    Criterion,
    Eligibility,
    Group,
    Quota,
    Requirement,
    RequirementKind,
    Round,
    RoundKind,
    Stage,
    StageKind,
)  # fmt: skip

from .programme_forms import day_field
from .rule_words import Names, quota_key

LONGEST_GUIDE = 300
MOST_SEATS = 10_000
MOST_ROWS = rulebook.MOST_CRITERIA


def mark_of(part: Any) -> str:
    """What stands for a part as it was read: a form that was opened before a change elsewhere is refused."""
    text = json.dumps(part, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else asdict(value)


def _number(label: Any, least: int, most: int, *, help_text: Any = "", required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, required=required, help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class EligibilityForm(forms.Form):
    """Which centres may apply."""

    states = forms.MultipleChoiceField(
        label=gettext_lazy("State of the centre"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, one.label) for one in (State.REGISTERED, *LIVE_STATES)],
    )  # fmt: skip
    needs_vin = forms.BooleanField(label=gettext_lazy("It has a VIN"), required=False)
    needs_accreditation = forms.BooleanField(label=gettext_lazy("Its accreditation is valid"), required=False)
    women_led_only = forms.BooleanField(label=gettext_lazy("It is led by a woman"), required=False)
    least_seats = _number(
        gettext_lazy("Places for training at one time, at least"), 1, 1000, required=False,
        help_text=gettext_lazy("Empty: it does not matter."),
    )  # fmt: skip
    active_within = _number(
        gettext_lazy("Somebody of it was in its space in the last … days"), 1, 3650, required=False,
        help_text=gettext_lazy("Empty: it does not matter."),
    )  # fmt: skip
    classes = forms.MultipleChoiceField(
        label=gettext_lazy("Class"), required=False, widget=forms.CheckboxSelectMultiple, choices=MaturityClass.choices,
        help_text=gettext_lazy("None ticked: every class, and those in none."),
    )  # fmt: skip
    fields_taught = forms.MultipleChoiceField(
        label=gettext_lazy("Vocational fields"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("It teaches at least one of those ticked. None ticked: every field."),
    )  # fmt: skip
    provinces = forms.MultipleChoiceField(
        label=gettext_lazy("Provinces"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: the whole country."),
    )  # fmt: skip
    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, rules: Eligibility, *, names: Names) -> None:
        said = asdict(rules)
        initial = {**said, "fields_taught": said["fields"], "mark": mark_of(rules)}
        super().__init__(data, initial={name: list(v) if isinstance(v, tuple) else v for name, v in initial.items()})
        for name, choices in (("fields_taught", names.fields), ("provinces", names.provinces)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = list(choices.items())

    @property
    def rules(self) -> Eligibility:
        data = self.cleaned_data
        return Eligibility(
            states=tuple(data["states"]), provinces=tuple(data["provinces"]), fields=tuple(data["fields_taught"]),
            classes=tuple(data["classes"]), needs_vin=data["needs_vin"],
            needs_accreditation=data["needs_accreditation"], women_led_only=data["women_led_only"],
            least_seats=data["least_seats"], active_within=data["active_within"],
        )  # fmt: skip


# ---------------------------------------------------------------- rows of a round or stage


class CriterionRow(forms.Form):
    name = forms.CharField(label=gettext_lazy("What is looked at"), max_length=150, required=False)
    guide = forms.CharField(
        label=gettext_lazy("Guide for assessors"), max_length=LONGEST_GUIDE, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    weight = _number(gettext_lazy("Weight"), 1, rulebook.FULL)
    most = _number(gettext_lazy("Most points"), 1, 10)

    @property
    def row(self) -> Criterion:
        return Criterion(**self.cleaned_data)


class QuotaRow(forms.Form):
    group = forms.ChoiceField(label=gettext_lazy("For"), required=False)
    seats = _number(gettext_lazy("Places"), 1, MOST_SEATS)

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose a group")),
            (f"{Group.WOMEN_LED}:", Group.WOMEN_LED.label),
            (Group.PROVINCE.label, [(f"{Group.PROVINCE}:{code}", name) for code, name in names.provinces.items()]),
            (Group.FIELD.label, [(f"{Group.FIELD}:{code}", name) for code, name in names.fields.items()]),
        ]

    @property
    def row(self) -> Quota:
        group, _colon, value = self.cleaned_data["group"].partition(":")
        return Quota(group, value, self.cleaned_data["seats"])


class RequirementRow(forms.Form):
    name = forms.CharField(label=gettext_lazy("What a centre shows"), max_length=150, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=RequirementKind.choices)
    least = _number(gettext_lazy("At least"), 1, 1000, help_text=gettext_lazy("Of an indicator: per cent."))
    guide = forms.CharField(
        label=gettext_lazy("Explanation for the centre"), max_length=LONGEST_GUIDE, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    @property
    def row(self) -> Requirement:
        return Requirement(**self.cleaned_data)


def _rows(form: type[forms.Form], data: Any, prefix: str, initial: list[dict[str, Any]], **options: Any) -> Any:
    made = forms.formset_factory(form, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 20, validate_max=True)
    return made(data, prefix=prefix, initial=initial, form_kwargs=options)


# ---------------------------------------------------------------- a round, a stage


class RoundForm(forms.Form):
    """One round of selection, with its rubric and the places that are kept free."""

    name = forms.CharField(label=gettext_lazy("Name of the round"), max_length=100, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=RoundKind.choices)
    starts_on = day_field(gettext_lazy("Begins on"), required=False)
    ends_on = day_field(gettext_lazy("Ends on"), required=False)
    seats = _number(
        gettext_lazy("Places"), 1, MOST_SEATS, required=False, help_text=gettext_lazy("Empty: all that pass.")
    )
    pass_mark = _number(
        gettext_lazy("Pass mark, of 100"), 0, rulebook.FULL, required=False,
        help_text=gettext_lazy("Empty: only the places decide."),
    )  # fmt: skip
    assessors = _number(gettext_lazy("Assessors for each application"), 1, 3)
    third_margin = _number(
        gettext_lazy("Ask a third where two differ by more than"), 1, rulebook.FULL, required=False,
        help_text=gettext_lazy("Points of 100. Empty: never."),
    )  # fmt: skip
    appeal_days = _number(
        gettext_lazy("Days to appeal"), 0, 60, help_text=gettext_lazy("Counted from the day of the results.")
    )
    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    # Which fields stand together, under which heading.
    PARTS = (
        (gettext_lazy("The round"), ("name", "kind", "starts_on", "ends_on")),
        (gettext_lazy("Who goes on"), ("seats", "pass_mark")),
        (gettext_lazy("Assessors and appeals"), ("assessors", "third_margin", "appeal_days")),
    )

    def __init__(self, data: Any, one: Round, *, names: Names) -> None:
        super().__init__(data, initial={**asdict(one), "mark": mark_of(one)})
        quotas = [{"group": quota_key(quota), "seats": quota.seats} for quota in one.quotas]
        self.criteria = _rows(CriterionRow, data, "kriteria", [asdict(criterion) for criterion in one.criteria])
        self.quotas = _rows(QuotaRow, data, "kuota", quotas, names=names)

    @property
    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names]) for heading, names in self.PARTS]

    @property
    def is_whole(self) -> bool:
        """Whether all of it can be read."""
        return all([self.is_valid(), self.criteria.is_valid(), self.quotas.is_valid()])

    @property
    def rules(self) -> Round:
        data = {name: value for name, value in self.cleaned_data.items() if name != "mark"}
        return Round(
            **data, criteria=tuple(one.row for one in self.criteria), quotas=tuple(one.row for one in self.quotas)
        )


class StageForm(forms.Form):
    """One stage of transformation, with what it requires."""

    name = forms.CharField(label=gettext_lazy("Name of the stage"), max_length=100, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=StageKind.choices)
    starts_on = day_field(gettext_lazy("Begins on"), required=False)
    ends_on = day_field(gettext_lazy("Ends on"), required=False)
    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, one: Stage) -> None:
        super().__init__(data, initial={**asdict(one), "mark": mark_of(one)})
        required = [asdict(requirement) for requirement in one.requirements]
        self.requirements = _rows(RequirementRow, data, "syarat", required)

    @property
    def is_whole(self) -> bool:
        return all([self.is_valid(), self.requirements.is_valid()])

    @property
    def rules(self) -> Stage:
        data = {name: value for name, value in self.cleaned_data.items() if name != "mark"}
        return Stage(**data, requirements=tuple(one.row for one in self.requirements))


# ---------------------------------------------------------------- buttons that change rows


def arranged(rows: Sequence[Any], wish: str, *, blank: Any) -> tuple[Any, ...]:
    """The rows after a button such as "naik-2", "turun-0", "hapus-1" or "tambah"; others change nothing."""
    found = list(rows)
    verb, _hyphen, place = wish.partition("-")
    if verb == "tambah":
        return (*found, blank)
    if not place.isdecimal() or int(place) >= len(found):
        return tuple(found)
    at = int(place)
    if verb == "hapus":
        del found[at]
    to = {"naik": at - 1, "turun": at + 1}.get(verb, -1)
    if 0 <= to < len(found):
        found[at], found[to] = found[to], found[at]
    return tuple(found)


def without_blank_rows(part: Round | Stage) -> Round | Stage:
    """As it is kept by who says that they are done: rows in which nothing stands are dropped."""
    if isinstance(part, Stage):
        return replace(part, requirements=tuple(one for one in part.requirements if one.name or one.guide))
    return replace(
        part, criteria=tuple(one for one in part.criteria if one.name or one.guide),
        quotas=tuple(one for one in part.quotas if one.group),
    )  # fmt: skip


def with_wish(part: Round | Stage, wish: str) -> Round | Stage:
    """After a button of a row, such as "kriteria.naik-2" or "kuota.tambah"; "simpan" drops blank rows."""
    rows, _dot, verb = wish.partition(".")
    if isinstance(part, Stage) and rows == "syarat":
        return replace(part, requirements=arranged(part.requirements, verb, blank=Requirement("")))
    if isinstance(part, Round) and rows == "kriteria":
        return replace(part, criteria=arranged(part.criteria, verb, blank=Criterion("")))
    if isinstance(part, Round) and rows == "kuota":
        return replace(part, quotas=arranged(part.quotas, verb, blank=Quota("", "", 1)))
    return without_blank_rows(part)
