"""What the fleet remembers: its long runs, the schemas it set aside, and the ready-made ones."""

import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A run writes its progress at least this often; silent for longer, its process is gone.
SILENT_AFTER = timedelta(seconds=30)


class Run(models.Model):
    """One long piece of work over many rows or schemas, with its progress for whoever watches."""

    class Kind(models.TextChoices):
        IMPORT = "import", _("Register import")
        PROVISION = "provision", _("Bringing centres live")
        MIGRATE = "migrate", _("Update of all centres")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Done with failures")
        STOPPED = "stopped", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    # What an import says of its rows: how many of each outcome, and the reasons by how often each occurred.
    report = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        get_latest_by = "started_at"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        """How much of the work is behind, 0 to 100; a finished empty run is at 100."""
        if not self.total:
            return 100 if self.finished_at else 0
        return min(100, (self.done + self.failed) * 100 // self.total)

    @property
    def is_silent(self) -> bool:
        """True when the run calls itself running but its process has stopped writing progress."""
        return self.state == self.State.RUNNING and timezone.now() - self.heartbeat_at > SILENT_AFTER

    @property
    def rate(self) -> float:
        """Rows or schemas per second so far."""
        seconds = ((self.finished_at or self.heartbeat_at) - self.started_at).total_seconds()
        return (self.done + self.failed) / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> int | None:
        """Seconds to the end at the rate so far, or None while there is no telling."""
        if self.state != self.State.RUNNING or self.rate <= 0:
            return None
        return round((self.total - self.done - self.failed) / self.rate)


class SetAside(models.Model):
    """A schema that failed in a run, with the database's error. Rerunning after the cause is gone heals it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="set_aside")
    schema_name = models.CharField(max_length=63)
    error = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "schema_name"], name="set_aside_once_per_run")]

    def __str__(self) -> str:
        return f"{self.schema_name}: {self.error}"


class ReadySchema(models.Model):
    """A complete, empty schema that waits for the next approved centre to take it by renaming."""

    name = models.CharField(max_length=63, primary_key=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
