"""Reading the fleet's runs, for whoever watches them."""

import uuid

from django.db.models import QuerySet

from .models import Run


def latest(count: int) -> QuerySet[Run]:
    """The runs that began last, newest first."""
    return Run.objects.all()[:count]


def all_runs() -> QuerySet[Run]:
    return Run.objects.all()


def run(run_id: uuid.UUID) -> Run:
    """One run. Raises Run.DoesNotExist."""
    return Run.objects.get(pk=run_id)
