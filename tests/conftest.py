"""Fixtures of the whole suite.

One test database with two centres, ``centre`` and ``other_centre``, is made per session; each test runs in a
transaction that is rolled back. A test that needs commits, threads or processes takes ``own_database``
instead: a fresh copy of that database. A test in a real browser takes ``site``: gunicorn on a copy with the demo.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings

from api import limits as api_limits
from config import embedded
from frontend import limits
from hub.centres import hosts, operations
from hub.centres.models import Centre, VocationalField
from hub.regions import operations as regions
from hub.regions.management.commands.load_regions import DEFAULT as REGIONS
from hub.regions.models import Regency
from kernel import database
from workflows import health, onboarding

# The suite tries the same examples every time, so that a landing depends on the change alone, without a clock on them.
# HYPOTHESIS_PROFILE=explore make test looks for new ones.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = Path(__file__).resolve().parents[1]
ClientFor = Callable[[Centre], Client]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker
) -> Iterator[None]:
    """The test database with all regions, two live centres, and a template copy of itself.

    In place of pytest-django's own, which makes none when every chosen test takes ``own_database``.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        regions.load(folder=REGIONS)
        for name, regency, field in (("BLKK Melati Garut", "32.05", "tik"), ("BLKK Kenanga Blitar", "35.05", "garmen")):
            fields = [VocationalField.objects.get(pk=field)]
            centre = operations.register(name=name, regency=Regency.objects.get(pk=regency), fields=fields)
            onboarding.bring_live(centre)
        connection.close()
        connection.close_pool()
        with _administration() as administration:
            administration.execute(f'DROP DATABASE IF EXISTS "{_template()}"')
            administration.execute(f'CREATE DATABASE "{_template()}" TEMPLATE "{connection.settings_dict["NAME"]}"')
    yield
    with django_db_blocker.unblock():
        hosts.cache.stop()
        with _administration() as administration:
            administration.execute(f'DROP DATABASE "{_template()}" WITH (FORCE)')
        connection.close_pool()
        teardown_databases(made, verbosity=0)


def _template() -> str:
    return f"{settings.DATABASES['default']['NAME']}_template"


@contextmanager
def _administration() -> Iterator[psycopg.Connection]:
    parameters = connections["default"].get_connection_params()
    kept = {key: parameters[key] for key in ("user", "password", "host", "port") if key in parameters}
    with psycopg.connect(**kept, dbname="postgres", autocommit=True) as administration:
        yield administration


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    hosts.cache.clear()
    health.kept.forget()
    limits.limiter.clear()
    api_limits.limiter.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """A real hash takes half a second by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path_factory) -> None:
    """Files of people in a folder that no other test sees; it is made when the first file comes."""
    settings.BALAI_FILES_DIR = tmp_path_factory.getbasetemp() / f"files-{secrets.token_hex(4)}"


@pytest.fixture
def centre(db: None) -> Centre:
    return Centre.objects.get(name="BLKK Melati Garut")


@pytest.fixture
def other_centre(db: None) -> Centre:
    return Centre.objects.get(name="BLKK Kenanga Blitar")


@pytest.fixture
def hub_client() -> Client:
    return Client(HTTP_HOST=settings.BALAI_DOMAIN)


@pytest.fixture
def client_for() -> ClientFor:
    return lambda centre: Client(HTTP_HOST=hosts.host_of(centre.slug))


@pytest.fixture
def centre_client(centre: Centre, client_for: ClientFor) -> Client:
    return client_for(centre)


# ---------------------------------------------------------------- databases of one's own


@dataclass(frozen=True)
class OwnDatabase:
    """A database that one test, or the browser's site, has to itself."""

    name: str
    environment: dict[str, str]

    def manage(self, *arguments: str, **kwargs) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` on this database, as an operator would."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            timeout=300, **kwargs,
        )  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``manage.py`` on this database, to be killed by the test."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def connect(self) -> psycopg.Connection:
        """A plain connection, as psql would have."""
        return psycopg.connect(self.environment["DATABASE_URL"], autocommit=True)


def _url(name: str) -> str:
    parameters = connections["default"].get_connection_params()
    host, port = parameters.get("host", ""), parameters.get("port", "")
    login = f"{parameters.get('user', '')}:{parameters.get('password', '')}".rstrip(":")
    if str(host).startswith("/"):
        return f"postgres://{login}@/{name}?host={host}"
    return f"postgres://{login}@{host or 'localhost'}{f':{port}' if port else ''}/{name}"


@contextmanager
def _copied_database() -> Iterator[OwnDatabase]:
    name = f"test_own_{secrets.token_hex(4)}"
    with _administration() as administration:
        administration.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template()}"')
    environment = {
        **os.environ,
        "DATABASE_URL": _url(name),
        "BALAI_SECRET_KEY": settings.SECRET_KEY,
        "BALAI_FIELD_KEYS": ",".join(f"{key_id}:{key}" for key_id, key in settings.BALAI_FIELD_KEYS),
        "BALAI_LOOKUP_KEY": settings.BALAI_LOOKUP_KEY,
        "BALAI_FILES_DIR": str(settings.BALAI_FILES_DIR),
    }
    try:
        yield OwnDatabase(name, environment)
    finally:
        with _administration() as administration:
            administration.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker) -> Iterator[OwnDatabase]:
    """A fresh copy of the test database. Django in this process uses it too, with real commits."""
    with django_db_blocker.unblock(), _copied_database() as own:
        usual = connection.settings_dict["NAME"]
        hosts.cache.stop()  # it may listen to the usual database
        _point_at(own.name)
        try:
            yield own
        finally:
            hosts.cache.stop()
            _point_at(usual)


def _point_at(name: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name
    hosts.cache.clear()


# ---------------------------------------------------------------- a running site


@dataclass(frozen=True)
class Site:
    """The platform as people meet it: gunicorn with two workers, on a database with the demo."""

    port: int
    database: OwnDatabase
    mail: Path

    def url(self, path: str = "/", *, slug: str = "") -> str:
        host = hosts.host_of(slug) if slug else settings.BALAI_DOMAIN
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    with django_db_blocker.unblock(), _copied_database() as own:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        mail = tmp_path_factory.mktemp("mail")
        own.environment.update(BALAI_PORT_SUFFIX=f":{port}", BALAI_EMAIL_URL=f"filemail:///{mail}")
        own.environment["BALAI_CENTRE_LIMIT_FACTOR"] = "1000"  # tests ask more than people do
        for command in (["collectstatic", "--noinput"], ["make_demo"]):
            done = own.manage(*command)
            assert done.returncode == 0, done.stderr
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "infra/gunicorn.conf.py", f"-b127.0.0.1:{port}", "config.wsgi"],
            cwd=ROOT,
            env=own.environment,
        )
        try:
            _wait_until_up(port, server)
            yield Site(port, own, mail)
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_until_it_listens(port: int, server: subprocess.Popen) -> None:
    for _attempt in range(150):
        assert server.poll() is None, f"It ended: {server.stderr.read() if server.stderr else ''}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("It did not come up.")


def _wait_until_up(port: int, server: subprocess.Popen) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": settings.BALAI_DOMAIN})
    for _attempt in range(150):
        assert server.poll() is None, "gunicorn ended"
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The site did not come up.")


@pytest.fixture
def plain(own_database: OwnDatabase) -> Iterator[psycopg.Connection]:
    """A plain connection to ``own_database``."""
    with database.connect(application_name="test") as connection:
        yield connection


@pytest.fixture
def superuser(own_database: OwnDatabase) -> Iterator[psycopg.Connection]:
    """A connection to ``own_database`` as the embedded server's superuser, which the application is not."""
    if not embedded.is_chosen():
        pytest.skip("Only the embedded server's superuser is ours.")
    with psycopg.connect(embedded.url(own_database.name, role="postgres"), autocommit=True) as connection:
        yield connection
    with psycopg.connect(embedded.url("postgres", role="postgres"), autocommit=True) as administration:
        # Its process must have ended before a role that is no superuser can drop the database.
        while administration.execute(
            "SELECT 1 FROM pg_stat_activity WHERE usename = 'postgres' AND datname = %s", (own_database.name,)
        ).fetchone():
            time.sleep(0.01)
