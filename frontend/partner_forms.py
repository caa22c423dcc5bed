"""Forms of companies: what they say of themselves, their documents, the ministry's answers, and asking to join."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts.models import Organisation, OrganisationKind
from hub.partners.models import (
    EvidenceKind,
    KbliEdition,
    LegalForm,
    PartnerProfile,
    SizeBand,
    kbli_format,
    nib_format,
    website_format,
)
from hub.partners.queries import NEEDED
from hub.regions.queries import all_regencies
from kernel.files import Storable

from .choices import grouped_by_province, offer
from .upload_forms import DocumentField, PictureField

LONGEST_DRAFT = 4000  # characters of one field
_ASKED_FOR = {field.removesuffix("_id") for field in NEEDED}


class CompanyForm(forms.Form):
    """A company's profile. Almost all of it may wait: what is missing is named beside it, and asked for later."""

    name = forms.CharField(
        label=gettext_lazy("Legal name"), max_length=200, help_text=gettext_lazy("As on the NIB certificate.")
    )
    legal_form = forms.ChoiceField(label=gettext_lazy("Legal form"), required=False)
    nib = forms.CharField(
        label=gettext_lazy("NIB"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Business identification number, 13 digits. Visible to the ministry only."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    industry = forms.CharField(
        label=gettext_lazy("Industry"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("In your own words, such as: ready-made garments."),
    )
    kbli = forms.CharField(
        label=gettext_lazy("Code in the KBLI"),
        required=False,
        max_length=10,
        help_text=gettext_lazy("5 digits, as on the NIB certificate."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    kbli_edition = forms.ChoiceField(
        label=gettext_lazy("Edition of the KBLI"),
        required=False,
        help_text=gettext_lazy("The same code can mean something else in another edition."),
    )
    size_band = forms.ChoiceField(label=gettext_lazy("Workers"), required=False)
    regency = forms.ChoiceField(label=gettext_lazy("Regency or city"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=300)
    website = forms.CharField(
        label=gettext_lazy("Website"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"}),
    )
    about = forms.CharField(
        label=gettext_lazy("About the company"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What you make, and which workers you look for."),
    )
    contact_role = forms.CharField(
        label=gettext_lazy("Whom centres should ask for"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("A post, not a name. Such as: head of personnel."),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show us on the public list of partners, once the ministry has verified us"), required=False
    )

    # Which fields stand together, under which heading.
    PARTS = (
        (gettext_lazy("What the ministry checks"), ("name", "legal_form", "nib")),
        (gettext_lazy("Line of business"), ("industry", "kbli", "kbli_edition", "size_band")),
        (gettext_lazy("Place"), ("regency", "address")),
        (gettext_lazy("For centres and participants"), ("about", "website", "contact_role", "is_public")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "legal_form", LegalForm.choices)
        offer(self, "kbli_edition", KbliEdition.choices)
        offer(self, "size_band", SizeBand.choices)
        offer(self, "regency", grouped_by_province(all_regencies()))

    @property
    def parts(self) -> list[tuple[Any, list[tuple[forms.BoundField, bool]]]]:
        """Heading and fields of each part; with each field whether the verification can do without it."""
        return [(heading, [(self[name], name not in _ASKED_FOR) for name in names]) for heading, names in self.PARTS]

    def clean_nib(self) -> str:
        return _formatted(self.cleaned_data["nib"], nib_format)

    def clean_kbli(self) -> str:
        return _formatted(self.cleaned_data["kbli"], kbli_format)

    def clean_website(self) -> str:
        website = str(self.cleaned_data["website"]).strip()
        if not website:
            return ""
        website = website if "://" in website else f"https://{website}"
        try:
            website_format(website)
        except ValidationError:
            raise ValidationError(_("Type an address such as www.contoh.co.id.")) from None
        return website

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kbli") and not data.get("kbli_edition"):
            self.add_error("kbli_edition", _("Choose the edition that the code is from."))
        if not data.get("kbli") and "kbli" not in self.errors:
            data["kbli_edition"] = ""
        return data

    @property
    def said(self) -> dict[str, Any]:
        """As ``operations.describe`` takes it."""
        data = dict(self.cleaned_data)
        data["regency_id"] = data.pop("regency") or None
        return data

    @classmethod
    def typed(cls, posted: Mapping[str, str]) -> dict[str, str]:
        """What to keep as a draft: the form's own fields as they were typed."""
        return {name: posted.get(name, "").replace("\0", "")[:LONGEST_DRAFT] for name in cls.base_fields}


def initial_of(organisation: Organisation, profile: PartnerProfile) -> dict[str, Any]:
    """The draft if there is one, else what is saved."""
    if profile.draft is not None:
        return {**profile.draft, "is_public": bool(profile.draft.get("is_public"))}
    saved = {name: getattr(profile, name) for name in CompanyForm.base_fields if name not in ("name", "regency")}
    return {**saved, "name": organisation.name, "regency": profile.regency_id or ""}


def _formatted(typed: str, form: Any) -> str:
    """Digits without the spaces, dots and dashes that people put between them, in the form that is wanted."""
    digits = "".join(letter for letter in typed if letter not in " .-")
    if digits:
        form(digits)
    return digits


class LogoForm(forms.Form):
    logo = PictureField(
        label=gettext_lazy("Logo"),
        longest_edge=400,
        error_messages={"required": gettext_lazy("Choose a picture.")},
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 8 MB. A square one looks best."),
    )


class EvidenceForm(forms.Form):
    """The documents that the ministry compares name and NIB with."""

    nib = DocumentField(
        label=gettext_lazy("NIB certificate"),
        error_messages={"required": gettext_lazy("Choose the NIB certificate.")},
        help_text=gettext_lazy("From OSS, as a PDF or a clear picture."),
    )
    deed = DocumentField(
        label=gettext_lazy("Deed of establishment or other legal document"),
        required=False,
        help_text=gettext_lazy("Helps if the name on the NIB certificate is another one."),
    )
    other = DocumentField(label=gettext_lazy("Other document"), required=False)

    @property
    def documents(self) -> dict[EvidenceKind, Storable]:
        return {EvidenceKind(name): sent for name, sent in self.cleaned_data.items() if sent}


class RegisterForm(forms.Form):
    """A company or training provider that the ministry takes in, and the person who shall answer for it."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    name = forms.CharField(label=gettext_lazy("Legal name"), max_length=200)
    owner_name = forms.CharField(label=gettext_lazy("Name of the owner of its pages"), max_length=150)
    owner_email = forms.EmailField(
        label=gettext_lazy("Their e-mail"),
        help_text=gettext_lazy("We mail them an invitation that works once, for seven days."),
    )

    def __init__(self, *args: Any, kinds: list[OrganisationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.value, kind.label) for kind in kinds]
        field.initial = kinds[0]

    def clean_kind(self) -> OrganisationKind:
        return OrganisationKind(self.cleaned_data["kind"])


class OwnerForm(forms.Form):
    """Another owner, invited by the ministry: for an organisation that has none, or lost touch with its own."""

    owner_name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    owner_email = forms.EmailField(label=gettext_lazy("E-mail"))


class VerifyForm(forms.Form):
    compared = forms.BooleanField(
        label=gettext_lazy("I have compared the legal name and the NIB with the documents; they are the same."),
        error_messages={"required": gettext_lazy("Compare them first: this is all that a verification says.")},
    )


class ReasonForCompanyForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They read it, word for word. Say what to do to put it right."),
    )


class JoinForm(forms.Form):
    """From somebody without an account. ``pesan_lain`` is for programs that fill in everything: nobody sees it."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The invitation comes to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Where you work, and what you would like to do with the centres."),
    )
    agree = forms.BooleanField(
        label=gettext_lazy("I have read this and agree."),
        error_messages={"required": gettext_lazy("Without it we may not keep your name and address.")},
    )
    pesan_lain = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_a_programs(self) -> bool:
        return bool(self.cleaned_data["pesan_lain"])

    @property
    def wish(self) -> dict[str, str]:
        """As ``operations.ask_to_join`` takes it."""
        return {name: self.cleaned_data[name] for name in ("name", "company", "email", "message")}
