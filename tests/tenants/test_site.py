"""A centre's own page: what one centre writes, no other shows."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from kernel import schema
from tenants.site import operations, queries

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_the_newest_announcement_comes_first(centre):
    with schema.centre(centre):
        operations.announce(title="Lama", body="…", now=datetime(2026, 1, 1, tzinfo=UTC))
        operations.announce(title="Baru", body="…", now=NOW)
        assert [item.title for item in queries.home().announcements] == ["Baru", "Lama"]


def test_describing_twice_keeps_one_profile(centre):
    with schema.centre(centre):
        operations.describe(about="Satu", address="", whatsapp="", now=NOW)
        operations.describe(about="Dua", address="", whatsapp="6281234567890", now=NOW)
        assert queries.home().profile.about == "Dua"


@pytest.mark.parametrize("number", ["0812", "+6281234567890", "62812; DROP", "6281234567890123"])
def test_a_number_that_whatsapp_cannot_open_is_refused(centre, number):
    with schema.centre(centre), pytest.raises(ValidationError):
        operations.describe(about="", address="", whatsapp=number, now=NOW)


def test_another_centre_sees_nothing_of_it(centre, other_centre):
    with schema.centre(centre):
        operations.describe(about="Rahasia", address="", whatsapp="", now=NOW)
        operations.announce(title="Rahasia", body="…", now=NOW)
    with schema.centre(other_centre):
        home = queries.home()
    assert home.profile is None
    assert home.announcements == []
