"""Taking personal data and secrets out of what leaves the platform for its operators: log lines, error reports.

Patterns are wide on purpose: a number too many is masked rather than one too few. Names of people cannot be told from
other words and are not masked; do not log them.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_GAP = r"[ .\-+]?"
_UUID = re.compile(r"((?<![\w\-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w\-]))", re.IGNORECASE)
_PATTERNS = (
    # Keys of programs: told by how they begin.
    (re.compile(r"balai_[\w\-]{20,}"), "[token]"),
    (re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", re.IGNORECASE), "[email]"),
    # A NIK has 16 digits, as have family cards (KK); people write both in groups.
    (re.compile(rf"(?<!\d)(?:\d{_GAP}){{15}}\d(?!\d)"), "[nik]"),
    (re.compile(rf"(?<![\d\w])(?:\+?62|0){_GAP}8(?:{_GAP}\d){{7,11}}(?!\d)", re.IGNORECASE), "[phone]"),
    # Keys of links, sessions and passes: long runs with a digit among them.
    (re.compile(r"(?<![\w\-])(?=[\w\-]*\d)[\w\-]{32,}(?![\w\-])"), "[token]"),
)
_SENSITIVE = re.compile(
    r"passw|sandi|secret|token|credential|authori[sz]ation|cookie|csrf|session|\bnik\b|phone|hp\b|whatsapp|e-?mail|surel|login",
    re.IGNORECASE,
)
REMOVED = "[removed]"


def text(value: str) -> str:
    """The text with e-mail addresses, NIKs, Indonesian mobile numbers and tokens masked; UUIDs stay.

    Percent-encoding is undone first, however often over: a masked text is for reading, not for following.
    """
    while (plain := unquote(value)) != value:
        value = plain
    # The ids among the pieces stand at odd places.
    pieces = _UUID.split(value)
    return "".join(piece if place % 2 else _masked(piece) for place, piece in enumerate(pieces))


def _masked(piece: str) -> str:
    for pattern, mask in _PATTERNS:
        piece = pattern.sub(mask, piece)
    return piece


def anything(value: Any) -> Any:
    """A copy of nested mappings and lists with each text scrubbed, and what stands under a telling key removed."""
    if isinstance(value, bool | int | float) or value is None:
        return value if not isinstance(value, int) or abs(value) < 10**9 else text(str(value))
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {
            text(str(key)): REMOVED if _SENSITIVE.search(str(key)) else anything(inner) for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [anything(inner) for inner in value]
    if isinstance(value, bytes):
        return text(value.decode(errors="replace"))
    return text(str(value))
