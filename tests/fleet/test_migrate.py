"""Bringing the fleet to new migrations: all of it, resumably, one process at a time, failures set aside."""

import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest
from django.test import Client

from fleet import migrate, status
from fleet.errors import AlreadyRunning
from fleet.lock import single_flight
from fleet.models import Run
from fleet.recording import NotReplayable, record
from hub.centres import hosts
from hub.centres.models import Centre
from kernel import database, schema
from tenants.site import operations

from .describe import fleet_schemas, history, whole

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
ADD_COLUMN = 'migrations.AddField("profile", "motto", models.CharField(max_length=80, default=""))'
PYTHON = """
def fill(apps, schema_editor):
    profile = apps.get_model("site", "Profile")
    profile.objects.update(about="from Python")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("LOCK TABLE site_announcement")
        cursor.executemany(
            "INSERT INTO site_announcement (title, body, published_at) VALUES (%s, '', now())", [["one"], ["two"]]
        )
"""


def columns(plain, schema_name, table="site_profile"):
    rows = plain.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
        (schema_name, table),
    )
    return {name for (name,) in rows}


def describe_profile(plain, schema_name, about="written before"):
    plain.execute(
        f"INSERT INTO {schema_name}.site_profile (id, about, address, whatsapp, updated_at) "
        "VALUES (1, %s, '', '', now())",
        (about,),
    )


def last_run():
    return Run.objects.filter(kind=Run.Kind.MIGRATE).latest()


def test_a_column_is_added_everywhere_and_rows_keep_what_they_say(make_schemas, site_migrations, plain):
    names = make_schemas(10)
    describe_profile(plain, names[3])
    site_migrations.add("0902_motto", ADD_COLUMN)
    assert status.read().behind_count == len(fleet_schemas(plain))
    result = migrate.migrate()
    assert (result.migrated, result.failed) == (12, 0)
    assert status.read().behind_count == 0
    assert all("motto" in columns(plain, name) for name in fleet_schemas(plain))
    assert plain.execute(f"SELECT about, motto FROM {names[3]}.site_profile").fetchall() == [("written before", "")]
    run = last_run()
    assert (run.state, run.total, run.done, run.failed, run.percent) == (Run.State.DONE, 12, 12, 0, 100)


def test_nothing_to_do_starts_no_run(own_database):
    assert migrate.migrate().migrated == 0
    assert not Run.objects.filter(kind=Run.Kind.MIGRATE).exists()


def test_rows_and_columns_in_turn(make_schemas, site_migrations, plain):
    (name,) = make_schemas(1)
    describe_profile(plain, name)
    site_migrations.add("0902_motto", ADD_COLUMN)
    site_migrations.add("0903_words", "migrations.RunSQL(\"UPDATE site_profile SET motto = 'Maju 100%'\")")
    site_migrations.add("0904_longer", 'migrations.AlterField("profile", "motto", models.TextField(default=""))')
    migrate.migrate()
    assert plain.execute(f"SELECT motto FROM {name}.site_profile").fetchone() == ("Maju 100%",)
    assert [row[2] for row in history(plain, name)][-3:] == ["0902_motto", "0903_words", "0904_longer"]


def test_a_migration_in_python_runs_in_each_schema(make_schemas, site_migrations, plain):
    names = make_schemas(3)
    for name in names:
        describe_profile(plain, name)
    site_migrations.add("0902_motto", ADD_COLUMN)
    site_migrations.add("0903_fill", "migrations.RunPython(fill, migrations.RunPython.noop)", before=PYTHON)
    site_migrations.add("0904_more", 'migrations.AddField("profile", "more", models.TextField(default=""))')
    result = migrate.migrate()
    assert (result.migrated, result.failed) == (5, 0), list(last_run().set_aside.values_list("error"))
    for name in names:
        assert plain.execute(f"SELECT about FROM {name}.site_profile").fetchone() == ("from Python",)
        assert plain.execute(f"SELECT count(*) FROM {name}.site_announcement").fetchone() == (2,)
        assert [row[2] for row in history(plain, name)][-3:] == ["0902_motto", "0903_fill", "0904_more"]


def test_a_statement_that_only_calls_a_function_is_not_lost(make_schemas, site_migrations, plain):
    (name,) = make_schemas(1)
    site_migrations.add("0902_start", "migrations.RunSQL(\"SELECT setval('site_announcement_id_seq', 1000)\")")
    migrate.migrate()
    assert plain.execute(f"SELECT last_value FROM {name}.site_announcement_id_seq").fetchone() == (1000,)


def test_three_of_fifty_fail_and_are_healed_once_the_cause_is_gone(make_schemas, site_migrations, plain):
    names = make_schemas(48)  # and the two centres
    broken = [names[5], names[20], names[41]]
    for name in broken:
        plain.execute(f"ALTER TABLE {name}.site_profile ADD COLUMN motto integer")
    before = {name: whole(plain, name) for name in broken}
    site_migrations.add("0902_motto", ADD_COLUMN)
    result = migrate.migrate()
    assert (result.total, result.migrated, result.failed) == (50, 47, 3)
    aside = dict(last_run().set_aside.values_list("schema_name", "error"))
    assert sorted(aside) == broken
    assert all('"motto"' in error and "already exists" in error for error in aside.values())
    assert last_run().state == Run.State.FAILED
    assert {name: whole(plain, name) for name in broken} == before
    for name in broken:
        plain.execute(f"ALTER TABLE {name}.site_profile DROP COLUMN motto")
    assert migrate.migrate() == migrate.Result(total=50, migrated=3, failed=0)
    assert status.read().behind_count == 0


def test_the_command_names_what_failed_in_a_line_each(make_schemas, site_migrations, plain, with_migrations):
    names = make_schemas(3)
    plain.execute(f"ALTER TABLE {names[1]}.site_profile ADD COLUMN motto integer")
    site_migrations.add("0902_motto", ADD_COLUMN)
    run = with_migrations.manage("fleet", "migrate")
    assert run.returncode == 1
    assert f"  {names[1]}: DuplicateColumn:" in run.stderr
    assert "CommandError: 1 schemas failed" in run.stderr
    assert "Traceback" not in run.stderr
    assert f"set aside: {names[1]}" in with_migrations.manage("fleet", "status").stdout
    plain.execute(f"ALTER TABLE {names[1]}.site_profile DROP COLUMN motto")
    assert with_migrations.manage("fleet", "migrate").returncode == 0


@pytest.fixture
def short_locks(monkeypatch):
    monkeypatch.setattr("fleet.replay.LOCK_TIMEOUT", "50ms")


@pytest.mark.parametrize("kind", ["sql", "python"])
def test_a_locked_schema_is_retried_then_set_aside_then_healed(make_schemas, site_migrations, plain, short_locks, kind):
    names = make_schemas(4)
    if kind == "sql":
        site_migrations.add("0902_motto", ADD_COLUMN)
    else:
        site_migrations.add("0902_fill", "migrations.RunPython(fill, migrations.RunPython.noop)", before=PYTHON)
    with database.connect(application_name="reader") as reader:
        reader.execute(f"BEGIN; LOCK TABLE {names[2]}.site_profile, {names[2]}.site_announcement")
        result = migrate.migrate()
        assert (result.migrated, result.failed) == (5, 1)
        ((name, error),) = last_run().set_aside.values_list("schema_name", "error")
        assert name == names[2] and "lock timeout" in error
    assert migrate.migrate().migrated == 1


def test_a_retry_does_not_repeat_the_steps_before_the_one_that_failed(
    make_schemas, site_migrations, plain, short_locks
):
    (name,) = make_schemas(1)
    describe_profile(plain, name, about="once")
    site_migrations.add("0902_rows", "migrations.RunSQL(\"UPDATE site_profile SET about = about || '!'\")")
    site_migrations.add("0903_x", 'migrations.AddField("announcement", "x", models.TextField(default=""))')
    with database.connect(application_name="reader") as reader:
        reader.execute(f"BEGIN; LOCK TABLE {name}.site_announcement")
        assert migrate.migrate().failed == 1
    assert migrate.migrate().failed == 0
    assert plain.execute(f"SELECT about FROM {name}.site_profile").fetchone() == ("once!",)


def test_a_lock_that_ends_meanwhile_is_no_failure(make_schemas, site_migrations, plain, short_locks):
    names = make_schemas(4)
    site_migrations.add("0902_motto", ADD_COLUMN)
    with database.connect(application_name="reader") as reader:
        reader.execute(f"BEGIN; LOCK TABLE {names[0]}.site_profile")
        letting_go = threading.Timer(0.3, lambda: reader.execute("COMMIT"))
        letting_go.start()
        result = migrate.migrate()
        letting_go.join()
    assert (result.migrated, result.failed) == (6, 0)


def test_a_second_run_at_the_same_time_is_refused_in_one_line(own_database):
    with single_flight("migrate"), pytest.raises(AlreadyRunning):
        migrate.migrate()
    for part in ("migrate-hub", "migrate"):
        with single_flight(part):
            second = own_database.manage("fleet", "migrate")
        assert second.returncode == 1
        assert second.stderr.count("\n") == 1 and second.stderr.startswith("CommandError: ")


def test_a_dry_run_tells_and_changes_nothing(make_schemas, site_migrations, plain, with_migrations):
    names = make_schemas(3)
    site_migrations.add("0902_motto", ADD_COLUMN)
    site_migrations.add("0903_fill", "migrations.RunPython(fill)", before=PYTHON)
    before = {name: whole(plain, name) for name in [*names, "public"]}
    run = with_migrations.manage("fleet", "migrate", "--dry-run")
    assert run.returncode == 0, run.stderr
    assert "5 of 5 schemas would be migrated." in run.stdout
    assert "site.0902_motto" in run.stdout and "site.0903_fill (Python" in run.stdout
    assert {name: whole(plain, name) for name in [*names, "public"]} == before
    assert not Run.objects.filter(kind=Run.Kind.MIGRATE).exists()


def test_schemas_of_a_newer_release_are_left_alone(make_schemas, site_migrations, plain):
    (name, _other) = make_schemas(2)
    site_migrations.add("0902_motto", ADD_COLUMN)
    plain.execute(f"INSERT INTO {name}.django_migrations (app, name, applied) VALUES ('site', '0999_later', now())")
    with pytest.raises(migrate.NewerSchemas, match=name):
        migrate.migrate()
    assert all("motto" not in columns(plain, schema_name) for schema_name in fleet_schemas(plain))


def test_a_migration_that_is_not_atomic_is_refused(own_database, site_migrations, plain):
    site_migrations.add(
        "0902_index", 'migrations.AddField("profile", "motto", models.TextField(default=""))', atomic=False
    )
    with pytest.raises(NotReplayable, match="0902_index"):
        migrate.migrate()
    assert all("motto" not in columns(plain, name) for name in fleet_schemas(plain))


def test_a_migration_that_reaches_into_the_hub_is_refused(own_database, site_migrations):
    site_migrations.add("0902_hub", 'migrations.RunSQL("UPDATE centres_centre SET name = name")')
    with pytest.raises(Exception, match="centres_centre"):
        record()


def test_requests_go_on_while_the_fleet_is_migrated(make_schemas, site_migrations, plain):
    """Expand: the running code neither knows nor minds the new column."""
    make_schemas(40)
    site_migrations.add("0902_motto", ADD_COLUMN.replace("default", "db_default"))
    here = list(Centre.objects.all())
    migrated = threading.Event()
    answers: list[int] = []
    problems: list[Exception] = []

    def ask(centre: Centre) -> None:
        client = Client(HTTP_HOST=hosts.host_of(centre.slug))
        try:
            while not migrated.is_set() or len(answers) < 40:
                with schema.centre(centre):
                    operations.describe(about="tetap buka", address="", whatsapp="", now=NOW)
                answers.append(client.get("/").status_code)
        except Exception as error:  # noqa: BLE001  (the test fails with it below)
            problems.append(error)

    threads = [threading.Thread(target=ask, args=(centre,)) for centre in here]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    result = migrate.migrate()
    migrated.set()
    for thread in threads:
        thread.join()
    assert not problems
    assert set(answers) == {200}
    assert (result.migrated, result.failed) == (42, 0)


def test_a_run_right_after_a_kill_does_not_stumble_over_what_the_killed_one_still_finishes(
    make_schemas, site_migrations, plain, with_migrations
):
    """The server goes on with a killed client's statement: it may finish it after the next run has planned the same."""
    (name,) = make_schemas(1)
    site_migrations.add("0902_motto", ADD_COLUMN)
    with database.connect(application_name="reader") as reader:
        reader.execute(f"BEGIN; LOCK TABLE {name}.site_profile")
        first = with_migrations.start("fleet", "migrate")
        _wait_for_waiting(plain, 1)
        first.kill()
        first.communicate()
        second = with_migrations.start("fleet", "migrate")
        _wait_for_waiting(plain, 2)
        reader.execute("COMMIT")
        _out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert "motto" in columns(plain, name)
    assert [row[2] for row in history(plain, name)].count("0902_motto") == 1


def _wait_for_waiting(plain: psycopg.Connection, count: int) -> None:
    for _attempt in range(500):
        (waiting,) = plain.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'balai-fleet' AND wait_event_type = 'Lock'"
        ).fetchone()
        if waiting >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"No {count} sessions came to wait for the lock.")
