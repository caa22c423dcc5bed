"""Doing one thing to many schemas on a few plain connections at once."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection as django_connection

from kernel import database

CONNECTIONS = 2
_TRIES = 5
_PASSING = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)

PlainConnection = psycopg.Connection[tuple[Any, ...]]
Work = Callable[[PlainConnection, str], None]


def for_each(
    names: Sequence[str],
    work: Work,
    *,
    done: Callable[[str], None],
    failed: Callable[[str, str], None],
    connections: int = CONNECTIONS,
) -> None:
    """Call ``work(connection, name)`` for every name; report each as done, or as failed with its error.

    A name whose lock another session holds goes to the end of the line and is tried again, five times at
    most. A lost connection stops the whole: it is not one schema's fault.
    """
    line = _Line(names, work, done, failed)
    threads = [threading.Thread(target=line.serve, name=f"fleet-{n}") for n in range(min(connections, len(names)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        # Interrupted (Ctrl-C), the schemas under way are finished and no other is begun.
        line.stopped.set()
        for thread in threads:
            thread.join()
    if line.errors:
        raise line.errors[0]


class _Line:
    """The names still to do, shared by the threads that serve them."""

    def __init__(
        self, names: Sequence[str], work: Work, done: Callable[[str], None], failed: Callable[[str, str], None]
    ) -> None:
        self.work, self.done, self.failed = work, done, failed
        self.waiting: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        for name in names:
            self.waiting.put((name, 1))
        self.stopped = threading.Event()
        self.errors: list[Exception] = []

    def serve(self) -> None:
        try:
            with database.connect(application_name="balai-fleet") as plain:
                while not self.stopped.is_set():
                    self._serve_next(plain)
        except queue.Empty:
            pass
        except Exception as error:  # noqa: BLE001  (raised again in the caller's thread)
            self.errors.append(error)
            self.stopped.set()
        finally:
            django_connection.close()

    def _serve_next(self, plain: PlainConnection) -> None:
        name, attempt = self.waiting.get_nowait()
        try:
            self.work(plain, name)
        except Exception as error:
            if plain.closed:
                raise
            roll_back(plain)
            if _is_passing(error) and attempt < _TRIES:
                if self.waiting.empty():
                    self.stopped.wait(0.2 * attempt)  # seconds: nothing else to do meanwhile
                self.waiting.put((name, attempt + 1))
            else:
                self.failed(name, _one_line(error))
        else:
            self.done(name)


def _is_passing(error: Exception) -> bool:
    """True for what a second try may get past. Django wraps the database's own error as the cause."""
    return isinstance(error, _PASSING) or isinstance(error.__cause__, _PASSING)


def roll_back(plain: PlainConnection) -> None:
    if plain.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        plain.execute("ROLLBACK")


def _one_line(error: Exception) -> str:
    text = (error.diag.message_primary if isinstance(error, psycopg.Error) else None) or str(error)
    return f"{type(error).__name__}: {' '.join(text.split())}"[:500]
