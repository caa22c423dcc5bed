"""The Indonesian catalogue is complete: whatever the code can say, it says in Bahasa Indonesia."""

import re

import pytest
from babel.messages.catalog import Catalog
from django.utils import translation

from frontend import messages, reworded
from hub.accounts.roles import Role
from hub.centres import hosts

from .staff import make, signed_in

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def asked() -> Catalog:
    return messages.catalogue()


@pytest.fixture(scope="module")
def written() -> Catalog:
    return messages.indonesian()


def test_every_string_is_translated(asked: Catalog, written: Catalog) -> None:
    missing = []
    for message in asked:
        found = written.get(message.id, message.context) if message.id else None
        if message.id and (found is None or not messages.is_translated(found)):
            missing.append(message.id)
    assert not missing, "Run python -m frontend.messages and translate these in django.po"


def test_nothing_is_kept_that_nobody_says(asked: Catalog, written: Catalog) -> None:
    assert not [message.id for message in written if message.id and asked.get(message.id, message.context) is None]
    assert not written.obsolete


def test_placeholders_are_the_same(written: Catalog) -> None:
    for message in written:
        if not message.id:
            continue
        # Indonesian has one form for any number; it is the plural's placeholders that it needs.
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(string)), message.id


def test_the_extractor_sees_templates_and_code(asked: Catalog) -> None:
    for known in ("Find a centre", "Register import", ("%(number)s centre", "%(number)s centres")):
        assert known in asked


def test_an_empty_field_is_told_in_our_words_not_in_djangos(centre):
    head = make("Siti", Role.CENTRE_HEAD, centre=centre)
    page = signed_in(head, hosts.host_of(centre.slug)).post("/ruang/kabar/tulis/", {"title": "", "body": ""})
    assert "Wajib diisi." in page.content.decode()
    with translation.override("en"):
        assert str(reworded.SENTENCES[0]) == "This field is required."
