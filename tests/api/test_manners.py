"""How the API behaves whatever is asked: limits, versions, requests sent twice, odd input, words and codes."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from api import description, problems
from api.v1 import urls_centre, urls_hub
from frontend import developers
from frontend.messages import indonesian, is_translated
from hub.accounts import operations as accounts
from hub.accounts.models import Invitation
from hub.accounts.queries import NotVisible
from hub.audit.models import Entry
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.regions.models import Regency
from hub.tokens import operations as tokens
from hub.tokens.models import IdempotencyKey
from kernel import database, rates, schema
from tenants.site import operations as site
from tenants.site.models import Announcement, Profile
from workflows import centre_profile

from .conftest import NOW, Program, host_of

CENTRES, PROFILE, NEWS, INVITE = "/api/v1/centres/", "/api/v1/profile/", "/api/v1/news/", "/api/v1/staff/invitations/"
STORY = {"title": "Dibuka", "body": "Pelatihan menjahit."}


@pytest.fixture
def hub(db) -> Program:
    return Program(host_of(None))


@pytest.fixture
def own(head, centre, program) -> Program:
    """A program of the centre's head, on the centre's host."""
    return program(head, centre)


def refused(answer) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["type"].endswith(f"/pengembang/#{said['code']}")
    assert said["request_id"] == answer["X-Request-ID"]
    return answer.status_code, said["code"]


# ---------------------------------------------------------------- odd input is refused by name, never a 500


@pytest.mark.parametrize(
    ("query", "code", "name"),
    [
        ("provinsi=35", "unknown_parameter", "provinsi"),
        ("format=json", "unknown_parameter", "format"),
        ("province=ABC", "invalid_parameter", "province"),
        ("province=", "invalid_parameter", "province"),
        ("province=35&province=33", "invalid_parameter", "province"),
        ("regency=35", "invalid_parameter", "regency"),
        ("search=%00", "invalid_parameter", "search"),
        ("search=" + "a" * 201, "invalid_parameter", "search"),
        ("state=erased", "invalid_parameter", "state"),
        ("is_demo=ya", "invalid_parameter", "is_demo"),
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=201", "invalid_parameter", "limit"),
        ("limit=-1", "invalid_parameter", "limit"),
        ("limit=" + "9" * 5000, "invalid_parameter", "limit"),
        ("limit=%D9%A3", "invalid_parameter", "limit"),
        ("fields=code,rahasia", "invalid_parameter", "fields"),
        ("fields=", "invalid_parameter", "fields"),
    ],
)
def test_a_parameter_that_is_not_right(hub, query, code, name):
    answer = hub.get(f"{CENTRES}?{query}")
    assert refused(answer) == (400, code)
    (error,) = answer.json()["errors"]
    assert (error["in"], error["name"]) == ("query", name) and error["detail"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "bz0x", "W10:abc", "WzAsZmFsc2UsIjEyLjcyIl0:ahTa6DG3kcil2YwuREtYXjj-3N6Gaj2coaH41gCQars", "%ED%A0%80"],
)
def test_a_made_up_cursor_leads_nowhere(hub, cursor):
    assert refused(hub.get(f"{CENTRES}?cursor={cursor}")) == (404, "unknown_cursor")


def test_a_cursor_is_for_its_own_list(hub):
    following = hub.get("/api/v1/regencies/?limit=1").json()["next"]
    cursor = re.search(r"cursor=([^&]+)", following)[1]
    assert hub.get(f"/api/v1/regencies/?limit=1&cursor={cursor}").status_code == 200
    assert refused(hub.get(f"/api/v1/regions/?cursor={cursor}")) == (404, "unknown_cursor")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_input"),
        (b"{", "malformed_request"),
        (b"[]", "malformed_request"),
        (b'"x"', "malformed_request"),
        (b"\xff\xfe", "malformed_request"),
        (b'{"title": NaN}', "malformed_request"),
        (b'{"a":' * 10_000, "malformed_request"),
        (b"[" * 10_000, "malformed_request"),
        (b'{"title": ' + b"9" * 5_000 + b"}", "malformed_request"),
        (b"{}", "invalid_input"),
        (b'{"title": "x", "body": "\\u0000"}', "invalid_input"),
        (b'{"title": "\\ud800", "body": "x"}', "invalid_input"),
        (b'{"title": "x", "body": "x", "\\ud800": 1}', "invalid_input"),
        (b'{"title": "x", "body": "x", "published_at": "2020-01-01"}', "invalid_input"),
        (b'{"title": 5, "body": ["x"]}', "invalid_input"),
        (b'{"title": " ", "body": "x"}', "invalid_input"),
        (b'{"title": "' + b"x" * 151 + b'", "body": "x"}', "invalid_input"),
    ],
)
def test_a_body_that_is_not_right(own, centre, body, code):
    assert refused(own.post(NEWS, body)) == (400, code)
    with schema.centre(centre):
        assert not Announcement.objects.exists()


def test_each_field_is_named(own):
    errors = own.post(NEWS, {"title": "", "isi": "x"}).json()["errors"]
    assert [(error["in"], error["name"], error["code"]) for error in errors] == [("body", "isi", "unknown")]
    errors = own.post(NEWS, {"title": ""}).json()["errors"]
    assert [(error["name"], error["code"]) for error in errors] == [("title", "blank"), ("body", "required")]


def test_a_body_without_end_is_not_read_to_its_end(own):
    assert refused(own.post(NEWS, b'{"title": "' + b"x" * 70_000 + b'"}')) == (413, "too_large")


def test_other_kinds_of_body_and_answer(own, hub):
    client = Client(HTTP_HOST=own.host, headers=own.headers)
    assert refused(client.post(NEWS, {"title": "x", "body": "x"})) == (415, "unsupported_media_type")
    for charset in ("utf-16", "tidak-ada"):
        odd = client.generic("POST", f"{NEWS}?x=%C3%A9", b"{}", content_type=f"application/json; charset={charset}")
        assert refused(odd) == (400, "unknown_parameter")
    assert refused(hub.get(CENTRES, Accept="text/csv")) == (406, "not_acceptable")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods(hub, method):
    answer = hub.ask(method, f"{CENTRES}?apa=saja")
    assert refused(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v2/centres/", "/api/v1/profile/", "/api/v1/runs/x/"])
def test_what_is_not_there_is_refused_in_json_too(hub, path):
    assert refused(hub.get(path)) == (404, "not_found")


def test_pages_outside_keep_their_own_errors(hub):
    assert hub.get("/tidak-ada/")["Content-Type"].startswith("text/html")


def test_an_unknown_host_and_an_erased_centre(centre, db):
    assert refused(Program(f"tidak-ada.{host_of(None)}").get(NEWS)) == (404, "not_found")
    centres.entomb(centre, tombstone="0" * 64, now=NOW)
    assert refused(Program(host_of(centre)).get(NEWS)) == (410, "centre_erased")


def test_a_centre_that_has_no_space_yet(db):
    waiting = Program(host_of(centres.register(name="BLKK Baru", regency=Regency.objects.get(pk="33.21"))))
    assert waiting.get(PROFILE).json()["about"] == ""
    assert waiting.get(NEWS).json()["results"] == []
    assert refused(waiting.get(f"{NEWS}1/")) == (404, "not_found")
    assert refused(waiting.post(NEWS, STORY)) == (403, "writing_closed")


def test_a_very_high_number_is_nobodys(own):
    assert refused(own.get(f"{NEWS}{10**30}/")) == (404, "not_found")


def test_refusals_speak_the_programs_language(hub):
    indonesian_words = hub.get("/api/v1/me/")
    english = hub.get("/api/v1/me/", Accept_Language="en-GB,en;q=0.9")
    assert indonesian_words["Content-Language"] == "id" and english["Content-Language"] == "en"
    assert (indonesian_words.json()["title"], english.json()["title"]) == ("Perlu token", "A token is needed")
    assert indonesian_words.json()["code"] == english.json()["code"]


# ---------------------------------------------------------------- sparse fields, versions


def test_only_the_fields_asked_for(hub, centre):
    (row,) = hub.get(f"{CENTRES}?search=melati&fields=name,code").json()["results"]
    assert row == {"code": centre.code, "name": centre.name}
    assert hub.get(f"{CENTRES}{centre.code}/?fields=village").json() == {"village": ""}


def test_nothing_new_costs_no_body(hub, centre):
    first = hub.get(CENTRES)
    again = hub.get(CENTRES, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert "RateLimit" in again and "X-Request-ID" in again
    Centre.objects.filter(pk=centre.pk).update(village="Desa Baru")
    assert hub.get(CENTRES, If_None_Match=first["ETag"]).status_code == 200


def test_private_answers_are_kept_by_nobody_else(own, hub):
    assert own.get("/api/v1/staff/")["Cache-Control"] == "private, no-cache"
    assert own.get("/api/v1/me/")["Cache-Control"] == "private, no-cache"
    assert hub.get("/api/v1/me/")["Cache-Control"] == "no-store"
    for answer in (own.get("/api/v1/staff/"), hub.get(CENTRES)):
        assert "Authorization" in answer["Vary"]


def test_a_change_needs_the_version_that_was_read(own, centre):
    read = own.get(PROFILE)
    assert refused(own.patch(PROFILE, {"about": "Baru"})) == (428, "if_match_required")
    changed = own.patch(PROFILE, {"about": "Baru"}, If_Match=read["ETag"])
    assert changed.status_code == 200 and changed.json()["about"] == "Baru"
    assert refused(own.patch(PROFILE, {"about": "Lama"}, If_Match=read["ETag"])) == (412, "changed_meanwhile")
    assert own.get(PROFILE)["ETag"] == changed["ETag"]
    again = own.patch(PROFILE, {"address": "Jalan Melati 1"}, If_Match=f'"lain", {changed["ETag"]}')
    assert (again.json()["about"], again.json()["address"]) == ("Baru", "Jalan Melati 1")
    assert own.patch(PROFILE, {"whatsapp": "6281234567890"}, If_Match="*").status_code == 200


def test_two_who_change_at_once(own, centre, monkeypatch):
    """Between the reading and the writing of one request, another one gets in."""
    read = own.get(PROFILE)
    revise = centre_profile.revise

    def somebody_else_first(*args, **kwargs):
        site.describe(about="Lebih dulu", address="", whatsapp="", now=datetime.now(UTC))
        return revise(*args, **kwargs)

    monkeypatch.setattr("api.v1.centre.centre_profile.revise", somebody_else_first)
    assert refused(own.patch(PROFILE, {"about": "Terlambat"}, If_Match=read["ETag"])) == (412, "changed_meanwhile")
    with schema.centre(centre):
        assert Profile.objects.get().about == "Lebih dulu"


@pytest.mark.parametrize("change", [{"whatsapp": "0812"}, {"name": "Bukan milik kita"}, {"about": "x" * 4001}])
def test_what_cannot_be_changed(own, change):
    answer = own.patch(PROFILE, change, If_Match="*")
    assert refused(answer) == (400, "invalid_input")
    assert answer.json()["errors"][0]["name"] in change


# ---------------------------------------------------------------- sent twice, done once


def test_the_same_request_again_is_answered_as_before(own, centre):
    first = own.post(NEWS, STORY, Idempotency_Key="kabar-1")
    again = own.post(NEWS, STORY, Idempotency_Key="kabar-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json() and first["Location"] == again["Location"]
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert own.get(first["Location"]).json() == first.json()
    with schema.centre(centre):
        assert Announcement.objects.count() == 1
    assert Entry.objects.filter(action="news.published").count() == 1


def test_an_invitations_link_comes_again_and_lies_sealed(own):
    first = own.post(INVITE, {"name": "Tamu", "role": "instructor"}, Idempotency_Key="k")
    again = own.post(INVITE, {"role": "instructor", "name": "Tamu"}, Idempotency_Key="k")
    assert first.json() == again.json() and "/undangan/" in first.json()["link"]
    assert Invitation.objects.count() == 1


def test_a_mailed_invitation_shows_no_link(own):
    answer = own.post(INVITE, {"name": "Tamu", "email": "tamu@contoh.id", "role": "instructor"}, Idempotency_Key="k")
    assert answer.json()["link"] is None
    own.post(INVITE, {"name": "Tamu", "email": "tamu@contoh.id", "role": "instructor"}, Idempotency_Key="k")
    assert [message.to for message in mail.outbox] == [["tamu@contoh.id"]]


def test_another_request_with_the_same_key(own, other_head, other_centre, program):
    own.post(NEWS, STORY, Idempotency_Key="k")
    assert refused(own.post(NEWS, STORY | {"body": "Lain"}, Idempotency_Key="k")) == (422, "idempotency_key_reused")
    assert refused(own.post(INVITE, {"name": "x", "role": "instructor"}, Idempotency_Key="k"))[0] == 422
    assert program(other_head, other_centre).post(NEWS, STORY, Idempotency_Key="k").status_code == 201


def test_while_the_first_is_at_work(own):
    with database.connect(application_name="test") as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [tokens._lock_number(own.token, "k")])
        assert refused(own.post(NEWS, STORY, Idempotency_Key="k")) == (409, "idempotency_key_in_use")
    assert own.post(NEWS, STORY, Idempotency_Key="k").status_code == 201


def test_a_refusal_is_not_kept(own, monkeypatch):
    assert own.post(NEWS, {"title": "x"}, Idempotency_Key="k").status_code == 400
    monkeypatch.setattr("api.invitations.mail.deliver_invitation", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        own.post(INVITE, {"name": "Tamu", "email": "tamu@contoh.id", "role": "instructor"}, Idempotency_Key="k")
    assert not Invitation.objects.exists() and not IdempotencyKey.objects.exists()
    assert own.post(NEWS, STORY, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "a b", "\u00e9"])
def test_a_key_that_is_none(own, key):
    answer = own.post(NEWS, STORY, Idempotency_Key=key)
    assert refused(answer) == (400, "invalid_parameter")
    assert answer.json()["errors"][0]["in"] == "header"


# ---------------------------------------------------------------- limits


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(rates, "clock", clock)
    return clock


@pytest.fixture
def narrow(settings, clock):
    settings.BALAI_API_LIMITS = {"address": (3, 1), "token": (5, 1), "write": (2, 0.5)}


def test_an_address_is_told_what_is_left_and_when_to_come_back(hub, narrow, clock):
    left = [hub.get("/api/v1/fields/")["RateLimit"] for _request in range(3)]
    assert left == ['"address";r=2;t=1', '"address";r=1;t=2', '"address";r=0;t=3']
    answer = hub.get("/api/v1/fields/")
    assert refused(answer) == (429, "too_many_requests")
    assert answer["Retry-After"] == "1" and answer["RateLimit-Policy"] == '"address";q=3;w=3'
    clock.now += 1
    assert hub.get("/api/v1/fields/").status_code == 200


def test_each_token_and_writing_count_apart(own, other_head, centre, program, narrow):
    assert [own.get(NEWS).status_code for _request in range(6)] == [200] * 5 + [429]
    assert [own.post(NEWS, STORY).status_code for _request in range(3)] == [201] * 2 + [429]
    assert program(other_head, centre).get(NEWS).status_code == 200
    assert Program(own.host).get(NEWS).status_code == 200


def test_guessing_tokens_ends_like_any_flood(hub, narrow):
    hub.secret = "balai_" + "x" * 43
    assert [hub.get("/api/v1/me/").status_code for _request in range(4)] == [401] * 3 + [429]


def test_protected_addresses_count_too(own, narrow):
    stranger = Program(own.host)
    assert [stranger.get("/api/v1/staff/").status_code for _request in range(4)] == [401] * 3 + [429]


def test_a_neighbourhood_of_ipv6_counts_as_one(hub, narrow):
    answers = [
        Client(HTTP_HOST=hub.host, REMOTE_ADDR=f"2001:db8:1:2::{number}").get("/api/v1/fields/").status_code
        for number in range(4)
    ]
    assert answers == [200, 200, 200, 429]
    assert Client(HTTP_HOST=hub.host, REMOTE_ADDR="2001:db8:1:3::1").get("/api/v1/fields/").status_code == 200


def test_a_centres_own_limit_answers_in_json_too(centre, settings, clock):
    settings.BALAI_CENTRE_LIMITS = {**settings.BALAI_CENTRE_LIMITS, "read": (1, 1)}
    asking = Program(host_of(centre))
    asking.get(NEWS)
    answer = asking.get(NEWS)
    assert refused(answer) == (429, "too_many_requests") and answer["Retry-After"] == "1"


def test_invitations_count_with_those_of_the_page(own, settings, db):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "invite": "1/h/user"}
    body = {"name": "Tamu", "role": "instructor"}
    assert own.post(INVITE, body).status_code == 201
    answer = own.post(INVITE, body)
    assert refused(answer) == (429, "too_many_requests") and answer["Retry-After"]


def test_a_limiter_forgets_whom_it_holds_nothing_against(clock):
    limiter = rates.Limiter(most=3)
    limit = rates.Limit(1, 1)
    for number in range(3):
        limiter.take(number, limit)
    clock.now += 2
    limiter.take("neu", limit)
    assert len(limiter._worked_off) == 1
    for number in range(10):
        limiter.take(number, limit)
    assert len(limiter._worked_off) <= 3


# ---------------------------------------------------------------- the description


@pytest.mark.parametrize("side", ["hub", "centre"])
def test_the_kept_description_is_that_of_the_code(side):
    """After a change of the API: python manage.py describe_api, and look at what changed."""
    assert (description.FOLDER / f"{side}.json").read_text() == description.as_text(side)


def test_the_description_is_served_and_kept(hub, own):
    for asking, side in ((hub, "hub"), (own, "centre")):
        answer = asking.get("/api/v1/openapi.json")
        assert answer.json() == json.loads((description.FOLDER / f"{side}.json").read_text())
        assert asking.get("/api/v1/openapi.json", If_None_Match=answer["ETag"]).status_code == 304
    assert answer.json()["openapi"].startswith("3.1")


def test_every_view_is_described():
    for module, side in ((urls_hub, "hub"), (urls_centre, "centre")):
        described = json.loads((description.FOLDER / f"{side}.json").read_text())["paths"]
        for entry in module.urlpatterns:
            view = getattr(entry.callback, "cls", None)
            if view is None:
                continue
            path = "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(entry.pattern))
            methods = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}
            assert {method.upper() for method in described[path]} == methods == set(view.operations)


def test_codes_of_the_domain_that_the_api_lets_out_are_listed():
    ours = (tokens.BeingAnswered, tokens.KeyReused, tokens.SecondFactorMissing)
    for error in (NotVisible, accounts.MayNot, site.ChangedMeanwhile, *ours):
        assert error.code in problems.BY_CODE


def test_what_developers_read_is_translated():
    """The description is in English, whose sentences the page looks up one by one."""
    with translation.override("en"):
        words = set(_sentences())
    catalogue = indonesian()
    untranslated = [word for word in words if word not in catalogue or not is_translated(catalogue[word])]
    assert len(words) > 50 and not untranslated


def _sentences():
    for side in ("hub", "centre"):
        described = developers._description(side)
        yield from (one[part] for one in described["x-problems"] for part in ("title", "advice"))
        yield from (one["description"] for one in described["x-scopes"])
        for one in (one for methods in described["paths"].values() for one in methods.values()):
            yield one["summary"]
            parts = [developers._parameter(described, part) for part in one.get("parameters", ())]
            yield from (part.description for part in [*parts, *developers._body(described, one)] if part.description)
