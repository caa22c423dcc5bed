"""What a centre says of itself when it applies: one record, sealed as JSON while the application is open."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The cleaned answers. ``regency`` and ``fields_taught`` are codes; ``head_phone`` is E.164 or empty.

    At least one of ``head_email`` and ``head_phone`` is there.
    """

    name: str
    foundation: str = ""
    established: int | None = None
    regency: str = ""
    village: str = ""
    address: str = ""
    licence_kind: str = ""
    licence_number: str = ""
    vin: str = ""
    fields_taught: tuple[str, ...] = ()
    facilities: str = ""
    seats: int | None = None
    instructor_count: int | None = None
    head_name: str = ""
    head_email: str = ""
    head_phone: str = ""
    is_women_led: bool = False
    # Where letters about the application go; empty: to the head.
    contact_email: str = ""

    @property
    def email(self) -> str:
        """Where the applicant reads mail; empty for one who has none."""
        return self.contact_email or self.head_email

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What an older or newer version wrote, too: a fact that is not known here is left out."""
        known = {field.name for field in fields(cls)}
        said: dict[str, Any] = {name: value for name, value in json.loads(text).items() if name in known}
        read = cls(**said)
        return replace(read, fields_taught=tuple(read.fields_taught))

    def changed_since(self, earlier: "Facts") -> list[str]:
        """Names of the facts that are said differently now."""
        return [name for name in NAMES if getattr(self, name) != getattr(earlier, name)]


NAMES = tuple(field.name for field in fields(Facts))


def known(names: Iterable[str]) -> list[str]:
    """Those of the names that are facts, in their order."""
    wanted = set(names)
    return [name for name in NAMES if name in wanted]
