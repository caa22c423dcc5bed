"""A schema of ours cannot be told from one that stock django-tenants makes, object by object."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from fleet import archive, migrate, ready
from fleet.recording import record
from fleet.replay import into_existing_schema, into_new_schema
from hub.centres import operations
from hub.centres.models import Centre
from workflows import onboarding

from .describe import content, structure, whole

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)

# One migration per kind of operation that Django turns into SQL, with the names that it finds by looking.
RICH = [
    (
        "0902_tables",
        """
        migrations.CreateModel("Room", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=50, db_index=True, db_comment="As on the door")),
            ("code", models.SlugField(unique=True)),
            ("seats", models.PositiveIntegerField(db_default=16)),
            ("area", models.DecimalField(max_digits=6, decimal_places=2, null=True)),
            ("rows", models.PositiveSmallIntegerField(default=4)),
            ("doubled", models.GeneratedField(
                expression=models.F("rows") * 2, output_field=models.IntegerField(), db_persist=True)),
        ], options={"db_table_comment": "Rooms for training"}),
        migrations.CreateModel("Lesson", [
            ("id", models.UUIDField(primary_key=True)),
            ("room", models.ForeignKey("site.room", models.CASCADE)),
            ("at", models.DateTimeField()),
            ("notes", models.JSONField(default=dict)),
            ("rooms_besides", models.ManyToManyField("site.room", related_name="besides")),
        ], options={"unique_together": {("room", "at")}}),
        """,
    ),
    (
        "0903_constraints",
        """
        migrations.AddConstraint("room", models.CheckConstraint(
            condition=~models.Q(name__startswith="100%"), name="no_percent")),
        migrations.AddConstraint("room", models.UniqueConstraint(
            fields=["name"], condition=models.Q(seats__gt=0), name="one_open_room")),
        migrations.AddConstraint("room", models.UniqueConstraint(
            fields=["area"], deferrable=models.Deferrable.DEFERRED, name="one_area")),
        migrations.AddConstraint("room", models.UniqueConstraint(
            models.functions.Lower("code"), name="code_in_any_case")),
        migrations.AddIndex("lesson", models.Index(fields=["-at"], include=["room"], name="lesson_latest")),
        """,
    ),
    (
        "0904_changes",
        """
        migrations.AlterField("room", "name", models.CharField(max_length=200, null=True)),
        migrations.AlterField("room", "seats", models.PositiveSmallIntegerField(default=16)),
        migrations.RenameField("room", "name", "title"),
        migrations.AlterUniqueTogether("lesson", {("room", "at", "notes")}),
        migrations.AddField("lesson", "previous", models.ForeignKey("self", models.SET_NULL, null=True)),
        migrations.RemoveIndex("lesson", "lesson_latest"),
        """,
    ),
    (
        "0905_names",
        """
        migrations.RenameModel("Room", "Hall"),
        migrations.AlterModelTable("lesson", "site_session"),
        migrations.RemoveField("hall", "area"),
        migrations.AlterField("lesson", "room", models.OneToOneField("site.hall", models.CASCADE)),
        """,
    ),
    (
        "0906_rows",
        """
        migrations.RunSQL("INSERT INTO site_hall (title, code, seats, rows) "
                          "VALUES ('Bengkel 5%', 'b-1', 16, 4), (NULL, 'b-2', 20, 5)"),
        migrations.RunSQL([("UPDATE site_hall SET title = %s WHERE code = 'b-2'", ["Aula %s"])]),
        """,
    ),
    (
        "0907_changes_after_rows",
        """
        migrations.RunSQL("INSERT INTO site_session (id, room_id, at, notes) SELECT gen_random_uuid(), 1, now(), '{}'"),
        migrations.RunSQL("DELETE FROM site_session"),
        """,
    ),
    ("0908_more_of_the_same_table", 'migrations.AddField("lesson", "held", models.BooleanField(default=True))'),
    ("0909_nothing", "migrations.RunSQL(migrations.RunSQL.noop)"),
]  # fmt: skip


def stock(schema_name: str) -> str:
    """A schema made by django-tenants alone."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema_name}"')
    call_command("migrate_schemas", schema_name=schema_name, verbosity=0)
    return schema_name


def migrate_schemas_finds_nothing(schema_name: str) -> bool:
    connection.set_schema(schema_name)
    try:
        executor = MigrationExecutor(connection)
        return executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    finally:
        connection.set_schema_to_public()


@pytest.fixture(params=["the project's migrations", "every kind of operation"])
def expected(request, own_database, plain, site_migrations):
    """The stock schema's description; ours are made from the same migrations afterwards."""
    if request.param == "every kind of operation":
        for name, operations_ in RICH:
            site_migrations.add(name, operations_)
    return whole(plain, stock("c_stock")) | {"content": content(plain, "c_stock")}


def described(plain, schema_name):
    return whole(plain, schema_name) | {"content": content(plain, schema_name)}


def test_a_provisioned_schema(expected, plain):
    into_new_schema(plain, "c_ours", record())
    assert described(plain, "c_ours") == expected
    assert migrate_schemas_finds_nothing("c_ours")


def test_a_schema_that_was_claimed_ready_made(expected, plain):
    ready.fill(target=1)
    assert ready.claim("c_ours")
    assert described(plain, "c_ours") == expected


def test_a_centre_that_was_approved_one_at_a_time(expected, plain):
    here = Centre.objects.first()
    centre = onboarding.bring_live(operations.register(name="BLKK Dahlia", regency=here.regency))
    assert described(plain, centre.schema_name) == expected


def test_a_restored_schema(expected, plain, tmp_path):
    into_new_schema(plain, "c_ours", record())
    archive.write("c_ours", tmp_path / "it.zip", folder=tmp_path / "files", subject={}, now=NOW)
    archive.restore(plain, tmp_path / "it.zip", "c_restored", folder=tmp_path / "restored")
    assert described(plain, "c_restored") == expected
    assert migrate_schemas_finds_nothing("c_restored")


def test_a_schema_that_was_migrated_from_an_older_version(own_database, plain, site_migrations, make_schemas):
    """Here stock and ours start from the same older schema, and each goes its own way."""
    (ours,) = make_schemas(1)
    (theirs,) = make_schemas(1)
    for name, operations_ in RICH:
        site_migrations.add(name, operations_)
    call_command("migrate_schemas", schema_name=theirs, verbosity=0)
    migrate.migrate()
    assert described(plain, ours) == described(plain, theirs)
    assert migrate_schemas_finds_nothing(ours)


def test_stock_migrate_schemas_changes_nothing_afterwards(own_database, plain):
    into_new_schema(plain, "c_ours", record())
    before = whole(plain, "c_ours")
    said = StringIO()
    call_command("migrate_schemas", schema_name="c_ours", verbosity=1, stdout=said)
    assert "No migrations to apply" in said.getvalue()
    assert whole(plain, "c_ours") == before


def test_recording_leaves_no_scratch_schema(own_database, plain, site_migrations):
    site_migrations.add("0902_x", 'migrations.AddField("profile", "x", models.TextField(default=""))')
    record()
    scratch = plain.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'scratch%'").fetchone()
    assert scratch == (0,)


def test_a_schema_without_history_gets_all_of_it(own_database, plain):
    """An operator made the schema by hand, or a stock run was killed before its first migration."""
    plain.execute("CREATE SCHEMA c_bare")
    into_existing_schema(plain, "c_bare", record())
    into_new_schema(plain, "c_whole", record())
    assert structure(plain, "c_bare") == structure(plain, "c_whole")
