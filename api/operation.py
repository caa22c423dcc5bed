"""What one method of one address is, for its view and for whoever reads about it."""

from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import Serializer

from hub.tokens.scopes import Scope


@dataclass(frozen=True)
class Operation:
    """``id`` and ``summary`` name it; ``scope`` is what a token must have been allowed, None: it is open to all.

    ``example_query`` and ``example_body`` are what the documentation asks for and sends.
    """

    id: str
    summary: Any  # a string that is translated when it is shown
    scope: Scope | None = None
    body: type[Serializer[Any]] | None = None
    example_query: dict[str, str] = field(default_factory=dict)
    example_body: dict[str, str] = field(default_factory=dict)
