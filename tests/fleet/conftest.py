"""Fixtures of the fleet's tests: migrations that do not exist in the project, and schemas by the dozen."""

import importlib
import os
import secrets
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from fleet import recording
from fleet.recording import record
from fleet.replay import into_new_schema
from tests.conftest import ROOT, OwnDatabase

HEAD = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("site", "{previous}")]
"""


@dataclass
class SiteMigrations:
    """A package of migrations for ``tenants.site``: the project's own, and those that a test adds."""

    folder: Path
    package: str
    last: str = ""

    def add(self, name: str, operations: str, *, before: str = "", atomic: bool = True) -> str:
        """Write one more migration. ``operations`` is the inside of the list, ``before`` the module's own code."""
        head = HEAD.format(previous=self.last)
        if not atomic:
            head += "    atomic = False\n"
        body = textwrap.indent(textwrap.dedent(operations).strip(), " " * 8)
        text = f"{textwrap.dedent(before)}\n{head}    operations = [\n{body}\n    ]\n"
        (self.folder / self.package / f"{name}.py").write_text(text)
        self.last = name
        self._reload()
        return name

    def remove_last(self, *, now_last: str) -> None:
        (self.folder / self.package / f"{self.last}.py").unlink()
        self.last = now_last
        self._reload()

    def _reload(self) -> None:
        importlib.invalidate_caches()
        for module in [name for name in sys.modules if name.startswith(self.package)]:
            del sys.modules[module]
        recording.clear_cache()


@pytest.fixture
def site_migrations(tmp_path: Path, settings, monkeypatch) -> Iterator[SiteMigrations]:
    """From here on ``tenants.site`` takes its migrations from a package that the test may add to."""
    own = sorted(path for path in (ROOT / "tenants" / "site" / "migrations").glob("[0-9]*.py"))
    package = SiteMigrations(tmp_path, f"site_migrations_{secrets.token_hex(4)}", own[-1].stem)
    (tmp_path / package.package).mkdir()
    for path in [*own, own[0].with_name("__init__.py")]:
        shutil.copy(path, tmp_path / package.package)
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {"site": package.package}
    recording.clear_cache()
    yield package
    recording.clear_cache()


@pytest.fixture
def with_migrations(own_database: OwnDatabase, site_migrations: SiteMigrations) -> OwnDatabase:
    """``own_database`` whose ``manage.py`` uses the test's migrations too."""
    own_database.environment.update(
        DJANGO_SETTINGS_MODULE="tests.fleet.settings",
        BALAI_TEST_SITE_MIGRATIONS=site_migrations.package,
        PYTHONPATH=f"{site_migrations.folder}{os.pathsep}{ROOT}{os.pathsep}{ROOT / 'platform'}",
    )
    return own_database


@pytest.fixture
def make_schemas(plain: psycopg.Connection) -> Callable[[int], list[str]]:
    """A function that makes so many schemas of no centre, at the version that the code has by then."""

    def make(count: int) -> list[str]:
        names = [f"c_{secrets.token_hex(4)}" for _number in range(count)]
        for name in names:
            into_new_schema(plain, name, record())
        connection.close()
        return sorted(names)

    return make
