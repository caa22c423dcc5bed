"""What the worker remembers of jobs beyond the queue's own tables."""

from django.db import models


class JobFailure(models.Model):
    """Why a job failed last: the kind of error and the place, never its words, which may speak of a person."""

    job_id = models.BigIntegerField(primary_key=True)
    error = models.CharField(max_length=200)
    # Where in our own code, such as ``workflows.retention:120``.
    place = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job_id}: {self.error}"
