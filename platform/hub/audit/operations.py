"""Adding to the audit trail: one statement, inside the transaction of what it records.

Call it after the change, in the same ``atomic`` block; an operation that fails leaves no trace of success.
``before`` and ``after`` name what changed and carry no personal data beyond what the reader may see anyway:
never a NIK, a password, a token or a phone number.
"""

import uuid
from datetime import datetime
from typing import Any

from kernel import schema

from .actors import Actor
from .models import HUB, Entry


def record(  # noqa: PLR0913  (an entry has that many sides)
    *,
    by: Actor,
    action: str,
    object_type: str,
    object_id: object,
    now: datetime,
    centre_id: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one entry to the centre's chain, or to the hub's. Inside a centre's schema the centre is that one."""
    centre_id = centre_id or schema.current_id()
    Entry.objects.bulk_create(
        [
            Entry(
                chain=str(centre_id) if centre_id else HUB,
                number=0,  # the trigger numbers, links and seals
                previous_hash=b"",
                hash=b"",
                at=now,
                action=action,
                actor_id=by.user_id,
                actor_name=by.name,
                visit_id=by.visit_id,
                object_type=object_type,
                object_id=str(object_id),
                before=before,
                after=after,
                reason=reason,
                address=by.address,
                request_id=by.request_id,
            )
        ]
    )
