"""A centre's part in a programme, as its own people take it from their space.

The centre's documents of an application lie in the hub's folder, where assessors and the ministry read them; calls
that touch them leave the centre's schema for that long.
"""

import uuid
from datetime import datetime

from django.db import transaction

from hub.audit.actors import Actor
from hub.programmes import operations as programmes
from hub.programmes.models import Application, Attachment, CohortState, Exit, Standing
from hub.selection import operations as selection
from hub.transformation import operations as transformation
from kernel import files, schema
from kernel.files import Storable

from . import jobs


def attach(application: Application, paper: Storable, *, title: str, now: datetime) -> Attachment:
    """As ``programmes.attach``, from within a centre's schema."""
    with schema.hub():
        return programmes.attach(application, paper, title=title, now=now)


def detach(attachment: Attachment, *, now: datetime) -> None:
    """As ``programmes.detach``, from within a centre's schema."""
    with schema.hub():
        programmes.detach(attachment, now=now)


def read(attachment: Attachment) -> bytes:
    """The whole document. Raises FileNotFoundError."""
    with schema.hub():
        return files.read(attachment.file)


@transaction.atomic
def leave(application: Application, *, exit: Exit, note: str = "", by: Actor, now: datetime) -> Application:
    """Withdraw, from selection or from the stage that the centre is in; whoever gets the place from the waiting list
    is told by mail. Raises WrongStep.
    """
    if application.cohort.state == CohortState.TRANSFORMING:
        return transformation.leave(application, exit=exit, note=note, by=by, now=now)
    waiting = set(_standing(application.cohort_id, Standing.WAITING))
    left = selection.leave(application, exit=exit, note=note, by=by, now=now)
    for lucky in waiting & set(_standing(application.cohort_id, Standing.SELECTED)):
        jobs.tell_of_place.defer(application_id=str(lucky))
    return left


def _standing(cohort_id: uuid.UUID, standing: Standing) -> list[uuid.UUID]:
    found = Application.objects.filter(cohort=cohort_id, standing=standing)
    return list(found.order_by().values_list("pk", flat=True))
