"""The year of the VIN rule: counted in the centre's own days, warned of at 60 and at 14."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from hub.audit.models import Entry
from hub.centres import freshness, operations
from hub.centres.freshness import Level
from hub.centres.models import Centre

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # ten in the morning in Jakarta


@pytest.mark.parametrize(
    ("days", "left", "level"),
    [
        (0, 365, Level.FRESH), (304, 61, Level.FRESH), (305, 60, Level.WARN), (350, 15, Level.WARN),
        (351, 14, Level.URGE), (364, 1, Level.URGE), (365, 0, Level.OVER), (400, -35, Level.OVER),
    ],
)  # fmt: skip
def test_how_pressing_it_is(centre: Centre, days: int, left: int, level: Level):
    centre.profile_updated_at = NOW - timedelta(days=days)
    found = freshness.of(centre, now=NOW)
    assert (found.days, found.left, found.level) == (days, left, level)


def test_nobody_knows_before_the_first_update(centre: Centre):
    found = freshness.of(centre, now=NOW)
    assert (found.days, found.left, found.level) == (None, None, Level.NEVER)
    assert found.is_pressing


def test_a_day_begins_at_midnight_where_the_centre_is(centre: Centre):
    """Half an hour before midnight in Garut, and half an hour after: another day, though one hour has passed."""
    centre.profile_updated_at = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert freshness.of(centre, now=datetime(2026, 11, 23, 17, 30, tzinfo=UTC)).days == 1
    assert freshness.of(centre, now=datetime(2026, 11, 23, 16, 59, tzinfo=UTC)).days == 0


def _entries(centre: Centre) -> list[Entry]:
    return list(Entry.objects.filter(chain=str(centre.id)).order_by("number"))


def test_what_a_centre_says_of_itself_starts_the_year_anew_and_leaves_a_trace(centre: Centre):
    said = operations.describe_institution(
        centre.id, foundation=" Yayasan  Al-Hikmah ", village="Cisurupan", established=2019, now=NOW
    )
    assert (said.foundation, said.village, said.established) == ("Yayasan Al-Hikmah", "Cisurupan", 2019)
    later = NOW + timedelta(days=3)
    operations.state_licence(centre.id, licence_kind="nib", licence_number=" 123 ", vin="3205", now=later)
    centre.refresh_from_db()
    assert (centre.licence_number, centre.vin, centre.profile_updated_at) == ("123", "3205", later)
    assert [entry.action for entry in _entries(centre)] == ["profile.institution", "profile.licence"]
    assert _entries(centre)[1].before == {"licence_kind": "", "licence_number": "", "vin": ""}


def test_nothing_has_changed_counts_as_an_update(centre: Centre):
    operations.confirm_profile(centre.id, now=NOW)
    centre.refresh_from_db()
    assert centre.profile_updated_at == NOW
    assert [entry.action for entry in _entries(centre)] == ["profile.confirmed"]


@pytest.mark.parametrize(
    "said",
    [
        {"licence_kind": "paspor", "licence_number": "", "vin": ""},
        {"licence_kind": "nib", "licence_number": "1" * 101, "vin": ""},
        {"licence_kind": "nib", "licence_number": "", "vin": "1" * 41},
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(centre: Centre, said: dict[str, str]):
    with pytest.raises(ValidationError):
        operations.state_licence(centre.id, **said, now=NOW)
    centre.refresh_from_db()
    assert (centre.licence_kind, centre.vin, centre.profile_updated_at) == ("", "", None)
    assert _entries(centre) == []


def test_what_is_the_ministrys_stays_as_it_was(centre: Centre):
    before = (centre.name, centre.regency_id, centre.register_id, centre.maturity_class, centre.slug)
    operations.describe_institution(centre.id, foundation="X", village="Y", established=None, now=NOW)
    centre.refresh_from_db()
    assert (centre.name, centre.regency_id, centre.register_id, centre.maturity_class, centre.slug) == before
