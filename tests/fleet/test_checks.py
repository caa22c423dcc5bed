"""A database that would lose, mix or block centres is refused before the first request."""

import concurrent.futures
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import connection

from config import startup
from fleet import checks
from fleet.lock import single_flight
from tests.conftest import ROOT, wait_until_it_listens


def found():
    return {finding.id: finding for finding in run_checks(tags=[checks.TAG], databases=["default"])}


def test_this_database_is_fine(own_database):
    assert found() == {}
    startup.verify()


def test_too_few_locks_are_an_error_that_names_the_setting(own_database, monkeypatch):
    monkeypatch.setattr(checks, "FEWEST_LOCKS", 100_000)
    assert "max_locks_per_transaction is" in found()["fleet.E002"].msg
    with pytest.raises(SystemExit):
        startup.verify()


def test_an_old_server_is_an_error(own_database, monkeypatch):
    monkeypatch.setattr(checks, "OLDEST_SERVER", 990_000)
    assert "fleet.E001" in found()


def test_a_hub_that_is_behind_is_an_error(own_database, plain):
    plain.execute("DELETE FROM public.django_migrations WHERE app = 'fleet'")
    assert "fleet migrate" in found()["fleet.E004"].hint


def test_an_empty_database_is_told_to_migrate(own_database, plain):
    plain.execute("ALTER TABLE django_migrations RENAME TO moved")
    assert set(found()) == {"fleet.E004"}


def test_schemas_that_are_behind_are_a_warning_and_the_site_starts(own_database, plain, centre_schema):
    plain.execute(f"DELETE FROM {centre_schema}.django_migrations WHERE app = 'site'")
    assert "1 of 2 schemas" in found()["fleet.W001"].msg
    startup.verify()


def serve(own_database, **environment):
    """Load what gunicorn loads, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**own_database.environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", **environment},
    )  # fmt: skip


def test_nothing_is_served_on_a_hub_that_is_behind(own_database, plain):
    plain.execute("DELETE FROM public.django_migrations WHERE app = 'fleet'")
    served = serve(own_database)
    assert served.returncode == 1
    assert "fleet.E004" in served.stderr and "Traceback" not in served.stderr


@pytest.fixture
def centre_schema(plain):
    (name,) = plain.execute("SELECT min(schema_name) FROM centres_centre").fetchone()
    return name


def test_a_lock_is_free_as_soon_as_its_block_ends(own_database, monkeypatch):
    """Also where the server takes its time to notice that the connection is closed."""
    left_open = []
    monkeypatch.setattr(psycopg.Connection, "__exit__", lambda connection, *error: left_open.append(connection))
    for _time in range(2):
        with single_flight("migrate"):
            pass
    monkeypatch.undo()
    for one in left_open:
        one.close()
    assert len(left_open) == 2


def test_a_lock_is_free_again_once_its_process_is_killed(own_database):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, env=own_database.environment, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Exception, match="already running|sudah berjalan"), single_flight("migrate"):
        pass
    holder.kill()
    holder.communicate()
    for _attempt in range(100):
        try:
            with single_flight("migrate"):
                return
        except checks.FleetError:
            time.sleep(0.02)
    raise AssertionError("The lock outlived its process.")


HOLDER = """
import sys; sys.path[:0] = [".", "platform"]
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django; django.setup()
from fleet.lock import single_flight
with single_flight("migrate"):
    print("held", flush=True)
    __import__("time").sleep(60)
"""


# ---------------------------------------------------------------- a real pooler in transaction mode


@pytest.fixture(params=["transaction", "session"])
def pooler(request, own_database):
    """The address of a PgBouncer in front of ``own_database``, and its mode."""
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if not binary:
        pytest.skip("no pgbouncer on this machine (apt-get install pgbouncer)")
    folder = Path("/tmp") / f"balai-pgbouncer-{os.getpid()}-{request.param}"
    folder.mkdir(mode=0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    parameters = connection.get_connection_params()
    host = parameters.get("host") or "localhost"
    login = {key: parameters[key] for key in ("port", "user", "password") if parameters.get(key)}
    target = " ".join(f"{key}={value}" for key, value in {"host": host, **login}.items())
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{own_database.name} = {target}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = {request.param}\n"
    )
    command = [binary, str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:  # it refuses to run as root; the database's own user may read the socket's folder
        user = _owner_of_the_socket(host)
        shutil.chown(folder, user)
        command = ["setpriv", f"--reuid={user}", "--clear-groups", *command]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_it_listens(port, server)
        yield request.param, port
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(folder)


def _owner_of_the_socket(host):
    return Path(host).owner() if host.startswith("/") else "nobody"


@contextlib.contextmanager
def others_come_and_go(address):
    """Clients that keep taking and giving back backends, as a busy platform's would."""
    stop = threading.Event()

    def come_and_go():
        with psycopg.connect(address, autocommit=True, prepare_threshold=None) as client:
            while not stop.is_set():
                client.execute("SELECT pg_sleep(0.0005)")

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        others = [threads.submit(come_and_go) for _client in range(2)]
        yield
        stop.set()
        for other in others:
            other.result()


def test_a_pooler_is_refused_unless_each_client_keeps_its_backend(pooler, own_database):
    mode, port = pooler
    address = f"postgres://postgres@127.0.0.1:{port}/{own_database.name}"
    with others_come_and_go(address):
        served = serve(own_database, DATABASE_URL=address)
    if mode == "session":
        assert served.returncode == 0, served.stderr
    else:
        assert served.returncode == 1
        assert "fleet.E003" in served.stderr and "another centre's data" in served.stderr
        assert "Traceback" not in served.stderr


def test_a_direct_connection_passes(own_database):
    assert checks._pooler() == []
