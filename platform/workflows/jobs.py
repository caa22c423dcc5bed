"""What the worker does by itself."""

from django.conf import settings
from procrastinate.contrib.django import app

from fleet import ready
from fleet.errors import AlreadyRunning


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fill-ready-schemas", pass_context=False)
def fill_ready_schemas(timestamp: int, **later: object) -> int:
    """Keep ready-made schemas at hand, so that an approved centre is live at once. Returns how many were built."""
    try:
        return ready.fill(target=settings.BALAI_READY_SCHEMAS)
    except AlreadyRunning:
        return 0
