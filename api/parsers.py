"""Bodies: JSON in UTF-8, of a bounded size, an object at the top."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from .errors import Refusal

LARGEST_BODY = 64_000  # bytes: the longest text has 4,000 characters


class BoundedJSONParser(JSONParser):
    """DRF's own reads without end, trusts the charset that the sender names, and breaks on deep nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise Refusal("too_large")
        try:
            parsed = json.loads(raw.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError from error
        if not isinstance(parsed, dict):
            raise ParseError(_("Send a JSON object in UTF-8."))
        return parsed


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON.")
