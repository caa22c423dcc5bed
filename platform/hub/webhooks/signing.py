"""Secrets and signatures as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com).

A secret is ``whsec_`` and 24 to 64 random bytes in base64. What is signed with HMAC-SHA256 is ``id.timestamp.body``;
the header carries ``v1,`` and the signature in base64, one for each secret that is valid, with a blank between them.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(webhook_id: str, *, timestamp: int, body: bytes, under: Iterable[str]) -> dict[str, str]:
    """The three headers that a receiver checks. ``timestamp`` is in seconds, of this attempt."""
    signatures = " ".join(f"v1,{_signature(secret, webhook_id, timestamp, body)}" for secret in under)
    return {"webhook-id": webhook_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def _signature(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
