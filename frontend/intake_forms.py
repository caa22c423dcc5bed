"""The pages of a centre's application, the ministry's answers to it, and claiming a space by a code."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts import phones
from hub.centres import operations as centres
from hub.centres import slugs
from hub.centres.models import LicenceKind, VocationalField
from hub.intake.facts import NAMES, Facts
from hub.intake.models import Paper, PaperKind

from .centre_forms import slug_field
from .choices import offer
from .registration_forms import PlaceForm
from .upload_forms import PaperField

MOST_SEATS = 2000
# Licences that there is a paper of.
_ON_PAPER = frozenset({LicenceKind.NIB, LicenceKind.AHU_DEED, LicenceKind.LOCAL_PERMIT, LicenceKind.STATEMENT_LETTER})


class InstitutionForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the centre"), max_length=200, help_text=gettext_lazy("As on its licence.")
    )
    foundation = forms.CharField(
        label=gettext_lazy("Foundation"),
        max_length=200,
        help_text=gettext_lazy("The foundation, boarding school or body that carries the centre."),
    )
    established = forms.IntegerField(
        label=gettext_lazy("Year it was established"), min_value=1900, max_value=2100, required=False
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        required=False,
        help_text=gettext_lazy("We send you the link to go on with later, and the answer. Without one you copy it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class WhereForm(PlaceForm):
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=300,
        help_text=gettext_lazy("Street, number, neighbourhood (RT/RW), sub-district."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, provinces=None, **kwargs)
        self.fields["village"].required = True


class LicenceForm(forms.Form):
    licence_kind = forms.ChoiceField(
        label=gettext_lazy("Licence"), help_text=gettext_lazy("Without one you can apply, too: choose “None”.")
    )
    licence_number = forms.CharField(label=gettext_lazy("Number of the licence"), max_length=100, required=False)
    vin = forms.CharField(
        label=gettext_lazy("VIN"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("The vocational identification number, if the centre has one already."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "licence_kind", LicenceKind.choices)


class TaughtForm(forms.Form):
    fields_taught = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Vocational fields"),
        queryset=VocationalField.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one field.")},
    )


class MeansForm(forms.Form):
    facilities = forms.CharField(
        label=gettext_lazy("Facilities"),
        max_length=2000,
        help_text=gettext_lazy("Rooms, workshops and machines, one on each line."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        min_value=1,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("How many people can be trained at the same time."),
    )


class PeopleForm(forms.Form):
    head_name = forms.CharField(
        label=gettext_lazy("Name of the head"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    is_women_led = forms.BooleanField(label=gettext_lazy("The head is a woman"), required=False)
    head_email = forms.EmailField(
        label=gettext_lazy("E-mail of the head"),
        required=False,
        help_text=gettext_lazy("The invitation into the centre's space comes to this address."),
    )
    head_phone = forms.CharField(
        label=gettext_lazy("WhatsApp number of the head"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("E-mail or WhatsApp: one of them is needed."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    instructor_count = forms.IntegerField(label=gettext_lazy("Number of instructors"), min_value=0, max_value=500)

    def clean_head_phone(self) -> str:
        typed = str(self.cleaned_data["head_phone"])
        if not typed.strip():
            return ""
        try:
            return phones.normalise(typed)
        except phones.PhoneRefused as error:
            raise ValidationError(str(error), code=error.code) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("head_email") or data.get("head_phone") or {"head_email", "head_phone"} & set(self.errors)):
            self.add_error("head_email", _("Type an e-mail address or a WhatsApp number."))
        return data


class PapersForm(forms.Form):
    """Documents, each put away as soon as the page is sent; ``there`` are those that are, by kind."""

    paper_licence = PaperField(
        label=PaperKind.LICENCE.label, help_text=gettext_lazy("A PDF of up to 10 MB, or a clear photo of up to 8 MB.")
    )
    paper_deed = PaperField(label=PaperKind.DEED.label, required=False)
    paper_photo = PaperField(
        label=PaperKind.PHOTO.label, required=False, help_text=gettext_lazy("It shows the official where people learn.")
    )
    paper_other = PaperField(label=PaperKind.OTHER.label, required=False)

    def __init__(self, *args: Any, there: Mapping[str, Paper], licence_kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if paper := there.get(name):
                words = _("Uploaded (%(size)s)") % {"size": filesizeformat(paper.size)}
                setattr(field, "there_already", words)  # noqa: B010  (for the last page)
                field.required = False
                field.help_text = _("%(uploaded)s. Choose a file only to replace it.") % {"uploaded": words}
        if licence_kind not in _ON_PAPER:
            self.fields["paper_licence"].required = False

    @property
    def documents(self) -> dict[PaperKind, Any]:
        return {PaperKind(name): sent for name, sent in self.cleaned_data.items() if sent}


class AgreeForm(forms.Form):
    agree = forms.BooleanField(
        label=gettext_lazy("I have read this and agree. What stands above is true."),
        error_messages={"required": gettext_lazy("Without it we may not keep the application.")},
    )


def facts_of(cleaned: Mapping[str, Any]) -> Facts:
    """The answers of all pages as the hub keeps them."""
    said = {name: cleaned[name] for name in NAMES if name in cleaned}
    said["regency"] = cleaned["regency"].pk
    said["fields_taught"] = tuple(sorted(field.pk for field in cleaned["fields_taught"]))
    return Facts(**said)


# ---------------------------------------------------------------- the ministry's answers


class RemarksForm(forms.Form):
    """A remark on any of the answers, by the name of the fact or paper, and a word about the whole."""

    note = forms.CharField(
        label=gettext_lazy("About the whole"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, names: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name] = forms.CharField(max_length=500, required=False)

    @property
    def said(self) -> dict[str, Any]:
        """As ``operations.ask_back`` takes it."""
        remarks = {name: text for name, text in self.cleaned_data.items() if name != "note" and text}
        return {"note": self.cleaned_data["note"], "remarks": remarks}


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The applicant reads it, word for word. Say what would have to be different."),
    )


NEW = "baru"  # no row of the register: a centre that was not known


class ApproveForm(forms.Form):
    """As what the centre comes in: a new one, one of the likely rows (``choices`` by code), or another by its code."""

    into = forms.ChoiceField(
        label=gettext_lazy("This application is"),
        error_messages={"required": gettext_lazy("Say whether the centre is in the register already.")},
    )
    slug = slug_field(gettext_lazy("Address"))

    def __init__(self, *args: Any, choices: Collection[tuple[str, str]], suggestion: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(NEW, _("a new centre")), *choices]
        self.fields["slug"].required = False
        self.fields["slug"].initial = suggestion
        if not choices:
            field.initial = NEW

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("into") != NEW:
            return data
        try:
            data["slug"] = slugs.clean(data.get("slug", ""))
        except slugs.SlugRefused as error:
            self.add_error("slug", str(error))
            return data
        if centres.address_is_taken(data["slug"]):
            words = _("The address “%(slug)s” is taken, or looks like one that is.")
            self.add_error("slug", words % {"slug": data["slug"]})
        return data


# ---------------------------------------------------------------- claiming by a code


class FindForm(forms.Form):
    kode = forms.CharField(
        label=gettext_lazy("Code of the centre"),
        max_length=20,
        help_text=gettext_lazy("8 letters and digits; it stands in the ministry's letter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class ClaimForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Claim code"),
        max_length=30,
        help_text=gettext_lazy("10 letters and digits from the letter, such as K7M2X-9AB4T. Capitals do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        required=False,
        help_text=gettext_lazy("No e-mail? Leave it empty: you make your account with your mobile number next."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
