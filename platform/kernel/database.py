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
