"""What the worker tells people by itself."""

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from hub.webhooks import operations, queries

from . import mail


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="tell-of-stopped-webhooks")
def tell_of_stopped_webhooks(timestamp: int = 0, **later: object) -> int:
    """Mail to the owners of connections that were stopped after failures. Returns how many connections.

    Noted after the mail is handed over: a killed worker sends it twice rather than never.
    """
    stopped = list(queries.stopped_untold())
    for endpoint in stopped:
        with translation.override("id"):  # nobody's browser says which
            mail.tell_of_stopped_webhook(endpoint)
        operations.note_told(endpoint, now=timezone.now())
    return len(stopped)
