"""A schema for one approved centre: claimed from the ready-made ones, or made at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from fleet import ready
from fleet.errors import AlreadyRunning
from fleet.lock import single_flight
from fleet.models import ReadySchema, Run
from fleet.recording import record
from fleet.replay import into_new_schema
from hub.centres import operations
from hub.centres.models import Centre, State
from kernel import database
from workflows import onboarding
from workflows.jobs import fill_ready_schemas

from .describe import fleet_schemas, whole

PYTHON = "def nothing(apps, schema_editor):\n    apps.get_model('site', 'Profile').objects.count()"


@pytest.fixture
def waiting(own_database):
    """A function that registers so many centres."""
    here = Centre.objects.first()

    def register(count: int) -> list[Centre]:
        return [operations.register(name=f"BLKK Dahlia {number}", regency=here.regency) for number in range(count)]

    return register


def in_threads(work, arguments):
    """Call ``work`` for all arguments at the same moment, each on a connection of its own."""
    gate = threading.Barrier(len(arguments))

    def run(argument):
        try:
            gate.wait()
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def oids(plain):
    return dict(plain.execute("SELECT oid, nspname FROM pg_namespace WHERE nspname ~ '^(c|ready)_'").fetchall())


def test_filling_builds_what_is_missing_and_no_more(own_database, plain):
    assert ready.fill(target=3) == 3
    assert ready.fill(target=3) == 0
    assert ready.fill(target=4) == 1
    noted = sorted(ReadySchema.objects.values_list("name", flat=True))
    assert noted == [name for name in fleet_schemas(plain) if name.startswith("ready_")]


def test_an_approved_centre_takes_over_a_ready_made_schema(waiting, plain):
    ready.fill(target=1)
    (before,) = [oid for oid, name in oids(plain).items() if name.startswith("ready_")]
    (centre,) = waiting(1)
    centre = onboarding.bring_live(centre)
    assert centre.state == State.ACTIVE and centre.live_since
    assert oids(plain)[before] == centre.schema_name
    assert not ReadySchema.objects.exists()


def test_without_a_ready_made_one_it_is_made_at_once(waiting, plain):
    (centre,) = waiting(1)
    onboarding.bring_live(centre)
    into_new_schema(plain, "c_other", record())
    assert whole(plain, centre.schema_name) == whole(plain, "c_other")


def test_an_approval_that_is_rolled_back_gives_the_ready_made_one_back(waiting, plain):
    ready.fill(target=1)
    before = oids(plain)
    (centre,) = waiting(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        onboarding.bring_live(centre)
        raise ZeroDivisionError
    assert oids(plain) == before
    assert ReadySchema.objects.count() == 1
    assert Centre.objects.get(pk=centre.pk).state == State.REGISTERED


def test_claiming_at_the_same_time_gives_different_ones(waiting, plain):
    """Each gets a ready-made one: nobody waits for, or misses, what another has merely looked at."""
    ready.fill(target=4)
    made = {oid for oid, name in oids(plain).items() if name.startswith("ready_")}
    centres = waiting(4)
    in_threads(onboarding.bring_live, centres)
    assert {oid for oid, name in oids(plain).items() if name in {c.schema_name for c in centres}} == made


def test_two_officers_at_once_make_one_centre(waiting, plain):
    ready.fill(target=2)
    (centre,) = waiting(1)
    both = in_threads(onboarding.bring_live, [centre, centre])
    assert [one.state for one in both] == [State.ACTIVE, State.ACTIVE]
    assert ReadySchema.objects.count() == 1
    assert fleet_schemas(plain).count(centre.schema_name) == 1


def test_an_outdated_ready_made_schema_is_passed_over(waiting, site_migrations, plain):
    ready.fill(target=1)
    site_migrations.add(
        "0902_motto", 'migrations.AddField("profile", "motto", __import__("django").db.models.TextField(default=""))'
    )
    (centre,) = waiting(1)
    onboarding.bring_live(centre)
    into_new_schema(plain, "c_other", record())
    assert whole(plain, centre.schema_name) == whole(plain, "c_other")
    assert ReadySchema.objects.count() == 1  # for fleet migrate to bring up to date


def test_a_half_made_ready_schema_is_cleared_away(own_database, plain):
    plain.execute("CREATE SCHEMA ready_half; CREATE TABLE ready_half.site_profile (id int)")
    into_new_schema(plain, "ready_unnoted", record())
    assert ready.fill(target=1) == 1
    assert [name for name in fleet_schemas(plain) if name.startswith("ready_")] == [ReadySchema.objects.get().name]


def test_filling_twice_at_once_is_refused_and_the_job_shrugs(own_database):
    with single_flight("ready"):
        with pytest.raises(AlreadyRunning):
            ready.fill(target=1)
        assert fill_ready_schemas(timestamp=0) == 0


def test_a_schema_that_an_interrupted_run_made_is_found_by_an_approval(waiting, plain):
    """The provisioner notes its centres 25 at a time: killed before that, the schema is there and the note is not."""
    first, second = waiting(2)
    into_new_schema(plain, first.schema_name, record())
    assert onboarding.bring_live(first).state == State.ACTIVE
    ready.fill(target=1)
    into_new_schema(plain, second.schema_name, record())
    assert onboarding.bring_live(second).state == State.ACTIVE
    assert ReadySchema.objects.count() == 1


def test_all_waiting_centres_are_brought_live(waiting, plain):
    centres = waiting(30)
    assert onboarding.bring_all_live() == (30, 0)
    assert onboarding.waiting() == []
    assert {centre.schema_name for centre in centres} <= set(fleet_schemas(plain))
    run = Run.objects.get(kind=Run.Kind.PROVISION)
    assert (run.state, run.total, run.done) == (Run.State.DONE, 30, 30)


def test_an_approval_during_a_run_over_all_is_no_failure_of_either(waiting):
    centres = waiting(20)

    def work(what):
        return onboarding.bring_all_live() if what == "all" else [onboarding.bring_live(one) for one in centres[:5]]

    result, _approved = in_threads(work, ["all", "one"])
    assert result[1] == 0
    assert Centre.objects.filter(state=State.ACTIVE).count() == 22


def test_a_centre_whose_schema_cannot_be_made_is_set_aside(waiting, superuser):
    centres = waiting(5)
    # No room for it: PostgreSQL refuses the schema's name, which a trigger of the test does for one of them.
    superuser.execute(
        f"""
        CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM pg_namespace WHERE nspname = '{centres[2].schema_name}') THEN
                RAISE 'no room for {centres[2].code}';
            END IF;
        END $$;
        CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION refuse();
        """
    )
    assert onboarding.bring_all_live() == (4, 1)
    run = Run.objects.get(kind=Run.Kind.PROVISION)
    assert list(run.set_aside.values_list("schema_name", "error")) == [
        (centres[2].schema_name, f"RaiseException: no room for {centres[2].code}")
    ]
    superuser.execute("DROP EVENT TRIGGER refuse")
    assert onboarding.bring_all_live() == (1, 0)


def test_migrations_in_python_provision_too(waiting, site_migrations, plain):
    site_migrations.add("0902_python", "migrations.RunPython(nothing)", before=PYTHON)
    one, *rest = waiting(6)
    onboarding.bring_live(one)
    assert onboarding.bring_all_live() == (5, 0)
    into_new_schema(plain, "c_other", record())
    expected = whole(plain, "c_other")
    assert all(whole(plain, centre.schema_name) == expected for centre in [one, *rest])
    assert not ReadySchema.objects.exists()


def test_filling_while_others_build_with_python_takes_nothing_away(waiting, site_migrations, plain):
    """A schema that another process is still building is not a half-made one."""
    site_migrations.add("0902_python", "migrations.RunPython(nothing)", before=PYTHON)
    waiting(15)
    record()

    def work(what):
        if what == "all":
            return onboarding.bring_all_live()
        return [fill_ready_schemas(timestamp=0) for _time in range(10)]

    result, _filled = in_threads(work, ["all", "fill"])
    assert result == (15, 0), list(Run.objects.latest().set_aside.values_list("error", flat=True))


def test_a_ready_made_schema_that_vanished_does_not_block_approvals(waiting, plain):
    """An operator dropped it by hand."""
    ready.fill(target=2)
    plain.execute(f"DROP SCHEMA {ReadySchema.objects.order_by('created_at', 'name').first().name} CASCADE")
    (centre,) = waiting(1)
    assert onboarding.bring_live(centre).state == State.ACTIVE
    assert ready.fill(target=2) == 2
    assert ReadySchema.objects.count() == 2


def test_nothing_of_a_recording_stays_behind(own_database):
    record()
    with database.connect(application_name="test") as plain:
        assert not [name for name in fleet_schemas(plain) if name.startswith("scratch_")]
