"""What the worker does by itself."""

import logging
import uuid

from django.conf import settings
from django.utils import timezone, translation
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from fleet import ready, status
from fleet.errors import AlreadyRunning
from hub.audit import operations as audit
from hub.selection.models import Result

from . import mail, programme_mail, retention

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fill-ready-schemas", pass_context=False)
def fill_ready_schemas(timestamp: int, **later: object) -> int:
    """Keep ready-made schemas at hand, so that an approved centre is live at once. Returns how many were built."""
    try:
        return ready.fill(target=settings.BALAI_READY_SCHEMAS)
    except AlreadyRunning:
        return 0


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="measure-fleet", pass_context=False)
def measure_fleet(timestamp: int, **later: object) -> int:
    """Count the schemas that lack migrations, for whoever watches. Returns how many do."""
    return status.measure(now=timezone.now()).behind


@app.task(name="workflows.jobs.tell_of_evidence")
def tell_of_evidence(application_id: str, **later: object) -> int:
    """Mail to the mentor of a centre what it has shown and nobody has looked at yet. Returns how many pieces."""
    with translation.override("id"):  # nobody's browser says which
        return mail.tell_of_evidence(uuid.UUID(application_id))


@app.task(name="workflows.jobs.tell_of_returned_evidence")
def tell_of_returned_evidence(application_id: str, **later: object) -> int:
    """Mail to those who answer for a centre what was sent back and is not mended yet. Returns how many pieces."""
    with translation.override("id"):
        return mail.tell_of_returned_evidence(uuid.UUID(application_id))


@app.periodic(cron="17 19 * * *")
@app.task(queueing_lock="apply-retention", pass_context=False)
def apply_retention(timestamp: int, **later: object) -> dict[str, int]:
    """Each night (19.17 UTC is 02.17 in Jakarta): what people left behind goes when its time is over.

    Returns rows by table.
    """
    remove_old_jobs = app.configure_task("builtin:procrastinate.builtin_tasks.remove_old_jobs")
    remove_old_jobs.defer(max_hours=retention.policy().queue_days * 24, remove_failed=True, remove_cancelled=True)
    return retention.apply(now=timezone.now())


@app.periodic(cron="37 19 * * *")
@app.task(queueing_lock="verify-trail", pass_context=False)
def verify_trail(timestamp: int = 0, **later: object) -> int:
    """Each night (19.37 UTC is 02.37 in Jakarta), or when asked: is the audit trail whole? Returns how many breaks."""
    proof = audit.verify(now=timezone.now())
    broken = proof.breaks if proof else ()
    for one in broken:
        logger.error("The audit trail is not whole: chain %s, from row %s on.", one.chain, one.number)
    return len(broken)


# ---------------------------------------------------------------- mail of programmes


@app.task(pass_context=False)
def tell_of_results(round_id: str, **later: object) -> int:
    """After a round was published: one job for each centre of it. Returns how many."""
    results = Result.objects.filter(round=uuid.UUID(round_id)).order_by("pk").values_list("pk", flat=True)
    jobs: list[JSONDict] = [{"result_id": pk} for pk in results]
    if jobs:
        tell_of_result.batch_defer(*jobs)
    return len(jobs)


@app.task(pass_context=False)
def tell_of_result(result_id: int, **later: object) -> int:
    """Tell one centre its result of a round. Returns how many mails went out."""
    return programme_mail.tell_of_result(result_id)


@app.task(pass_context=False)
def tell_of_answer(appeal_id: str, **later: object) -> int:
    """Tell one centre how its appeal was answered. Returns how many mails went out."""
    return programme_mail.tell_of_answer(uuid.UUID(appeal_id))


@app.task(pass_context=False)
def tell_of_place(application_id: str, **later: object) -> int:
    """Tell one centre that it has moved up from the waiting list. Returns how many mails went out."""
    return programme_mail.tell_of_place(uuid.UUID(application_id))
