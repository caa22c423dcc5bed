"""Conventions that execute: where things live, what may not cross, how small they stay."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from fleet.catalogue import tables
from fleet.recording import record

ROOT = Path(__file__).resolve().parents[2]
MOST_TENANT_TABLES = 20
LONGEST_VIEW = 25  # lines

# Every index of a centre's tables beyond primary keys, with the page whose query it serves.
INDEXES = {
    "site_announcement_published_at_846f8ebf": "the centre's home: newest announcements first",
}


def _side(app_config) -> str:
    return "tenant" if app_config.name in settings.TENANT_APPS else "hub"


def _models(side: str):
    return [model for config in apps.get_app_configs() if _side(config) == side for model in config.get_models()]


def test_platform_is_no_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_every_tenant_app_lives_in_tenants_and_no_hub_app_does():
    assert all(name.startswith("tenants.") for name in settings.TENANT_APPS)
    assert not any(name.startswith("tenants.") for name in settings.SHARED_APPS)
    assert not set(settings.TENANT_APPS) & set(settings.SHARED_APPS)


@pytest.mark.parametrize("side", ["tenant", "hub"])
def test_no_relation_crosses_from_one_side_to_the_other(side):
    for model in _models(side):
        for field in model._meta.get_fields(include_hidden=True):
            if field.related_model:
                other = apps.get_app_config(field.related_model._meta.app_label)
                assert _side(other) == side, f"{model.__name__}.{field.name} reaches the other side"
        assert side == "hub" or not any(isinstance(field, GenericForeignKey) for field in model._meta.private_fields)


def test_a_centre_has_few_tables(db):
    assert record().sql.count("CREATE TABLE") - 1 <= MOST_TENANT_TABLES  # less django_migrations


def test_tenant_migrations_stand_alone():
    loader = MigrationLoader(None)
    labels = {config.label for config in apps.get_app_configs() if _side(config) == "tenant"}
    for (label, name), migration in loader.disk_migrations.items():
        if label not in labels:
            continue
        assert migration.atomic, f"{label}.{name} is not atomic"
        assert {app for app, _name in migration.dependencies} <= labels, f"{label}.{name} depends on the hub"
        for operation in migration.operations:
            if isinstance(operation, RunSQL):
                assert not re.search(r"\b(TRIGGER|FUNCTION|PROCEDURE|VIEW)\b", str(operation.sql), re.IGNORECASE)


def test_tenant_tables_do_not_exist_on_the_hub(db):
    public = set(connection.introspection.table_names())
    assert not public & {model._meta.db_table for model in _models("tenant")}


def test_a_centre_has_nothing_but_its_tables(centre):
    """No trigger, function, view or foreign key to another schema, and each index earned."""
    connection.ensure_connection()
    plain = connection.connection
    assert tables(plain, centre.schema_name) == [
        "django_migrations", "site_announcement", "site_document", "site_profile"
    ]  # fmt: skip
    schema = (centre.schema_name,)
    count = "SELECT count(*) FROM {} x JOIN pg_namespace n ON n.oid = {} WHERE n.nspname = %s {}"
    assert plain.execute(count.format("pg_proc", "x.pronamespace", ""), schema).fetchone() == (0,)
    assert plain.execute(count.format("pg_class", "x.relnamespace", "AND relkind IN ('v','m')"), schema).fetchone() == (
        0,
    )
    crossing = (
        "SELECT count(*) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND f.relnamespace <> c.relnamespace"
    )
    assert plain.execute(crossing, schema).fetchone() == (0,)
    indexes = plain.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND indexname NOT LIKE '%%_pkey'", schema
    ).fetchall()
    assert {name for (name,) in indexes} == set(INDEXES)


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_views_are_short():
    for path in [*ROOT.glob("frontend/views/*.py"), *ROOT.glob("api/v1/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = [part for part in node.body if not isinstance(part, ast.Expr | ast.FunctionDef)]
                length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                assert length <= LONGEST_VIEW, f"{path.name}:{node.name} has {length} lines"


def test_the_project_stands_alone():
    """It reads nothing from outside its folder, and names no package registry."""
    # Put together here, so that this file does not find itself.
    outside = ["../" + "shared", "/work" + "/", "training_centre" + "_register", "kbji2014" + "_occupations"]
    registries = ["pypi" + ".org", "pythonhosted" + ".org", "registry" + ".npmjs", "deb.debian" + ".org"]
    for path in _tracked():
        if path.suffix in (".woff2", ".png", ".webp", ".ico"):
            continue
        text = path.read_text(errors="replace")
        for word in outside + registries:
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"


@pytest.mark.parametrize("lock", ["requirements.lock", "infra/node.lock"])
def test_every_locked_package_has_hashes(lock):
    packages = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())
    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9._-]+==", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]


def test_no_text_was_left_for_later():
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|lorem " + r"ipsum)\b")
    for path in _tracked():
        if path.suffix in (".py", ".html", ".ts", ".css", ".md"):
            assert not marks.search(path.read_text()), path.relative_to(ROOT)
