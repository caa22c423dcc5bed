"""Line: the memory of a database backend after one connection has served every centre."""

import logging
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import override_settings

from hub.centres.models import LIVE_STATES, Centre
from kernel import schema

_MEGABYTE = 1_000_000  # bytes
_EVERY = 5  # centres between two looks
_WITHOUT_END = 10**9  # schemas per connection


def of_backend() -> tuple[float, float]:
    """The largest size seen, in MB (10^6 bytes), with connections recycled as configured and never recycled."""
    return _largest(settings.BALAI_SCHEMAS_PER_CONNECTION), _largest(_WITHOUT_END)


def _largest(schemas_per_connection: int) -> float:
    """Read every table of every live centre, one request's worth of connection for each centre."""
    # The pool warns of each connection that it gets back closed, and here they are closed on purpose.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    largest = 0.0
    models = [model for model in apps.get_models() if model._meta.app_config.name in settings.TENANT_APPS]
    with override_settings(BALAI_SCHEMAS_PER_CONNECTION=schemas_per_connection):
        centres = Centre.objects.filter(state__in=LIVE_STATES).order_by("id")
        for number, centre in enumerate(centres, start=1):
            with schema.centre(centre):
                for model in models:
                    model._base_manager.first()
                if number % _EVERY == 0 or number == len(centres):
                    largest = max(largest, _size())
            connection.close()
    return largest


def _size() -> float:
    """This connection's backend: the larger of what PostgreSQL counts and what the system does, in MB."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), sum(total_bytes)::bigint FROM pg_backend_memory_contexts")
        backend, counted = cursor.fetchone()
    return max(counted, _anonymous(backend)) / _MEGABYTE


def _anonymous(process: int) -> int:
    """Bytes of the process's own memory, shared buffers left out; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:")), 0)
