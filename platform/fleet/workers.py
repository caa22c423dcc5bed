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


def for_each(
    names: Sequence[str],
    work: Callable[[PlainConnection, str], None],
    *,
    done: Callable[[str], None],
    failed: Callable[[str, str], None],
    connections: int = CONNECTIONS,
) -> None:
    """Call ``work(connection, name)`` for every name; report each as done, or as failed with its error.

    A name whose lock another session holds goes to the end of the line and is tried again, five times at
    most. A lost connection stops the whole: it is not one schema's fault.
    """
    line: queue.Queue[tuple[str, int]] = queue.Queue()
    for name in names:
        line.put((name, 0))
    stopped = threading.Event()
    errors: list[BaseException] = []

    def serve() -> None:
        try:
            with database.connect(application_name="balai-fleet") as plain:
                while not stopped.is_set():
                    name, tries = line.get_nowait()
                    try:
                        work(plain, name)
                    except Exception as error:
                        if plain.closed:
                            raise
                        _roll_back(plain)
                        if _is_passing(error) and tries + 1 < _TRIES:
                            stopped.wait(0.2 * (tries + 1) if line.empty() else 0)
                            line.put((name, tries + 1))
                        else:
                            failed(name, _one_line(error))
                    else:
                        done(name)
        except queue.Empty:
            pass
        except BaseException as error:  # noqa: BLE001  (handed to the caller's thread below)
            errors.append(error)
            stopped.set()
        finally:
            django_connection.close()

    threads = [threading.Thread(target=serve, name=f"fleet-{n}") for n in range(min(connections, len(names)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stopped.set()
        for thread in threads:
            thread.join()
        raise
    if errors:
        raise errors[0]


def _is_passing(error: Exception) -> bool:
    """True for what a second try may get past. Django wraps the database's own error as the cause."""
    return isinstance(error, _PASSING) or isinstance(error.__cause__, _PASSING)


def _roll_back(plain: PlainConnection) -> None:
    if plain.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        plain.execute("ROLLBACK")


def _one_line(error: Exception) -> str:
    text = (error.diag.message_primary if isinstance(error, psycopg.Error) else None) or str(error)
    return f"{type(error).__name__}: {' '.join(text.split())}"[:500]
