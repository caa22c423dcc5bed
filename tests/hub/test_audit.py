"""The audit trail: added to in the operation's own transaction, never changed, and whole by proof."""

import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.audit import operations, queries
from hub.audit.actors import SYSTEM, Actor
from hub.audit.models import Entry
from kernel import schema
from tenants.site import operations as site

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def note(number: object = 1, **more) -> None:
    operations.record(by=SYSTEM, action="test.done", object_type="test", object_id=number, now=NOW, **more)


def test_an_entry_says_who_what_and_from_where(db):
    actor = Actor(uuid.uuid4(), "Siti", "10.0.0.7", "req-1", uuid.uuid4())
    operations.record(
        by=actor, action="role.granted", object_type="membership", object_id=7, now=NOW,
        before={"role": None}, after={"role": "mentor"}, reason="Diminta balai",
    )  # fmt: skip
    entry = Entry.objects.get()
    assert (entry.actor_id, entry.actor_name, entry.address, entry.request_id, entry.visit_id) == (
        actor.user_id, "Siti", "10.0.0.7", "req-1", actor.visit_id,
    )  # fmt: skip
    assert (entry.before, entry.after, entry.chain, entry.number) == ({"role": None}, {"role": "mentor"}, "hub", 1)


def test_it_costs_one_statement(db, django_assert_num_queries):
    note()
    with django_assert_num_queries(1):
        note(2)


def test_an_operation_that_fails_leaves_no_trace_of_success(centre):
    with schema.centre(centre), pytest.raises(ZeroDivisionError), transaction.atomic():
        site.announce(title="Kabar", body="…", now=NOW)
        raise ZeroDivisionError
    assert not Entry.objects.exists()


def test_what_happens_in_a_centre_stands_in_its_own_chain(centre, other_centre):
    with schema.centre(centre):
        site.announce(title="Kabar", body="…", now=NOW)
    assert [entry.action for entry in queries.trail(centre_id=centre.id)] == ["news.published"]
    assert not queries.trail(centre_id=other_centre.id).exists()
    assert not queries.trail().exists()
    assert queries.trail(everything=True).count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET reason = 'lain'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_head SET number = 0",
        "DELETE FROM audit_head",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TABLE audit_entry CASCADE",
        "ALTER TABLE audit_entry OWNER TO CURRENT_USER",
        "SET ROLE balai_audit",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_the_applications_own_role_cannot_change_it(db, statement):
    note()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert queries.breaks() == []
    assert Entry.objects.count() == 1


def test_there_is_no_way_to_change_it_in_the_code(db):
    note()
    entry = Entry.objects.get()
    entry.reason = "lain"
    for change in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(reason="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# ---------------------------------------------------------------- proof


@pytest.fixture
def tampering(superuser):
    """What a thief of the server itself could do."""
    superuser.execute("SET session_replication_role = replica")
    return superuser


@pytest.fixture
def trail(own_database):
    for number in range(6):
        note(number)
        note(number, centre_id=uuid.UUID(int=number % 2 + 1))
    assert queries.breaks() == []


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE audit_entry SET reason = 'lain' WHERE chain = 'hub' AND number = 3", 3),
        ("UPDATE audit_entry SET actor_name = 'Orang lain' WHERE chain = 'hub' AND number = 6", 6),
        ("DELETE FROM audit_entry WHERE chain = 'hub' AND number = 2", 3),
        ("DELETE FROM audit_entry WHERE chain = 'hub' AND number = 6", 6),
        ("DELETE FROM audit_entry WHERE chain = 'hub'", 6),
        ("UPDATE audit_entry SET number = 9 - number WHERE chain = 'hub' AND number IN (4, 5)", 4),
        ("UPDATE audit_entry SET at = at + interval '1 hour' WHERE chain = 'hub' AND number = 1", 1),
    ],
)
def test_what_was_changed_behind_our_back_shows(trail, tampering, statement, number):
    tampering.execute("ALTER TABLE audit_entry DROP CONSTRAINT audit_numbered")
    tampering.execute(statement)
    assert queries.breaks() == [queries.Break("hub", number)]
    assert queries.breaks(chain=str(uuid.UUID(int=1))) == []


def test_many_writers_of_one_chain_leave_no_gap_and_no_double(own_database):
    def write(number: int) -> None:
        for item in range(25):
            note(f"{number}.{item}")
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    connection.close()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Entry.objects.values_list("number", flat=True)) == list(range(1, 151))
    assert queries.breaks() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12))
def test_any_mix_of_chains_and_rollbacks_stays_whole(db, steps):
    for chain, fails in steps:
        try:
            with transaction.atomic():
                note(centre_id=uuid.UUID(int=chain) if chain else None)
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert queries.breaks() == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 2), ({"search": "siti"}, 1), ({"search": "alasan"}, 1), ({"action": "role.ended"}, 1),
        ({"since": NOW.date()}, 2), ({"until": datetime(2026, 11, 23, tzinfo=UTC).date()}, 0), ({"search": "%"}, 0),
    ],
)  # fmt: skip
def test_searching(db, filters, found):
    operations.record(
        by=Actor(uuid.uuid4(), "Siti"), action="role.granted", object_type="membership", object_id=1, now=NOW
    )
    operations.record(
        by=SYSTEM, action="role.ended", object_type="membership", object_id=2, now=NOW, reason="Alasan baik"
    )
    assert queries.narrowed(queries.trail(), **filters).count() == found
