"""Whom a token opens what for: its person's own rights and no more, at their own centre alone, while it lasts."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import operations as centres
from hub.tokens import operations
from hub.tokens.models import ApiToken
from hub.tokens.scopes import IN_CENTRES, Scope
from kernel import schema
from tenants.site.models import Announcement, Profile

from .conftest import NOW, Program, host_of

STAFF, NEWS, PROFILE, INVITE = (
    "/api/v1/staff/",
    "/api/v1/news/",
    "/api/v1/profile/",
    "/api/v1/staff/invitations/",
)
WRITES = [
    ("PATCH", PROFILE, {"about": "Dari luar"}, {"If_Match": "*"}),
    ("POST", NEWS, {"title": "Dari luar", "body": "Isi"}, {}),
    ("POST", INVITE, {"name": "Tamu", "role": "instructor"}, {}),
]


def refused(answer) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


# ---------------------------------------------------------------- another centre learns nothing


@pytest.mark.parametrize(("method", "path", "body", "headers"), [("GET", STAFF, None, {}), *WRITES])
def test_a_token_of_another_centre_opens_nothing_here(
    method, path, body, headers, centre, head, other_head, program, mekar, owner, make_user
):
    """Refused in the very words in which a thing that does not exist is refused."""
    nothing = Program(host_of(centre)).get("/api/v1/tidak-ada/").json()
    minister = make_user("Ratna", Role.SUPER_ADMIN)
    participant = make_user("Ani", Role.PARTICIPANT, centre=centre)
    for stranger in (other_head, owner, minister, participant, make_user("Tono")):
        answer = program(stranger, centre).ask(method, path, body, **headers)
        assert refused(answer) == (404, "not_found")
        assert {**answer.json(), "request_id": ""} == {**nothing, "request_id": ""}
        assert head.name not in answer.content.decode()
    with schema.centre(centre):
        assert not Profile.objects.exists() and not Announcement.objects.exists()


@pytest.mark.parametrize(("method", "path", "body", "headers"), [("GET", STAFF, None, {}), *WRITES])
def test_strangers_are_asked_for_a_token(method, path, body, headers, centre):
    answer = Program(host_of(centre)).ask(method, path, body, **headers)
    assert refused(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_staff_of_two_centres_stays_in_each(centre, other_centre, head, other_head, program):
    accounts.grant(head, Role.INSTRUCTOR, centre=other_centre, by=SYSTEM, now=NOW)
    head = User.objects.with_roles().get(pk=head.pk)
    here, there = program(head, centre).get(STAFF), program(head, other_centre).get(STAFF)
    assert [one["name"] for one in here.json()["results"]] == ["Siti"]
    assert [one["name"] for one in there.json()["results"]] == ["Dewi", "Siti"]


def test_a_visitor_of_the_ministry_has_no_program_in_a_centre(centre, make_user, program):
    """Each look of a visit stands in the centre's trail; a program's would not."""
    minister = make_user("Ratna", Role.SUPER_ADMIN)
    accounts.ask_for_visit(
        minister, centre, reason="Pemeriksaan", hours=4, may_write=True, is_emergency=True, by=SYSTEM,
        now=datetime.now(UTC),
    )  # fmt: skip
    assert refused(program(minister, centre).get(STAFF)) == (404, "not_found")


# ---------------------------------------------------------------- the person's right, and the scope


@pytest.mark.parametrize(
    ("scope", "method", "path", "body", "headers", "granted"),
    [
        (Scope.STAFF_READ, "GET", STAFF, None, {}, 200),
        (Scope.STAFF_READ, "HEAD", STAFF, None, {}, 200),
        (Scope.PROFILE_WRITE, *WRITES[0], 200),
        (Scope.NEWS_WRITE, *WRITES[1], 201),
        (Scope.STAFF_INVITE, *WRITES[2], 201),
    ],
)
def test_each_needs_its_own_scope(scope, method, path, body, headers, granted, centre, head, program):
    others = [one for one in IN_CENTRES if one != scope]
    answer = program(head, centre, allowed=others).ask(method, path, body, **headers)
    assert answer.status_code == 403
    if method != "HEAD":
        assert answer.json()["code"] == "insufficient_scope" and scope.value in answer.json()["detail"]
    assert program(head, centre, allowed=[scope]).ask(method, path, body, **headers).status_code == granted


def test_a_token_may_not_do_what_its_person_may_not(centre, instructor, head, program):
    answer = program(instructor, centre).post(INVITE, {"name": "Tamu", "role": "centre_head"})
    assert refused(answer) == (403, "may_not")
    assert program(instructor, centre).get(STAFF).status_code == 200


def test_a_role_that_ends_takes_the_token_with_it(centre, instructor, head, program):
    asking = program(instructor, centre)
    assert asking.get(STAFF).status_code == 200
    accounts.revoke(instructor.memberships.get(), by=SYSTEM, now=NOW, reason="Selesai")
    assert refused(asking.get(STAFF)) == (404, "not_found")


# ---------------------------------------------------------------- it stops at once


def _end(asking: Program) -> None:
    operations.end(asking.token, by=SYSTEM, now=NOW)


def _expire(asking: Program) -> None:
    ApiToken.objects.filter(pk=asking.token.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))


def _close(asking: Program) -> None:
    User.objects.filter(pk=asking.token.user_id).update(is_active=False)


def _misspell(asking: Program) -> None:
    asking.secret = asking.secret[:-1] + ("A" if asking.secret[-1] != "A" else "B")


@pytest.mark.parametrize("what", [_end, _expire, _close, _misspell])
@pytest.mark.parametrize("path", [STAFF, NEWS, "/api/v1/me/"])
def test_what_opens_nothing_any_more(what, path, centre, instructor, program):
    """Not even what is open to all: a program must notice."""
    asking = program(instructor, centre)
    assert asking.get(path).status_code == 200
    what(asking)
    answer = asking.get(path)
    assert refused(answer) == (401, "invalid_token")
    assert "invalid_token" in answer["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic {}", "{}", "Bearer {} x", "Bearer x{}", "Bearer \u00e9", "Token {}"]
)
def test_what_is_no_bearer_token(header, centre, instructor, program):
    secret = program(instructor, centre).secret
    answer = Client(HTTP_HOST=host_of(centre)).get(STAFF, headers={"Authorization": header.format(secret)})
    assert refused(answer) == (401, "invalid_token")


@pytest.mark.parametrize("spelt", ["bearer", "BEARER"])
def test_the_scheme_is_spelt_as_one_likes(spelt, centre, instructor, program):
    headers = {"Authorization": f"{spelt} {program(instructor, centre).secret}"}
    assert Client(HTTP_HOST=host_of(centre)).get(STAFF, headers=headers).status_code == 200


def test_ministry_people_without_their_second_factor(db, make_user, program):
    """The rule of the pages holds for programs: taking the factor away stops the token, setting it up wakes it."""
    minister = make_user("Ratna", Role.SUPER_ADMIN)
    asking = program(minister)
    assert asking.get("/api/v1/me/").status_code == 200
    Authenticator.objects.filter(user=minister).delete()
    for path in ("/api/v1/me/", "/api/v1/centres/"):
        assert refused(asking.get(path)) == (403, "second_factor_required")


def test_a_browsers_session_opens_nothing(centre, head):
    client = Client(HTTP_HOST=host_of(centre), enforce_csrf_checks=True)
    client.force_login(head, backend="hub.accounts.backends.Backend")
    assert client.get("/ruang/").status_code == 200
    assert refused(client.get(STAFF)) == (401, "not_authenticated")
    answer = client.post(NEWS, {"title": "x", "body": "x"}, content_type="application/json")
    assert refused(answer) == (401, "not_authenticated")


def test_a_centre_that_is_closed_for_changes(centre, head, program):
    asking = program(head, centre)
    centres.suspend(centre, reason="Izin", now=NOW)
    assert asking.get(STAFF).status_code == 200
    for method, path, body, headers in WRITES:
        assert refused(asking.ask(method, path, body, **headers)) == (403, "writing_closed")


# ---------------------------------------------------------------- organisations


def test_an_organisations_people(mekar, owner, make_user, program):
    make_user("Wati", Role.PARTNER_MEMBER, organisation=mekar)
    path = f"/api/v1/organisations/{mekar.pk}/people/"
    token, secret = operations.make_for_organisation(
        mekar, made_by=owner, name="Gudang", scopes=[Scope.ORGANISATION_READ], days=30, by=SYSTEM, now=datetime.now(UTC)
    )
    for asking in (Program(host_of(None), secret, token), program(owner)):
        assert [one["name"] for one in asking.get(path).json()["results"]] == ["Andi", "Wati"]


def test_another_organisations_people_are_not_there(mekar, owner, make_user, program, head):
    sinar = type(mekar).objects.create(kind="partner", name="PT Sinar")
    rival = make_user("Rina", Role.PARTNER_OWNER, organisation=sinar)
    token, secret = operations.make_for_organisation(
        sinar, made_by=rival, name="Gudang", scopes=[Scope.ORGANISATION_READ], days=30, by=SYSTEM, now=datetime.now(UTC)
    )
    for asking in (Program(host_of(None), secret, token), program(rival), program(head)):
        assert refused(asking.get(f"/api/v1/organisations/{mekar.pk}/people/")) == (404, "not_found")
    assert refused(Program(host_of(None)).get(f"/api/v1/organisations/{mekar.pk}/people/"))[0] == 401


def test_an_organisations_token_in_a_centre(centre, mekar, owner):
    token, secret = operations.make_for_organisation(
        mekar, made_by=owner, name="Gudang", scopes=[], days=30, by=SYSTEM, now=datetime.now(UTC)
    )
    asking = Program(host_of(centre), secret, token)
    assert asking.get(NEWS).status_code == 200
    assert refused(asking.get(STAFF)) == (404, "not_found")
    said = asking.get("/api/v1/me/").json()
    assert (said["person"], said["organisation"]["name"], said["roles"]) == (None, "PT Mekar", [])


# ---------------------------------------------------------------- what it costs, what is left behind


def test_a_request_with_a_token_costs_one_statement_more(centre, head, program, django_assert_num_queries):
    asking = program(head)
    asking.get("/api/v1/centres/")  # its first use is written down
    with django_assert_num_queries(4):  # SET search_path, the token, centres with regions, their fields
        assert asking.get("/api/v1/centres/").status_code == 200


def test_the_trail_names_the_person_and_the_token(centre, head, program):
    asking = program(head, centre)
    asking.post(NEWS, {"title": "Dibuka", "body": "Isi"})
    entry = Entry.objects.get(action="news.published")
    assert entry.actor_id == head.pk and entry.chain == str(centre.id)
    assert entry.actor_name == f"Siti (token {asking.token.prefix}…)"


def test_a_very_long_name_still_fits_the_trail(centre, make_user, program):
    head = make_user("P" * 150, Role.CENTRE_HEAD, centre=centre)
    asking = program(head, centre)
    assert asking.post(NEWS, {"title": "Dibuka", "body": "Isi"}).status_code == 201
    assert len(Entry.objects.get(action="news.published").actor_name) == 150


def test_me_says_what_the_token_may(centre, head, program):
    asking = program(head, centre, allowed=[Scope.STAFF_READ])
    said = asking.get("/api/v1/me/").json()
    assert said["scopes"] == ["staff:read"] and said["person"] == "Siti"
    assert said["roles"] == [
        {"role": "centre_head", "centre_id": str(centre.id), "organisation_id": None, "provinces": []}
    ]
    assert asking.secret not in str(said) and asking.token.secret_hash not in str(said)
