"""Plain psycopg connections to the site's database, for work that is not a request: no pool, no ORM."""

from typing import Any

import psycopg
from django.db import connection

_CONNECTION_KEYS = (
    "dbname",
    "user",
    "password",
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "service",
)


def connect(*, application_name: str, **extra: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """A new connection in autocommit mode to the database that Django uses, test databases included."""
    parameters = connection.get_connection_params()
    return psycopg.connect(
        **{key: parameters[key] for key in _CONNECTION_KEYS if key in parameters},
        application_name=application_name,
        autocommit=True,
        **extra,
    )


def connect_briefly() -> psycopg.Connection[tuple[Any, ...]]:
    """As ``connect``, for a machine that waits: whatever hangs ends within seconds, as psycopg.OperationalError."""
    return connect(
        application_name="balai-probe",
        connect_timeout=2,  # seconds, the least that libpq knows
        tcp_user_timeout=3000,  # milliseconds without an answer on the wire
        options="-c statement_timeout=2000",
    )
