"""Having the audit trail checked outside its nightly turn."""

from datetime import datetime

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from hub.audit import operations as audit
from hub.audit.actors import Actor

from . import jobs


@transaction.atomic
def ask_for_check(*, by: Actor, now: datetime) -> None:
    """Leave the check to the worker: it reads every row. One that is waiting already serves both who asked."""
    audit.note_check_asked(by=by, now=now)
    try:
        with transaction.atomic():
            jobs.verify_trail.defer()
    except AlreadyEnqueued:
        pass
