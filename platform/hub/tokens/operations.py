"""Making and ending tokens, and answering a request once however often it is sent.

A token acts as one person, with that person's roles at the moment of each request, or as one organisation. It is
shown once; what is kept is its hash. It stops at once when it is ended or expires, or when its person's account is
closed; a role that ends, ends for the token too.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.accounts.models import Organisation, User
from hub.audit import operations as audit
from hub.audit.actors import Actor
from kernel import tokens
from kernel.errors import DomainError

from .models import ApiToken, IdempotencyKey
from .queries import PREFIX, tokens_of, tokens_of_organisation, was_used_lately
from .scopes import IN_ORGANISATIONS, Scope, useful_to

SHOWN = 12  # characters of a token by which its owner knows it again: 36 bits of 256
LONGEST = 366  # days
MOST = 20  # tokens in force for one person or organisation
USE_NOTED_EVERY = timedelta(minutes=5)
ANSWERS_KEPT = timedelta(hours=24)


class SecondFactorMissing(DomainError):
    """People of the ministry make and use tokens only with a second factor set up."""

    code = "second_factor_required"


class ScopeRefused(DomainError):
    """The token would be allowed what its person or organisation cannot do anyway."""

    code = "scope_refused"


class TooManyTokens(DomainError):
    code = "too_many_tokens"


class BeingAnswered(DomainError):
    """The same Idempotency-Key is at work in another request."""

    code = "idempotency_key_in_use"


class KeyReused(DomainError):
    """The Idempotency-Key was used with another request."""

    code = "idempotency_key_reused"


# ---------------------------------------------------------------- tokens


@transaction.atomic
def make_for_person(
    user: User, *, name: str, scopes: Sequence[Scope], days: int, by: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """A token that acts as this person for so many days. Returns it and the secret, which is kept nowhere.

    Raises SecondFactorMissing, ScopeRefused, TooManyTokens.
    """
    if user.lacks_second_factor:
        raise SecondFactorMissing(_("Set up the second step at sign-in first."))
    _require_useful(scopes, useful_to(user.held))
    User.objects.select_for_update().get(pk=user.pk)  # two at once are counted one after the other
    _require_room(tokens_of(user).filter(expires_at__gt=now).count())
    token = ApiToken(user=user, created_by=user)
    return _make(token, name=name, scopes=scopes, days=days, by=by, now=now)


@transaction.atomic
def make_for_organisation(
    organisation: Organisation,
    *,
    made_by: User,
    name: str,
    scopes: Sequence[Scope],
    days: int,
    by: Actor,
    now: datetime,
) -> tuple[ApiToken, str]:
    """A token that acts as the organisation, whoever comes and goes there. Raises ScopeRefused, TooManyTokens.

    The caller has seen to it that ``made_by`` may (``queries.token_desk``).
    """
    _require_useful(scopes, IN_ORGANISATIONS)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    _require_room(tokens_of_organisation(organisation).filter(expires_at__gt=now).count())
    token = ApiToken(organisation=organisation, created_by=made_by)
    return _make(token, name=name, scopes=scopes, days=days, by=by, now=now)


def _require_useful(scopes: Sequence[Scope], useful: Sequence[Scope]) -> None:
    if not set(scopes) <= set(useful):
        raise ScopeRefused(_("This token cannot be allowed that."))


def _require_room(in_force: int) -> None:
    if in_force >= MOST:
        text = ngettext(
            "There is %(most)d token already. End one that is no longer used.",
            "There are %(most)d tokens already. End one that is no longer used.",
            MOST,
        )
        raise TooManyTokens(text % {"most": MOST})


def _make(
    token: ApiToken, *, name: str, scopes: Sequence[Scope], days: int, by: Actor, now: datetime
) -> tuple[ApiToken, str]:
    if not 0 < days <= LONGEST:
        raise ValueError(f"A token lasts 1 to {LONGEST} days, not {days}.")
    secret = PREFIX + tokens.new()[0]
    token.name = name.strip()
    token.prefix, token.secret_hash = secret[:SHOWN], tokens.hash_of(secret)
    token.scopes = [scope.value for scope in Scope if scope in scopes]
    token.created_at, token.expires_at = now, now + timedelta(days=days)
    token.save(force_insert=True)
    _record("token.made", token, by=by, now=now)
    return token, secret


@transaction.atomic
def end(token: ApiToken, *, by: Actor, now: datetime) -> None:
    """It opens nothing from now on. Ended already, it stays as it is."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        _record("token.ended", token, by=by, now=now)


def _record(action: str, token: ApiToken, *, by: Actor, now: datetime) -> None:
    after = {"name": token.name, "prefix": token.prefix, "scopes": " ".join(token.scopes)}
    audit.record(
        by=by,
        action=action,
        object_type="token",
        object_id=token.pk,
        organisation_id=token.organisation_id,  # in the trail that its owners read
        now=now,
        after=after,
    )


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Write down that it was used, once in five minutes at most."""
    if not was_used_lately(token, now=now, within=USE_NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


# ---------------------------------------------------------------- requests sent twice


def answered_before(token: ApiToken, key: str, *, fingerprint: str, now: datetime) -> IdempotencyKey | None:
    """The answer that this key got in the last 24 hours, or None: then the caller does what is asked and keeps it.

    Inside a transaction, whose end lets the next request with this key in. Raises BeingAnswered at once while another
    one is at work on it, KeyReused if it came with another request.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(token, key)])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise BeingAnswered(_("A request with this Idempotency-Key is being answered. Ask again in a moment."))
    kept = IdempotencyKey.objects.filter(token=token, key=key).first()
    if kept is not None and kept.created_at <= now - ANSWERS_KEPT:
        kept.delete()
        return None
    if kept is not None and kept.fingerprint != fingerprint:
        raise KeyReused(_("This Idempotency-Key was used with another request. Take a new one for each."))
    return kept


def _lock_number(token: ApiToken, key: str) -> int:
    """64 bits of our own among PostgreSQL's advisory locks."""
    digest = hashlib.sha256(f"idempotency {token.pk} {key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def keep_answer(  # noqa: PLR0913
    token: ApiToken, key: str, *, fingerprint: str, status: int, body: str, location: str, now: datetime
) -> None:
    """Keep what was answered, in the transaction of what was done."""
    IdempotencyKey.objects.create(
        token=token,
        key=key,
        fingerprint=fingerprint,
        status=status,
        body=body,
        location=location,
        created_at=now,
    )
