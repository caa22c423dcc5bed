"""Sentences of Django that we say in our own words: where the platform's catalogue has one, it comes before Django's.

They stand here for ``frontend.messages`` to find; the Indonesian is in the catalogue, the English stays Django's.
"""

from django.utils.translation import gettext_lazy as _

SENTENCES = (
    _("This field is required."),
    _("Enter a valid email address."),
    _("Enter a valid date."),
    _("Enter a valid URL."),
    _("Enter a whole number."),
)
