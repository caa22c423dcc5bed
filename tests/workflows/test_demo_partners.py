"""The demo's companies: one in each place that a company can stand in, made once."""

from datetime import UTC, datetime

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.partners import queries
from hub.partners.models import JoinRequest, Verification
from workflows import demo_partners

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_the_demos_companies_are_made_once_and_say_that_they_are_examples(db):
    official = accounts.create_user(name="Ratna (contoh)", email=demo_partners.OFFICIAL, now=NOW, by=SYSTEM)
    accounts.grant(official, Role.SUPER_ADMIN, by=SYSTEM, now=NOW)
    assert demo_partners.make(now=NOW) == len(demo_partners.PARTNERS)
    assert demo_partners.make(now=NOW) == 0
    rows = {one.name: one.standing for one in queries.organisations_for_ministry(official, now=NOW)}
    assert rows == {one.name: one.standing for one in demo_partners.PARTNERS}
    assert not Organisation.objects.filter(is_demo=False).exists(), "an example says so wherever it is named"
    # As an earlier release left them.
    Organisation.objects.update(is_demo=False)
    assert demo_partners.make(now=NOW) == 0
    assert not Organisation.objects.filter(is_demo=False).exists()
    assert all("Contoh" in name for name in rows)
    assert JoinRequest.objects.count() == 1
    assert {one.decided_by for one in Verification.objects.exclude(decided_at=None)} == {official}
