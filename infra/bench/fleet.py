"""The fleet's benchmark: all lines in order, on one database that grows from 200 centres to as many as asked for."""

import os
import platform
from collections.abc import Sequence
from typing import Any

from django.db import connection

from fleet import catalogue
from hub.centres.models import Centre
from kernel import database

from . import ground, memory, migrating, moving, provisioning, requests
from .timing import Turns, say

Figures = dict[str, Any]

SMALL = 200  # centres present for the first provisioning line
_ROUNDS = 5
_HOSTS = 100  # centres that the requests rotate over


def measure(centres: int) -> Figures:
    """Run every line. Times are in ms, per unit, as the keys say; a stock figure is of a few schemas, never of all."""
    ground.lay()
    figures: Figures = {"centres": centres, **_machine()}
    figures["recording_ms"] = provisioning.recording_ms()
    live = provisioning.fill(min(SMALL, centres))
    figures |= _shape(live[0].schema_name)
    figures |= _provisioning(centres, batch=60, rounds=6, suffix="_200")
    missing = centres - len(migrating.names())
    if missing > 0:
        say(f"filling up to {centres} centres")
        provisioning.fill(missing)
    figures |= _provisioning(centres, batch=100, rounds=_ROUNDS)
    figures |= _approval(centres)
    figures["schemas_present"] = len(migrating.names())
    figures |= _nothing_to_do()
    figures |= _moving(live[0])
    figures |= _requests(live[-_HOSTS:], centres)
    figures |= _memory()
    # Last, since afterwards the schemas have columns that no migration of the project knows.
    figures |= _column()
    return figures | _extrapolated(figures)


def _extrapolated(figures: Figures) -> Figures:
    """Seconds that stock would take for all centres, from the few schemas that it was measured on."""
    return {
        f"{line}_stock_s_extrapolated": figures[key] * figures["centres"] / 1000
        for line, key in (
            ("provision", "provision_stock_ms_per_centre"),
            ("noop", "noop_stock_ms_per_schema"),
            ("migrate", "migrate_stock_ms_per_schema"),
        )
    }


def _machine() -> Figures:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return {"cpus": os.cpu_count(), "python": platform.python_version(), "postgresql": version.split()[0]}


def _shape(schema_name: str) -> Figures:
    with database.connect(application_name="balai-bench") as plain:
        tables = len(catalogue.tables(plain, schema_name))
        indexes = plain.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = %s", (schema_name,)).fetchone()
    return {"tables_per_schema": tables, "indexes_per_schema": indexes[0] if indexes else 0}


def _line(key: str, turns: Turns, per: str, suffix: str = "") -> Figures:
    """The figures of one line: its ratio, and each variant's milliseconds per unit."""
    return {
        f"{key}_ratio{suffix}": turns.ratio(),
        **{f"{key}_{name}_ms{per}{suffix}": turns[name] for name in turns.taken},
    }


def _provisioning(centres: int, *, batch: int, rounds: int, suffix: str = "") -> Figures:
    say(f"provisioning with {len(migrating.names())} schemas present")
    turns = provisioning.bulk(batch=min(batch, max(2, centres // 4)), rounds=rounds)
    return _line("provision", turns, "_per_centre", suffix)


def _approval(centres: int) -> Figures:
    say("live after approval")
    turns = provisioning.one(rounds=min(15, max(3, centres // 4)))
    admit_ms = provisioning.admitted(rounds=min(15, max(3, centres // 4)))
    return {"live_ms": turns["ours"], "live_raw_ms": turns["raw"], "admit_ms": admit_ms}


def _nothing_to_do() -> Figures:
    say("nothing to migrate")
    return _line("noop", migrating.nothing_to_do(rounds=_ROUNDS), "_per_schema")


def _column() -> Figures:
    say("a column everywhere")
    return _line("migrate", migrating.a_column(rounds=_ROUNDS), "_per_schema")


def _moving(centre: Centre) -> Figures:
    say("export and import")
    out, back = moving.out_and_in(centre, rounds=15)
    return {
        "export_rows": moving.ANNOUNCEMENTS + 1,
        **_line("export", out, ""),
        "export_stock_ms": moving.dumped(centre.schema_name, rounds=2),
        **_line("import", back, ""),
    }


def _requests(live: Sequence[Centre], centres: int) -> Figures:
    say(f"requests to {len(live)} centres")
    turns, statements = requests.to_centres(live, rounds=21 if centres > SMALL else 3)
    return {
        "request_overhead_ms": turns.difference("ours", "plain"),
        "request_stock_overhead_ms": turns.difference("stock", "plain"),
        "request_statements": statements["ours"] - statements["plain"],
        "request_stock_statements": statements["stock"] - statements["plain"],
        **{f"request_{name}_ms": turns[name] for name in turns.taken},
        **{f"request_{name}_statements_in_all": value for name, value in statements.items()},
    }


def _memory() -> Figures:
    say("memory of a backend that serves all centres")
    recycled, unrecycled = memory.of_backend()
    return {"backend_mb": recycled, "backend_mb_without_recycling": unrecycled}
