"""Single flight: one process at a time does a kind of fleet work. The lock ends with its holder, also by a kill."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.utils.translation import gettext as _

from kernel import database

from .errors import AlreadyRunning

_CLASS = 0x62616C61  # "bala": our own corner of the database's advisory locks


@contextmanager
def single_flight(name: str) -> Iterator[None]:
    """Hold the lock ``name`` during the block. Raises AlreadyRunning if another process holds it."""
    with database.connect(application_name=f"balai-{name}") as holder:
        number = zlib.crc32(name.encode()) & 0x7FFFFFFF
        row = holder.execute("SELECT pg_try_advisory_lock(%s, %s)", (_CLASS, number)).fetchone()
        if not row or not row[0]:
            raise AlreadyRunning(_("This is already running in another process: %(name)s.") % {"name": name})
        try:
            yield
        finally:
            # Closing is not enough: the server frees the lock a moment later, and the next run would be refused.
            with suppress(psycopg.OperationalError):
                holder.execute("SELECT pg_advisory_unlock(%s, %s)", (_CLASS, number))
