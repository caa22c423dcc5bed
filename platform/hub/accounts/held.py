"""One membership as a request sees it: small, without the database."""

import uuid
from dataclasses import dataclass
from typing import Any

from .roles import Role


@dataclass(frozen=True, slots=True)
class Held:
    membership_id: int
    role: Role
    centre_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    provinces: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Held":
        return cls(
            membership_id=row["id"],
            role=Role(row["role"]),
            centre_id=uuid.UUID(row["centre"]) if row["centre"] else None,
            organisation_id=uuid.UUID(row["organisation"]) if row["organisation"] else None,
            provinces=tuple(row["provinces"] or ()),
        )
