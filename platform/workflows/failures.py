"""Noting why a job failed: the queue keeps only that it did, and its words stand in the log."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from kernel import schema

logger = logging.getLogger(__name__)

_SOURCE_ROOTS = (settings.ROOT / "platform", settings.ROOT)


def attach(app: Any) -> None:
    """Have the worker note failures (PROCRASTINATE_ON_APP_READY). Innermost: the connection is still open there."""
    inner = app.worker_defaults.get("task_middleware") or []
    app.worker_defaults = {**app.worker_defaults, "task_middleware": [*inner, noting]}


def noting(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Run the job; if it fails, keep the kind of error and fail all the same."""
    try:
        return call_next()
    except Exception as error:
        note(context.job.id, error)
        raise


def note(job_id: int, error: Exception) -> None:
    """Keep it, or log that it could not be kept: a database that is away must not hide the error itself."""
    from .models import JobFailure

    kind = type(error)
    found = {"error": f"{kind.__module__}.{kind.__qualname__}"[:200], "place": _place(error), "at": timezone.now()}
    try:
        with schema.hub():
            JobFailure.objects.update_or_create(job_id=job_id, defaults=found)
    except Exception:  # noqa: BLE001  (the job's own error is on its way up)
        logger.exception("Why job %s failed was not kept.", job_id)


def _place(error: Exception) -> str:
    """Module and line of the innermost frame in our own code; empty if there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        for root in _SOURCE_ROOTS:
            if path.is_relative_to(root) and "site-packages" not in path.parts and path != Path(__file__):
                return f"{'.'.join(path.relative_to(root).with_suffix('').parts)}:{frame.lineno}"[:200]
    return ""
