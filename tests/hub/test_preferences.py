"""Saved views: one's own, named once, one of them the first."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from hub.accounts import operations as accounts
from hub.accounts.queries import NotVisible
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.preferences import operations, queries
from hub.preferences.models import SavedView

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def people(db):
    return [
        accounts.create_user(name=name, email=f"{name}@contoh.id", password="kopi tubruk sore", now=NOW, by=SYSTEM)
        for name in ("ratna", "wayan")
    ]


def save(user, name="Jawa Timur", query="provinsi=35", *, is_default=False, listing="centres") -> SavedView:
    return operations.save_view(
        user, listing=listing, name=name, query=query, is_default=is_default, by=SYSTEM, now=NOW
    )


def test_nobody_sees_another_persons_views(people):
    ratna, wayan = people
    view = save(ratna)
    assert queries.views_of(ratna, "centres") == [view]
    assert queries.views_of(ratna, "people") == []
    assert queries.views_of(wayan, "centres") == []
    with pytest.raises(NotVisible):
        queries.own_view(wayan, view.pk)
    assert queries.own_view(ratna, view.pk) == view


def test_the_same_name_replaces(people):
    ratna, wayan = people
    save(ratna)
    save(wayan)
    save(ratna, " JAWA TIMUR ", "provinsi=35&kelas=mandiri")
    assert [(view.name, view.query) for view in queries.views_of(ratna, "centres")] == [
        ("JAWA TIMUR", "provinsi=35&kelas=mandiri")
    ]
    assert [view.query for view in queries.views_of(wayan, "centres")] == ["provinsi=35"]


def test_one_is_the_first(people):
    ratna, wayan = people
    one, other, theirs = (
        save(ratna, "A", is_default=True),
        save(ratna, "B", is_default=True),
        save(wayan, is_default=True),
    )

    def first():
        return list(SavedView.objects.filter(is_default=True).order_by("pk"))

    assert first() == [other, theirs]
    operations.make_default(one, is_default=True, by=SYSTEM, now=NOW)
    assert first() == [one, theirs]
    operations.make_default(one, is_default=False, by=SYSTEM, now=NOW)
    assert first() == [theirs]


def test_they_do_not_grow_without_end(people):
    for number in range(operations.MOST_VIEWS):
        save(people[0], f"Tampilan {number}")
    save(people[0], "tampilan 3", "x=1")
    with pytest.raises(operations.TooManyViews):
        save(people[0], "Satu lagi")


@pytest.mark.parametrize(("name", "query"), [("", "x"), ("  ", "x"), ("x" * 61, "x"), ("Panjang", "x" * 2001)])
def test_what_does_not_fit_is_refused(people, name, query):
    with pytest.raises(ValidationError):
        save(people[0], name, query)
    assert not SavedView.objects.exists()


def test_each_change_leaves_its_trace(people):
    view = save(people[0])
    operations.make_default(view, is_default=True, by=SYSTEM, now=NOW)
    operations.remove_view(view, by=SYSTEM, now=NOW)
    trail = Entry.objects.filter(object_type="saved_view").order_by("number").values_list("action", flat=True)
    assert list(trail) == ["view.saved", "view.saved", "view.removed"]
    assert not SavedView.objects.exists()
