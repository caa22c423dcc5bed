"""A page is written as a draft, seen, and then published; nothing of it shows before."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from hub.audit.models import Entry
from kernel import schema
from tenants.site import operations, queries
from tenants.site.queries import Page

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
PAGE = Page(
    about="Kami melatih.", address="Jalan Mawar 1", whatsapp="6281234567890", opening_hours="Senin–Jumat 08.00–15.00",
    latitude=Decimal("-8.098300"), longitude=Decimal("112.168100"), palette="pandan",
)  # fmt: skip


def actions(centre) -> list[str]:
    return list(Entry.objects.filter(chain=str(centre.id)).order_by("number").values_list("action", flat=True))


def test_a_draft_shows_in_the_preview_alone(centre):
    with schema.centre(centre):
        operations.describe(about="Lama", address="", whatsapp="", now=NOW)
        operations.save_draft(PAGE, now=NOW)
        assert queries.home().profile.about == "Lama"
        assert Page.published(queries.preview().profile) == PAGE
        assert queries.page_in_hand(queries.profile()) == PAGE


def test_publishing_puts_the_draft_in_place_and_ends_it(centre):
    with schema.centre(centre):
        operations.save_draft(PAGE, now=NOW)
        operations.publish_draft(now=NOW)
        profile = queries.profile()
        assert Page.published(profile) == PAGE
        assert (profile.draft, profile.draft_saved_at) == (None, None)
        assert queries.preview() is None
        with pytest.raises(operations.DraftMissing):
            operations.publish_draft(now=NOW)
    assert actions(centre) == ["page.drafted", "profile.described"]


def test_describing_leaves_the_rest_of_the_page_and_the_draft(centre):
    with schema.centre(centre):
        operations.publish(PAGE, now=NOW)
        operations.save_draft(Page(about="Konsep"), now=NOW)
        operations.describe(about="Lain", address="", whatsapp="", now=NOW)
        profile = queries.profile()
    assert Page.published(profile) == replace(PAGE, about="Lain", address="", whatsapp="")
    assert profile.draft["about"] == "Konsep"


def test_a_discarded_draft_leaves_the_page_alone(centre):
    with schema.centre(centre):
        operations.describe(about="Lama", address="", whatsapp="", now=NOW)
        operations.save_draft(PAGE, now=NOW)
        operations.discard_draft(now=NOW)
        operations.discard_draft(now=NOW)
        assert queries.page_in_hand(queries.profile()).about == "Lama"
    assert actions(centre) == ["profile.described", "page.drafted", "page.draft_discarded"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"palette": "#ff0000"}, {"whatsapp": "0812"}, {"latitude": Decimal("-8.0983")},
        {"latitude": Decimal("52.5"), "longitude": Decimal("13.4")}, {"opening_hours": "x" * 401},
    ],
)  # fmt: skip
def test_what_cannot_stand_on_a_page_is_neither_drafted_nor_published(centre, wrong):
    with schema.centre(centre):
        for write in (operations.save_draft, operations.publish):
            with pytest.raises(ValidationError):
                write(Page(**wrong), now=NOW)
        assert queries.profile() is None
    assert actions(centre) == []


def test_a_draft_of_an_older_release_opens(centre):
    assert Page.from_json({"about": "Kami", "gone": 1}) == Page(about="Kami")


def test_news_is_changed_and_withdrawn_with_a_trace(centre, other_centre):
    with schema.centre(centre):
        news = operations.announce(title="Lama", body="…", now=NOW)
        operations.revise_announcement(news, title="Baru", body="Isi", now=NOW)
        assert [(one.title, one.body) for one in queries.news()] == [("Baru", "Isi")]
        with pytest.raises(ValidationError):
            operations.revise_announcement(news, title="", body="Isi", now=NOW)
        operations.withdraw_announcement(queries.announcement(news.pk), now=NOW)
        assert not queries.news()
    with schema.centre(other_centre), pytest.raises(queries.NotVisible):
        queries.announcement(news.pk)
    assert actions(centre) == ["news.published", "news.changed", "news.removed"]


def test_another_centre_sees_no_draft(centre, other_centre):
    with schema.centre(centre):
        operations.save_draft(PAGE, now=NOW)
    with schema.centre(other_centre):
        assert queries.profile() is None and queries.preview() is None
