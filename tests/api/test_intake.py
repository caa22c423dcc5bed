"""Centres that apply, over the API: for officials who decide on them, of their provinces, and never their people."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.intake import operations
from hub.tokens.models import ApiToken
from hub.tokens.operations import make_for_person
from hub.tokens.scopes import Scope
from tests.intake import NOW, begun, official, sent, who

from .conftest import Program

LIST = "/api/v1/intake/"


def asking(user) -> Program:
    user.has_second_factor = True
    token, secret = make_for_person(user, name="x", scopes=[Scope.INTAKE_READ], days=1, by=SYSTEM, now=timezone.now())
    return Program(settings.BALAI_DOMAIN, secret, token)


@pytest.fixture
def officer(db, make_user) -> Program:
    return asking(make_user("Ratna", Role.PROGRAMME_OFFICER))


def names(answer) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row["name"] for row in answer.json()["results"]}


def test_the_list_names_institutions_and_nobody(officer):
    application = sent()
    begun()
    answer = officer.get(LIST)
    assert names(answer) == {"BLKK Sumber Ilmu"}
    [row] = answer.json()["results"]
    assert (row["code"], row["province"], row["state"], row["due_on"], row["centre"]) == (
        application.code, "35", "sent", "2026-12-01", None,
    )  # fmt: skip
    assert "Rini" not in answer.content.decode() and "contoh.id" not in answer.content.decode()
    assert officer.get(f"{LIST}{application.code.upper()}/").json() == row
    assert officer.get(f"{LIST}tidakada/").status_code == 404


def test_it_is_narrowed_down(officer):
    late, there = sent(now=timezone.now() - timedelta(days=30)), sent(regency="33.21", name="BLKK Lain")
    operations.reject(there, reason="Bukan balai latihan.", **who(official()))
    assert names(officer.get(f"{LIST}?state=rejected")) == {"BLKK Lain"}
    assert names(officer.get(f"{LIST}?province=33")) == {"BLKK Lain"}
    assert names(officer.get(f"{LIST}?is_late=true")) == {late.name}
    assert names(officer.get(f"{LIST}?is_late=false")) == {"BLKK Lain"}
    assert officer.get(f"{LIST}?state=draft").status_code == 400
    assert officer.get(f"{LIST}{there.code}/").json()["due_on"] is None


def test_a_provincial_officers_program_sees_their_provinces(db, make_user):
    here, there = sent(), sent(regency="33.21", name="BLKK Lain")
    program = asking(make_user("Sri", Role.PROVINCIAL_OFFICER, provinces=["35"]))
    assert names(program.get(LIST)) == {here.name}
    assert program.get(f"{LIST}{there.code}/").status_code == 404


def test_without_the_scope_the_role_is_not_enough(officer):
    ApiToken.objects.update(scopes=[])
    assert officer.get(LIST).status_code == 403


def test_a_list_costs_the_same_however_long(officer, django_assert_num_queries):
    sent(now=NOW)
    officer.get(LIST)  # that the token was used is noted once in a while
    for _ in range(2):
        with django_assert_num_queries(3):  # schema, token with person and roles, rows
            officer.get(LIST)
        for number in range(5):
            sent(name=f"BLKK {number}")
