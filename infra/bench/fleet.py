"""The fleet's benchmark: all lines in order, on one database that grows from 200 centres to as many as asked for."""

import os
import platform
from typing import Any

from django.db import connection

from fleet import catalogue
from kernel import database

from . import ground, memory, migrating, moving, provisioning, requests
from .timing import say

Figures = dict[str, Any]

SMALL = 200  # centres present for the first provisioning line
_BATCH = 100  # centres per round of provisioning
_ROUNDS = 5
_HOSTS = 100  # centres that the requests rotate over


def measure(centres: int) -> Figures:
    """Run every line. Times are in ms, per unit, as the keys say; a stock figure is of a few schemas, never of all."""
    ground.lay()
    figures: Figures = {"centres": centres, **_machine()}
    figures["recording_ms"] = provisioning.recording_ms()
    live = provisioning.fill(min(SMALL, centres))
    figures |= _shape(live[0].schema_name)
    figures |= _provisioning(centres, rounds=3, suffix="_200")
    missing = centres - len(migrating.names())
    if missing > 0:
        say(f"filling up to {centres} centres")
        provisioning.fill(missing)
    figures |= _provisioning(centres, rounds=_ROUNDS)
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


def _ratio(line: dict[str, float]) -> float:
    return line["ours"] / line["raw"]


def _provisioning(centres: int, *, rounds: int, suffix: str = "") -> Figures:
    say(f"provisioning with {len(migrating.names())} schemas present")
    line = provisioning.bulk(batch=min(_BATCH, max(2, centres // 4)), rounds=rounds)
    return {
        f"provision_ratio{suffix}": _ratio(line),
        **{f"provision_{name}_ms_per_centre{suffix}": value for name, value in line.items()},
    }


def _approval(centres: int) -> Figures:
    say("live after approval")
    line = provisioning.one(rounds=min(15, max(3, centres // 4)))
    return {"live_ms": line["ours"], "live_raw_ms": line["raw"]}


def _nothing_to_do() -> Figures:
    say("nothing to migrate")
    line = migrating.nothing_to_do(rounds=_ROUNDS)
    return {"noop_ratio": _ratio(line), **{f"noop_{name}_ms_per_schema": value for name, value in line.items()}}


def _column() -> Figures:
    say("a column everywhere")
    line = migrating.a_column(rounds=_ROUNDS)
    return {"migrate_ratio": _ratio(line), **{f"migrate_{name}_ms_per_schema": value for name, value in line.items()}}


def _moving(centre: Any) -> Figures:
    say("export and import")
    out, back = moving.out_and_in(centre, rounds=9)
    return {
        "export_rows": moving.ANNOUNCEMENTS + 1,
        "export_ratio": _ratio(out),
        "export_raw_ms": out["raw"],
        "export_stock_ms": moving.dumped(centre.schema_name, rounds=2),
        "export_ours_ms": out["ours"],
        "export_copy_alone_ms": out["copy_alone"],
        "import_ratio": _ratio(back),
        "import_raw_ms": back["raw"],
        "import_ours_ms": back["ours"],
    }


def _requests(live: Any, centres: int) -> Figures:
    say(f"requests to {len(live)} centres")
    line = requests.to_centres(live, rounds=15 if centres > SMALL else 3)
    return {
        "request_overhead_ms": line.overhead_ms,
        "request_stock_overhead_ms": line.stock_overhead_ms,
        "request_statements": line.statements["ours"] - line.statements["plain"],
        "request_stock_statements": line.statements["stock"] - line.statements["plain"],
        **{f"request_{name}_ms": value for name, value in line.ms.items()},
        **{f"request_{name}_statements_in_all": value for name, value in line.statements.items()},
    }


def _memory() -> Figures:
    say("memory of a backend that serves all centres")
    line = memory.of_backend()
    return {"backend_mb": line["ours"], "backend_mb_without_recycling": line["stock"]}
