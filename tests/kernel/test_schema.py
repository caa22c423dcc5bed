"""Entering a centre's schema: nested, after errors and rollbacks, and in many threads at once."""

import threading
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
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
