"""Forms of the ministry's pages about centres."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres.models import Centre, LicenceKind, MaturityClass, VocationalField
from hub.centres.queries import FACTS
from hub.regions.queries import regencies_within
from workflows.merging import Difference, Pick

from .choices import grouped_by_province, offer

LONGEST_REASON = 300  # what a closed centre's page has room for


def slug_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Short and easy to say on the phone: 3 to 40 of the letters a–z, digits and hyphens."),
    )


def reason_field(help_text: Any, *, label: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label or gettext_lazy("Reason"),
        min_length=5,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class StepForm(forms.Form):
    """Why a centre's state changes."""

    reason = reason_field("")

    def __init__(self, *args: Any, is_public: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = (
            _("The people of the centre read this, and whoever sends something to it.")
            if is_public
            else _("It stands in the centre's audit trail, which its people can read.")
        )


class AddressForm(forms.Form):
    slug = slug_field(gettext_lazy("New address"))
    reason = reason_field(gettext_lazy("It stands in the centre's audit trail, which its people can read."))


class FactsForm(forms.ModelForm):
    """What the hub states about a centre. It only checks; ``operations.correct`` changes."""

    fields_taught = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Vocational fields"), queryset=VocationalField.objects.all(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = reason_field(gettext_lazy("It stands in the centre's audit trail, which its people can read."))

    class Meta:
        model = Centre
        fields = [name for name in FACTS if name != "fields"]
        labels = {
            "name": gettext_lazy("Name of the centre"),
            "foundation": gettext_lazy("Foundation"),
            "regency": gettext_lazy("Regency or city"),
            "village": gettext_lazy("Village"),
            "established": gettext_lazy("Year it was established"),
            "licence_kind": gettext_lazy("Licence"),
            "licence_number": gettext_lazy("Number of the licence"),
            "vin": gettext_lazy("VIN"),
            "maturity_class": gettext_lazy("Class"),
            "seats": gettext_lazy("Places for training at one time"),
            "is_women_led": gettext_lazy("Led by a woman"),
            "accredited_until": gettext_lazy("Accredited until"),
        }
        help_texts = {"accredited_until": gettext_lazy("The last valid day. Empty: no accreditation is known.")}
        widgets = {"accredited_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, provinces: frozenset[str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_taught"].initial = [field.pk for field in self.instance.fields.all()]
        self.fields["seen"].initial = self.instance.updated_at.isoformat()
        regencies = regencies_within(provinces)
        regency = self.fields["regency"]
        assert isinstance(regency, forms.ModelChoiceField)
        regency.queryset = regencies
        regency.choices = grouped_by_province(regencies)
        offer(self, "licence_kind", LicenceKind.choices)
        offer(self, "maturity_class", MaturityClass.choices)
        self.order_fields([*self.Meta.fields, "fields_taught", "reason"])

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under headings, as the page shows them."""
        parts = {
            _("Identity"): ("name", "foundation", "established", "is_women_led"),
            _("Where it is"): ("regency", "village"),
            _("Licence and standing"): ("licence_kind", "licence_number", "vin", "maturity_class", "accredited_until"),
            _("What it teaches"): ("fields_taught", "seats"),
        }
        return [(heading, [self[name] for name in names]) for heading, names in parts.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            data["seen"] = parse_datetime(data.get("seen", ""))
        except ValueError:
            data["seen"] = None
        if data["seen"] is None:
            self.add_error(None, _("The form is not whole. Load the page again, then change the centre."))
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """As ``operations.correct`` takes them: only what the person changed."""
        facts = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.changed_data}
        if "fields_taught" in self.changed_data:
            facts["fields"] = list(self.cleaned_data["fields_taught"])
        return facts


class MergeForm(forms.Form):
    """Whose facts the merged centre has, and why the two become one."""

    reason = reason_field(gettext_lazy("It stands in the audit trails of both centres."))

    def __init__(self, *args: Any, differences: tuple[Difference, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = [one.group for one in differences]
        for one in differences:
            picks = [pick for pick in Pick if pick != Pick.BOTH or one.group == "fields"]
            self.fields[one.group] = forms.ChoiceField(
                choices=[(pick.value, pick.label) for pick in picks], initial=one.suggestion, widget=forms.RadioSelect
            )

    @property
    def picks(self) -> dict[str, Pick]:
        return {group: Pick(self.cleaned_data[group]) for group in self.groups}


class BulkForm(forms.Form):
    """Why one step is taken for many centres."""

    reason = reason_field(gettext_lazy("The same for each of them. The people of these centres can read it."))


class ViewForm(forms.Form):
    """A name for a list as it is shown now."""

    name = forms.CharField(label=gettext_lazy("Name of this view"), max_length=60)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    is_default = forms.BooleanField(label=gettext_lazy("Begin with this view"), required=False)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if not name:
            raise ValidationError(_("Type a name for this view."))
        return name
