"""When a centre was last at work: noted by its own people alone, and counted honestly."""

from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.test import Client

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts, operations, queries
from hub.centres.models import Centre, State

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def person(role: Role, **scope) -> User:
    user = accounts.create_user(name="Sari", email=f"{role}@contoh.id", password="kopi tubruk sore", now=NOW, by=SYSTEM)
    accounts.grant(user, role, by=SYSTEM, now=NOW, **scope)
    return get_user_model().objects.with_roles().get(pk=user.pk)


def last_active(centre: Centre) -> date | None:
    return Centre.objects.values_list("last_active_on", flat=True).get(pk=centre.pk)


def enter(user: User, centre: Centre) -> int:
    client = Client(HTTP_HOST=hosts.host_of(centre.slug))
    client.force_login(user, backend="hub.accounts.backends.Backend")
    return client.get("/ruang/").status_code


def test_the_own_staff_marks_the_day(centre, other_centre):
    assert enter(person(Role.INSTRUCTOR, centre=centre), centre) == 200
    assert last_active(centre) is not None
    assert last_active(other_centre) is None


def test_a_visitor_of_the_ministry_does_not(centre):
    visitor = person(Role.SUPER_ADMIN)
    Authenticator.objects.create(user=visitor, type=Authenticator.Type.TOTP, data={})
    accounts.ask_for_visit(
        visitor, centre, reason="Periksa", hours=4, may_write=True, is_emergency=True, by=SYSTEM, now=datetime.now(UTC)
    )
    assert enter(visitor, centre) == 200
    assert last_active(centre) is None


def test_neither_a_participant_nor_someone_of_another_centre_nor_the_public_page_does(centre, other_centre, client_for):
    assert enter(person(Role.PARTICIPANT, centre=centre), centre) == 404
    assert enter(person(Role.CENTRE_HEAD, centre=other_centre), centre) == 404
    assert client_for(centre).get("/").status_code == 200
    assert last_active(centre) is None


def test_the_day_is_jakartas_and_never_goes_back(centre):
    host = hosts.cache.get(centre.slug)
    operations.note_activity(host, now=datetime(2026, 11, 24, 17, 30, tzinfo=UTC))  # half past midnight in Jakarta
    assert last_active(centre) == date(2026, 11, 25)
    operations.note_activity(host, now=datetime(2026, 11, 24, 16, 30, tzinfo=UTC))  # from a process that lags behind
    assert last_active(centre) == date(2026, 11, 25)


def test_it_is_no_change_of_the_centre(centre):
    before = Centre.objects.get(pk=centre.pk).updated_at
    operations.note_activity(hosts.cache.get(centre.slug), now=NOW)
    assert Centre.objects.get(pk=centre.pk).updated_at == before


# ---------------------------------------------------------------- the number


@pytest.mark.parametrize(
    ("days_ago", "counted"),
    [
        (None, "never"), (0, "within_30"), (29, "within_30"), (30, "within_90"), (89, "within_90"), (90, "silent"),
        (400, "silent"),
    ],
)  # fmt: skip
def test_a_day_counts_until_it_is_ninety_days_old(centre, other_centre, days_ago, counted):
    Centre.objects.filter(pk=other_centre.pk).update(state=State.SUSPENDED)
    day = None if days_ago is None else TODAY - timedelta(days=days_ago)
    Centre.objects.filter(pk=centre.pk).update(last_active_on=day)
    found = queries.activity(today=TODAY)
    expected = {"within_30": 0, "within_90": 0, "silent": 0, "never": 0} | {counted: 1}
    if counted == "within_30":
        expected["within_90"] = 1
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.open == 1 == found.within_90 + found.silent + found.never


@pytest.mark.parametrize("change", [{"is_demo": True}, {"state": State.ARCHIVED}, {"state": State.SUSPENDED}])
def test_demo_centres_and_closed_ones_never_count(centre, other_centre, change):
    Centre.objects.update(last_active_on=TODAY)
    Centre.objects.filter(pk=other_centre.pk).update(**change)
    assert queries.activity(today=TODAY) == queries.Activity(open=1, within_30=1, within_90=1, silent=0, never=0)


def test_it_can_be_counted_for_some_provinces(centre, other_centre, django_assert_num_queries):
    Centre.objects.update(last_active_on=TODAY)
    with django_assert_num_queries(1):
        assert queries.activity(today=TODAY, provinces=["35"]).within_90 == 1
