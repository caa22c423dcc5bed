"""Entering a centre's schema: nested, after errors and rollbacks, and in many threads at once."""

import threading
from dataclasses import dataclass

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import schema


@dataclass(frozen=True)
class Ref:
    code: str

    @property
    def schema_name(self) -> str:
        return f"c_{self.code}"


A, B, C = Ref("aaaaaaaa"), Ref("bbbbbbbb"), Ref("cccccccc")


def search_path() -> str:
    """What PostgreSQL itself would search now."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return cursor.fetchone()[0]


def test_nests_and_comes_back(db):
    with schema.centre(A):
        assert search_path() == "c_aaaaaaaa, public"
        with schema.centre(B):
            assert search_path() == "c_bbbbbbbb, public"
            with schema.hub():
                assert search_path() == "public"
            assert search_path() == "c_bbbbbbbb, public"
        assert search_path() == "c_aaaaaaaa, public"
    assert search_path() == "public"


def test_comes_back_after_an_exception(db):
    with pytest.raises(ZeroDivisionError), schema.centre(A), schema.centre(B):
        raise ZeroDivisionError
    assert search_path() == "public"
    assert schema.current_code() is None


def test_a_rolled_back_savepoint_does_not_leave_the_schema(db):
    with schema.centre(A):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with schema.centre(B):
                search_path()
            raise ZeroDivisionError
        assert search_path() == "c_aaaaaaaa, public"


def test_a_failed_statement_does_not_leave_the_schema(db):
    with schema.centre(A):
        with pytest.raises(Exception, match="tidak_ada"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM tidak_ada")
        assert search_path() == "c_aaaaaaaa, public"


def test_the_public_schema_is_no_centre(db):
    class Public:
        code, schema_name = "public", "public"

    with pytest.raises(ValueError, match="never the public"), schema.centre(Public()):
        pass
    assert search_path() == "public"


_BLOCKS = st.recursive(
    st.none(),
    lambda inner: st.lists(st.tuples(st.sampled_from(["A", "B", "C", "hub", "atomic", "fail"]), inner), max_size=4),
    max_leaves=12,
)


class _Failed(Exception):
    pass


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=_BLOCKS)
def test_any_nesting_with_failures_and_rollbacks_is_where_it_says(db, plan):
    """Run a random tree of blocks; in each, PostgreSQL must search what the innermost block asked for."""
    refs = {"A": A, "B": B, "C": C}

    def run(blocks, expected: str) -> None:
        assert search_path() == expected
        for kind, inner in blocks or ():
            if kind in refs:
                with schema.centre(refs[kind]):
                    run(inner, f"{refs[kind].schema_name}, public")
            elif kind == "hub":
                with schema.hub():
                    run(inner, "public")
            else:
                try:
                    with transaction.atomic():
                        run(inner, expected)
                        if kind == "fail":
                            raise _Failed
                except _Failed:
                    pass
            assert search_path() == expected

    run(plan, "public")


def test_a_rolled_back_transaction_does_not_leave_the_schema(own_database):
    """Outside a test's own transaction: PostgreSQL takes the search path back with the transaction that set it."""
    with schema.centre(A):
        with pytest.raises(_Failed), transaction.atomic():
            assert search_path() == "c_aaaaaaaa, public"  # set inside the transaction
            raise _Failed
        assert search_path() == "c_aaaaaaaa, public"
        with pytest.raises(_Failed), transaction.atomic():
            with schema.hub():
                assert search_path() == "public"
            raise _Failed
        assert search_path() == "c_aaaaaaaa, public"
    assert search_path() == "public"


def test_a_lost_connection_comes_back_in_the_same_schema(own_database, plain):
    with schema.centre(A):
        search_path()
        plain.execute("SELECT pg_terminate_backend(%s)", (connection.connection.info.backend_pid,))
        with pytest.raises(OperationalError):
            search_path()
        connection.close()
        assert search_path() == "c_aaaaaaaa, public"


def test_a_connection_that_the_pool_hands_on_says_nothing_of_its_last_centre(own_database):
    in_the_centre, on_the_hub = set(), set()
    for _round in range(10):
        with schema.centre(A):
            search_path()
            in_the_centre.add(connection.connection.info.backend_pid)
            connection.close()
        for _again in range(2):  # of its two or three connections the pool gives each in turn
            assert search_path() == "public"
            on_the_hub.add(connection.connection.info.backend_pid)
            connection.close()
    assert in_the_centre & on_the_hub, "the pool handed none on"


def test_a_connection_ends_after_so_many_schemas(own_database, settings):
    """A backend remembers every table it has seen; the number of schemas bounds that."""
    settings.BALAI_SCHEMAS_PER_CONNECTION = 5

    def ends_after(count: int) -> bool:
        for number in range(count):
            with schema.centre(Ref(f"{number:08}")):
                search_path()
        backend = connection.connection
        connection.close()
        return backend.closed

    assert not ends_after(3)
    assert ends_after(9)
    assert search_path() == "public"  # on another one


def test_each_thread_has_its_own(own_database):
    """A barrier makes every thread look while all the others are in another schema."""
    refs = [Ref(letter * 8) for letter in "abcdefgh"]
    together = threading.Barrier(len(refs))
    wrong: list[str] = []

    def work(ref: Ref) -> None:
        for _round in range(20):
            with schema.centre(ref):
                together.wait(timeout=30)
                if search_path() != f"{ref.schema_name}, public" or schema.current_code() != ref.code:
                    wrong.append(ref.code)
        connection.close()

    threads = [threading.Thread(target=work, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
