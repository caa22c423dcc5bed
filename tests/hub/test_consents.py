"""Consents: what was agreed to can be shown word for word, and a yes can be taken back."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
import yaml
from django.utils import translation

from hub.accounts import consents, operations, queries
from hub.accounts.models import Consent
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry

NOW = datetime(2026, 11, 24, tzinfo=UTC)
# A wording that people agreed to never changes. Add the digest of a new version; touch none that stands here.
PUBLISHED = {
    ("privacy", 1): "e9264e468d9888777f265f908009814f7d858a267b5ab24282263876874d1b9c",
    ("follow_up", 1): "3647fa8d71a24730715888445edca6b537d2d30df17a512dedf36d4e7834ad4b",
    ("join_request", 1): "c837d6630ced7d67c435616c387937ccb5eafafb5418a9ff485d4d75d7a221ad",
    ("centre_application", 1): "3e8797d6d84f8c76cf1107a424f600db859407b321861fc4c536517bed8d4d43",
}


def digest(wording: dict) -> str:
    return hashlib.sha256(json.dumps(wording, default=str, sort_keys=True).encode()).hexdigest()


def test_no_wording_in_force_was_changed():
    written = yaml.safe_load(consents.FILE.read_text())
    found = {
        (purpose, number): digest(wording)
        for purpose, parts in written.items()
        for number, wording in parts["versions"].items()
    }
    assert found == PUBLISHED


def test_each_wording_is_there_in_both_languages():
    for text in consents.all_current():
        assert set(text.wordings) == {"id", "en"}
        assert all(wording["title"] and wording["text"] for wording in text.wordings.values())


def test_a_reader_of_another_language_gets_indonesian():
    with translation.override("fr"):
        assert consents.current("privacy").title == "Pemakaian data saya di Balai"
    with translation.override("en"):
        assert consents.current("privacy").title == "How Balai uses my data"


@pytest.fixture
def budi(db):
    return operations.create_user(name="Budi", email="budi@contoh.id", now=NOW, by=SYSTEM)


def agree(user, purpose="follow_up"):
    return operations.give_consent(user, purpose, language="id", by=SYSTEM, now=NOW)


def test_a_yes_is_noted_once_and_can_be_taken_back_and_given_again(budi):
    assert agree(budi) == agree(budi)
    operations.withdraw_consent(budi, "follow_up", by=SYSTEM, now=NOW)
    operations.withdraw_consent(budi, "follow_up", by=SYSTEM, now=NOW)
    assert not [state for state in queries.consents_of(budi) if state.given]
    agree(budi)
    assert Consent.objects.filter(user=budi).count() == 2
    trail = Entry.objects.filter(object_id=budi.pk, action__startswith="consent").order_by("number")
    assert [entry.action for entry in trail] == ["consent.given", "consent.withdrawn", "consent.given"]


def test_what_an_account_rests_on_cannot_be_withdrawn(budi):
    agree(budi, "privacy")
    with pytest.raises(operations.MayNot):
        operations.withdraw_consent(budi, "privacy", by=SYSTEM, now=NOW)
    assert not queries.lacks_consent(budi)


def test_a_yes_to_an_old_wording_is_asked_for_again(budi):
    agree(budi, "privacy")
    Consent.objects.filter(user=budi).update(version=0)
    assert queries.lacks_consent(budi)
    agree(budi, "privacy")
    assert not queries.lacks_consent(budi)


def test_an_unknown_purpose_is_refused(budi):
    with pytest.raises(consents.UnknownPurpose):
        agree(budi, "iklan")
