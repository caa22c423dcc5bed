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
from .models import HUB, Entry, Verification
from .queries import Proof, check, proof


def record(  # noqa: PLR0913  (an entry has that many sides)
    *,
    by: Actor,
    action: str,
    object_type: str,
    object_id: object,
    now: datetime,
    centre_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one entry to the chain of the centre or of the organisation, or to the hub's own.

    Inside a centre's schema the centre is that one.
    """
    chain = centre_id or organisation_id or schema.current_id()
    Entry.objects.bulk_create(
        [
            Entry(
                chain=str(chain or HUB),
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


def verify(*, now: datetime) -> Proof | None:
    """Check every chain and keep what was found. Returns it for all together; None while nothing is recorded.

    A broken chain keeps the end at which it was last whole: a break does not heal by being looked at again.
    """
    checked = check()
    whole = [Verification(chain=c.chain, at=now, entries=c.entries, hash=c.hash) for c in checked if not c.broken_at]
    broken = [
        Verification(chain=c.chain, at=now, entries=0, hash=b"", broken_at=c.broken_at) for c in checked if c.broken_at
    ]
    _keep(whole, ["at", "entries", "hash", "broken_at"])
    _keep(broken, ["at", "broken_at"])
    return proof(everything=True)


def _keep(verifications: list[Verification], fields: list[str]) -> None:
    Verification.objects.bulk_create(
        verifications, update_conflicts=True, unique_fields=["chain"], update_fields=fields, batch_size=1000
    )


def note_check_asked(*, by: Actor, now: datetime) -> None:
    """Somebody had the whole trail checked outside its nightly turn."""
    record(by=by, action="trail.check_asked", object_type="trail", object_id="", now=now)
