"""Secrets that travel in links: the link carries the token, the database keeps only its hash."""

import hashlib
import secrets


def new() -> tuple[str, str]:
    """A token of 256 random bits for a link, and the hash to keep."""
    token = secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
