"""The retention policy as program, and a person's rights: a copy of their data, and erasure."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command

from hub.accounts import operations
from hub.accounts.models import Consent, EmailChange, Invitation, Membership, User
from hub.accounts.roles import Role
from hub.audit import queries as audit
from hub.audit.actors import SYSTEM, Actor
from hub.audit.models import Entry
from kernel import schema
from tenants.site.models import Announcement
from workflows import persons, retention

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = "kopi tubruk sore hari"
SECRETS = ("password", "phone_lookup", "token_hash", "session_key", "hash", "data")


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def make(name: str, centre=None, role: Role = Role.INSTRUCTOR, phone: str = "") -> User:
    email = f"{name}@contoh.id"
    user = operations.create_user(name=name.title(), email=email, phone=phone, password=PASSWORD, now=NOW, by=SYSTEM)
    operations.prove_email(user)
    operations.give_consent(user, "privacy", language="id", by=SYSTEM, now=NOW)
    if centre is not None:
        operations.grant(user, role, centre=centre, by=SYSTEM, now=NOW)
    return user


@pytest.fixture
def budi(centre) -> User:
    user = make("budi", centre, phone="081234567890")
    operations.ask_email_change(user, new_email="budi-baru@contoh.id", by=SYSTEM, now=NOW)
    return user


@pytest.fixture
def second_step(budi) -> Authenticator:
    return Authenticator.objects.create(user=budi, type=Authenticator.Type.TOTP, data={"secret": "rahasia-totp"})


@pytest.fixture
def ani(other_centre) -> User:
    return make("ani", other_centre)


def by(user: User) -> Actor:
    return Actor(user.pk, user.name)


def sign_in(client, email="budi@contoh.id"):
    assert client.post("/masuk/", {"login": email, "password": PASSWORD}).status_code == 302


def confirm(client):
    """Type the password once more, as erasure and the copy ask for."""
    assert client.post("/akun/pastikan/?next=/akun/", {"password": PASSWORD}).status_code == 302


# ---------------------------------------------------------------- the policy


def test_every_table_and_column_has_a_rule():
    assert retention.gaps() == []


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"personal": ("name",)}, "accounts.User.email: no rule"),
        ({"on_erasure": {}}, "accounts.User.name: outlives its person without a reason"),
        ({"subject": "", "on_erasure": {}}, "accounts.User: personal columns without an end"),
        ({"plain": ("id", "is_active", "created_at", "erased_at", "shoe_size")}, "accounts.User.shoe_size: no such"),
    ],
)
def test_a_policy_with_a_hole_says_where(change, gap, monkeypatch):
    whole = retention.policy()
    rules = tuple(replace(rule, **change) if rule.label == "accounts.User" else rule for rule in whole.rules)
    monkeypatch.setattr(retention, "policy", lambda: replace(whole, rules=rules))
    assert any(found.startswith(gap) for found in retention.gaps())


def test_a_table_without_a_rule_is_a_gap(monkeypatch):
    whole = retention.policy()
    rules = tuple(rule for rule in whole.rules if rule.label != "accounts.Consent")
    monkeypatch.setattr(retention, "policy", lambda: replace(whole, rules=rules))
    assert retention.gaps() == ["accounts.Consent: no rule"]


def test_what_is_over_goes_and_the_rest_stays(budi, capsys):
    old, new = (
        operations.invite(None, Role.SUPER_ADMIN, by=SYSTEM, now=when, name="Tamu", email="tamu@contoh.id")[0]
        for when in (NOW - timedelta(days=98), NOW - timedelta(days=96))
    )
    EmailChange.objects.update(expires_at=NOW - timedelta(days=31))
    expected = {"accounts.EmailChange": 1, "accounts.Invitation": 1}
    assert retention.apply(now=NOW, dry_run=True) == expected
    assert EmailChange.objects.exists()
    assert retention.apply(now=NOW) == expected
    assert list(Invitation.objects.order_by("created_at").values_list("pk", "email")) == [
        (old.pk, ""), (new.pk, "tamu@contoh.id"),
    ]  # fmt: skip
    assert Entry.objects.get(action="retention.applied").after == expected
    assert retention.apply(now=NOW) == {}, "A second run finds nothing to do, and leaves no trace."
    assert Entry.objects.filter(action="retention.applied").count() == 1
    call_command("apply_retention", dry_run=True)
    assert "0 rows." in capsys.readouterr().out


def test_a_rule_of_a_centres_table_runs_in_every_centre(centre, other_centre, monkeypatch):
    for one in (centre, other_centre):
        with schema.centre(one):
            for age in (10, 1):
                Announcement.objects.create(title=f"{age}", body="x", published_at=NOW - timedelta(days=age))
    whole = retention.policy()
    expire = retention.Expiry(days=5, since="published_at", delete=True)
    rules = tuple(
        replace(rule, expire=expire) if rule.label == "site.Announcement" else rule for rule in whole.rules
    )  # fmt: skip
    monkeypatch.setattr(retention, "policy", lambda: replace(whole, rules=rules))
    assert retention.apply(now=NOW)["site.Announcement"] == 2
    for one in (centre, other_centre):
        with schema.centre(one):
            assert list(Announcement.objects.values_list("title", flat=True)) == ["1"]


# ---------------------------------------------------------------- a copy


def test_a_copy_holds_all_of_ones_own_and_nothing_of_others(budi, ani, second_step):
    copy = persons.export(budi, now=NOW)
    assert copy["hub"]["accounts.User"][0]["phone"] == "+6281234567890"
    assert copy["hub"]["accounts.User"][0]["email"] == "budi@contoh.id"
    assert {row["role"] for row in copy["hub"]["accounts.Membership"]} == {"instructor"}
    text = json.dumps(copy, default=str)
    assert "ani@" not in text and str(ani.pk) not in text
    assert "rahasia-totp" not in text and budi.password not in text
    for rows in copy["hub"].values():
        assert not set(SECRETS) & set(rows[0])


def test_the_download_asks_for_the_password_and_is_noted(hub_client, budi):
    sign_in(hub_client)
    assert hub_client.get("/akun/data/unduh/").url.startswith("/akun/pastikan/")
    answer = hub_client.post("/akun/pastikan/?next=/akun/data/unduh/", {"password": PASSWORD}, follow=True)
    assert answer["Content-Disposition"].startswith('attachment; filename="balai-data-saya-')
    assert answer.json()["hub"]["accounts.User"][0]["name"] == "Budi"
    assert Entry.objects.filter(action="user.data_copied", actor_id=budi.pk).count() == 1


# ---------------------------------------------------------------- erasure


def test_erased_a_person_is_gone_from_every_table_but_where_the_policy_says_why(budi, ani, second_step):
    before = {one.pk: one.name for one in User.objects.exclude(pk=budi.pk)}
    persons.erase(budi, by=by(budi), now=NOW)
    user = User.objects.get(pk=budi.pk)
    assert (user.name, user.email, user.phone, user.phone_lookup, user.is_active) == ("", None, None, None, False)
    assert user.erased_at == NOW and not user.has_usable_password()
    for model in (EmailAddress, Authenticator, EmailChange):
        assert not model.objects.filter(user=user).exists()
    assert not Membership.objects.filter(user=user, revoked_at=None).exists()
    assert not Consent.objects.filter(user=user, withdrawn_at=None).exists()
    assert Entry.objects.filter(action="user.erased", object_id=user.pk).count() == 1
    assert audit.breaks() == []
    assert {one.pk: one.name for one in User.objects.exclude(pk=budi.pk)} == before
    assert EmailAddress.objects.filter(user=ani).exists()
    assert "budi@contoh.id" not in json.dumps(persons.export(user, now=NOW), default=str)


def test_the_last_head_hands_over_first_and_nothing_is_lost(centre):
    head = make("siti", centre, Role.CENTRE_HEAD)
    with pytest.raises(operations.LastHead):
        persons.erase(head, by=by(head), now=NOW)
    head.refresh_from_db()
    assert (head.email, head.is_active, head.erased_at) == ("siti@contoh.id", True, None)
    assert Membership.objects.filter(user=head, revoked_at=None).exists()


def test_erase_me(hub_client, client_for, centre, budi):
    elsewhere = client_for(centre)
    sign_in(elsewhere)
    sign_in(hub_client)
    assert hub_client.post("/akun/hapus/", {"word": "hapus"}).url.startswith("/akun/pastikan/")
    confirm(hub_client)
    assert "Instruktur" in hub_client.get("/akun/hapus/").content.decode()
    wrong = hub_client.post("/akun/hapus/", {"word": "ya"})
    assert "Belum ada yang dihapus" in wrong.content.decode()
    mail.outbox.clear()
    done = hub_client.post("/akun/hapus/", {"word": " Hapus "})
    assert (done.status_code, "sudah dihapus" in done.content.decode()) == (200, True)
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["budi@contoh.id"], "Akun Balai Anda sudah dihapus")
    ]
    assert hub_client.get("/akun/").status_code == 302
    assert elsewhere.get("/ruang/").status_code == 302
    assert not Session.objects.filter(session_key=elsewhere.cookies["balai-session"].value).exists()
    again = hub_client.post("/masuk/", {"login": "budi@contoh.id", "password": PASSWORD})
    assert again.status_code == 200 and "_auth_user_id" not in hub_client.session
    assert not User.objects.filter(email="budi@contoh.id").exists()


def test_an_address_that_was_erased_can_be_used_for_a_new_account(budi):
    persons.erase(budi, by=by(budi), now=NOW)
    assert make("budi", phone="081234567890").pk != budi.pk


def test_the_last_head_reads_why_and_stays_signed_in(hub_client, centre):
    make("siti", centre, Role.CENTRE_HEAD)
    sign_in(hub_client, "siti@contoh.id")
    confirm(hub_client)
    answer = hub_client.post("/akun/hapus/", {"word": "hapus"})
    assert "orang terakhir" in answer.content.decode()
    assert hub_client.get("/akun/").status_code == 200


# ---------------------------------------------------------------- consent on the way in


def test_a_new_account_needs_the_consent_and_records_it(hub_client, centre):
    _offer, token = operations.invite(None, Role.INSTRUCTOR, by=SYSTEM, now=datetime.now(UTC), centre=centre)
    form = {"name": "Rudi", "reach": "rudi@contoh.id", "password": PASSWORD}
    refused = hub_client.post(f"/undangan/{token}/", form).content.decode()
    assert "Tanpa persetujuan ini" in refused and not User.objects.filter(email="rudi@contoh.id").exists()
    hub_client.post(f"/undangan/{token}/", form | {"agree": "on"})
    consent = Consent.objects.get(user__email="rudi@contoh.id")
    assert (consent.purpose, consent.version, consent.language) == ("privacy", 1, "id")


def test_whoever_has_not_agreed_is_asked_at_sign_in(hub_client, budi):
    Consent.objects.filter(user=budi).delete()
    sign_in(hub_client)
    assert hub_client.get("/akun/mulai/").url == "/akun/izin/"
    assert "Pemakaian data saya di Balai" in hub_client.get("/akun/izin/").content.decode()
    assert hub_client.post("/akun/izin/").url == "/akun/mulai/"
    assert hub_client.get("/akun/mulai/").url != "/akun/izin/"


def test_consent_is_given_and_withdrawn_on_ones_own_page(hub_client, budi):
    sign_in(hub_client)
    hub_client.post("/akun/data/izin/follow_up/", {"agree": "1"})
    assert "Tarik" in hub_client.get("/akun/data/").content.decode()
    hub_client.post("/akun/data/izin/follow_up/")
    assert Consent.objects.get(user=budi, purpose="follow_up").withdrawn_at is not None
    hub_client.post("/akun/data/izin/privacy/")
    assert Consent.objects.get(user=budi, purpose="privacy").withdrawn_at is None
    assert hub_client.post("/akun/data/izin/iklan/").status_code == 404
