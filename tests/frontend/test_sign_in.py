"""Signing in, moving between hosts, invitations: what works, and what nobody learns or replays."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.accounts import operations
from hub.accounts.models import Invitation, Membership, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts

from .conftest import NOW, PASSWORD, is_signed_in, sign_in, walk, without_tokens

pytestmark = pytest.mark.usefixtures("fresh_limits")


# ---------------------------------------------------------------- signing in


@pytest.mark.parametrize(
    "login", ["siti@contoh.id", "SITI@contoh.id", "0812 3456 7890", "+6281234567890", "62812-3456-7890"]
)
def test_by_e_mail_or_phone_in_any_spelling(hub_client, siti, login):
    answer = sign_in(hub_client, login)
    assert (answer.status_code, is_signed_in(hub_client)) == (302, True)


def test_at_a_centres_host_too(centre_client, siti):
    assert sign_in(centre_client).status_code == 302
    assert centre_client.get("/ruang/").status_code == 200


def test_a_wrong_password_and_an_unknown_person_look_the_same(hub_client, siti):
    def told(login: str) -> str:
        return without_tokens(sign_in(hub_client, login, "salah sekali ini").content.decode())

    assert told("siti@contoh.id") == told("bukan@contoh.id")
    assert told("081234567890") == told("081299999999")


def test_the_session_is_another_after_signing_in(hub_client, siti):
    hub_client.get("/masuk/")
    hub_client.cookies[settings.SESSION_COOKIE_NAME] = planted = "a" * 32
    sign_in(hub_client)
    assert hub_client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_cookies_belong_to_one_host(hub_client, siti):
    sign_in(hub_client)
    cookie = hub_client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["domain"], cookie["httponly"], cookie["samesite"], cookie["path"]) == ("", True, "Lax", "/")


@pytest.mark.parametrize(
    "target", ["https://contoh.id/", "//contoh.id/", "/\\contoh.id", "javascript:alert(1)", "https:contoh.id"]
)
def test_signing_in_leads_to_no_foreign_host(hub_client, siti, target):
    answer = hub_client.post("/masuk/", {"login": "siti@contoh.id", "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert urlsplit(answer["Location"]).netloc in ("", settings.BALAI_DOMAIN)


def test_a_hundred_failures_from_one_school_lock_out_no_neighbour(siti):
    for number in range(100):
        sign_in(
            Client(HTTP_HOST=settings.BALAI_DOMAIN, REMOTE_ADDR="10.1.1.1"),
            f"anak{number % 9}@contoh.id",
            "salah benar",
        )
    neighbour = Client(HTTP_HOST=settings.BALAI_DOMAIN, REMOTE_ADDR="10.1.1.1")
    assert sign_in(neighbour).status_code == 302


def test_who_fails_too_often_waits_and_may_still_come_from_elsewhere(siti):
    def client(address: str) -> Client:
        return Client(HTTP_HOST=settings.BALAI_DOMAIN, REMOTE_ADDR=address)

    answers = [sign_in(client("10.1.1.1"), password="salah benar").status_code for _attempt in range(11)]
    assert answers == [200] * 9 + [429] * 2
    locked = client("10.1.1.1")
    assert sign_in(locked).status_code == 429  # the right password does not help now
    assert not is_signed_in(locked)
    assert sign_in(client("10.2.2.2")).status_code == 302


def test_an_unknown_person_is_locked_out_just_the_same(siti):
    answers = [
        sign_in(Client(HTTP_HOST=settings.BALAI_DOMAIN), "bukan@contoh.id", "salah benar").status_code
        for _attempt in range(11)
    ]
    assert answers == [200] * 9 + [429] * 2


def test_the_failure_log_holds_neither_address_nor_number(siti):
    for login in ("siti@contoh.id", "081234567890"):
        sign_in(Client(HTTP_HOST=settings.BALAI_DOMAIN), login, "salah benar")
    logged = str(list(AccessAttempt.objects.values()))
    assert AccessAttempt.objects.count() == 2
    for secret in ("siti@", "81234567890", "salah benar"):
        assert secret not in logged


def test_a_signed_in_page_costs_two_statements_for_session_person_and_roles(
    centre_client, siti, django_assert_num_queries
):
    sign_in(centre_client)

    with CaptureQueriesContext(connection) as captured:
        assert centre_client.get("/ruang/staf/").status_code == 200
    asked = [query["sql"] for query in captured.captured_queries]
    who = [sql for sql in asked if 'FROM "django_session"' in sql or 'FROM "accounts_user"' in sql]
    assert len(who) <= 2, who


def test_the_ministry_sets_up_a_second_factor_before_anything_else(hub_client):
    user = operations.create_user(name="Pusat", email="pusat@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    operations.grant(user, Role.SUPER_ADMIN, by=SYSTEM, now=NOW)
    sign_in(hub_client, "pusat@contoh.id")
    answer = hub_client.get("/kementerian/")
    assert (answer.status_code, answer["Location"]) == (302, "/akun/2fa/totp/activate/")
    page = hub_client.get("/akun/2fa/totp/activate/", follow=True)
    assert page.status_code == 200


def test_a_second_factors_secret_is_sealed_at_rest(hub_client, siti):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(siti, "JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.get().data)
    hub_client.logout()
    answer = sign_in(hub_client)
    assert answer["Location"].startswith("/akun/2fa/authenticate/")
    assert not is_signed_in(hub_client)


# ---------------------------------------------------------------- from host to host


def test_signed_in_on_the_hub_one_gets_into_the_centre_without_typing(browser, siti, centre):
    browser(hosts.hub_url("/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    way = walk(browser, hosts.url_of(centre.slug, "/masuk/pusat/?lanjut=/ruang/"))
    assert [urlsplit(step).path for step in way] == ["/masuk/pusat/", "/pindah/", "/masuk/tiba/", "/ruang/"]
    assert browser(hosts.url_of(centre.slug, "/ruang/")).status_code == 200


def test_a_pass_cannot_be_used_twice_elsewhere_or_in_another_browser(browser, siti, centre, other_centre):
    browser(hosts.hub_url("/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    start = browser(hosts.url_of(centre.slug, "/masuk/pusat/"))
    arrival = browser(start["Location"])["Location"]
    stranger = Client(HTTP_HOST=hosts.host_of(centre.slug))
    path = urlsplit(arrival).path + "?" + urlsplit(arrival).query
    stranger.get(path)
    assert not is_signed_in(stranger)
    neighbour = arrival.replace(hosts.host_of(centre.slug), hosts.host_of(other_centre.slug))
    assert urlsplit(browser(neighbour)["Location"]).path == "/masuk/"
    assert browser(arrival)["Location"] == "/"
    assert urlsplit(browser(arrival)["Location"]).path == "/masuk/"


@pytest.mark.parametrize("target", ["contoh.id", "tidak-ada", "hub.contoh.id", "", "..", "hub/../x"])
def test_no_pass_is_issued_to_a_host_that_is_not_ours(hub_client, siti, target):
    sign_in(hub_client)
    assert hub_client.get("/pindah/", {"ke": target, "tanda": "a" * 64}).status_code == 404


@pytest.mark.parametrize("target", ["https://contoh.id/", "//contoh.id/", "/\\contoh.id", "javascript:alert(1)"])
def test_arriving_leads_to_no_foreign_host(browser, siti, centre, target):
    browser(hosts.hub_url("/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    way = walk(browser, hosts.url_of(centre.slug, f"/masuk/pusat/?lanjut={target}"))
    assert {urlsplit(step).netloc for step in way} == {settings.BALAI_DOMAIN, hosts.host_of(centre.slug)}


# ---------------------------------------------------------------- invitations


NEW = {"name": "Budi Santoso", "password": "es teh manis dingin", "agree": "on"}


def test_a_mailed_invitation_makes_an_account_and_signs_in(siti, centre, centre_client, hub_client):
    sign_in(centre_client)
    sent = centre_client.post("/ruang/staf/", {"name": "Budi", "email": "budi@contoh.id", "role": "instructor"})
    assert sent.status_code == 200
    (message,) = mail.outbox
    assert message.to == ["budi@contoh.id"]
    link = urlsplit(re.search(r"http\S+/undangan/\S+", message.body)[0]).path
    assert link not in sent.content.decode()  # the inviter does not get to see what proves the address
    assert hub_client.get(link).status_code == 200
    assert hub_client.post(link, NEW).status_code == 302
    assert is_signed_in(hub_client)
    budi = User.objects.get(email="budi@contoh.id")
    assert EmailAddress.objects.get(user=budi).verified
    assert Membership.objects.get(user=budi).role == "instructor"
    assert Client(HTTP_HOST=settings.BALAI_DOMAIN).get(link).status_code == 404


def test_a_link_sent_by_hand_says_the_same_whether_the_number_was_free_or_not(siti, centre):
    def told(reach: str) -> str:
        _offer, token = operations.invite(siti_again, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=datetime.now(UTC))
        client = Client(HTTP_HOST=settings.BALAI_DOMAIN)
        answer = client.post(f"/undangan/{token}/", {**NEW, "reach": reach})
        assert not is_signed_in(client)
        return without_tokens(answer.content.decode().replace(token, "…"))

    siti_again = User.objects.with_roles().get(pk=siti.pk)
    assert re.sub(r'csrf\S+ value="\S+"', "", told("081234567890")) == re.sub(
        r'csrf\S+ value="\S+"', "", told("081299998888")
    )
    assert User.objects.count() == 2
    assert Invitation.objects.exclude(accepted_at=None).count() == 0  # the role waits for sign-in


@pytest.mark.parametrize("case", ["weak", "nothing"])
def test_a_form_with_mistakes_keeps_the_invitation_open(siti, centre, hub_client, case):
    siti_again = User.objects.with_roles().get(pk=siti.pk)
    _offer, token = operations.invite(
        siti_again, Role.INSTRUCTOR, email="budi@contoh.id", centre=centre, by=SYSTEM, now=datetime.now(UTC)
    )
    data = {"name": "Budi", "password": "123"} if case == "weak" else {}
    answer = hub_client.post(f"/undangan/{token}/", data)
    assert answer.status_code == 200
    assert not User.objects.filter(email="budi@contoh.id").exists()
    assert hub_client.post(f"/undangan/{token}/", NEW).status_code == 302


# ---------------------------------------------------------------- forgotten password


def test_a_forgotten_password_says_the_same_for_everyone(hub_client, siti):
    known = hub_client.post("/sandi/lupa/", {"email": "siti@contoh.id"}, follow=True).content.decode()
    unknown = Client(HTTP_HOST=settings.BALAI_DOMAIN).post("/sandi/lupa/", {"email": "x@contoh.id"}, follow=True)
    assert without_tokens(known) == without_tokens(unknown.content.decode())
    assert [message.to for message in mail.outbox] == [["siti@contoh.id"]]
    link = re.search(r"http\S+/sandi/baru/\S+", mail.outbox[0].body)[0]
    assert urlsplit(link).netloc.startswith(settings.BALAI_DOMAIN)


def test_a_new_password_is_asked_for_in_one_sentence_and_a_missing_one_in_two_words(hub_client, siti):
    hub_client.post("/sandi/lupa/", {"email": "siti@contoh.id"})
    link = urlsplit(re.search(r"http\S+/sandi/baru/\S+", mail.outbox[0].body)[0]).path
    asked = hub_client.get(link, follow=True)
    page = asked.content.decode()
    assert page.count("Paling sedikit 10 karakter") == 1 and "numerik" not in page
    answer = hub_client.post(asked.redirect_chain[-1][0], {"password1": "", "password2": ""})
    assert answer.content.decode().count("Wajib diisi.") == 2


@pytest.mark.parametrize("host", ["contoh.id", "balai.localhost.contoh.id", "balai.localhost@contoh.id"])
def test_a_forged_host_sends_no_mail_with_its_name(siti, host):
    answer = Client(HTTP_HOST=host).post("/sandi/lupa/", {"email": "siti@contoh.id"})
    assert answer.status_code in (400, 404)
    assert mail.outbox == []


# ---------------------------------------------------------------- what a browser is told


def test_pages_allow_no_inline_script_and_no_frame(hub_client, db):
    policy = hub_client.get("/masuk/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_form_from_another_subdomain_is_refused(siti, centre, other_centre):
    client = Client(HTTP_HOST=hosts.host_of(centre.slug), enforce_csrf_checks=True)
    client.get("/masuk/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    data = {"login": "siti@contoh.id", "password": PASSWORD, "csrfmiddlewaretoken": token}
    forged = client.post("/masuk/", data, HTTP_ORIGIN=f"http://{hosts.host_of(other_centre.slug)}")
    assert forged.status_code == 403
    own = client.post("/masuk/", data, HTTP_ORIGIN=f"http://{hosts.host_of(centre.slug)}")
    assert own.status_code == 302
