"""One step for many centres: what is said beforehand is what is done, and what cannot be done is left whole."""

from datetime import UTC, datetime

import pytest

from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import bulk, operations
from hub.centres.bulk import Step
from hub.centres.models import Centre, State
from hub.regions.models import Regency

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def three(centre, other_centre) -> list[Centre]:
    """An active one, a suspended one, and one that is registered."""
    operations.suspend(other_centre, reason="Izin", now=NOW)
    registered = operations.register(name="BLKK Anggrek", regency=Regency.objects.get(pk="35.05"))
    return [Centre.objects.get(pk=one.pk) for one in (centre, other_centre, registered)]


def do(centres, step, **more) -> dict[str, bulk.Verdict]:
    done = bulk.carry_out(centres, step, reason="Izin habis", by=SYSTEM, now=NOW, **more)
    return {verdict.centre.name: verdict for verdict in done}


@pytest.mark.parametrize(
    ("step", "states"),
    [
        (Step.SUSPEND, ["suspended", "suspended", "registered"]),
        (Step.RESUME, ["active", "active", "registered"]),
        (Step.ARCHIVE, ["archived", "archived", "registered"]),
    ],
)
def test_it_does_what_it_said(three, step, states):
    said = {one.name: bulk.verdict(one, step) for one in three}
    did = do(three, step)
    assert {name: (one.problem, one.before, one.after) for name, one in said.items()} == {
        name: (one.problem, one.before, one.after) for name, one in did.items()
    }
    assert [Centre.objects.get(pk=one.pk).state for one in three] == states
    assert did["BLKK Anggrek"].problem
    for one, after in zip(three, states, strict=True):
        recorded = Entry.objects.filter(chain=str(one.pk), reason="Izin habis").exists()
        assert recorded == (one.state != after)


def test_a_class_is_set_where_it_is_not_yet(three):
    Centre.objects.filter(pk=three[0].pk).update(maturity_class="mandiri")
    did = do(three, Step.CLASSIFY, maturity_class="mandiri")
    assert [one.changes for one in did.values()] == [True, True, False]  # by name: Anggrek, Kenanga, Melati
    assert set(Centre.objects.values_list("maturity_class", flat=True)) == {"mandiri"}


def test_what_changed_since_it_was_shown_is_seen(three):
    stale = three[0]
    operations.archive(stale, reason="Tutup", now=NOW)
    assert do([stale], Step.SUSPEND)[stale.name].problem
    assert Centre.objects.get(pk=stale.pk).state == State.ARCHIVED


def test_a_failure_undoes_all(three, monkeypatch):
    real, calls = operations.suspend, []

    def fails_at_the_second(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError
        return real(*args, **kwargs)

    operations.resume(three[1], now=NOW)
    monkeypatch.setattr(operations, "suspend", fails_at_the_second)
    with pytest.raises(RuntimeError):
        do(three, Step.SUSPEND)
    assert [Centre.objects.get(pk=one.pk).state for one in three] == ["active", "active", "registered"]


def test_only_so_many_at_once(three, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    with pytest.raises(bulk.TooMany):
        do(three, Step.SUSPEND)
