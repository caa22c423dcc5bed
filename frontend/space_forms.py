"""Forms of a centre's inner pages. What is typed stays in them when something is wrong."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres.models import LicenceKind
from tenants.site.models import Palette
from tenants.site.queries import Page

from .adapters import PhoneField

# Where the pin is in a link of a map, or two numbers with a comma between them as maps give them when one copies.
_PIN = re.compile(r"!3d(-?\d{1,2}\.\d+)!4d(-?\d{1,3}\.\d+)")
_PAIR = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)")
_STEP = Decimal("0.000001")  # degrees: a tenth of a metre
_SOUTH, _NORTH, _WEST, _EAST = Decimal("-11.2"), Decimal("6.4"), Decimal("94.5"), Decimal("141.2")


class LocationField(forms.CharField):
    """A place on the map; cleaned, latitude and longitude in degrees, or None."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value[0]}, {value[1]}" if isinstance(value, tuple) else value

    def clean(self, value: Any) -> tuple[Decimal, Decimal] | None:
        text = super().clean(value)
        if not text:
            return None
        found = _PIN.search(text) or _PAIR.search(text)
        if found is None:
            raise ValidationError(_("Copy the two numbers of the place from a map, such as -8.098300, 112.168100."))
        latitude, longitude = (Decimal(part).quantize(_STEP) for part in found.groups())
        if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
            raise ValidationError(_("This place is not in Indonesia. The first number is the latitude, as -8.098300."))
        return latitude, longitude


class PageForm(forms.Form):
    """A centre's public page, as its staff write it."""

    about = forms.CharField(
        label=gettext_lazy("About us"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Who you are, what you train, for whom. An empty line begins a new paragraph."),
    )
    whatsapp = PhoneField(
        label=gettext_lazy("WhatsApp number"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Everybody sees it. Better the centre's number than one person's."),
    )
    opening_hours = forms.CharField(
        label=gettext_lazy("Opening hours"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One line each, such as: Monday–Friday 08.00–15.00"),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Street, hamlet, and what people nearby know, such as a mosque or a market."),
    )
    location = LocationField(
        label=gettext_lazy("Place on the map"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "Press long on your centre in Google Maps, copy the two numbers and paste them here. A long link works too."
        ),
    )
    palette = forms.ChoiceField(
        label=gettext_lazy("Colours of the page"), choices=Palette.choices, widget=forms.RadioSelect, required=False
    )

    @classmethod
    def initial_of(cls, page: Page) -> dict[str, Any]:
        initial = {name: getattr(page, name, None) for name in cls.base_fields}
        # As people write a number at home.
        initial["whatsapp"] = f"0{page.whatsapp.removeprefix('62')}" if page.whatsapp else ""
        initial["location"] = (page.latitude, page.longitude) if page.latitude is not None else None
        return initial

    def clean_whatsapp(self) -> str:
        return str(self.cleaned_data["whatsapp"]).removeprefix("+")

    def clean_palette(self) -> str:
        return self.cleaned_data["palette"] or Palette.NILA.value

    def page(self) -> Page:
        said = dict(self.cleaned_data)
        latitude, longitude = said.pop("location") or (None, None)
        return Page(**said, latitude=latitude, longitude=longitude)


class AnnouncementForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=150)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("What, when, where, for whom, and whom to ask."),
    )


class InstitutionForm(forms.Form):
    foundation = forms.CharField(
        label=gettext_lazy("Foundation"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The foundation or institution that the centre belongs to."),
    )
    village = forms.CharField(label=gettext_lazy("Village"), max_length=100, required=False)
    established = forms.IntegerField(
        label=gettext_lazy("Established in the year"),
        min_value=1900,
        max_value=2100,
        required=False,
        localize=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Places for training at one time"),
        min_value=1,
        max_value=2000,
        required=False,
        localize=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("How many participants can be trained at one time, all batches together."),
    )
    is_women_led = forms.NullBooleanField(label=gettext_lazy("Led by a woman"), required=False)


class LicenceForm(forms.Form):
    licence_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of licence"),
        choices=[("", gettext_lazy("Not stated")), *LicenceKind.choices],
        required=False,
        help_text=gettext_lazy("A centre without one says so: that is information, too."),
    )
    licence_number = forms.CharField(label=gettext_lazy("Number of the licence"), max_length=100, required=False)
    vin = forms.CharField(
        label="VIN",
        max_length=40,
        required=False,
        help_text=gettext_lazy("The vocational identification number that the ministry gave your centre."),
    )


class MeansForm(forms.Form):
    facilities = forms.CharField(
        label=gettext_lazy("Facilities"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("One line each, such as: 16 sewing machines, in working order"),
    )
    instructor_count = forms.IntegerField(
        label=gettext_lazy("Number of instructors"),
        min_value=0,
        max_value=500,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class DayField(forms.DateField):
    """A day, typed or picked from the phone's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        # The browser's calendar speaks ISO whatever the page's language is.
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), localize=False, **kwargs)
