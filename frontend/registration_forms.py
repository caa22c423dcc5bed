"""The pages of registering a centre that stands in no register yet."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres import operations, slugs
from hub.centres.models import LicenceKind, MaturityClass, VocationalField
from hub.regions.models import Regency
from hub.regions.queries import regencies_within

from .centre_forms import reason_field, slug_field
from .choices import grouped_by_province, offer


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
        regencies = regencies_within(provinces)
        field.queryset = regencies
        field.choices = [("", _("Choose")), *grouped_by_province(regencies)]


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
        offer(self, "licence_kind", LicenceKind.choices)
        offer(self, "maturity_class", MaturityClass.choices)


class AddressForm(forms.Form):
    """The centre's address on the platform; ``suggestion`` is a free one made of its name."""

    slug = slug_field(gettext_lazy("Address"))
    reason = reason_field(
        gettext_lazy("It stands in the centre's audit trail, which its people can read."),
        label=gettext_lazy("Why it is registered by hand"),
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
