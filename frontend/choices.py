"""Choices that several forms offer in the same way."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from hub.regions.models import Regency


def grouped_by_province(regencies: Iterable[Regency]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Regencies, province by province as they come, as the groups of a select."""
    grouped = groupby(regencies, key=lambda one: str(one.province))
    return [(province, [(one.code, str(one)) for one in ones]) for province, ones in grouped]


def offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Have a field offer these, and before them to say nothing."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("Not stated")), *choices]
