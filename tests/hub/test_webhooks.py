"""What happens is told to those who asked for it, once at least, signed, and to nobody else."""

import base64
import http.server
import json
import signal
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.webhooks import events, jobs, operations, queries, signing
from hub.webhooks.models import Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Message, Owner
from kernel import outgoing, schema
from kernel.errors import NotVisible
from kernel.uploads import Picture
from tenants.site import operations as site
from tests.conftest import OwnDatabase
from workflows import retention

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
URL = "https://sistem.contoh.id/terima?kunci=rahasia-sekali"
OF_CENTRE = [kind.code for kind in events.offered_to(events.CENTRE)]
OF_ORGANISATION = [kind.code for kind in events.offered_to(events.ORGANISATION)]


@dataclass
class Sent:
    url: str
    body: bytes
    headers: dict[str, str]

    @property
    def said(self) -> dict:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Stands for the network: keeps what was sent, answers what it was told to (a status or a reason), else 204."""

    sent: list[Sent] = field(default_factory=list)
    answers: list[int | str | outgoing.Answer] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> outgoing.Answer:
        self.sent.append(Sent(url, body, headers))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, str):
            raise outgoing.SendingFailed(answer)
        return answer if isinstance(answer, outgoing.Answer) else outgoing.Answer(answer, "")

    @property
    def kinds(self) -> list[str]:
        return [one.said["type"] for one in self.sent]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def deliver(endpoint: Endpoint, receiver: Receiver, at: datetime = NOW) -> int:
    return operations.deliver(endpoint.pk, clock=lambda: at, post=receiver)


def endpoint_for(owner: Owner, *, url: str = URL, kinds: list[str] | None = None) -> Endpoint:
    all_kinds = OF_CENTRE if owner.centre_id else OF_ORGANISATION
    return operations.create_endpoint(owner, url=url, kinds=kinds or all_kinds, by=SYSTEM, now=NOW)[0]


@pytest.fixture
def endpoint(centre: Centre) -> Endpoint:
    return endpoint_for(Owner(centre_id=centre.pk))


@pytest.fixture
def organisation(db) -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Mekar")


def announce(centre: Centre, at: datetime = NOW) -> None:
    with schema.centre(centre):
        site.announce(title="Kabar", body="…", now=at)


def person(name: str) -> User:
    return accounts.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOW, by=SYSTEM)


def jobs_for(endpoint: Endpoint) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'hub.webhooks.jobs.deliver' "
            "AND queue_name = 'webhooks' AND args = jsonb_build_object('endpoint_id', %s::text)",
            (str(endpoint.pk),),
        )
        return cursor.fetchone()[0]


# ---------------------------------------------------------------- what is told


def _do_describe(centre: Centre) -> dict:
    with schema.centre(centre):
        site.describe(about="Balai kami", address="", whatsapp="", now=EARLIER)
        site.describe(about="Balai kami", address="Jalan Melati", whatsapp="", now=NOW)
        site.describe(about="Balai kami", address="Jalan Melati", whatsapp="", now=NOW)  # nothing new
    return {"changed": ["address"]}


def _do_photo(centre: Centre) -> dict:
    with schema.centre(centre):
        site.show_photo(Picture(b"RIFF", 1, 1), alt="Kelas", now=NOW)
    return {"changed": ["photo"]}


def _do_news(centre: Centre) -> dict:
    with schema.centre(centre):
        return {"news": site.announce(title="Kabar Ibu Sari", body="…", now=NOW).pk}


def _do_suspend(centre: Centre) -> dict:
    centres.suspend(centre, reason="Izin Ibu Sari habis", now=NOW)
    return {"state": "suspended", "former_state": "active"}


def _do_join(centre: Centre) -> dict:
    held = accounts.grant(person("Sari"), Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=NOW)
    return {"user": str(held.user_id), "role": "instructor"}


def _do_leave(centre: Centre) -> dict:
    held = accounts.grant(person("Sari"), Role.INSTRUCTOR, centre=centre, by=SYSTEM, now=EARLIER)
    accounts.revoke(held, by=SYSTEM, now=NOW, reason="Pindah")
    return {"user": str(held.user_id), "role": "instructor"}


@pytest.mark.parametrize(
    ("kind", "do"),
    [
        ("centre.profile_updated", _do_describe), ("centre.profile_updated", _do_photo), ("news.published", _do_news),
        ("centre.state_changed", _do_suspend), ("staff.joined", _do_join), ("staff.left", _do_leave),
    ],
)  # fmt: skip
def test_a_centre_hears_what_happens_to_it(centre, receiver, kind, do):
    endpoint, secret = operations.create_endpoint(
        Owner(centre_id=centre.pk), url=URL, kinds=OF_CENTRE, by=SYSTEM, now=NOW
    )
    expected = do(centre)
    assert jobs_for(endpoint) >= 1
    assert deliver(endpoint, receiver) == len(receiver.sent) >= 1
    last = receiver.sent[-1]
    assert last.url == URL
    assert last.said == {
        "type": kind,
        "timestamp": "2026-11-24T03:00:00Z",
        "data": {"centre": {"id": str(centre.pk), "code": centre.code}, **expected},
    }
    assert "Sari" not in last.body.decode()
    assert_shape(kind, last.said["data"])
    assert set(receiver.kinds) <= {kind, "staff.joined"}


def assert_shape(kind: str, data: dict) -> None:
    """What is sent has the keys that the page shows."""

    def shape(value):
        return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else type(value)

    assert shape(data) == shape(events.KINDS[kind].example)


def test_an_organisation_hears_who_joins_and_leaves(organisation, receiver):
    endpoint = endpoint_for(Owner(organisation_id=organisation.pk))
    held = accounts.grant(person("Sari"), Role.PARTNER_MEMBER, organisation=organisation, by=SYSTEM, now=EARLIER)
    accounts.grant(held.user, Role.PARTNER_MEMBER, organisation=organisation, by=SYSTEM, now=NOW)  # held already
    accounts.revoke(held, by=SYSTEM, now=NOW, reason="Pindah")
    deliver(endpoint, receiver)
    assert receiver.kinds == ["organisation.member_joined", "organisation.member_left"]
    for one in receiver.sent:
        assert_shape(one.said["type"], one.said["data"])
        assert one.said["data"]["organisation"]["id"] == str(organisation.pk)


def test_participants_and_the_ministry_are_nobodys_colleagues(centre, endpoint, receiver):
    accounts.grant(person("Sari"), Role.PARTICIPANT, centre=centre, by=SYSTEM, now=NOW)
    accounts.grant(person("Ratna"), Role.SUPER_ADMIN, by=SYSTEM, now=NOW)
    assert deliver(endpoint, receiver) == 0


def test_only_what_was_asked_for(centre, receiver):
    endpoint = endpoint_for(Owner(centre_id=centre.pk), kinds=["news.published"])
    _do_suspend(centre)
    centres.resume(centre, now=NOW)
    announce(centre)
    deliver(endpoint, receiver)
    assert receiver.kinds == ["news.published"]


def test_what_did_not_happen_is_not_told(centre, endpoint):
    with pytest.raises(RuntimeError), transaction.atomic():
        announce(centre)
        raise RuntimeError
    assert not Message.objects.exists()
    assert jobs_for(endpoint) == 0


def test_where_nobody_listens_it_costs_one_query(centre, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert operations.publish("news.published", Owner(centre_id=centre.pk), data={"news": 1}, now=NOW) == 0


def test_each_kind_of_event_says_what_it_is():
    for kind in events.KINDS.values():
        assert str(kind.name) and str(kind.when) and kind.example
        assert json.dumps(kind.example)
    with pytest.raises(ValueError, match="no event of a organisation"):
        operations.publish("news.published", Owner(organisation_id=uuid.uuid4()), data={}, now=NOW)


# ---------------------------------------------------------------- and to whom


def test_nothing_of_one_centre_reaches_another(centre, other_centre, organisation, receiver):
    theirs = [endpoint_for(Owner(centre_id=other_centre.pk)), endpoint_for(Owner(organisation_id=organisation.pk))]
    own = endpoint_for(Owner(centre_id=centre.pk))
    for do in (_do_describe, _do_news, _do_suspend, _do_leave):
        do(centre)
    for endpoint in theirs:
        assert jobs_for(endpoint) == 0
        assert deliver(endpoint, receiver) == 0
    assert deliver(own, receiver) == 6
    assert {one.said["data"]["centre"]["code"] for one in receiver.sent} == {centre.code}
    assert set(Message.objects.values_list("centre", flat=True)) == {centre.pk}


def test_a_message_that_got_to_anothers_endpoint_is_not_sent(centre, other_centre, endpoint, receiver):
    announce(centre)
    wrong = endpoint_for(Owner(centre_id=other_centre.pk))
    Delivery.objects.update(endpoint=wrong)
    with pytest.raises(RuntimeError):
        deliver(wrong, receiver)
    assert receiver.sent == []


def test_another_owner_finds_nothing(centre, other_centre, organisation, endpoint):
    announce(centre)
    delivery = Delivery.objects.get()
    assert queries.endpoint_of(endpoint.owner, endpoint.pk) == endpoint
    assert queries.delivery_of(endpoint.owner, delivery.pk) == delivery
    for owner in (Owner(centre_id=other_centre.pk), Owner(organisation_id=organisation.pk)):
        assert not queries.endpoints_of(owner).exists()
        with pytest.raises(NotVisible):
            queries.endpoint_of(owner, endpoint.pk)
        with pytest.raises(NotVisible):
            queries.delivery_of(owner, delivery.pk)


def test_an_owner_is_one_or_the_other(centre, organisation):
    for both in ({}, {"centre_id": centre.pk, "organisation_id": organisation.pk}):
        with pytest.raises(ValueError, match="An owner"):
            Owner(**both)
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(kind="ping", body="{}", **both)


# ---------------------------------------------------------------- signed


def verified(sent: Sent, secret: str, at: datetime = NOW) -> dict:
    """By the standard's own library, which looks at the clock: it is told the time of the test."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return at

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standardwebhooks.webhooks.datetime", Clock)
        return Webhook(secret).verify(sent.body, sent.headers)


def test_a_message_verifies_with_the_standards_own_library(centre, receiver):
    endpoint, secret = operations.create_endpoint(
        Owner(centre_id=centre.pk), url=URL, kinds=OF_CENTRE, by=SYSTEM, now=NOW
    )
    announce(centre)
    deliver(endpoint, receiver)
    (sent,) = receiver.sent
    assert verified(sent, secret)["type"] == "news.published"
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["webhook-id"] == Message.objects.get().webhook_id
    other_id = Sent(sent.url, sent.body, {**sent.headers, "webhook-id": "msg_x"})
    for broken in (Sent(sent.url, sent.body + b" ", sent.headers), other_id):
        with pytest.raises(WebhookVerificationError):
            verified(broken, secret)
    with pytest.raises(WebhookVerificationError):
        verified(sent, signing.new_secret())


@given(st.text(), st.integers(min_value=0, max_value=2**37))
def test_any_body_verifies(text, timestamp):
    secret, body = signing.new_secret(), text.encode("utf-8", "replace")
    headers = signing.headers("msg_1", timestamp=timestamp, body=body, under=[signing.new_secret(), secret])
    theirs = Webhook(secret).sign("msg_1", datetime.fromtimestamp(timestamp, UTC), body.decode())
    assert theirs in headers["webhook-signature"].split(" ")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32


def test_both_secrets_sign_for_a_day_after_a_change(centre, receiver):
    endpoint, old = operations.create_endpoint(
        Owner(centre_id=centre.pk), url=URL, kinds=OF_CENTRE, by=SYSTEM, now=NOW - timedelta(days=9)
    )
    new = operations.rotate_secret(endpoint, seen=endpoint.secret_since, by=SYSTEM, now=NOW)
    assert new != old
    with pytest.raises(operations.Outdated):  # the same form once more
        operations.rotate_secret(endpoint, seen=endpoint.secret_since, by=SYSTEM, now=NOW)
    during, after = NOW + timedelta(hours=23), NOW + timedelta(hours=24)
    for at in (during, after):
        announce(centre, at)
        deliver(endpoint, receiver, at)
    for secret in (old, new):
        assert verified(receiver.sent[0], secret, during)
    assert verified(receiver.sent[1], new, after)
    with pytest.raises(WebhookVerificationError):
        verified(receiver.sent[1], old, after)


def test_secrets_and_keys_in_addresses_are_nowhere_to_be_read(centre, endpoint):
    secret = operations.rotate_secret(endpoint, seen=endpoint.secret_since, by=SYSTEM, now=NOW)
    endpoint.refresh_from_db()
    assert {secret, endpoint.former_secret} == {endpoint.secret, endpoint.former_secret}
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, former_secret FROM webhooks_endpoint")
        sealed = [bytes(value) for value in cursor.fetchone()]
    for value in (endpoint.secret, endpoint.former_secret):
        assert not any(value.encode() in one or b"whsec" in one for one in sealed)
    operations.change_endpoint(endpoint, url=URL + "2", kinds=["staff.left"], by=SYSTEM, now=NOW)
    trail = str(list(Entry.objects.values()))
    assert "sistem.contoh.id" in trail
    assert not any(word in trail for word in ("whsec", "rahasia-sekali", "/terima"))


# ---------------------------------------------------------------- again and again


def test_what_fails_is_tried_eight_times_in_three_days(centre, endpoint, receiver):
    announce(centre)
    receiver.answers = [500, "timeout", "name_unknown", 302, 404, "certificate", "no_connection", 503]
    at, waits = NOW, []
    while True:
        assert deliver(endpoint, receiver, at) == 1
        delivery = Delivery.objects.get()
        if delivery.state != DeliveryState.WAITING:
            break
        assert deliver(endpoint, receiver, delivery.next_attempt_at - timedelta(seconds=1)) == 0
        waits.append(delivery.next_attempt_at - at)
        at = delivery.next_attempt_at
    assert delivery.state == DeliveryState.GIVEN_UP
    assert len(receiver.sent) == 8
    assert len({one.headers["webhook-id"] for one in receiver.sent}) == 1
    assert len({one.body for one in receiver.sent}) == 1
    assert timedelta(days=2.5) < sum(waits, timedelta()) < timedelta(days=4)
    low, high = operations.JITTER
    for wait, planned in zip(waits, operations.DELAYS, strict=True):
        assert planned * low <= wait <= planned * high
    tried = [(one.status, one.reason) for one in Attempt.objects.order_by("at")]
    assert tried == [
        (500, "refused_by_answer"), (0, "timeout"), (0, "name_unknown"), (302, "redirected"),
        (404, "refused_by_answer"), (0, "certificate"), (0, "no_connection"), (503, "refused_by_answer"),
    ]  # fmt: skip
    endpoint.refresh_from_db()
    assert endpoint.is_active, "one message given up is no reason to stop"
    assert deliver(endpoint, receiver, at + timedelta(days=30)) == 0


def _give_up(endpoint: Endpoint, receiver: Receiver, at: datetime) -> datetime:
    """All that waits is given up, and the time when it was."""
    while (delivery := Delivery.objects.filter(state=DeliveryState.WAITING).order_by("next_attempt_at").first()) and (
        Endpoint.objects.get(pk=endpoint.pk).is_active
    ):
        at = max(delivery.next_attempt_at, Endpoint.objects.get(pk=endpoint.pk).rests_until or at)
        receiver.answers = [500]
        assert deliver(endpoint, receiver, at) == 1
    return at


def test_an_endpoint_that_only_fails_is_stopped_and_says_why(centre, endpoint, receiver):
    for _number in range(operations.GIVEN_UP_BEFORE_STOP + 1):
        announce(centre)
    at = _give_up(endpoint, receiver, NOW)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.state_reason) == (EndpointState.FAILING, "refused_by_answer")
    assert queries.stopped_untold().get() == endpoint
    entry = Entry.objects.get(action="webhook.stopped")
    assert (entry.chain, entry.after["reason"]) == (str(centre.pk), "refused_by_answer")
    announce(centre, at)
    assert deliver(endpoint, receiver, at + timedelta(days=1)) == 0
    operations.resume(endpoint, by=SYSTEM, now=at)
    # What was given up, what waited and what happened meanwhile is sent: nothing is lost.
    assert deliver(endpoint, receiver, at) == operations.GIVEN_UP_BEFORE_STOP + 2
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failures, endpoint.given_up) == (True, 0, 0)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}


def test_an_arrival_forgives_what_was_given_up(centre, endpoint, receiver):
    at = NOW
    for _number in range(operations.GIVEN_UP_BEFORE_STOP + 1):
        announce(centre, at)
        at = _give_up(endpoint, receiver, at)
        announce(centre, at)
        assert deliver(endpoint, receiver, at + timedelta(hours=1)) == 1
    endpoint.refresh_from_db()
    assert endpoint.is_active


def test_a_receiver_that_is_gone_is_left_alone(centre, endpoint, receiver):
    announce(centre)
    receiver.answers = [410]
    deliver(endpoint, receiver)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.state_reason) == (EndpointState.FAILING, "gone")


def test_after_a_failure_the_whole_endpoint_rests(centre, endpoint, receiver):
    for _number in range(3):
        announce(centre)
    receiver.answers = [500]
    assert deliver(endpoint, receiver) == 1
    assert queries.due_endpoints(now=NOW + timedelta(seconds=14)) == []
    assert deliver(endpoint, receiver, NOW + timedelta(seconds=14)) == 0
    at = NOW + timedelta(seconds=15)
    assert queries.due_endpoints(now=at) == [endpoint.pk]
    assert deliver(endpoint, receiver, at) == 2, "the others need not wait for the one that failed"
    assert [operations.rest(failures) for failures in (1, 2, 3, 7, 500)] == [
        timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=15),
        timedelta(minutes=15),
    ]  # fmt: skip


def test_a_receiver_says_when_to_come_back(centre, endpoint, receiver):
    announce(centre)
    receiver.answers = [outgoing.Answer(429, "", retry_after=3600)]
    deliver(endpoint, receiver)
    assert Delivery.objects.get().next_attempt_at == NOW + timedelta(hours=1)


def test_one_worker_at_a_time(centre, endpoint, receiver):
    announce(centre)

    def slow(url, body, headers):
        assert deliver(endpoint, receiver) == 0, "another worker comes while the first is sending"
        return receiver(url, body, headers)

    assert operations.deliver(endpoint.pk, clock=lambda: NOW, post=slow) == 1
    assert len(receiver.sent) == 1
    assert Endpoint.objects.get().leased_until is None


def test_a_turn_ends_and_the_rest_is_left_for_the_next(centre, endpoint, receiver):
    for _number in range(3):
        announce(centre)
    clock = [NOW]

    def slow(url, body, headers):
        clock[0] += operations.TURN
        return receiver(url, body, headers)

    before = jobs_for(endpoint)
    assert operations.deliver(endpoint.pk, clock=lambda: clock[0], post=slow) == 1
    assert jobs_for(endpoint) == before + 1


def test_a_fault_of_ours_keeps_no_lease(centre, endpoint):
    announce(centre)

    def broken(url, body, headers):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        operations.deliver(endpoint.pk, clock=lambda: NOW, post=broken)
    assert Endpoint.objects.get().leased_until is None
    assert queries.due_endpoints(now=NOW) == [endpoint.pk]


# ---------------------------------------------------------------- by hand


def test_paused_it_keeps_what_happens_and_sends_it_afterwards(centre, endpoint, receiver):
    operations.pause(endpoint, by=SYSTEM, now=NOW)
    operations.pause(endpoint, by=SYSTEM, now=NOW)
    _do_describe(centre)
    announce(centre, NOW + timedelta(minutes=1))
    assert jobs_for(endpoint) == 0
    assert deliver(endpoint, receiver, NOW + timedelta(days=1)) == 0
    later = NOW + timedelta(days=2)
    operations.resume(endpoint, by=SYSTEM, now=later)
    operations.resume(endpoint, by=SYSTEM, now=later)
    assert jobs_for(endpoint) == 1
    assert deliver(endpoint, receiver, later) == 3
    assert receiver.kinds == ["centre.profile_updated", "centre.profile_updated", "news.published"]
    actions = list(Entry.objects.filter(object_type="webhook").order_by("id").values_list("action", flat=True))
    assert actions == ["webhook.added", "webhook.paused", "webhook.resumed"]


def test_a_test_goes_to_this_endpoint_alone(centre, endpoint, receiver):
    other = endpoint_for(endpoint.owner, url="https://lain.contoh.id/")
    delivery = operations.send_test(endpoint, by=SYSTEM, now=NOW)
    assert delivery.endpoint == endpoint
    assert deliver(other, receiver) == 0
    deliver(endpoint, receiver)
    assert receiver.kinds == ["ping"]
    assert_shape("ping", receiver.sent[0].said["data"])
    operations.pause(endpoint, by=SYSTEM, now=NOW)
    endpoint.refresh_from_db()
    with pytest.raises(operations.StandsStill):
        operations.send_test(endpoint, by=SYSTEM, now=NOW)


@pytest.mark.parametrize("first", [204, 500])
def test_sent_again_it_has_the_same_id(centre, endpoint, receiver, first):
    announce(centre)
    receiver.answers = [first]
    deliver(endpoint, receiver)
    operations.send_again(Delivery.objects.select_related("endpoint", "message").get(), by=SYSTEM, now=NOW)
    assert deliver(endpoint, receiver) == 1
    one, two = receiver.sent
    assert (one.headers["webhook-id"], one.body) == (two.headers["webhook-id"], two.body)
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
    assert Attempt.objects.count() == 2
    assert Entry.objects.get(action="webhook.sent_again").after == {"message": one.headers["webhook-id"]}


def test_removed_it_is_gone_at_once_and_its_row_in_the_night(centre, endpoint, receiver):
    announce(centre)
    operations.remove_endpoint(endpoint, by=SYSTEM, now=NOW)
    operations.remove_endpoint(endpoint, by=SYSTEM, now=NOW)
    assert deliver(endpoint, receiver) == 0
    assert not queries.endpoints_of(endpoint.owner).exists()
    assert queries.due_endpoints(now=NOW) == []
    with pytest.raises(Endpoint.DoesNotExist):
        operations.change_endpoint(endpoint, url=URL, kinds=OF_CENTRE, by=SYSTEM, now=NOW)
    endpoint_for(endpoint.owner)  # the address is free again
    retention.apply(now=NOW + timedelta(days=1, seconds=1))
    assert not Endpoint.objects.filter(pk=endpoint.pk).exists()
    assert not Delivery.objects.exists()
    assert Entry.objects.filter(action="webhook.removed").count() == 1


def test_an_erased_centre_has_no_endpoints(centre, endpoint, receiver):
    centres.entomb(centre, tombstone="0" * 64, now=NOW)
    assert not queries.endpoints_of(endpoint.owner).exists()
    assert deliver(endpoint, receiver) == 0


def test_the_log_goes_after_thirty_days(centre, endpoint, receiver):
    announce(centre)
    deliver(endpoint, receiver)
    announce(centre, NOW + timedelta(days=2))
    deliver(endpoint, receiver, NOW + timedelta(days=2))
    retention.apply(now=NOW + timedelta(days=31))
    assert Message.objects.get().created_at == NOW + timedelta(days=2)
    assert Attempt.objects.count() == Delivery.objects.count() == 1


@pytest.mark.parametrize("url", ["http://contoh.id/", "https://10.0.0.1/", "https://localhost/", "bukan alamat"])
def test_an_address_inside_is_refused_when_it_is_typed(centre, endpoint, settings, url):
    settings.BALAI_WEBHOOKS_TO_LOCALHOST = False
    with pytest.raises(outgoing.AddressRefused):
        endpoint_for(endpoint.owner, url=url)
    with pytest.raises(outgoing.AddressRefused):
        operations.change_endpoint(endpoint, url=url, kinds=OF_CENTRE, by=SYSTEM, now=NOW)


def test_an_address_that_came_to_lead_inside_gets_nothing(centre, endpoint, monkeypatch):
    """By a DNS change, after it was saved."""
    announce(centre)
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("169.254.169.254", 443))])
    assert operations.deliver(endpoint.pk, clock=lambda: NOW) == 1
    assert Attempt.objects.get().reason == "address_refused"


@pytest.mark.parametrize("kinds", [[], ["ping"], ["organisation.member_left"], ["tidak.ada"], ["staff.left", "ping"]])
def test_only_events_that_are_on_offer(centre, kinds):
    with pytest.raises(operations.KindRefused):
        operations.create_endpoint(Owner(centre_id=centre.pk), url=URL, kinds=kinds, by=SYSTEM, now=NOW)


def test_an_address_is_there_once_and_there_are_ten_at_most(centre, other_centre, endpoint):
    with pytest.raises(operations.AlreadyThere):
        endpoint_for(endpoint.owner)
    endpoint_for(Owner(centre_id=other_centre.pk))
    second = endpoint_for(endpoint.owner, url="https://lain.contoh.id/")
    with pytest.raises(operations.AlreadyThere):
        operations.change_endpoint(second, url=URL, kinds=OF_CENTRE, by=SYSTEM, now=NOW)
    for number in range(operations.MOST_ENDPOINTS - 2):
        endpoint_for(endpoint.owner, url=f"https://contoh.id/{number}")
    with pytest.raises(operations.TooMany):
        endpoint_for(endpoint.owner, url="https://contoh.id/lagi")


# ---------------------------------------------------------------- the worker


def test_each_minute_what_is_due_is_found_once(centre, other_centre, endpoint):
    announce(centre)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # every nudge is lost
    endpoint_for(Owner(centre_id=other_centre.pk))
    for _time in range(2):
        assert jobs.sweep() == 1
    assert jobs_for(endpoint) == 1


class _Listening(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        got, let_go = self.server.got, self.server.let_go
        body = self.rfile.read(int(self.headers["Content-Length"]))
        got.append((dict(self.headers), body))
        self.server.arrived.release()
        let_go.wait(timeout=60)
        try:
            self.send_response(204)
            self.end_headers()
        except OSError:
            pass  # who sent it was killed

    def log_message(self, *arguments) -> None:
        return


@pytest.fixture
def listening() -> Iterator[http.server.ThreadingHTTPServer]:
    """A program on this machine that gets messages, and answers when it is let go."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Listening)
    server.got, server.let_go, server.arrived = [], threading.Event(), threading.Semaphore(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.mark.kill
def test_a_killed_worker_loses_nothing(own_database: OwnDatabase, plain, listening):
    """Killed in the middle of sending: the next one sends it, under the same id, and everything else besides."""
    centre = Centre.objects.get(name="BLKK Melati Garut")
    url = f"http://penerima.localhost:{listening.server_port}/"
    endpoint, secret = operations.create_endpoint(
        Owner(centre_id=centre.pk), url=url, kinds=["news.published"], by=SYSTEM, now=timezone.now()
    )
    for _number in range(3):
        announce(centre, timezone.now())
    worker = own_database.start("procrastinate", "worker", "--one-shot", "--queues", "webhooks")
    assert listening.arrived.acquire(timeout=60), "The worker sent nothing."
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert plain.execute("SELECT count(*) FROM webhooks_attempt").fetchone() == (0,)
    # Two minutes later, and a minute's sweep after that.
    plain.execute("UPDATE webhooks_endpoint SET leased_until = now() - interval '1 second'")
    listening.let_go.set()
    assert jobs.sweep() == 1
    done = own_database.manage("procrastinate", "worker", "--one-shot", "--queues", "webhooks")
    assert done.returncode == 0, done.stderr
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}
    ids = [headers["webhook-id"] for headers, _body in listening.got]
    assert len(ids) == 4 and len(set(ids)) == 3
    assert ids[0] == ids[1]
    for headers, body in listening.got:
        assert Webhook(secret).verify(body, headers)["type"] == "news.published"
