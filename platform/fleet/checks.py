"""Start-up checks: what about this database would lose, mix or block centres."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from kernel import database
from kernel.schema import connection

from . import status
from .errors import FleetError
from .recording import full_set

TAG = "fleet"
OLDEST_SERVER = 150_000
POOLER_ROUNDS = 30
FEWEST_LOCKS = 256  # max_locks_per_transaction; dropping one centre takes hundreds of locks


@register(TAG)
def check_database(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not databases:
        return []
    return [*_server(), *_pooler(), *_migrations()]


def _server() -> list[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_locks_per_transaction")
        locks = int(cursor.fetchone()[0])
        version = connection.pg_version
    findings: list[CheckMessage] = []
    if version < OLDEST_SERVER:
        findings.append(Error(f"PostgreSQL is version {version // 10000}; 15 or later is needed.", id="fleet.E001"))
    if locks < FEWEST_LOCKS:
        findings.append(
            Error(
                f"max_locks_per_transaction is {locks}; with thousands of schemas at least {FEWEST_LOCKS} are needed.",
                hint="ALTER SYSTEM SET max_locks_per_transaction = 1024; then restart PostgreSQL.",
                id="fleet.E002",
            )
        )
    return findings


def _pooler() -> list[CheckMessage]:
    with database.connect(application_name="balai-check") as first:
        if _backend(first) == first.info.backend_pid:  # a pooler makes up the number that it tells its clients
            return []
        shared = any(_shares_its_backend(first) for _round in range(POOLER_ROUNDS))
    if not shared:
        return []
    return [
        Error(
            "A pooler in transaction mode (such as PgBouncer) stands between Balai and PostgreSQL: "
            "requests would be answered with another centre's data.",
            hint="Point DATABASE_URL at PostgreSQL itself; Balai brings its own pool.",
            id="fleet.E003",
        )
    ]


def _shares_its_backend(first: Any) -> bool:
    """Two clients of a server never share a backend; behind a transaction-mode pooler they do.

    Not in every round: while others come and go, the pooler may happen to hand out another one.
    """
    before = _backend(first)
    with database.connect(application_name="balai-check") as second, second.transaction():
        return _backend(second) == before or _backend(first) != before


def _backend(plain: Any) -> int:
    return int(plain.execute("SELECT pg_backend_pid()", prepare=False).fetchone()[0])


def _migrations() -> list[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return [_hub_behind()]
        cursor.execute("SELECT app, name FROM public.django_migrations")
        if full_set() - set(cursor.fetchall()):
            return [_hub_behind()]
    try:
        fleet = status.read()
    except FleetError as error:
        return [Warning(str(error), id="fleet.W002")]
    if not fleet.behind_count:
        return []
    return [
        Warning(
            f"{fleet.behind_count} of {fleet.total} schemas are behind on migrations.",
            hint="Run: manage.py fleet migrate",
            id="fleet.W001",
        )
    ]


def _hub_behind() -> Error:
    return Error("The public schema is behind on migrations.", hint="Run: manage.py fleet migrate", id="fleet.E004")
