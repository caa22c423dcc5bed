"""Evidence of a stage on its way between a centre and its mentor, from whichever space one of them acts.

Rows and files are the hub's, so a call from a centre's space leaves its schema for that long. Whoever is waited for
is told by mail through the queue, in the transaction of what happened.
"""

import uuid
from datetime import datetime

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task
from procrastinate.types import TimeDeltaParams

from hub.audit.actors import Actor
from hub.transformation import operations as transformation
from hub.transformation.models import StageEvidence, StageRecord
from kernel import schema
from kernel.files import Storable

from . import jobs

_TOGETHER: TimeDeltaParams = {"minutes": 2}  # what happens to one centre within so long is told in one mail


def show(
    stage: StageRecord, requirement: int, *, amount: int, text: str, paper: Storable | None, by: Actor, now: datetime
) -> StageEvidence:
    """As ``transformation.show``, from a centre's space; its mentor is told. Raises WrongStep, Incomplete."""
    with schema.hub(), transaction.atomic():
        shown = transformation.show(stage, requirement, amount=amount, text=text, paper=paper, by=by, now=now)
        _tell(jobs.tell_of_evidence, stage.application_id)
    return shown


@transaction.atomic
def check(evidence: StageEvidence, *, accepted: bool, comment: str, by: Actor, now: datetime) -> StageEvidence:
    """As ``transformation.check``; of what is sent back the centre is told. Raises WrongStep, Incomplete."""
    checked = transformation.check(evidence, accepted=accepted, comment=comment, by=by, now=now)
    if not accepted:
        _tell(jobs.tell_of_returned_evidence, evidence.stage.application_id)
    return checked


def _tell(task: Task, application_id: uuid.UUID) -> None:
    """At most one of these waits for each centre; it says all that there is when it runs."""
    job = task.configure(queueing_lock=f"{task.name}-{application_id}", schedule_in=_TOGETHER)
    try:
        with transaction.atomic():
            job.defer(application_id=str(application_id))
    except AlreadyEnqueued:
        return
