"""Forms of people's accounts, roles and visits."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts import phones
from hub.accounts.models import Invitation, User
from hub.accounts.roles import CENTRE_ROLES, ORGANISATION_ROLES, Role
from hub.centres.models import Centre
from hub.centres.queries import listed
from hub.regions.queries import all_provinces

from .adapters import PhoneField


class NewAccountForm(forms.Form):
    """A name, a way to be reached, a password. A mailed invitation has settled the address already."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=150)
    reach = forms.CharField(
        label=gettext_lazy("E-mail or mobile number"),
        max_length=254,
        help_text=gettext_lazy("You sign in with it."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters. A short sentence is easy to remember."),
    )
    agree = forms.BooleanField(
        label=gettext_lazy("I have read how Balai uses my data, and agree."),
        error_messages={"required": gettext_lazy("Without it we may not keep your name and how to reach you.")},
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = invitation.name
        if invitation.email:
            del self.fields["reach"]
        self.invited_email = invitation.email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if reach := data.get("reach", "").strip():
            try:
                data |= _email_or_phone(reach)
            except (ValidationError, phones.PhoneRefused):
                self.add_error("reach", _("Type an e-mail address, or a mobile number such as 0812 3456 7890."))
        if password := data.get("password"):
            try:
                validate_password(password, User(name=data.get("name", ""), email=self.invited_email or None))
            except ValidationError as error:
                self.add_error("password", error)
        return data

    def is_taken(self) -> bool:
        """True if the address or number belongs to an account. Never said to whoever asks."""
        email = self.invited_email or self.cleaned_data.get("email", "")
        if email:
            return User.objects.filter(email__iexact=email).exists()
        return User.objects.filter(phone_lookup__in=phones.lookups(self.cleaned_data["phone"])).exists()


def _email_or_phone(reach: str) -> dict[str, str]:
    if "@" in reach:
        return {"email": forms.EmailField().clean(reach).lower()}
    return {"phone": phones.normalise(reach)}


class EmailChangeForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("New e-mail address"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email == self.user.email:
            raise ValidationError(_("This is your address already."))
        return email


class PhoneChangeForm(forms.Form):
    phone = PhoneField(label=gettext_lazy("New mobile number"), max_length=30)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if phone == self.user.phone:
            raise ValidationError(_("This is your number already."))
        return phone


class InviteStaffForm(forms.Form):
    """An invitation from a centre's head to someone who shall work there."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("Leave empty to get a link that you send yourself, for example by WhatsApp."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, role.label) for role in roles]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class InviteForm(InviteStaffForm):
    """An invitation from the ministry: with the centre, organisation or provinces that the role needs."""

    centre = forms.CharField(
        label=gettext_lazy("Code of the centre"),
        required=False,
        max_length=8,
        help_text=gettext_lazy("For a centre's head: the code on the centre's page in the directory."),
    )
    organisation = forms.CharField(
        label=gettext_lazy("Company or training provider"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For people of companies and training providers."),
    )
    provinces = forms.MultipleChoiceField(
        label=gettext_lazy("Provinces"), required=False, help_text=gettext_lazy("For a provincial officer.")
    )
    field_order = ("role", "name", "email", "centre", "organisation", "provinces")

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, roles=roles, **kwargs)
        field = self.fields["provinces"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(province.code, str(province)) for province in all_provinces()]

    def clean_centre(self) -> Centre | None:
        code = self.cleaned_data["centre"].strip().lower()
        # What was typed for a role that was chosen before does not count: the field is not shown any more.
        if not code or self.cleaned_data.get("role") not in CENTRE_ROLES:
            return None
        centre = listed().select_related("regency").filter(code=code).first()
        if centre is None:
            raise ValidationError(_("There is no centre of this code."))
        return centre

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        role = data.get("role")
        if role in CENTRE_ROLES and not data.get("centre") and "centre" not in self.errors:
            self.add_error("centre", _("Type the centre's code for this role."))
        if role in ORGANISATION_ROLES and not data.get("organisation", "").strip():
            self.add_error("organisation", _("Type the organisation's name for this role."))
        if role == Role.PROVINCIAL_OFFICER and not data.get("provinces"):
            self.add_error("provinces", _("Choose at least one province."))
        return data

    def offer(self) -> dict[str, Any]:
        """What ``operations.invite`` takes, with just the scope that the role needs."""
        data = self.cleaned_data
        role = data["role"]
        return {
            "role": role,
            "name": data["name"],
            "email": data["email"],
            "centre": data["centre"] if role in CENTRE_ROLES else None,
            "organisation_name": data["organisation"].strip(),
            "provinces": data["provinces"] if role == Role.PROVINCIAL_OFFICER else (),
        }


class AddPasskeyForm(AddWebAuthnForm):
    """allauth's, in our words, and ready to replace the password unless the person says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("Such as the name of the phone it is on.")
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True


class EraseForm(forms.Form):
    """The word that nobody types by mistake."""

    WORD = "hapus"

    word = forms.CharField(
        label=gettext_lazy("Type the word “hapus”"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"]).strip().lower()
        if word != self.WORD:
            raise ValidationError(_("Type “hapus” to erase your account. Nothing was erased."))
        return word


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class VisitForm(forms.Form):
    """A request to look into a centre's space."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The centre reads this. Say what you need to see and why."),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours (24 at most)"), min_value=1, max_value=24, initial=4
    )
    may_write = forms.BooleanField(label=gettext_lazy("I need to change something there"), required=False)
    is_emergency = forms.BooleanField(
        label=gettext_lazy("Emergency: I go in now; the head is told at once"), required=False
    )
