"""Reading the fleet's runs, for whoever watches them."""

import uuid

from django.db.models import QuerySet

from kernel import scrubbing

from .models import Run


def latest(count: int) -> QuerySet[Run]:
    """The runs that began last, newest first."""
    return Run.objects.all()[:count]


def all_runs() -> QuerySet[Run]:
    return Run.objects.all()


def run(run_id: uuid.UUID) -> Run:
    """One run. Raises Run.DoesNotExist."""
    return Run.objects.get(pk=run_id)


def set_aside(run: Run, *, most: int = 200) -> list[tuple[str, str]]:
    """Schemas that failed in this run, each with the first line of the database's error, scrubbed of personal data."""
    rows = run.set_aside.order_by("schema_name").values_list("schema_name", "error")[:most]
    return [(name, scrubbing.text(error.partition("\n")[0])[:300]) for name, error in rows]
