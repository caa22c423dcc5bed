"""How allauth behaves here: who may sign up, how phones are kept, what is encrypted, which stages sign-in has."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from hub.accounts import phones, second_factors
from hub.accounts.models import User


class PhoneField(forms.CharField):
    """A phone number in any of the usual spellings, cleaned to E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return phones.normalise(typed)
        except phones.PhoneRefused as error:
            raise ValidationError(str(error)) from error


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come by invitation; people are known by e-mail or phone number."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One message for a wrong password and an unknown person: nobody learns who has an account.
        "email_password_mismatch": _("The e-mail or phone number, or the password, is not right."),
        "phone_password_mismatch": _("The e-mail or phone number, or the password, is not right."),
        "username_password_mismatch": _("The e-mail or phone number, or the password, is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        ours = f"{__name__}.{VerifyEmailStage.__name__}"
        theirs = f"{EmailVerificationStage.__module__}.{EmailVerificationStage.__name__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def is_safe_url(self, url: str) -> bool:
        """Signing in leads on within its own host only: allauth's own would let it lead to any centre's."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META["REMOTE_ADDR"])

    # ------------------------------------------------------------ phone numbers

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        return phones.normalise(phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_lookup = phone, phones.lookup(phone)
        user.phone_verified_at = timezone.now() if verified else None
        user.save(update_fields=["phone", "phone_lookup", "phone_verified_at"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        try:
            normalised = phones.normalise(phone)
        except phones.PhoneRefused:
            return None
        return User.objects.filter(phone_lookup__in=phones.lookups(normalised)).first()


class VerifyEmailStage(EmailVerificationStage):
    """Someone who is known by phone number alone has no address to confirm."""

    def handle(self) -> Any:
        if not self.login.user.email:
            return None, True
        return super().handle()


class MFAAdapter(DefaultMFAAdapter):
    """Second factors, with their secrets sealed at rest."""

    def get_totp_issuer(self) -> str:
        return "Balai"

    def encrypt(self, text: str) -> str:
        return second_factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factors.unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # One passkey serves the hub; centres' hosts hand sign-in over to it.
        return {"id": settings.BALAI_DOMAIN, "name": "Balai"}
