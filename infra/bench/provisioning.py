"""Lines: bringing centres live in bulk, and one centre after its approval, by itself and by its application."""

from collections.abc import Callable
from statistics import median

from django.db import connection
from django.utils import timezone

from fleet import ready, recording
from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.centres.models import Centre
from hub.intake import operations as intake
from hub.intake.facts import Facts
from kernel import database
from workflows import admission, onboarding

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


def admitted(*, rounds: int) -> float:
    """Milliseconds from an official's approval of an application to a live centre with an invited head."""
    ready.fill(target=rounds + 1)
    official = _official()
    by = Actor(official.pk, official.name)
    took = []
    for serial in range(rounds + 1):
        now = timezone.now()
        application, _token = intake.begin({}, now=now)
        facts = Facts(
            name=f"BLKK Terima {serial:03d}", regency="32.05", village="Sukamaju", address="Jalan Raya 1",
            fields_taught=("tik",), facilities="Ruang komputer", seats=16, instructor_count=3,
            head_name="Kepala", head_email=f"kepala{serial}@contoh.id",
        )  # fmt: skip
        application = intake.send(application, facts, now=now)
        with clock() as one:
            admission.approve(application, decider=official, by=by, now=now)
        took.append(one.ms)
    return median(took[1:])  # the first warms the connection


def _official() -> User:
    """Somebody of the ministry, with their roles read as a request reads them."""
    now = timezone.now()
    user = accounts.create_user(name="Ukur", email="ukur@contoh.id", now=now, by=SYSTEM)
    accounts.grant(user, Role.PROGRAMME_OFFICER, by=SYSTEM, now=now)
    return User.objects.with_roles().get(pk=user.pk)


def recording_ms() -> float:
    """Milliseconds for recording the DDL, once per process."""
    recording.clear_cache()
    with clock() as took:
        recording.record()
    return took.ms
