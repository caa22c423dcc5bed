"""Lines: bringing centres live in bulk, and one centre after its approval."""

from collections.abc import Callable

from django.db import connection

from fleet import ready, recording
from hub.centres.models import Centre
from kernel import database
from workflows import onboarding

from . import ground
from .timing import Turns, clock, in_turns


def fill(number: int) -> list[Centre]:
    """Bring so many centres live, untimed."""
    centres = ground.register(number)
    onboarding.bring_all_live()
    return centres


def bulk(*, batch: int, rounds: int) -> Turns:
    """Milliseconds per centre: the same DDL sent plainly, stock for one schema a round, ours as the import calls it."""
    ddl = recording.record().sql

    def raw() -> float:
        names = ground.new_names(batch)
        with clock() as took:
            ground.plainly(
                names, lambda name: f'BEGIN; CREATE SCHEMA "{name}"; SET LOCAL search_path TO "{name}";\n{ddl}\nCOMMIT'
            )
        return took.ms / batch

    def ours() -> float:
        ground.register(batch)
        with clock() as took:
            live, failed = onboarding.bring_all_live()
        if (live, failed) != (batch, 0):
            raise RuntimeError(f"{live} of {batch} centres went live, {failed} failed.")
        return took.ms / batch

    return in_turns(rounds, {"raw": raw, "stock": _stock, "ours": ours})


def _stock() -> float:
    """As ``TenantMixin.save`` of a new tenant does it."""
    centre = Centre(schema_name=ground.new_names(1)[0])
    with clock() as took, ground.quiet():
        centre.create_schema(check_if_exists=True)
    return took.ms


def one(*, rounds: int) -> Turns:
    """Milliseconds until an approved centre is live when ready-made schemas wait; raw is their renaming alone.

    Stock has nothing ready-made: its figure is the one of ``bulk``.
    """
    ready.fill(target=2 * rounds)
    with database.connect(application_name="balai-bench-raw") as plain:
        return in_turns(rounds, {"raw": _renaming(plain), "ours": _approval})


def _renaming(plain: ground.Plain) -> Callable[[], float]:
    def raw() -> float:
        taken = plain.execute(
            "DELETE FROM public.fleet_readyschema WHERE name = (SELECT max(name) FROM public.fleet_readyschema) "
            "RETURNING name"
        ).fetchone()
        if taken is None:
            raise RuntimeError("No ready-made schema is left.")
        name = ground.new_names(1)[0]
        with clock() as took:
            plain.execute(f'ALTER SCHEMA "{taken[0]}" RENAME TO "{name}"')
        return took.ms

    return raw


def _approval() -> float:
    centre = ground.register(1)[0]
    connection.ensure_connection()
    with clock() as took:
        onboarding.bring_live(centre)
    return took.ms


def recording_ms() -> float:
    """Milliseconds for recording the DDL, once per process."""
    recording.clear_cache()
    with clock() as took:
        recording.record()
    return took.ms
