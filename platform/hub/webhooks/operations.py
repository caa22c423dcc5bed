"""Telling other people's programs what happens.

What happened is written down, for each endpoint that asked for it, in the transaction of the change itself: it is told
if and only if it happened. A worker sends it, at least once, always under the same id. What fails is tried again over
three days; an endpoint that keeps failing is stopped, and its owner told. One endpoint is one worker's at a time, and
rests after a failure, so that a slow or dead server costs its own owner time and nobody else.
"""

import json
import logging
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor
from kernel import outgoing
from kernel.errors import DomainError

from . import events, queries, signing
from .models import Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Message, Owner

logger = logging.getLogger(__name__)

MOST_ENDPOINTS = 10  # of one owner
SECRET_OVERLAP = timedelta(hours=24)
# After the first failure, the second, and so on; after one more the message is given up. Three days in all.
DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=36),
)
JITTER = (0.9, 1.2)  # times the delay: those who failed together do not all come back together
# An endpoint as a whole rests after a failure, twice as long after each further one.
FIRST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=15)
GIVEN_UP_BEFORE_STOP = 3  # messages in a row
TURN = timedelta(seconds=30)  # a worker stays with one endpoint that long, then others have theirs
LEASE = timedelta(minutes=2)  # longer than one attempt can take
QUEUE = "webhooks"
_DELIVER = f"{__package__}.jobs.deliver"

Post = Callable[..., outgoing.Answer]
Clock = Callable[[], datetime]


class TooMany(DomainError):
    """The owner has as many endpoints as there can be."""

    code = "too_many"


class AlreadyThere(DomainError):
    """The owner has an endpoint with this address."""

    code = "already_there"


class KindRefused(DomainError):
    """There is no such kind of event for this owner, or none was chosen."""

    code = "kind_refused"


class StandsStill(DomainError):
    """The endpoint is paused or was stopped: nothing is sent to it."""

    code = "stands_still"


class Outdated(DomainError):
    """Someone else has done it meanwhile."""

    code = "outdated"


# ---------------------------------------------------------------- endpoints


def create_endpoint(
    owner: Owner, *, url: str, kinds: list[str], description: str = "", by: Actor, now: datetime
) -> tuple[Endpoint, str]:
    """Have these kinds of events told to an address from now on. Returns the endpoint and its secret, to be shown once.

    Raises AddressRefused, KindRefused, TooMany, AlreadyThere.
    """
    outgoing.check(url)
    secret = signing.new_secret()
    with _refused_if_there(), transaction.atomic():
        if Endpoint.objects.filter(**owner.columns, removed_at=None).count() >= MOST_ENDPOINTS:
            raise TooMany(_("There are %(count)d addresses already. Remove one first.") % {"count": MOST_ENDPOINTS})
        endpoint = Endpoint.objects.create(
            **owner.columns,
            url=url,
            description=description.strip(),
            kinds=_checked(kinds, owner),
            secret=secret,
            secret_since=now,
            created_at=now,
        )
        _record("webhook.added", endpoint, by=by, now=now, after=_said_of(endpoint))
    return endpoint, secret


def change_endpoint(
    endpoint: Endpoint, *, url: str, kinds: list[str], description: str = "", by: Actor, now: datetime
) -> Endpoint:
    """Another address, other events or another name; the secret stays. What waits goes to the new address.

    Raises AddressRefused, KindRefused, AlreadyThere.
    """
    outgoing.check(url)
    with _refused_if_there(), transaction.atomic():
        endpoint = _locked(endpoint)
        before = _said_of(endpoint)
        endpoint.url, endpoint.description = url, description.strip()
        endpoint.kinds = _checked(kinds, endpoint.owner)
        endpoint.save(update_fields=["url", "description", "kinds"])
        _record("webhook.changed", endpoint, by=by, now=now, before=before, after=_said_of(endpoint))
    return endpoint


@transaction.atomic
def remove_endpoint(endpoint: Endpoint, *, by: Actor, now: datetime) -> None:
    """Nothing is sent there any more, and its log is gone. Removed already, nothing happens."""
    if Endpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(removed_at=now):
        _record("webhook.removed", endpoint, by=by, now=now, before=_said_of(endpoint))


def remove_all(owner: Owner, *, by: Actor, now: datetime) -> None:
    """The owner is no more."""
    for endpoint in queries.endpoints_of(owner):
        remove_endpoint(endpoint, by=by, now=now)


@transaction.atomic
def pause(endpoint: Endpoint, *, by: Actor, now: datetime) -> None:
    """Send nothing for a while. What happens meanwhile waits. Standing still already, nothing happens."""
    paused = Endpoint.objects.filter(pk=endpoint.pk, state=EndpointState.ACTIVE).update(state=EndpointState.PAUSED)
    if paused:
        _record("webhook.paused", endpoint, by=by, now=now)


@transaction.atomic
def resume(endpoint: Endpoint, *, by: Actor, now: datetime) -> None:
    """Send again, first what was given up since the last arrival and what has waited. Active already, it stays so."""
    endpoint = _locked(endpoint)
    if endpoint.is_active:
        return
    own = Delivery.objects.filter(endpoint=endpoint)
    lost = own.filter(state=DeliveryState.GIVEN_UP).order_by("-created_at").values("pk")[: endpoint.given_up]
    again = own.filter(Q(state=DeliveryState.WAITING) | Q(pk__in=lost))
    again.update(state=DeliveryState.WAITING, next_attempt_at=now, tries=0)
    endpoint.state, endpoint.state_reason = EndpointState.ACTIVE, ""
    endpoint.failures = endpoint.given_up = 0
    endpoint.rests_until = endpoint.told_at = None
    endpoint.save(update_fields=["state", "state_reason", "failures", "given_up", "rests_until", "told_at"])
    _record("webhook.resumed", endpoint, by=by, now=now)
    _ring(endpoint.pk)


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, seen: datetime, by: Actor, now: datetime) -> str:
    """A new secret, to be shown once; the one before signs too for a day. Returns the new one.

    ``seen`` is when the secret that the person saw began: raises Outdated if it is another by now, so that a form sent
    twice does not lose the receiver its working secret.
    """
    endpoint = _locked(endpoint)
    if endpoint.secret_since != seen:
        raise Outdated(_("The key was replaced meanwhile. Look at the page again before you replace it once more."))
    endpoint.former_secret, endpoint.former_until = endpoint.secret, now + SECRET_OVERLAP
    endpoint.secret, endpoint.secret_since = signing.new_secret(), now
    endpoint.save(update_fields=["secret", "secret_since", "former_secret", "former_until"])
    _record("webhook.secret_replaced", endpoint, by=by, now=now)
    return endpoint.secret


def _locked(endpoint: Endpoint) -> Endpoint:
    """The row as it is now. Those who publish to it meanwhile are not held up."""
    return Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk, removed_at=None)


def _checked(kinds: list[str], owner: Owner) -> list[str]:
    side = events.CENTRE if owner.centre_id else events.ORGANISATION
    offered = [kind.code for kind in events.offered_to(side)]
    if not kinds or not set(kinds) <= set(offered):
        raise KindRefused(_("Choose at least one event."))
    return [code for code in offered if code in kinds]


class _refused_if_there:  # noqa: N801  (reads as what it is used for)
    """Two who add the same address at once do not both succeed: the database decides."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        constraint = getattr(getattr(getattr(error, "__cause__", None), "diag", None), "constraint_name", "")
        if isinstance(error, IntegrityError) and constraint == "webhook_endpoint_once":
            raise AlreadyThere(_("This address is there already.")) from None


def _said_of(endpoint: Endpoint) -> dict[str, Any]:
    """For the trail: the host alone, since what follows it in an address may be a key."""
    return {"host": endpoint.host, "kinds": endpoint.kinds, "description": endpoint.description}


def _record(action: str, endpoint: Endpoint, *, by: Actor, now: datetime, **said: Any) -> None:
    audit.record(
        by=by,
        action=action,
        object_type="webhook",
        object_id=endpoint.pk,
        now=now,
        centre_id=endpoint.centre_id,
        organisation_id=endpoint.organisation_id,
        **({"after": {"host": endpoint.host}} | said if "before" not in said else said),
    )


# ---------------------------------------------------------------- messages


def publish(kind: str, owner: Owner, *, data: dict[str, Any], now: datetime) -> int:
    """Tell the owner's endpoints what has just happened. Returns how many will hear of it.

    Call it inside the transaction of the change: one query where nobody listens. ``data`` is what ``events.KINDS``
    shows as the example of this kind, less the centre or organisation, which is added here.
    """
    side = events.CENTRE if owner.centre_id else events.ORGANISATION
    if side not in events.KINDS[kind].of:
        raise ValueError(f"{kind} is no event of a {side}.")
    endpoints = list(queries.listening(owner, kind))
    if not endpoints:
        return 0
    _hand_over(kind, endpoints, {**_name_of(endpoints[0]), **data}, now=now)
    return len(endpoints)


def _name_of(endpoint: Endpoint) -> dict[str, dict[str, str]]:
    if centre := endpoint.centre:
        return {"centre": {"id": str(centre.pk), "code": centre.code}}
    return {"organisation": {"id": str(endpoint.organisation_id)}}


@transaction.atomic
def send_test(endpoint: Endpoint, *, by: Actor, now: datetime) -> Delivery:
    """A ping to this endpoint alone, whatever it listens to. Raises StandsStill."""
    if not endpoint.is_active:
        raise StandsStill(_("Nothing is sent to this address now. Switch it on first."))
    (delivery,) = _hand_over(events.PING, [endpoint], {"hello": "Balai"}, now=now)
    _record("webhook.tested", endpoint, by=by, now=now)
    return delivery


@transaction.atomic
def send_again(delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """The same message once more, now, as if for the first time; the receiver knows it by its id."""
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.WAITING, tries=0, next_attempt_at=now)
    # Who asks by hand has probably mended something.
    Endpoint.objects.filter(pk=delivery.endpoint_id).update(rests_until=None)
    audit.record(
        by=by, action="webhook.sent_again", object_type="webhook", object_id=delivery.endpoint_id, now=now,
        centre_id=delivery.endpoint.centre_id, organisation_id=delivery.endpoint.organisation_id,
        after={"message": delivery.message.webhook_id},
    )  # fmt: skip
    _ring(delivery.endpoint_id)


def _hand_over(kind: str, endpoints: list[Endpoint], data: dict[str, Any], *, now: datetime) -> list[Delivery]:
    body = {"type": kind, "timestamp": _in_utc(now), "data": data}
    message = Message.objects.create(
        **endpoints[0].owner.columns,
        kind=kind,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        created_at=now,
    )
    deliveries = Delivery.objects.bulk_create(
        [Delivery(endpoint=one, message=message, next_attempt_at=now, created_at=now) for one in endpoints]
    )
    for endpoint in endpoints:
        if endpoint.is_active:
            _ring(endpoint.pk)
    return deliveries


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _ring(endpoint_id: uuid.UUID) -> None:
    """A job in the same transaction. Should it get lost, the sweep of each minute finds the message."""
    app.configure_task(_DELIVER, queue=QUEUE).defer(endpoint_id=str(endpoint_id))


# ---------------------------------------------------------------- sending


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt; the fields as in Attempt."""

    status: int = 0
    reason: str = ""
    answer: str = ""
    retry_after: int | None = None  # seconds
    duration_ms: int = 0

    @property
    def arrived(self) -> bool:
        return not self.reason


def deliver(endpoint_id: uuid.UUID, *, clock: Clock = timezone.now, post: Post = outgoing.post) -> int:
    """Send what is due at this endpoint, oldest first, for one turn at most. Returns how many attempts were made.

    Outside any transaction. Killed at any point it loses nothing: the lease runs out, and another worker sends what was
    not noted as sent, if need be a second time.
    """
    began = clock()
    if not _lease(endpoint_id, now=began):
        return 0
    made = 0
    try:
        while clock() < began + TURN and (delivery := queries.next_due(endpoint_id, now=clock())):
            Endpoint.objects.filter(pk=endpoint_id).update(leased_until=clock() + LEASE)
            outcome = knock(delivery, now=clock(), post=post)
            note(delivery, outcome, now=clock())
            made += 1
    finally:
        Endpoint.objects.filter(pk=endpoint_id).update(leased_until=None)
    if queries.next_due(endpoint_id, now=clock()):
        _ring(endpoint_id)
    return made


def _lease(endpoint_id: uuid.UUID, *, now: datetime) -> bool:
    """True for the one worker that may send there now."""
    free = Endpoint.objects.filter(pk=endpoint_id).exclude(leased_until__gt=now)
    return bool(free.update(leased_until=now + LEASE))


def knock(delivery: Delivery, *, now: datetime, post: Post = outgoing.post) -> Outcome:
    """Send the message once. Writes nothing."""
    endpoint, message = delivery.endpoint, delivery.message
    if endpoint.owner != message.owner:
        raise RuntimeError(f"Message {message.pk} is not for the owner of endpoint {endpoint.pk}.")
    body = message.body.encode()
    signed = signing.headers(
        message.webhook_id, timestamp=int(now.timestamp()), body=body, under=_valid_secrets(endpoint, now)
    )
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Balai-Webhooks (+https://{settings.BALAI_DOMAIN}/)",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **signed,
    }
    began = time.perf_counter()
    try:
        answer = post(endpoint.url, body, headers)
        outcome = _judged(answer)
    except outgoing.AddressRefused:
        outcome = {"reason": "address_refused"}
    except outgoing.SendingFailed as failure:
        outcome = {"reason": failure.reason}
    return Outcome(**outcome, duration_ms=round((time.perf_counter() - began) * 1000))


def _judged(answer: outgoing.Answer) -> dict[str, Any]:
    said = {"status": answer.status, "answer": answer.excerpt, "retry_after": answer.retry_after}
    if 200 <= answer.status < 300:
        return said
    if 300 <= answer.status < 400:
        return said | {"reason": "redirected"}
    return said | {"reason": "gone" if answer.status == 410 else "refused_by_answer"}


def _valid_secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    secrets = [str(endpoint.secret)]
    if endpoint.former_secret and endpoint.former_until and now < endpoint.former_until:
        secrets.append(endpoint.former_secret)
    return secrets


@transaction.atomic
def note(delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """Write the attempt down, and when the next one is, if there is to be one."""
    endpoint = _lock_even_removed(delivery.endpoint_id)
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("message").get(pk=delivery.pk)
    Attempt.objects.create(
        delivery=delivery,
        at=now,
        duration_ms=outcome.duration_ms,
        status=outcome.status,
        reason=outcome.reason,
        answer=outcome.answer,
    )
    if outcome.arrived:
        delivery.state, delivery.next_attempt_at = DeliveryState.DELIVERED, None
        endpoint.failures = endpoint.given_up = 0
        endpoint.rests_until = None
    else:
        _note_failure(delivery, endpoint, outcome, now=now)
    delivery.save(update_fields=["state", "tries", "next_attempt_at"])
    endpoint.save(update_fields=["state", "state_reason", "failures", "given_up", "rests_until"])


def _lock_even_removed(endpoint_id: uuid.UUID) -> Endpoint:
    return Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)


def _note_failure(delivery: Delivery, endpoint: Endpoint, outcome: Outcome, *, now: datetime) -> None:
    delivery.tries += 1
    endpoint.failures += 1
    endpoint.rests_until = now + rest(endpoint.failures)
    if delivery.tries > len(DELAYS):
        delivery.state, delivery.next_attempt_at = DeliveryState.GIVEN_UP, None
        endpoint.given_up += 1
    else:
        wait = delay(delivery.tries, dice=random.SystemRandom().uniform(*JITTER))
        delivery.next_attempt_at = now + max(wait, timedelta(seconds=outcome.retry_after or 0))
    is_hopeless = outcome.reason == "gone" or endpoint.given_up >= GIVEN_UP_BEFORE_STOP
    if is_hopeless and endpoint.state == EndpointState.ACTIVE:
        endpoint.state, endpoint.state_reason = EndpointState.FAILING, outcome.reason
        _record(
            "webhook.stopped", endpoint, by=SYSTEM, now=now, after={"host": endpoint.host, "reason": outcome.reason}
        )


def delay(tries: int, *, dice: float) -> timedelta:
    """How long to wait after so many failures of one message; ``dice`` is a factor within JITTER."""
    return DELAYS[tries - 1] * dice


def rest(failures: int) -> timedelta:
    """How long an endpoint rests after so many failures in a row."""
    return min(FIRST_REST * 2 ** min(failures - 1, 20), LONGEST_REST)


def note_told(endpoint: Endpoint, *, now: datetime) -> None:
    """The owner got a mail that the endpoint was stopped."""
    Endpoint.objects.filter(pk=endpoint.pk).update(told_at=now)
