"""A centre's life on the hub: its states, its address, its code."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.centres import operations, slugs
from hub.centres.models import Centre, State, derive_code
from kernel import schema

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)

# Every step of a centre's life, and from where it may be taken.
STEPS = {
    "live": ({State.REGISTERED}, State.ACTIVE),
    "suspend": ({State.ACTIVE}, State.SUSPENDED),
    "resume": ({State.SUSPENDED, State.ARCHIVED}, State.ACTIVE),
    "archive": ({State.ACTIVE, State.SUSPENDED}, State.ARCHIVED),
    "entomb": ({State.ACTIVE, State.SUSPENDED, State.ARCHIVED}, State.ERASED),
}


def take(centre: Centre, step: str) -> None:
    if step == "live":
        operations.mark_live([centre.schema_name], now=NOW)
    elif step == "entomb":
        operations.entomb(centre, tombstone="f" * 64, now=NOW)
    elif step == "resume":
        operations.resume(centre, now=NOW)
    else:
        getattr(operations, step)(centre, reason="Izin habis", now=NOW)


def put(centre: Centre, state: State) -> Centre:
    Centre.objects.filter(pk=centre.pk).update(
        state=state, live_since=None if state in (State.REGISTERED, State.ERASED) else NOW
    )
    centre.refresh_from_db()
    return centre


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_possible_from_where_it_may_be_taken_and_nowhere_else(centre, step, state):
    allowed, after = STEPS[step]
    put(centre, state)
    if state in allowed:
        take(centre, step)
    elif step != "live":
        with pytest.raises(operations.WrongState):
            take(centre, step)
    else:
        take(centre, step)  # found live, or gone: nothing to note
    centre.refresh_from_db()
    assert centre.state == (after if state in allowed else state)


def test_a_stale_copy_of_a_centre_does_not_undo_a_step(centre):
    stale = Centre.objects.get(pk=centre.pk)
    operations.archive(centre, reason="Tutup", now=NOW)
    with pytest.raises(operations.WrongState):
        operations.suspend(stale, reason="Izin habis", now=NOW)


def test_the_reason_is_kept_while_it_counts(centre):
    assert operations.suspend(centre, reason="Izin habis", now=NOW).state_reason == "Izin habis"
    assert operations.resume(centre, now=NOW).state_reason == ""


def test_the_database_refuses_a_live_centre_without_a_date(centre):
    with pytest.raises(IntegrityError, match="centre_live_has_date"):
        Centre.objects.filter(pk=centre.pk).update(live_since=None)


def test_the_database_refuses_a_schema_that_is_not_the_codes(centre):
    with pytest.raises(IntegrityError, match="centre_schema_from_code"):
        Centre.objects.filter(pk=centre.pk).update(schema_name="c_other")


# ---------------------------------------------------------------- addresses


def addresses(centre):
    return {domain.domain: domain.is_primary for domain in centre.domains.all()}


def test_a_rename_there_and_back_keeps_both_addresses_with_one_primary(centre):
    operations.rename_slug(centre, slug="melati-baru")
    assert addresses(centre) == {"melati-garut": False, "melati-baru": True}
    operations.rename_slug(centre, slug="melati-garut")
    assert addresses(centre) == {"melati-garut": True, "melati-baru": False}
    assert Centre.objects.get(pk=centre.pk).slug == "melati-garut"


def test_a_rename_to_a_look_alike_keeps_the_old_address_leading_there(centre, client_for):
    operations.rename_slug(centre, slug="melatigarut")
    assert addresses(centre) == {"melati-garut": False, "melatigarut": True}
    operations.rename_slug(centre, slug="mawar")
    operations.rename_slug(centre, slug="melati-garut")
    assert addresses(centre) == {"melati-garut": True, "melatigarut": False, "mawar": False}


@pytest.mark.parametrize("slug", ["melati-garut", "melatigarut", "me1ati-garut", "MELATI-GARUT"])
def test_nobody_takes_an_address_or_its_look_alike(centre, other_centre, slug):
    with pytest.raises(operations.SlugTaken):
        operations.rename_slug(other_centre, slug=slug)
    with pytest.raises(operations.SlugTaken):
        operations.register(name="BLKK Lain", regency=centre.regency, slug=slug)
    operations.rename_slug(centre, slug="pindah")
    with pytest.raises(operations.SlugTaken):  # nor once it is left
        operations.rename_slug(other_centre, slug=slug)


def test_a_refused_rename_changes_nothing(centre, other_centre):
    before = addresses(other_centre)
    for slug in ("melati-garut", "www", "ab", "-x-"):
        with pytest.raises(slugs.SlugRefused):
            operations.rename_slug(other_centre, slug=slug)
    assert addresses(other_centre) == before


def test_renaming_touches_no_schema(centre):
    before = centre.schema_name
    assert operations.rename_slug(centre, slug="melati-baru").schema_name == before


# ---------------------------------------------------------------- codes


def test_a_code_follows_from_the_id_alone():
    one = uuid.UUID("12345678-1234-5678-1234-567812345678")
    assert derive_code(one) == derive_code(one)
    assert derive_code(one) != derive_code(one, 1)
    assert set(derive_code(one)) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_a_clash_of_codes_gives_the_next_of_the_same_id(centre):
    twin = uuid.uuid4()
    Centre.objects.filter(pk=centre.pk).update(code=derive_code(twin), schema_name=f"c_{derive_code(twin)}")
    new = operations.register(name="BLKK Dahlia", regency=centre.regency, centre_id=twin)
    assert new.code == derive_code(twin, 1)


def test_a_new_centre_is_registered_and_has_no_schema(centre, django_assert_num_queries):
    from django.db import connection

    new = operations.register(name="BLKK Dahlia", regency=centre.regency)
    assert new.state == State.REGISTERED
    with schema.hub(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [new.schema_name])
        assert cursor.fetchone() is None


# ---------------------------------------------------------------- any sequence of steps


@pytest.mark.django_db
def test_no_sequence_of_steps_leads_astray(centre, other_centre):
    """Steps and renames at random against a model of them."""
    run_machine(centre.pk, other_centre.pk)


def run_machine(centre_id, other_id):
    from django.db import transaction
    from hypothesis.stateful import run_state_machine_as_test

    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.point = transaction.savepoint()
            self.centre = Centre.objects.get(pk=centre_id)
            self.other = Centre.objects.get(pk=other_id)
            self.state = State.ACTIVE
            self.slug = self.centre.slug
            self.left: set[str] = set()

        @rule(step=st.sampled_from(sorted(STEPS)))
        def step(self, step):
            allowed, after = STEPS[step]
            if self.state in allowed:
                take(self.centre, step)
                self.state = after
            elif step != "live":
                with pytest.raises(operations.WrongState):
                    take(self.centre, step)

        @rule(slug=st.sampled_from(["mawar", "melati-garut", "melatigarut", "ma-war", "anggrek", "anggrek-2"]))
        def rename(self, slug):
            if slug != self.slug:
                self.left.add(self.slug)
            operations.rename_slug(self.centre, slug=slug)
            self.left.discard(slug)
            self.slug = slug

        @rule(slug=st.sampled_from(["mawar", "melati-garut", "anggrek"]))
        def another_wants_it(self, slug):
            held = {slugs.skeleton(one) for one in {self.slug, *self.left}}
            if slugs.skeleton(slug) in held:
                with pytest.raises(operations.SlugTaken):
                    operations.rename_slug(self.other, slug=slug)

        @invariant()
        def is_as_expected(self):
            if not hasattr(self, "point"):
                return
            self.centre.refresh_from_db()
            assert (self.centre.state, self.centre.slug) == (self.state, self.slug)
            assert addresses(self.centre) == {self.slug: True} | dict.fromkeys(self.left, False)

        def teardown(self):
            if hasattr(self, "point"):
                transaction.savepoint_rollback(self.point)

    run_state_machine_as_test(
        Life, settings=hypothesis_settings(max_examples=25, stateful_step_count=12, deadline=None, derandomize=True)
    )
