"""The page for developers: each command on it is run as it stands, and each code that the API knows is explained."""

import html
import re
import shlex
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from api import problems
from fleet.models import Run
from frontend import developers
from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import queries
from hub.tokens import operations
from hub.tokens.scopes import Scope, useful_to
from kernel import schema
from tenants.site import operations as site

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PAGE = "/pengembang/"
_OPTIONS = {"-H": "header", "-X": "method", "-d": "body"}


@pytest.fixture
def page(hub_client, centre, other_centre) -> str:
    """The page of a site where there is something to ask for."""
    Run.objects.create(kind=Run.Kind.IMPORT)
    for one in (centre, other_centre):
        with schema.centre(one):
            site.announce(title="Dibuka", body="Isi", now=NOW)
    return hub_client.get(PAGE).content.decode()


@pytest.fixture
def token(page) -> str:
    """Of a person who may do everything in the centre of the examples, acts for a company, and is an official."""
    user = accounts.create_user(name="Siti", email="siti@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, Role.CENTRE_HEAD, centre=queries.any_active(), by=SYSTEM, now=NOW)
    mekar = Organisation.objects.create(kind="partner", name="PT Mekar")
    accounts.grant(user, Role.PARTNER_OWNER, organisation=mekar, by=SYSTEM, now=NOW)
    accounts.grant(user, Role.PROGRAMME_OFFICER, by=SYSTEM, now=NOW)
    accounts.grant(user, Role.ASSESSOR, by=SYSTEM, now=NOW)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    user = User.objects.with_roles().get(pk=user.pk)
    scopes = useful_to(user.held)
    assert set(scopes) == set(Scope)
    return operations.make_for_person(user, name="x", scopes=scopes, days=1, by=SYSTEM, now=datetime.now(UTC))[1]


def commands(page: str) -> list[str]:
    blocks = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
    return [html.unescape(block) for block in blocks]


def run(command: str, variables: dict[str, str]):
    """What a shell and curl would make of it, asked of the test client."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    program, url, *rest = shlex.split(command.replace("\\\n", " "))
    assert program == "curl" and "$" not in command
    options: dict[str, list[str]] = {"header": [], "method": [], "body": []}
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        options[_OPTIONS[option]].append(value)
    headers = dict(header.split(": ", 1) for header in options["header"])
    parts = urlsplit(url)
    method = options["method"][0] if options["method"] else ("POST" if options["body"] else "GET")
    content_type = headers.pop("Content-Type", "application/octet-stream")
    return Client(HTTP_HOST=parts.netloc).generic(
        method, f"{parts.path}?{parts.query}", "".join(options["body"]), content_type=content_type, headers=headers
    )


def test_each_command_runs_as_it_stands(page, token):
    variables = {"BALAI_TOKEN": token, "BALAI_ORGANISASI": str(Organisation.objects.get().pk)}
    asked = commands(page)
    answers = {command: run(command, variables) for command in asked}
    assert {
        command: answer.status_code for command, answer in answers.items() if answer.status_code not in (200, 201)
    } == {}
    # Every operation whose address is known (20 addresses and methods, /me/ on both sides), two to start with.
    assert len(asked) == 22 + 1
    again = [run(command, variables) for command in asked if "Idempotency-Key" in command]
    assert [answer["Idempotency-Replayed"] for answer in again] == ["true", "true"]


def test_without_a_token_the_open_ones_run_and_the_others_say_so(page):
    for command in commands(page):
        answer = run(
            command, {"BALAI_TOKEN": "balai_tidak-ada", "BALAI_ORGANISASI": "00000000-0000-0000-0000-000000000008"}
        )
        assert answer.status_code == (401 if "BALAI_TOKEN" in command else 200)


def test_every_code_and_scope_is_explained(page):
    for kind in problems.KINDS:
        assert f'id="{kind.code}"' in page and str(kind.title) in page
    for scope in Scope:
        assert scope.value in page and str(scope.label) in html.unescape(page)


def test_the_link_of_a_refusal_leads_to_its_explanation(hub_client, page):
    link = hub_client.get("/api/v1/me/").json()["type"]
    assert urlsplit(link).path == PAGE and f'id="{urlsplit(link).fragment}"' in page


def test_no_id_stands_twice_and_every_link_within_the_page_leads_somewhere(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_each_operation_is_folded_and_a_link_to_it_leads_into_the_fold(page):
    """A browser opens the fold around what a link leads to, so the id stands inside it."""
    folds = re.findall(r'<details class="group/operation">.*?</summary>\s*<div [^>]*id="([^"]+)"', page, re.DOTALL)
    described = [
        one["operationId"]
        for side in ("hub", "centre")
        for methods in developers._description(side)["paths"].values()
        for one in methods.values()
    ]
    assert sorted(fold.partition("-")[2] for fold in folds) == sorted(described)


def test_each_resource_stands_in_the_table_of_contents(page):
    contents = page.split('<ul class="toc')[1].split("</nav>")[0]
    for name in developers.HEADINGS:
        assert re.search(rf'href="#(hub|balai)-{name}"', contents), name


def test_a_site_without_centres_has_a_page_too(hub_client, db):
    queries.Centre.objects.update(state="archived")
    page = hub_client.get(PAGE).content.decode()
    assert "nama-balai" in page


def test_the_page_costs_little(hub_client, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        assert hub_client.get(PAGE).status_code == 200


def test_it_is_linked_from_every_page(hub_client, centre_client, db):
    assert f'href="{PAGE}"' in hub_client.get("/").content.decode()
    assert f'{PAGE}"' in centre_client.get("/").content.decode()
