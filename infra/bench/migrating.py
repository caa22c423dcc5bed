"""Lines: finding out that nothing is to migrate, and adding a column everywhere."""

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from fleet import catalogue, migrate, recording, status
from kernel import database
from tenants.site.models import Announcement

from . import ground
from .timing import Turns, clock, in_turns

_PER_STATEMENT = 200
_APP = Announcement._meta.app_label
_TABLE = Announcement._meta.db_table


def names() -> list[str]:
    """Every schema of the fleet, ready-made ones included."""
    with database.connect(application_name="balai-bench") as plain:
        return [found.name for found in catalogue.schemas(plain)]


def nothing_to_do(*, rounds: int) -> Turns:
    """Milliseconds per schema for the answer "all are up to date"; stock is asked for one schema a round.

    Ours starts from nothing each time, as a process that has just been started: it loads the migrations too.
    """
    present = names()
    sample = iter(present[:: max(1, len(present) // rounds)])

    def raw() -> float:
        with clock() as took, database.connect(application_name="balai-bench-raw") as plain:
            for start in range(0, len(present), _PER_STATEMENT):
                parts = [
                    f"SELECT '{name}', app, name FROM \"{name}\".django_migrations"  # noqa: S608  (our own names)
                    for name in present[start : start + _PER_STATEMENT]
                ]
                plain.execute(" UNION ALL ".join(parts)).fetchall()
        return took.ms / len(present)

    def ours() -> float:
        recording.clear_cache()
        with clock() as took:
            found = status.read()
        if len(found.up_to_date) != len(present):
            raise RuntimeError(f"{len(found.up_to_date)} of {len(present)} schemas are up to date.")
        return took.ms / len(present)

    return in_turns(rounds, {"raw": raw, "stock": lambda: _stock(next(sample)), "ours": ours})


def _stock(name: str) -> float:
    with clock() as took, ground.quiet():
        call_command("migrate_schemas", tenant=True, schema_name=name, interactive=False)
    return took.ms


def a_column(*, rounds: int) -> Turns:
    """Milliseconds per schema for one more column in every schema.

    Each round has two new migrations. The first goes out by stock to one schema and plainly to all others,
    the second by ours to all.
    """
    present = names()
    raws: list[float] = []
    with _published() as publish:

        def stock_and_raw() -> float:
            column = publish()
            stocked = present[len(raws) * 7 % len(present)]
            stock = _stock(stocked)
            rest = [name for name in present if name != stocked]
            with clock() as took:
                ground.plainly(rest, lambda name: _plain_statements(name, column))
            raws.append(took.ms / len(rest))
            return stock

        def ours() -> float:
            publish()
            recording.clear_cache()
            with clock() as took:
                result = migrate.migrate()
            if (result.migrated, result.failed) != (len(present), 0):
                raise RuntimeError(f"{result.migrated} of {len(present)} schemas migrated, {result.failed} failed.")
            return took.ms / len(present)

        turns = in_turns(rounds, {"stock": stock_and_raw, "ours": ours})
    return Turns({"raw": raws, **turns.taken})


def _plain_statements(name: str, column: str) -> str:
    return (
        f'BEGIN; SET LOCAL search_path TO "{name}"; ALTER TABLE "{_TABLE}" ADD COLUMN "{column}" integer NULL; '  # noqa: S608
        f"INSERT INTO django_migrations (app, name, applied) VALUES ('{_APP}', '{column}', now()); COMMIT"
    )


_MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = [migrations.AddField("{model}", "{column}", models.IntegerField(null=True))]
"""


@contextmanager
def _published() -> Iterator[Callable[[], str]]:
    """Yields a function that adds one migration to a tenant app, in a temporary package, and names its column."""
    real = importlib.import_module(f"{Announcement.__module__.rpartition('.')[0]}.migrations")
    last = MigrationLoader(None).graph.leaf_nodes(_APP)[0][1]
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "balai_bench_migrations"
        package.mkdir()
        # The app's real migrations stay where they are and are found beside the new ones.
        (package / "__init__.py").write_text(f"__path__ += {list(real.__path__)!r}\n")
        chain = [last]

        def publish() -> str:
            column = f"zz_bench_{len(chain):02d}"
            text = _MIGRATION.format(app=_APP, last=chain[-1], model=Announcement._meta.model_name, column=column)
            (package / f"{column}.py").write_text(text)
            chain.append(column)
            importlib.invalidate_caches()
            return column

        sys.path.insert(0, folder)
        try:
            with override_settings(MIGRATION_MODULES={_APP: package.name}):
                yield publish
        finally:
            sys.path.remove(folder)
            recording.clear_cache()
