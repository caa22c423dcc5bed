"""Indonesian phone numbers, as people type them, in one form (E.164)."""

import re

from django.utils.translation import gettext as _

from kernel.encryption import lookup_hash, lookup_hashes
from kernel.errors import DomainError

CONTEXT = "accounts.user.phone"


class PhoneRefused(DomainError):
    code = "phone_refused"


def normalise(typed: str) -> str:
    """``0812-3456-7890``, ``62812…`` and ``+62 812…`` as ``+6281234567890``. Raises PhoneRefused.

    A mobile number has 9 to 12 digits behind the country code and begins with 8 (numbering plan of the
    ministry of communication, regulation 14/2018).
    """
    digits = re.sub(r"[\s().\-–]", "", typed.strip())
    digits = re.sub(r"^(\+62|0062|62|0)", "", digits)
    if not re.fullmatch(r"8[0-9]{8,11}", digits):
        raise PhoneRefused(_("Type an Indonesian mobile number, such as 0812 3456 7890."))
    return f"+62{digits}"


def lookup(phone: str) -> str:
    """The keyed hash under which a normalised number is found."""
    return lookup_hash(phone, context=CONTEXT)


def lookups(phone: str) -> list[str]:
    """All hashes under which a number may be found while a new lookup key takes over, the current one first."""
    return lookup_hashes(phone, context=CONTEXT)


def masked(phone: str) -> str:
    """For screens: ``+62 812 •••• 7890``."""
    return f"+62 {phone[3:6]} •••• {phone[-4:]}"
