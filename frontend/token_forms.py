"""The form for a new token: what it is for, how long, and what it may do."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hub.tokens.scopes import Scope

LASTS = (30, 90, 180, 365)  # days


class TokenForm(forms.Form):
    """``useful`` are the scopes that can open something for whoever the token acts as."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=60, help_text=_("For example: monthly report, school website.")
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"), coerce=int, initial=90, help_text=_("After that it opens nothing; make a new one then.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Reading what is open to everyone needs none of these. Choose as few as you can."),
    )

    def __init__(self, *args: Any, useful: Sequence[Scope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days, scopes = self.fields["days"], self.fields["scopes"]
        assert isinstance(days, forms.ChoiceField) and isinstance(scopes, forms.MultipleChoiceField)
        days.choices = [(one, ngettext("%(days)d day", "%(days)d days", one) % {"days": one}) for one in LASTS]
        scopes.choices = [(scope.value, scope.label) for scope in useful]
        if not useful:
            del self.fields["scopes"]

    def clean_scopes(self) -> list[Scope]:
        return [Scope(value) for value in self.cleaned_data["scopes"]]

    @property
    def wanted(self) -> dict[str, Any]:
        """As ``operations.make_for_person`` takes it."""
        return {"scopes": [], **self.cleaned_data}
