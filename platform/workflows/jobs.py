"""What the worker does by itself."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from fleet import ready, status
from fleet.errors import AlreadyRunning

from . import retention


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


@app.periodic(cron="17 2 * * *")
@app.task(queueing_lock="apply-retention", pass_context=False)
def apply_retention(timestamp: int, **later: object) -> dict[str, int]:
    """Each night: what people left behind goes when its time is over. Returns rows by table."""
    remove_old_jobs = app.configure_task("builtin:procrastinate.builtin_tasks.remove_old_jobs")
    remove_old_jobs.defer(max_hours=retention.policy().queue_days * 24, remove_failed=True)
    return retention.apply(now=timezone.now())
