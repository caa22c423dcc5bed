"""Progress of long work, written where every process can read it, apart from the work's own transactions."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone
from psycopg.types.json import Jsonb

from kernel import database

from .models import Run

FLUSH_EVERY = 0.5  # seconds

OnProgress = Callable[["Progress"], None]


class Progress:
    """The counters of one run. Threads may report; the numbers reach the database twice a second."""

    def __init__(self, run: Run, on_progress: OnProgress | None = None) -> None:
        self.run_id: uuid.UUID = run.id
        self.total = run.total
        self.done = 0
        self.failed = 0
        self.note = ""
        # Written at the end, for whoever looks after the fleet.
        self.report: dict[str, Any] | None = None
        self._set_aside: list[tuple[str, str]] = []
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._flushed_at = 0.0
        self._connection = database.connect(application_name="balai-progress")

    def advance(self, count: int = 1) -> None:
        with self._lock:
            self.done += count
        self._tick()

    def set_aside(self, schema_name: str, error: str) -> None:
        """Count one schema as failed and keep its error for the run's report."""
        with self._lock:
            self.failed += 1
            self._set_aside.append((schema_name, error))
        self._tick()

    def fail(self, count: int = 1) -> None:
        """Count rows as failed whose reasons stand elsewhere (the import's report)."""
        with self._lock:
            self.failed += count
        self._tick()

    def set_total(self, total: int) -> None:
        self.total = total
        self.flush()

    def _tick(self) -> None:
        if time.monotonic() - self._flushed_at >= FLUSH_EVERY:
            self.flush()

    def flush(self, **final: Any) -> None:
        """Write the numbers now. ``final`` sets further columns of the run, such as its end."""
        with self._lock:
            self._flushed_at = time.monotonic()
            values = {
                "total": self.total,
                "done": self.done,
                "failed": self.failed,
                "note": self.note[:300],
                "heartbeat_at": timezone.now(),
                **final,
            }
            aside, self._set_aside = self._set_aside, []
            assignments = ", ".join(f"{column} = %({column})s" for column in values)
            self._connection.execute(
                f"UPDATE public.fleet_run SET {assignments} WHERE id = %(id)s",  # noqa: S608  (our own column names)
                {**values, "id": self.run_id},
            )
            for schema_name, error in aside:
                self._connection.execute(
                    "INSERT INTO public.fleet_setaside (run_id, schema_name, error) VALUES (%s, %s, %s) "
                    "ON CONFLICT (run_id, schema_name) DO UPDATE SET error = excluded.error",
                    (self.run_id, schema_name, error),
                )
        if self._on_progress:
            self._on_progress(self)

    def close(self, state: str, finished_at: datetime) -> None:
        self.flush(state=state, finished_at=finished_at, report=Jsonb(self.report) if self.report else None)
        self._connection.close()


@contextmanager
def track(kind: str, *, total: int = 0, on_progress: OnProgress | None = None) -> Iterator[Progress]:
    """A run of this kind, from its first row to its end. Call it while holding the kind's single-flight lock.

    A run that a kill left behind as running is closed first. An exception closes this one as stopped.
    """
    Run.objects.filter(kind=kind, state=Run.State.RUNNING).update(state=Run.State.STOPPED, finished_at=timezone.now())
    progress = Progress(Run.objects.create(kind=kind, total=total), on_progress)
    try:
        yield progress
    except BaseException:
        progress.close(Run.State.STOPPED, timezone.now())
        raise
    progress.close(Run.State.FAILED if progress.failed else Run.State.DONE, timezone.now())
