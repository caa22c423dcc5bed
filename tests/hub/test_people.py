"""Who sees which people, and what of them; what a search may find."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from hub.accounts import operations, people, search
from hub.accounts.models import Organisation, User
from hub.accounts.queries import NotVisible
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.centres.models import Centre, State

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def make(name: str, role: Role | None = None, **scope) -> User:
    email = f"{name.split()[0].lower()}@contoh.id"
    user = operations.create_user(name=name, email=email, phone="", now=NOW, by=SYSTEM)
    if role:
        operations.grant(user, role, by=SYSTEM, now=NOW, **scope)
    return fresh(user)


def fresh(user: User) -> User:
    return User.objects.with_roles().get(pk=user.pk)


def names(**filters) -> list[str]:
    return [user.name for user in people.people(**filters)]


@pytest.fixture
def everyone(centre: Centre, other_centre: Centre) -> dict[str, User]:
    organisation = Organisation.objects.create(kind="partner", name="PT Contoh")
    return {
        "chief": make("Ratna", Role.SUPER_ADMIN),
        "officer": make("Wayan Jatim", Role.PROVINCIAL_OFFICER, provinces=["35"]),
        "head": make("Siti Garut", Role.CENTRE_HEAD, centre=centre),
        "other_head": make("Dewi Blitar", Role.CENTRE_HEAD, centre=other_centre),
        "participant": make("Agus", Role.PARTICIPANT, centre=centre),
        "owner": make("Andi", Role.PARTNER_OWNER, organisation=organisation),
        "nobody": make("Tanpa Peran"),
    }


def test_everyone_with_a_role_is_listed_but_participants(everyone, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = list(people.people())
        assert [user.name for user in found] == ["Andi", "Dewi Blitar", "Ratna", "Siti Garut", "Wayan Jatim"]
        assert [user.roles_now[0].role for user in found][:2] == [Role.PARTNER_OWNER, Role.CENTRE_HEAD]
        assert found[1].roles_now[0].centre.name == "BLKK Kenanga Blitar"


def test_search_takes_words_of_a_name_or_a_whole_address(everyone):
    assert names(search="sit gar") == ["Siti Garut"]
    assert names(search="SITI@contoh.id") == ["Siti Garut"]
    assert names(search="contoh.id") == [], "no fishing for addresses"
    assert names(search="agus") == []
    assert names(search="siti dewi") == []


def test_filters_by_role_and_province_count_the_same_role(everyone, centre):
    assert names(role=Role.CENTRE_HEAD) == ["Dewi Blitar", "Siti Garut"]
    assert names(province="35") == ["Dewi Blitar", "Wayan Jatim"]
    assert names(province="35", role=Role.CENTRE_HEAD) == ["Dewi Blitar"]
    operations.grant(everyone["officer"], Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    assert names(province="35", role=Role.CENTRE_HEAD) == ["Dewi Blitar"], "head elsewhere, officer here"


def test_filters_by_standing(everyone, centre):
    held = operations.grant(everyone["nobody"], Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)
    operations.revoke(held, by=SYSTEM, now=NOW, reason="Pindah")
    User.objects.filter(name="Andi").update(is_active=False)
    assert names(standing="former") == ["Tanpa Peran"]
    assert names(standing="former", role=Role.INSTRUCTOR) == ["Tanpa Peran"]
    assert names(standing="closed") == ["Andi"]
    assert names(standing="current") == ["Dewi Blitar", "Ratna", "Siti Garut", "Wayan Jatim"]
    assert "Tanpa Peran" not in names(role=Role.INSTRUCTOR)


def test_an_erased_person_is_not_there(everyone):
    User.objects.filter(name="Andi").update(erased_at=NOW, name="")
    assert len(names()) == 4


# ---------------------------------------------------------------- one person


def test_a_person_with_history_factors_and_browsers(everyone, centre, django_assert_num_queries):
    siti, ratna = everyone["head"], everyone["chief"]
    former = operations.grant(siti, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW - timedelta(days=90))
    operations.revoke(former, by=Actor(ratna.pk, "Ratna"), now=NOW - timedelta(days=1), reason="Naik jabatan")
    Authenticator.objects.create(user=siti, type="totp", data={"secret": "rahasia"})
    Authenticator.objects.create(user=siti, type="recovery_codes", data={})
    for key, lasts in (("a" * 32, 1), ("b" * 32, -1)):
        Session.objects.create(session_key=key, session_data="", expire_date=NOW + timedelta(days=lasts))
        UserSession.objects.create(user=siti, session_key=key, ip="10.0.0.1", user_agent="x")
    with django_assert_num_queries(6):
        found = people.person(ratna, siti.pk, now=NOW)
    assert [record.membership.role for record in found.current] == [Role.CENTRE_HEAD]
    [ended] = found.former
    assert (ended.membership.role, ended.ended_by, ended.reason) == (Role.INSTRUCTOR, "Ratna", "Naik jabatan")
    assert [factor.kind for factor in found.factors] == ["totp"]
    assert found.sessions == 1, "the other one is over"


def test_the_door_of_a_person(everyone):
    siti = everyone["head"].pk
    for kind in ("officer", "head", "other_head", "owner", "nobody", "participant"):
        with pytest.raises(NotVisible):
            people.person(everyone[kind], siti, now=NOW)
    for hidden in ("participant", "nobody"):
        with pytest.raises(NotVisible):
            people.person(everyone["chief"], everyone[hidden].pk, now=NOW)


# ---------------------------------------------------------------- what a search finds


def found_centres(user: User, text: str = "blkk") -> list[str]:
    return [centre.name for centre in search.centres_found(user, text, most=10)]


def test_each_finds_the_centres_of_their_own_doors(everyone):
    assert found_centres(everyone["chief"]) == ["BLKK Kenanga Blitar", "BLKK Melati Garut"]
    assert found_centres(everyone["officer"]) == ["BLKK Kenanga Blitar"]
    for kind in ("head", "owner", "nobody", "participant"):
        assert found_centres(everyone[kind]) == []


def test_a_search_takes_words_and_begins_with_beginnings(everyone, centre):
    chief = everyone["chief"]
    assert found_centres(chief, "gar mel") == ["BLKK Melati Garut"]
    assert found_centres(chief, "m") == found_centres(chief, " ") == []
    Centre.objects.filter(pk=centre.pk).update(name="Zamrud BLKK")
    Centre.objects.exclude(pk=centre.pk).update(name="Anggrek Zamrud")
    assert found_centres(chief, "zamrud") == ["Zamrud BLKK", "Anggrek Zamrud"]
    Centre.objects.filter(pk=centre.pk).update(state=State.ERASED)
    assert found_centres(chief, "zamrud") == ["Anggrek Zamrud"]


def test_only_those_who_give_out_roles_find_people(everyone):
    assert [user.name for user in search.people_found(everyone["chief"], "siti", most=5)] == ["Siti Garut"]
    for kind in everyone.keys() - {"chief"}:
        assert search.people_found(everyone[kind], "siti", most=5) == []


def test_the_places_of_a_person_stand_once_each(everyone, centre):
    siti = everyone["head"]
    operations.grant(siti, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)
    [place] = search.spaces_of(siti)
    assert place.centre == centre
    assert search.spaces_of(everyone["chief"]) == []
