"""What people agree to, by purpose and version (``consents.yaml``; law 27/2022: purpose, proof, withdrawal)."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

from kernel.errors import DomainError

FILE = Path(__file__).with_name("consents.yaml")


class UnknownPurpose(DomainError):
    """There is no such purpose to agree to."""

    code = "unknown_purpose"


@dataclass(frozen=True, slots=True)
class Text:
    """The wording of one version of one purpose, in each language: ``{"id": {"title": …, "text": [paragraph, …]}}``."""

    purpose: str
    required: bool
    # False for what people without an account agree to.
    of_account: bool
    version: int
    since: date
    wordings: dict[str, dict[str, Any]]

    @property
    def language(self) -> str:
        """The language in which the reader sees it now."""
        language = (get_language() or "")[:2]
        return language if language in self.wordings else "id"

    @property
    def title(self) -> str:
        return str(self.wordings[self.language]["title"])

    @property
    def paragraphs(self) -> list[str]:
        return list(self.wordings[self.language]["text"])


@cache
def all_current() -> tuple[Text, ...]:
    """The newest version of each purpose, those that an account rests on first, those of no account last."""
    written: dict[str, Any] = yaml.safe_load(FILE.read_text())
    texts = (_newest(purpose, parts) for purpose, parts in written.items())
    return tuple(sorted(texts, key=lambda text: (not text.of_account, not text.required)))


def of_accounts() -> tuple[Text, ...]:
    """What people with an account are asked to agree to."""
    return tuple(text for text in all_current() if text.of_account)


def _newest(purpose: str, parts: dict[str, Any]) -> Text:
    version = max(parts["versions"])
    wordings = dict(parts["versions"][version])
    since = wordings.pop("since")
    return Text(purpose, parts["required"], parts.get("of_account", True), version, since, wordings)


def current(purpose: str) -> Text:
    """Raises UnknownPurpose."""
    for text in all_current():
        if text.purpose == purpose:
            return text
    raise UnknownPurpose(purpose)


def of_account(purpose: str) -> Text:
    """The same, for what people with an account agree to. Raises UnknownPurpose."""
    text = current(purpose)
    if not text.of_account:
        raise UnknownPurpose(purpose)
    return text
