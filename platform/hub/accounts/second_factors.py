"""The secrets of second factors, sealed at rest in allauth's own table."""

import base64

from allauth.mfa.models import Authenticator

from kernel import encryption, sealed

_CONTEXT = "mfa.authenticator.secret"
# Of an authenticator app, and of recovery codes. Security keys hold nothing secret.
_SECRET_KEYS = ("secret", "seed")


def seal(text: str) -> str:
    return base64.b64encode(encryption.encrypt(text, context=_CONTEXT)).decode()


def unseal(sealed_text: str) -> str:
    """Raises NotReadable."""
    return encryption.decrypt(base64.b64decode(sealed_text), context=_CONTEXT)


def places() -> list[sealed.Place]:
    """Where these secrets lie, for sealing them anew."""
    return [sealed.json_key(Authenticator, "data", key, context=_CONTEXT) for key in _SECRET_KEYS]
