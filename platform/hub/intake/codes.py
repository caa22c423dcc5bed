"""Codes with which a registered centre claims its space: to be read from a letter and typed on a phone.

Ten letters and digits of Crockford's alphabet, 50 bits. The database keeps a keyed hash: without the key, trying all
codes against a stolen table leads nowhere.
"""

import secrets

from kernel.encryption import lookup_hash, lookup_hashes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
LENGTH = 10
_CONTEXT = "intake.claimcode"
# What people read into a letter that is none of ours.
_LOOK_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new() -> str:
    """A code as it is printed: ``K7M2X-9AB4T``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def _plain(typed: str) -> str:
    return "".join(letter for letter in typed.upper().translate(_LOOK_ALIKE) if letter in ALPHABET)


def hash_of(code: str) -> str:
    return lookup_hash(_plain(code), context=_CONTEXT)


def hashes_of(typed: str) -> list[str]:
    """Under the current key, and under former ones while they are configured. Spaces, case and hyphens mean nothing."""
    return lookup_hashes(_plain(typed), context=_CONTEXT)
