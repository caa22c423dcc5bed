"""What the worker does for webhooks. The tables say what is to be sent; a job is a nudge, a lost one costs a minute."""

import uuid

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from . import operations, queries


@app.task(name="hub.webhooks.jobs.deliver", queue=operations.QUEUE)
def deliver(endpoint_id: str, **later: object) -> int:
    """Send what is due at one endpoint. Returns how many attempts were made."""
    return operations.deliver(uuid.UUID(endpoint_id))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep-webhooks", queue=operations.QUEUE)
def sweep(timestamp: int = 0, **later: object) -> int:
    """Each minute: have sent what is due, be it a further attempt or what a killed worker left. Returns how many
    endpoints."""
    endpoints = queries.due_endpoints(now=timezone.now())
    for endpoint_id in endpoints:
        try:
            with transaction.atomic():
                # At most one of these waits for each endpoint, however far behind the workers are.
                deliver.configure(queueing_lock=f"webhooks-{endpoint_id}").defer(endpoint_id=str(endpoint_id))
        except AlreadyEnqueued:
            continue
    return len(endpoints)
