"""What a schema is made of, read from PostgreSQL's catalogue: two schemas are alike when this is equal."""

from typing import Any

import psycopg

_QUERIES = {
    "tables": """
        SELECT c.relname, c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity,
               obj_description(c.oid, 'pg_class')
        FROM pg_class c WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    """,
    "columns": """
        SELECT c.relname, a.attnum, a.attname, a.attisdropped, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attstorage, l.collname,
               col_description(c.oid, a.attnum)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0
    """,
    "constraints": """
        SELECT c.conrelid::regclass::text, c.conname, c.contype, c.condeferrable, c.condeferred, c.convalidated,
               pg_get_constraintdef(c.oid), obj_description(c.oid, 'pg_constraint')
        FROM pg_constraint c WHERE c.connamespace = %(schema)s::regnamespace
    """,
    "indexes": """
        SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary, i.indisvalid, i.indisclustered
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = %(schema)s::regnamespace
    """,
    "sequences": """
        SELECT s.seqrelid::regclass::text, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmax,
               s.seqmin, s.seqcache, s.seqcycle, d.deptype, d.refobjid::regclass::text, d.refobjsubid
        FROM pg_sequence s
        JOIN pg_class c ON c.oid = s.seqrelid
        LEFT JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        WHERE c.relnamespace = %(schema)s::regnamespace
    """,
    "triggers": """
        SELECT t.tgrelid::regclass::text, t.tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal
    """,
    "functions": "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = %(schema)s::regnamespace",
    "types": """
        SELECT t.typname, t.typtype FROM pg_type t
        WHERE t.typnamespace = %(schema)s::regnamespace AND t.typrelid = 0 AND t.typelem = 0
    """,
}  # fmt: skip


def structure(plain: psycopg.Connection, schema_name: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every object of the schema by kind, with the schema's own name taken out of all definitions."""
    before = plain.execute("SHOW search_path").fetchone()[0]
    plain.execute("SELECT set_config('search_path', %s, false)", (schema_name,))
    try:
        found = {
            kind: sorted(
                (_without(schema_name, row) for row in plain.execute(query, {"schema": schema_name})), key=repr
            )
            for kind, query in _QUERIES.items()
        }
    finally:
        plain.execute("SELECT set_config('search_path', %s, false)", (before,))
    return found


def _without(schema_name: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value.replace(f"{schema_name}.", "") if isinstance(value, str) else value for value in row)


def history(plain: psycopg.Connection, schema_name: str) -> list[tuple[int, str, str]]:
    return plain.execute(f'SELECT id, app, name FROM "{schema_name}".django_migrations ORDER BY id').fetchall()


def whole(plain: psycopg.Connection, schema_name: str) -> dict[str, Any]:
    return {**structure(plain, schema_name), "history": history(plain, schema_name)}


def tables_of(plain: psycopg.Connection, schema_name: str) -> list[str]:
    rows = plain.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY 1",
        (schema_name,),
    )
    return [name for (name,) in rows]


def content(plain: psycopg.Connection, schema_name: str) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every table but the history."""
    found = {}
    for table in tables_of(plain, schema_name):
        if table != "django_migrations":
            rows = "coalesce(string_agg(t::text, '|' ORDER BY t::text), '')"
            query = f'SELECT count(*), md5({rows}) FROM "{schema_name}"."{table}" t'
            found[table] = plain.execute(query).fetchone()
    return found


def fleet_schemas(plain: psycopg.Connection) -> list[str]:
    rows = plain.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(c|ready|scratch)_'")
    return sorted(name for (name,) in rows)
