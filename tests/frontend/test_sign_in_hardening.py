"""What an attacker tries at the doors: time, other people's links and cookies, forged hosts, what answers give away."""

import re
from urllib.parse import quote, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from hub.accounts import operations
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts

from .conftest import NOW, PASSWORD, is_signed_in, sign_in, walk, without_tokens

pytestmark = pytest.mark.usefixtures("fresh_limits")


# ---------------------------------------------------------------- time: how many hashes an answer costs


class CountingHasher(MD5PasswordHasher):
    """Each hash is half a second in earnest: who can count them can tell who has an account."""

    algorithm = "counting"
    hashes = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashes += 1
        return super().encode(password, salt)


@pytest.fixture
def hashes(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]

    def of(ask) -> int:
        before = CountingHasher.hashes
        ask()
        return CountingHasher.hashes - before

    return of


@pytest.fixture
def people_without(hashes, siti) -> None:
    """Someone without a password, someone whose account is closed, and Siti with a hash of the counting kind."""
    siti.set_password(PASSWORD)
    siti.save()
    for name in ("tanpa-sandi", "ditutup"):
        user = operations.create_user(
            name=name,
            email=f"{name}@contoh.id",
            password="" if name == "tanpa-sandi" else PASSWORD,
            now=NOW,
            by=SYSTEM,
        )
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    User.objects.filter(name="ditutup").update(is_active=False)


@pytest.mark.parametrize(
    "login",
    ["siti@contoh.id", "081234567890", "tanpa-sandi@contoh.id", "ditutup@contoh.id", "bukan@contoh.id", "081299999999"],
)
def test_a_failed_sign_in_costs_one_hash_whoever_was_named(hub_client, people_without, hashes, login):
    assert hashes(lambda: sign_in(hub_client, login, "salah sekali ini")) == 1


def test_an_account_by_a_link_costs_the_same_hashes_whether_the_number_was_free_or_not(siti, centre, hashes):
    inviter = User.objects.with_roles().get(pk=siti.pk)

    def take_up(reach: str) -> None:
        _offer, token = operations.invite(inviter, Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=timezone.now())
        data = {"name": "Budi", "password": "es teh manis dingin", "reach": reach, "agree": "on"}
        assert Client(HTTP_HOST=settings.BALAI_DOMAIN).post(f"/undangan/{token}/", data).status_code == 200

    taken = hashes(lambda: take_up("081234567890"))
    assert taken == hashes(lambda: take_up("081299998888")) == 1


def test_asking_for_a_new_password_costs_the_same_hashes_for_everyone(hub_client, siti, hashes):
    def ask(email: str) -> None:
        hub_client.post("/sandi/lupa/", {"email": email})

    assert hashes(lambda: ask("siti@contoh.id")) == hashes(lambda: ask("bukan@contoh.id"))


# ---------------------------------------------------------------- what answers and mails give away


def test_a_closed_account_answers_a_wrong_password_like_no_account(hub_client, people_without):
    def told(login: str) -> str:
        return without_tokens(sign_in(hub_client, login, "salah sekali ini").content.decode())

    assert told("ditutup@contoh.id") == told("bukan@contoh.id") == told("tanpa-sandi@contoh.id")


def test_an_invitation_answers_the_inviter_alike_whether_the_address_has_an_account(siti, centre_client):
    operations.create_user(name="Budi", email="budi@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM)
    sign_in(centre_client)

    def invite(email: str) -> tuple[int, str]:
        answer = centre_client.post("/ruang/staf/", {"name": "Budi", "email": email, "role": "instructor"})
        return answer.status_code, without_tokens(answer.content.decode())

    assert invite("budi@contoh.id") == invite("rina@contoh.id")
    (known, unknown) = mail.outbox
    assert (known.to, unknown.to) == (["budi@contoh.id"], ["rina@contoh.id"])
    assert _without_links(known) == _without_links(unknown)


def _without_links(message) -> tuple[str, str]:
    return message.subject, re.sub(r"http\S+|[\w.]+@contoh\.id", "", message.body)


@pytest.mark.parametrize("has_email", [True, False])
def test_a_change_of_address_answers_alike_whether_the_new_one_is_someones(hub_client, siti, has_email):
    operations.create_user(name="Budi", email="budi@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM)
    operations.prove_email(User.objects.get(email="budi@contoh.id"))
    if not has_email:
        EmailAddress.objects.filter(user=siti).delete()
        User.objects.filter(pk=siti.pk).update(email=None)
    sign_in(hub_client, "081234567890")

    def change(email: str) -> list:
        mail.outbox.clear()
        asked = hub_client.post("/akun/surel/", {"email": email})
        seen = [(asked.status_code, without_tokens(asked.content.decode()))]
        if has_email:
            (message,) = mail.outbox
            assert message.to == ["siti@contoh.id"]  # nobody else hears of it before the old address agrees
            agreed = hub_client.post(_link("/akun/surel/setuju/"), follow=True)
            seen.append((agreed.status_code, without_tokens(agreed.content.decode())))
        last = mail.outbox[-1]
        assert last.to == [email]
        return [*seen, len(mail.outbox), _without_links(last)]

    assert change("budi@contoh.id") == change("rina@contoh.id")


def test_someone_elses_address_cannot_be_taken_over_by_its_confirmation(hub_client, siti):
    budi = operations.create_user(name="Budi", email="budi@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM)
    operations.prove_email(budi)
    sign_in(hub_client)
    hub_client.post("/akun/surel/", {"email": "budi@contoh.id"})
    hub_client.post(_link("/akun/surel/setuju/"))
    hub_client.post(_link("/akun/surel/cek/"))
    assert EmailAddress.objects.get(email="budi@contoh.id", verified=True).user == budi
    assert User.objects.get(pk=siti.pk).email == "siti@contoh.id"


def _link(path: str) -> str:
    """The path of the link in the last mail that begins like this."""
    return urlsplit(re.search(rf"http\S+{path}\S+", mail.outbox[-1].body)[0]).path


# ---------------------------------------------------------------- from host to host, the other ways round


def test_signed_in_at_a_centre_one_gets_onto_the_hub_without_typing(browser, siti, centre):
    browser(hosts.url_of(centre.slug, "/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    way = walk(browser, hosts.hub_url(f"/masuk/pusat/?dari={centre.slug}&lanjut=/akun/"))
    assert [(urlsplit(step).netloc, urlsplit(step).path) for step in way] == [
        (settings.BALAI_DOMAIN, "/masuk/pusat/"),
        (hosts.host_of(centre.slug), "/pindah/"),
        (settings.BALAI_DOMAIN, "/masuk/tiba/"),
        (settings.BALAI_DOMAIN, "/akun/"),
    ]
    assert browser(hosts.hub_url("/akun/")).status_code == 200


def test_signed_in_at_one_centre_one_gets_into_another_and_finds_only_what_is_ones_own(
    browser, siti, centre, other_centre
):
    browser(hosts.url_of(centre.slug, "/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    way = walk(browser, hosts.url_of(other_centre.slug, f"/masuk/pusat/?dari={centre.slug}&lanjut=/akun/mulai/"))
    assert [urlsplit(step).netloc for step in way][:4] == [
        hosts.host_of(other_centre.slug), hosts.host_of(centre.slug), *[hosts.host_of(other_centre.slug)] * 2,
    ]  # fmt: skip
    assert urlsplit(way[-1]).path == "/"
    assert browser(hosts.url_of(other_centre.slug, "/ruang/")).status_code == 404


@pytest.mark.parametrize("source", ["contoh.id", "tidak-ada", "../hub", "//contoh.id", "x@contoh.id"])
def test_a_pass_is_asked_for_at_no_foreign_host(hub_client, db, source):
    answer = hub_client.get("/masuk/pusat/", {"dari": source})
    assert urlsplit(answer["Location"]).netloc == settings.BALAI_DOMAIN


def test_a_pass_for_the_hub_opens_no_centre_and_the_other_way_round(browser, siti, centre):
    browser(hosts.url_of(centre.slug, "/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    asked = browser(hosts.hub_url(f"/masuk/pusat/?dari={centre.slug}"))
    arrival = browser(asked["Location"])["Location"]
    fresh = hosts.host_of(centre.slug)
    stray = Client(HTTP_HOST=fresh)
    stray.cookies["balai-pass"] = _pass_cookie(asked)
    stray.get(f"{urlsplit(arrival).path}?{urlsplit(arrival).query}")
    assert not is_signed_in(stray)
    assert browser(arrival)["Location"] == "/"  # it was not used up by the stray


def _pass_cookie(answer) -> str:
    (name,) = [name for name in answer.cookies if name.endswith("balai-pass")]
    return answer.cookies[name].value


# ---------------------------------------------------------------- a session planted before signing in


def _plant(client: Client) -> str:
    """A session that exists already and that someone else knows, as this browser's own."""
    client.get("/masuk/")
    session = client.session
    session["ditanam"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return session.session_key


def test_a_known_session_is_worth_nothing_after_signing_in(hub_client, siti):
    planted = _plant(hub_client)
    sign_in(hub_client)
    assert hub_client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_known_session_is_worth_nothing_after_arriving_from_another_host(browser, siti, centre):
    browser(hosts.hub_url("/masuk/"), "post", {"login": "siti@contoh.id", "password": PASSWORD})
    arrival = browser(browser(hosts.url_of(centre.slug, "/masuk/pusat/"))["Location"])["Location"]
    client = browser.clients[hosts.host_of(centre.slug)]
    planted = _plant(client)
    browser(arrival)
    assert is_signed_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_known_session_is_worth_nothing_after_the_second_factor(hub_client, siti):
    TOTP.activate(siti, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(siti).get_unused_codes()[0]
    planted = _plant(hub_client)
    sign_in(hub_client)
    halfway = hub_client.session.session_key
    assert not is_signed_in(hub_client)
    assert hub_client.post("/akun/2fa/authenticate/", {"code": code}).status_code == 302
    assert is_signed_in(hub_client)
    assert hub_client.session.session_key not in (planted, halfway)
    assert not Session.objects.filter(session_key__in=[planted, halfway]).exists()


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(hub_client, siti):
    sign_in(hub_client)
    kept = hub_client.cookies[settings.SESSION_COOKIE_NAME].value
    hub_client.post("/keluar/")
    hub_client.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert hub_client.get("/akun/").status_code == 302


# ---------------------------------------------------------------- cookies from a sibling host


def test_a_planted_token_signs_nobody_in_as_someone_else(siti, centre, other_centre):
    """A sibling host plants a form token that it knows; the form that it then sends is refused for where it is from."""
    client = Client(HTTP_HOST=hosts.host_of(centre.slug), enforce_csrf_checks=True)
    client.cookies[settings.CSRF_COOKIE_NAME] = planted = "a" * 32
    data = {"login": "siti@contoh.id", "password": PASSWORD, "csrfmiddlewaretoken": planted}
    for origin in (f"http://{hosts.host_of(other_centre.slug)}", f"http://{settings.BALAI_DOMAIN}", "null"):
        assert client.post("/masuk/", data, HTTP_ORIGIN=origin).status_code == 403
    assert not is_signed_in(client)


def test_a_planted_pass_cookie_opens_nothing_without_its_pass(siti, centre):
    client = Client(HTTP_HOST=hosts.host_of(centre.slug))
    client.cookies["balai-pass"] = "diketahui"
    assert urlsplit(client.get("/masuk/tiba/?pas=tebakan")["Location"]).path == "/masuk/"
    assert not is_signed_in(client)


# ---------------------------------------------------------------- forged hosts and onward addresses


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED", "HTTP_X_ORIGINAL_HOST"])
def test_a_forwarded_host_counts_for_nothing(hub_client, siti, header):
    hub_client.post("/sandi/lupa/", {"email": "siti@contoh.id"}, **{header: "contoh.id"})
    links = re.findall(r"https?://[^/\s]+", mail.outbox[0].body)
    assert {urlsplit(link).hostname for link in links} == {settings.BALAI_DOMAIN}


def test_a_reset_link_asked_for_at_a_centre_leads_to_a_host_of_ours(centre_client, siti, centre):
    centre_client.post("/sandi/lupa/", {"email": "siti@contoh.id"}, HTTP_X_FORWARDED_HOST="contoh.id")
    links = re.findall(r"https?://[^/\s]+", mail.outbox[0].body)
    assert {urlsplit(link).hostname for link in links} <= {settings.BALAI_DOMAIN, hosts.host_of(centre.slug)}


@pytest.mark.parametrize("host", ["contoh.id", f"{settings.BALAI_DOMAIN}.contoh.id", "balai.localhost\t", "[::1]"])
def test_a_forged_host_gets_no_page_of_ours_and_no_redirect(db, host):
    answer = Client(HTTP_HOST=host).get("/masuk/")
    assert answer.status_code in (400, 404)
    assert "Location" not in answer.headers


FOREIGN = [
    "//contoh.id/", "///contoh.id", "\\\\contoh.id", "/\\contoh.id", "https:contoh.id", "https:/contoh.id",
    "http:///contoh.id", "javascript:alert(1)", " //contoh.id", "\t//contoh.id", "//balai.localhost@contoh.id/",
]  # fmt: skip


@pytest.mark.parametrize("target", FOREIGN)
def test_no_door_leads_on_to_a_foreign_address(hub_client, siti, target):
    answer = hub_client.post(f"/masuk/?next={quote(target)}", {"login": "siti@contoh.id", "password": PASSWORD})
    seen = [answer["Location"]]
    seen.append(hub_client.get("/masuk/", {"next": target})["Location"])  # signed in already
    seen.append(hub_client.post("/keluar/", {"next": target})["Location"])
    seen.append(hub_client.post("/bahasa/", {"next": target, "language": "en"})["Location"])
    assert {urlsplit(url).netloc for url in seen} <= {"", settings.BALAI_DOMAIN}
    assert not any(re.match(r"[\s\\]|/[\s\\/]", url) for url in seen), seen


def test_signing_in_leads_on_to_no_other_centre_by_itself(centre_client, siti, other_centre):
    """Every centre's head writes their own host's pages: what looks like our sign-in must not lead to theirs."""
    target = hosts.url_of(other_centre.slug, "/ruang/")
    answer = centre_client.post(f"/masuk/?next={quote(target)}", {"login": "siti@contoh.id", "password": PASSWORD})
    seen = [answer["Location"], centre_client.get("/masuk/", {"next": target})["Location"]]
    seen.append(centre_client.post("/bahasa/", {"next": target, "language": "en"})["Location"])
    seen.append(centre_client.post("/keluar/", {"next": target})["Location"])
    assert {urlsplit(url).netloc for url in seen} <= {"", centre_client.defaults["HTTP_HOST"]}
