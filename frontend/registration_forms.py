"""The pages of registering a centre that stands in no register yet."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres import operations, slugs
from hub.centres.models import LicenceKind, MaturityClass, VocationalField
from hub.regions.models import Regency


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the centre"), max_length=200, help_text=gettext_lazy("As on its licence.")
    )
    foundation = forms.CharField(label=gettext_lazy("Foundation"), max_length=200, required=False)
    established = forms.IntegerField(
        label=gettext_lazy("Year it was established"), min_value=1900, max_value=2100, required=False
    )


class PlaceForm(forms.Form):
    """``provinces``: the codes that this officer looks after; None for all."""

    regency = forms.ModelChoiceField(label=gettext_lazy("Regency or city"), queryset=Regency.objects.none())
    village = forms.CharField(label=gettext_lazy("Village"), max_length=100, required=False)

    def __init__(self, *args: Any, provinces: frozenset[str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["regency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, field.choices = regencies_by_province(provinces)


def regencies_by_province(provinces: frozenset[str] | None) -> tuple[Any, list[Any]]:
    """The regencies of these provinces (None: of all), and as choices in groups, with one that chooses none."""
    regencies = Regency.objects.select_related("province").order_by("province__name", "name")
    if provinces is not None:
        regencies = regencies.filter(province__in=provinces)
    grouped: dict[str, list[tuple[str, str]]] = {}
    for one in regencies:
        grouped.setdefault(str(one.province), []).append((one.code, str(one)))
    return regencies, [("", _("Choose")), *grouped.items()]


class FieldsForm(forms.Form):
    fields_taught = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Vocational fields"),
        queryset=VocationalField.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    licence_kind = forms.ChoiceField(label=gettext_lazy("Licence"), required=False)
    licence_number = forms.CharField(label=gettext_lazy("Number of the licence"), max_length=100, required=False)
    vin = forms.CharField(label=gettext_lazy("VIN"), max_length=40, required=False)
    maturity_class = forms.ChoiceField(label=gettext_lazy("Class"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("licence_kind", LicenceKind.choices), ("maturity_class", MaturityClass.choices)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Not stated")), *choices]


class AddressForm(forms.Form):
    """The centre's address on the platform; ``suggestion`` is a free one made of its name."""

    slug = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Short and easy to say on the phone: 3 to 40 of the letters a–z, digits and hyphens."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is registered by hand"),
        min_length=5,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the centre's audit trail, which its people can read."),
    )

    def __init__(self, *args: Any, suggestion: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].initial = suggestion

    def clean_slug(self) -> str:
        try:
            slug = slugs.clean(self.cleaned_data["slug"])
        except slugs.SlugRefused as error:
            raise ValidationError(str(error)) from error
        if operations.address_is_taken(slug):
            raise ValidationError(_("The address “%(slug)s” is taken, or looks like one that is.") % {"slug": slug})
        return slug


class HeadForm(forms.Form):
    """Whom to invite as the head; both empty: nobody yet."""

    head_name = forms.CharField(label=gettext_lazy("Name of the head"), max_length=150, required=False)
    head_email = forms.EmailField(
        label=gettext_lazy("E-mail of the head"),
        required=False,
        help_text=gettext_lazy("Leave it empty to get a link that you send yourself, for example by WhatsApp."),
    )
