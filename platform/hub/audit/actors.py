"""Who acts. Passed into every operation that leaves a trace."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work through some address, or a part of the system (``user_id`` None)."""

    user_id: uuid.UUID | None
    name: str
    address: str | None = None
    request_id: str = ""
    # Set while a ministry person is in a centre's space on a support visit.
    visit_id: uuid.UUID | None = None


SYSTEM = Actor(None, "Balai")
