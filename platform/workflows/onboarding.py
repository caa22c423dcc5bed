"""Bringing centres live: a centre that the hub knows gets its own schema."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from fleet import provision
from fleet.lock import single_flight
from fleet.models import Run
from fleet.runs import OnProgress, track
from hub.audit.actors import Actor
from hub.centres import operations
from hub.centres.models import Centre, State

logger = logging.getLogger(__name__)


@transaction.atomic
def bring_live(centre: Centre) -> Centre:
    """Give one registered centre its space: claims a ready-made schema, within milliseconds.

    Two officers at once give one centre: the second finds it live and changes nothing.
    """
    centre = Centre.objects.select_for_update().get(pk=centre.pk)
    if centre.state == State.REGISTERED:
        provision.provision_one(centre.schema_name)
        operations.mark_live([centre.schema_name], now=timezone.now())
        centre.refresh_from_db()
    return centre


@transaction.atomic
def activate(centre: Centre, *, reason: str, by: Actor, now: datetime) -> Centre:
    """An officer's decision that a registered centre gets its space. Raises WrongState if it has, or had, one."""
    operations.note_activated(centre, reason=reason, by=by, now=now)
    return bring_live(centre)


def waiting() -> list[str]:
    """The schema names of the real centres that are registered and not live yet, first come first.

    The demo's waiting centres stay as they are: they show what a centre without a space looks like.
    """
    registered = Centre.objects.filter(state=State.REGISTERED, is_demo=False)
    return list(registered.order_by("created_at", "id").values_list("schema_name", flat=True))


def bring_all_live(*, on_progress: OnProgress | None = None) -> tuple[int, int]:
    """Give every registered centre its space. Returns how many went live and how many failed.

    Killed and run again it ends the same. Raises AlreadyRunning.
    """
    with single_flight("provision"):
        names = waiting()
        with track(Run.Kind.PROVISION, total=len(names), on_progress=on_progress) as progress:
            provision.provision_many(names, progress=progress, on_made=_mark_live)
        return progress.done, progress.failed


def _mark_live(schema_names: Sequence[str]) -> None:
    operations.mark_live(schema_names, now=timezone.now())
