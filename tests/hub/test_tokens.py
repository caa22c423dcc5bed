"""Tokens of programs: whose they are, what opens with them, and that they stop at once."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.db.utils import IntegrityError

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.queries import NotVisible
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.tokens import operations, queries
from hub.tokens.models import ApiToken, IdempotencyKey
from hub.tokens.scopes import IN_CENTRES, Scope
from kernel import database, scrubbing
from workflows import demo, demo_people, demo_tokens, persons, retention

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def make(db):
    """Makes a person with one role: ``make("siti", Role.CENTRE_HEAD, centre=centre)``."""

    def person(name: str, role: Role | None = None, **scope) -> User:
        user = accounts.create_user(name=name, email=f"{name}@contoh.id", now=NOW, by=SYSTEM)
        if role:
            accounts.grant(user, role, by=SYSTEM, now=NOW, **scope)
        return User.objects.with_roles().get(pk=user.pk)

    return person


@pytest.fixture
def head(make, centre) -> User:
    return make("kepala", Role.CENTRE_HEAD, centre=centre)


def token_for(user: User, *scopes: Scope, days: int = 30) -> tuple[ApiToken, str]:
    return operations.make_for_person(user, name="Laporan", scopes=scopes, days=days, by=SYSTEM, now=NOW)


def opens(secret: str, now: datetime = NOW) -> bool:
    try:
        return queries.bearer(secret, now=now) is not None
    except NotVisible:
        return False


# ---------------------------------------------------------------- made once


def test_only_a_hash_and_a_short_beginning_are_kept(head):
    token, secret = token_for(head)
    assert secret.startswith("balai_") and len(secret) == 49
    assert secret.startswith(token.prefix) and len(token.prefix) == 12
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row) and secret[12:] not in str(row)
    entry = Entry.objects.get(action="token.made")
    assert secret[12:] not in str(entry.after)
    assert entry.after == {"name": "Laporan", "prefix": token.prefix, "scopes": ""}


def test_one_statement_gives_the_token_its_person_and_their_roles(head, centre, django_assert_num_queries):
    _token, secret = token_for(head, Scope.STAFF_READ)
    with django_assert_num_queries(1):
        found = queries.bearer(secret, now=NOW)
        assert found.user.name == "kepala"
        assert [(held.role, held.centre_id) for held in found.user.held] == [(Role.CENTRE_HEAD, centre.id)]
        assert not found.user.lacks_second_factor
        assert found.may(Scope.STAFF_READ) and not found.may(Scope.NEWS_WRITE)


@pytest.mark.parametrize(
    "secret", ["", "balai_", "x" * 49, "balai_" + "x" * 42, "balai_" + "é" * 43, "balai_\0" + "x" * 42]
)
def test_what_cannot_be_a_token_is_not_looked_for(secret, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not opens(secret)


def test_a_token_in_a_log_line_is_masked(head):
    _token, secret = token_for(head)
    for line in (f"Bearer {secret}", f"/x?t={secret}&y", "balai_" + "abcdefghij" * 4):
        assert secret not in scrubbing.text(line) and "[token]" in scrubbing.text(line)
        assert "abcdefghij" not in scrubbing.text(line)


def test_a_token_belongs_to_a_person_or_to_an_organisation(head):
    both = {"name": "x", "prefix": "x", "secret_hash": "x", "created_by": head, "expires_at": NOW}
    mekar = Organisation.objects.create(kind="partner", name="PT Mekar")
    for owner in ({}, {"user": head, "organisation": mekar}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.create(**both, **owner)


# ---------------------------------------------------------------- what it may be allowed


def test_scopes_are_those_that_the_person_could_use(head, make):
    token_for(head, *IN_CENTRES)
    with pytest.raises(operations.ScopeRefused):
        token_for(head, Scope.ORGANISATION_READ)
    for user in (make("tanpa"), make("peserta", Role.PARTICIPANT, centre=head.memberships.get().centre)):
        with pytest.raises(operations.ScopeRefused):
            token_for(user, Scope.STAFF_READ)
        token_for(user)


def test_people_of_the_ministry_need_their_second_factor(make):
    minister = make("pusat", Role.SUPER_ADMIN)
    with pytest.raises(operations.SecondFactorMissing):
        token_for(minister)
    Authenticator.objects.create(user=minister, type=Authenticator.Type.TOTP, data={})
    token_for(User.objects.with_roles().get(pk=minister.pk))


def test_recovery_codes_are_no_second_factor(make):
    minister = make("pusat", Role.DONOR)
    Authenticator.objects.create(user=minister, type=Authenticator.Type.RECOVERY_CODES, data={})
    with pytest.raises(operations.SecondFactorMissing):
        token_for(User.objects.with_roles().get(pk=minister.pk))


def test_nobody_has_more_than_twenty(head):
    made = [token_for(head)[0] for _number in range(operations.MOST)]
    with pytest.raises(operations.TooManyTokens):
        token_for(head)
    operations.end(made[0], by=SYSTEM, now=NOW)
    token_for(head)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_every_token_ends(head, days):
    with pytest.raises(ValueError, match="days"):
        token_for(head, days=days)


# ---------------------------------------------------------------- it stops


def test_an_ended_or_expired_token_opens_nothing(head):
    token, secret = token_for(head, days=30)
    assert opens(secret, NOW + timedelta(days=30) - timedelta(seconds=1))
    assert not opens(secret, NOW + timedelta(days=30))
    operations.end(token, by=SYSTEM, now=NOW)
    operations.end(token, by=SYSTEM, now=NOW)
    assert not opens(secret)
    assert Entry.objects.filter(action="token.ended").count() == 1


def test_a_closed_account_has_no_tokens(make):
    user = make("tanpa")
    _token, secret = token_for(user)
    accounts.close_account(user, by=SYSTEM, now=NOW)
    assert not opens(secret)


def test_an_erased_person_leaves_no_token(make):
    user = make("tanpa")
    token, _secret = token_for(user)
    persons.erase(user, by=SYSTEM, now=NOW)
    assert not ApiToken.objects.filter(pk=token.pk).exists()


def test_a_persons_copy_has_their_tokens_without_the_hash(head):
    token, secret = token_for(head, Scope.STAFF_READ)
    copy = str(persons.export(head, now=NOW))
    assert token.prefix in copy and "Laporan" in copy
    assert token.secret_hash not in copy and secret not in copy


def test_a_role_that_ended_is_gone_from_the_token(make, centre):
    make("kepala", Role.CENTRE_HEAD, centre=centre)
    user = make("guru", Role.INSTRUCTOR, centre=centre)
    _token, secret = token_for(user, Scope.STAFF_READ)
    accounts.revoke(user.memberships.get(), by=SYSTEM, now=NOW, reason="Selesai")
    assert queries.bearer(secret, now=NOW).user.held == ()


# ---------------------------------------------------------------- of an organisation


@pytest.fixture
def mekar(db) -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Mekar")


def test_an_organisations_token_outlives_whoever_made_it(make, mekar):
    owner = make("pemilik", Role.PARTNER_OWNER, organisation=mekar)
    _token, secret = operations.make_for_organisation(
        mekar, made_by=owner, name="Gudang", scopes=[Scope.ORGANISATION_READ], days=90, by=SYSTEM, now=NOW
    )
    persons.erase(owner, by=SYSTEM, now=NOW)
    found = queries.bearer(secret, now=NOW)
    assert found.user is None and found.organisation == mekar
    with pytest.raises(operations.ScopeRefused):
        operations.make_for_organisation(
            mekar, made_by=owner, name="x", scopes=[Scope.STAFF_READ], days=90, by=SYSTEM, now=NOW
        )


def test_doors_of_tokens(make, mekar, head):
    sinar = Organisation.objects.create(kind="partner", name="PT Sinar")
    owner = make("pemilik", Role.PARTNER_OWNER, organisation=mekar)
    colleague = make("rekan", Role.PARTNER_MEMBER, organisation=mekar)
    stranger = make("lain", Role.PARTNER_OWNER, organisation=sinar)
    token, _secret = operations.make_for_organisation(
        mekar, made_by=owner, name="Gudang", scopes=[], days=90, by=SYSTEM, now=NOW
    )
    assert queries.organisation_token(queries.token_desk(owner, mekar.pk), token.pk) == token
    for user in (colleague, stranger, head):
        with pytest.raises(NotVisible):
            queries.token_desk(user, mekar.pk)
    with pytest.raises(NotVisible):
        queries.organisation_token(sinar, token.pk)
    own, _secret = token_for(owner)
    assert queries.own_token(owner, own.pk) == own
    for user, one in ((colleague, own), (owner, token)):
        with pytest.raises(NotVisible):
            queries.own_token(user, one.pk)


# ---------------------------------------------------------------- last use


def test_use_is_written_down_once_in_five_minutes(head, django_assert_num_queries):
    token, _secret = token_for(head)
    with django_assert_num_queries(1):
        operations.note_use(token, now=NOW)
    token.refresh_from_db()
    assert token.last_used_at == NOW
    with django_assert_num_queries(0):
        operations.note_use(token, now=NOW + timedelta(minutes=4, seconds=59))
    with django_assert_num_queries(1):
        operations.note_use(token, now=NOW + timedelta(minutes=5))


# ---------------------------------------------------------------- requests sent twice


KEPT = {"status": 201, "body": '{"link": "rahasia"}', "location": ""}


def test_the_same_request_again_gets_its_answer_another_one_is_refused(head):
    token, _secret = token_for(head)
    other, _secret = token_for(head)
    assert operations.answered_before(token, "k", fingerprint="a", now=NOW) is None
    operations.keep_answer(token, "k", fingerprint="a", now=NOW, **KEPT)
    again = operations.answered_before(token, "k", fingerprint="a", now=NOW)
    assert (again.status, again.body) == (201, KEPT["body"])
    with pytest.raises(operations.KeyReused):
        operations.answered_before(token, "k", fingerprint="b", now=NOW)
    assert operations.answered_before(other, "k", fingerprint="b", now=NOW) is None


def test_an_answer_is_kept_for_a_day(head):
    token, _secret = token_for(head)
    operations.keep_answer(token, "k", fingerprint="a", now=NOW, **KEPT)
    day = timedelta(hours=24)
    assert operations.answered_before(token, "k", fingerprint="a", now=NOW + day - timedelta(seconds=1))
    assert operations.answered_before(token, "k", fingerprint="b", now=NOW + day) is None
    operations.keep_answer(token, "k", fingerprint="b", now=NOW + day, **KEPT)
    retention.apply(now=NOW + 2 * day + timedelta(seconds=1))
    assert not IdempotencyKey.objects.exists()


def test_what_was_answered_lies_sealed(head):
    token, _secret = token_for(head)
    operations.keep_answer(token, "k", fingerprint="a", now=NOW, **KEPT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM tokens_idempotencykey")
        assert b"rahasia" not in bytes(cursor.fetchone()[0])


def test_while_one_is_at_work_another_is_told_at_once(head):
    token, _secret = token_for(head)
    with database.connect(application_name="test") as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [operations._lock_number(token, "k")])
        with pytest.raises(operations.BeingAnswered):
            operations.answered_before(token, "k", fingerprint="a", now=NOW)
        assert operations.answered_before(token, "other", fingerprint="a", now=NOW) is None


def test_tokens_go_a_while_after_they_expired(head):
    token_for(head, days=1)
    retention.apply(now=NOW + timedelta(days=90))
    assert ApiToken.objects.count() == 1
    retention.apply(now=NOW + timedelta(days=92))
    assert not ApiToken.objects.exists()


def test_the_demos_tokens_are_made_once(db):
    assert demo_tokens.make(now=NOW) == 0, "without its people there is nothing to make"
    demo.make(now=NOW)
    demo_people.make(now=NOW)
    assert [demo_tokens.make(now=NOW) for _time in range(2)] == [4, 0]
    assert ApiToken.objects.filter(expires_at__lt=NOW).count() == 1
