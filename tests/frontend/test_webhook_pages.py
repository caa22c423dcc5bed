"""The pages of connections, in a centre's space and in a company's: for those who lead it, and for nobody else."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from frontend import jobs, webhook_words
from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.webhooks import events, operations, signing
from hub.webhooks.models import Attempt, Delivery, Endpoint, EndpointState, Owner
from kernel import outgoing
from workflows import demo, demo_people, demo_webhooks

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://sistem.contoh.id/terima"
SAMPLES = Path(__file__).parents[2] / "frontend" / "templates" / "pages" / "webhooks" / "samples"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def enter(client: Client, role: Role, name: str = "Siti", **where) -> Client:
    user = accounts.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, role, by=SYSTEM, now=NOW, **where)
    client.force_login(user, backend="hub.accounts.backends.Backend")
    return client


@pytest.fixture
def head(centre, client_for) -> Client:
    return enter(client_for(centre), Role.CENTRE_HEAD, centre=centre)


@pytest.fixture
def company() -> Organisation:
    return Organisation.objects.create(kind="partner", name="PT Mekar")


@pytest.fixture(params=["centre", "company"])
def space(request, centre, company, client_for, hub_client) -> tuple[Client, str, Owner, list[str]]:
    """Who leads it, where its pages are, the owner of its connections, and two events that it can ask for."""
    if request.param == "centre":
        client = enter(client_for(centre), Role.CENTRE_ADMINISTRATOR, centre=centre)
        return client, "/ruang/sambungan/", Owner(centre_id=centre.pk), ["staff.joined", "news.published"]
    client = enter(hub_client, Role.PARTNER_OWNER, organisation=company)
    both = ["organisation.member_joined", "organisation.member_left"]
    return client, f"/mitra/{company.pk}/sambungan/", Owner(organisation_id=company.pk), both


def make(owner: Owner, url: str = URL) -> Endpoint:
    side = events.CENTRE if owner.centre_id else events.ORGANISATION
    kinds = [kind.code for kind in events.offered_to(side)]
    return operations.create_endpoint(owner, url=url, kinds=kinds, by=SYSTEM, now=NOW)[0]


def send(endpoint: Endpoint, *, status: int = 204, text: str = "", at: datetime = NOW) -> Delivery:
    delivery = operations.send_test(endpoint, by=SYSTEM, now=at)
    operations.deliver(endpoint.pk, clock=lambda: at, post=lambda *sent: outgoing.Answer(status, text))
    return delivery


def seen(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return html.unescape(answer.content.decode())


def test_from_the_first_address_to_the_last(space):
    client, base, owner, kinds = space
    assert "Belum ada program yang tersambung" in seen(client, base)
    page = html.unescape(
        client.post(f"{base}tambah/", {"url": URL, "description": "Situs", "kinds": kinds}).content.decode()
    )
    endpoint = Endpoint.objects.get()
    assert (endpoint.owner, endpoint.url, endpoint.description) == (owner, URL, "Situs")
    assert set(endpoint.kinds) == set(kinds)
    assert re.findall(r"whsec_[\w+/=]+", page) == [endpoint.secret]
    one = f"{base}{endpoint.pk}/"
    for path in (base, one, f"{one}ubah/", f"{one}kunci/", f"{one}hapus/"):
        assert "whsec_" not in seen(client, path), "the key is shown once"
    assert "Situs" in seen(client, base)
    changed = client.post(f"{one}ubah/", {"url": URL + "2", "description": "", "kinds": kinds[:1]})
    assert changed.url == one
    assert Endpoint.objects.get().kinds == kinds[:1]
    assert client.post(f"{one}jeda/").url == one
    assert "Aktifkan" in seen(client, one)
    assert client.post(f"{one}aktifkan/").url == one
    tested = client.post(f"{one}uji/").url
    assert "Sedang dikirim" in seen(client, tested) and 'hx-trigger="every 2s"' in seen(client, tested)
    assert client.post(f"{one}hapus/").url == base
    assert "Belum ada program" in seen(client, base)
    actions = list(Entry.objects.filter(object_type="webhook").order_by("id").values_list("action", "actor_name"))
    assert actions == [
        (f"webhook.{did}", "Siti") for did in ("added", "changed", "paused", "resumed", "tested", "removed")
    ]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Pilih paling sedikit satu peristiwa."),
        ({"url": "https://10.0.0.1/"}, "Pakai nama, bukan alamat IP."),
        ({"url": "http://contoh.id/"}, "Alamat harus diawali https://."),
        ({"url": "https://contoh.id:22/"}, "Hanya port 443 dan 8443"),
        ({"url": "https://a:b@contoh.id/"}, "Jangan menulis nama pengguna"),
        ({"url": URL}, "Alamat ini sudah ada."),
        ({"url": "https://contoh.id/", "kinds": "tidak.ada"}, "tidak.ada"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(space, form, said):
    client, base, owner, kinds = space
    make(owner)
    filled = (
        {"description": "Nama yang diketik", "kinds": kinds, **form} if form else {"description": "Nama yang diketik"}
    )
    answer = client.post(f"{base}tambah/", filled)
    page = html.unescape(answer.content.decode())
    assert said in page and "Nama yang diketik" in page
    assert form.get("url", "") in page
    assert Endpoint.objects.count() == 1


def test_a_new_key_once_for_a_form_that_is_sent_twice(space):
    client, base, owner, _kinds = space
    endpoint = make(owner)
    one = f"{base}{endpoint.pk}/"
    (since,) = re.findall(r'name="sejak" value="([^"]+)"', seen(client, f"{one}kunci/"))
    page = client.post(f"{one}kunci/", {"sejak": since}).content.decode()
    endpoint.refresh_from_db()
    assert endpoint.secret in html.unescape(page)
    again = client.post(f"{one}kunci/", {"sejak": since})
    assert again.url == one
    assert "Kunci sudah diganti" in seen(client, one)
    now = Endpoint.objects.get()
    assert (now.secret, now.former_secret) == (endpoint.secret, endpoint.former_secret)
    for nonsense in ("", "kemarin", "2026-99-99T00:00:00"):
        Endpoint.objects.update(secret_since=timezone.now())
        assert client.post(f"{one}kunci/", {"sejak": nonsense}).status_code == 302


def test_the_log_says_what_happened_and_what_to_do(space):
    client, base, owner, _kinds = space
    endpoint = make(owner)
    send(endpoint, status=204)
    failed = send(endpoint, status=500, text="<script>Rusak</script>")
    one = f"{base}{endpoint.pk}/"
    page = seen(client, one)
    assert page.count("/kiriman/") == 2 and "Sampai" in page and "Menunggu" in page
    assert seen(client, f"{one}?status=delivered").count("/kiriman/") == 1
    assert seen(client, f"{one}?status=given_up").count("/kiriman/") == 0
    assert seen(client, f"{one}?peristiwa=news.published").count("/kiriman/") == 0
    csv = client.get(f"{one}?unduh=csv").content.decode()
    assert "ping" in csv and "500" in csv
    raw = client.get(f"{base}kiriman/{failed.pk}/").content.decode()
    assert "&lt;script&gt;Rusak" in raw and "<script>Rusak" not in raw
    page = html.unescape(raw)
    assert webhook_words.advice("refused_by_answer") in page
    assert failed.message.webhook_id in page and '"hello": "Balai"' in page
    assert client.post(f"{base}kiriman/{failed.pk}/lagi/").url == f"{base}kiriman/{failed.pk}/"
    part = client.get(f"{base}kiriman/{failed.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="kiriman"')


@pytest.mark.parametrize("reason", sorted({*outgoing.REASONS, "redirected", "refused_by_answer", "gone"}))
def test_every_failure_has_words(reason):
    assert webhook_words.happened(reason) and webhook_words.advice(reason)


def test_a_stopped_one_says_why(space):
    client, base, owner, _kinds = space
    endpoint = make(owner)
    send(endpoint, status=410)
    for path in (base, f"{base}{endpoint.pk}/"):
        assert "Berhenti karena gagal" in seen(client, path)
    assert "Server menjawab 410" in seen(client, f"{base}{endpoint.pk}/")
    answer = client.post(f"{base}{endpoint.pk}/uji/", follow=True)
    assert "Aktifkan dulu" in answer.content.decode()
    client.post(f"{base}{endpoint.pk}/aktifkan/")
    assert Endpoint.objects.get().is_active


# ---------------------------------------------------------------- and for nobody else


def paths_of(base: str, endpoint: Endpoint, delivery: Delivery) -> list[tuple[str, str]]:
    one, message = f"{base}{endpoint.pk}/", f"{base}kiriman/{delivery.pk}/"
    read = [one, f"{one}ubah/", f"{one}kunci/", f"{one}hapus/", message]
    written = [f"{one}{step}/" for step in ("ubah", "uji", "jeda", "aktifkan", "kunci", "hapus")]
    return [("GET", path) for path in read] + [("POST", path) for path in [*written, f"{message}lagi/"]]


def test_nothing_of_another_centre_or_company_is_there(space, other_centre, company):
    """Not by its id in one's own pages, and not in the lists."""
    client, base, owner, _kinds = space
    stranger = Organisation.objects.create(kind="partner", name="PT Lain")
    for theirs in (Owner(centre_id=other_centre.pk), Owner(organisation_id=stranger.pk)):
        endpoint = make(theirs, f"https://rahasia-{theirs.centre_id or theirs.organisation_id}.contoh.id/")
        delivery = send(endpoint, status=200)
        for method, path in paths_of(base, endpoint, delivery):
            assert client.generic(method, path).status_code == 404, (method, path)
        endpoint.refresh_from_db()
        assert (endpoint.state, endpoint.removed_at) == (EndpointState.ACTIVE, None)
    assert Delivery.objects.count() == 2
    assert "rahasia-" not in seen(client, base)
    assert client.get(f"/mitra/{stranger.pk}/sambungan/").status_code == 404


def test_colleagues_who_do_not_lead_find_nothing(centre, company, client_for, hub_client):
    instructor = enter(client_for(centre), Role.INSTRUCTOR, "Budi", centre=centre)
    member = enter(hub_client, Role.PARTNER_MEMBER, "Bima", organisation=company)
    for client, base, owner in (
        (instructor, "/ruang/sambungan/", Owner(centre_id=centre.pk)),
        (member, f"/mitra/{company.pk}/sambungan/", Owner(organisation_id=company.pk)),
    ):
        endpoint = make(owner)
        for method, path in [("GET", base), ("POST", f"{base}tambah/"), *paths_of(base, endpoint, send(endpoint))]:
            assert client.generic(method, path).status_code == 404, (method, path)


def test_the_sidebar_leads_there_for_those_who_may(centre, client_for, head):
    assert 'href="/ruang/sambungan/"' in seen(head, "/ruang/")
    instructor = enter(client_for(centre), Role.INSTRUCTOR, "Budi", centre=centre)
    assert "/ruang/sambungan/" not in instructor.get("/ruang/").content.decode()


def test_a_visitor_of_the_ministry_is_not_led_there(centre, client_for):
    visitor = enter(client_for(centre), Role.SUPER_ADMIN, "Ratna")
    user = User.objects.with_roles().get(name="Ratna")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    accounts.ask_for_visit(
        user, centre, reason="Pemeriksaan", hours=1, may_write=True, is_emergency=True, by=SYSTEM, now=timezone.now()
    )
    assert "/ruang/sambungan/" not in visitor.get("/ruang/").content.decode()
    assert visitor.get("/ruang/sambungan/").status_code == 404


# ---------------------------------------------------------------- the guide


def test_the_guide_shows_each_event_as_it_is_sent(space):
    client, base, _owner, kinds = space
    page = seen(client, f"{base}panduan/")
    for code in (*kinds, "ping"):
        assert code in page
    side_only = "organisation.member_left" if base.startswith("/ruang") else "staff.left"
    assert side_only not in page
    for sample in SAMPLES.iterdir():
        assert sample.read_text().strip() in page, "as it stands in the file, which a test runs"


def test_the_python_of_the_guide_tells_ours_from_others():
    told: dict = {}
    exec((SAMPLES / "verify.py.txt").read_text(), told)
    check, key, body = told["is_from_balai"], signing.new_secret(), b'{"type":"ping"}'
    good = signing.headers("msg_1", timestamp=int(time.time()), body=body, under=[signing.new_secret(), key])
    Webhook(key).verify(body, good)
    assert check(key, good, body)
    assert not check(key, good, body + b" ")
    assert not check(signing.new_secret(), good, body)
    assert not check(key, {**good, "webhook-id": "msg_2"}, body)
    old = signing.headers("msg_1", timestamp=int(time.time()) - 301, body=body, under=[key])
    assert not check(key, old, body)


# ---------------------------------------------------------------- told by mail


def test_whoever_leads_is_told_once_when_it_was_stopped(space):
    client, base, owner, _kinds = space
    endpoint = make(owner)
    assert jobs.tell_of_stopped_webhooks() == 0
    send(endpoint, status=410)
    assert jobs.tell_of_stopped_webhooks() == 1
    assert jobs.tell_of_stopped_webhooks() == 0
    (letter,) = mail.outbox
    assert letter.to == ["siti@contoh.id"]
    assert letter.subject == "Balai berhenti mengirim ke sistem.contoh.id"
    (link,) = re.findall(r"http\S+", letter.body)
    assert link.endswith(f"{base}{endpoint.pk}/")
    assert "/terima" not in letter.body, "what follows the host may be a key"
    operations.resume(endpoint, by=SYSTEM, now=NOW)
    send(Endpoint.objects.get(), status=410)
    assert jobs.tell_of_stopped_webhooks() == 1


# ---------------------------------------------------------------- cheap, and shown in the demo


def test_the_number_of_queries_does_not_grow(head, centre, django_assert_max_num_queries):
    def count(path: str) -> int:
        head.get(path)  # the host is known after that
        with django_assert_max_num_queries(9) as asked:  # two of them say which schema
            assert head.get(path).status_code == 200
        return len(asked)

    endpoint = make(Owner(centre_id=centre.pk))
    paths = ["/ruang/sambungan/", f"/ruang/sambungan/{endpoint.pk}/", f"/ruang/sambungan/kiriman/{send(endpoint).pk}/"]
    few = [count(path) for path in paths]
    for number in range(9):
        make(Owner(centre_id=centre.pk), f"https://contoh.id/{number}")
    for minutes in range(20):
        send(endpoint, at=NOW + timedelta(minutes=minutes))
    assert [count(path) for path in paths] == few


def test_the_demo_shows_connections_and_reaches_nobody(db, monkeypatch):
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *a, **k: pytest.fail("a name was looked up"))
    demo.make(now=NOW)
    demo_people.make(now=NOW)
    assert demo_webhooks.make(now=NOW) == 3
    assert demo_webhooks.make(now=NOW) == 0
    states = sorted(Endpoint.objects.values_list("state", flat=True))
    assert states == [EndpointState.ACTIVE, EndpointState.ACTIVE, EndpointState.FAILING]
    assert all(one.url.split("/")[2].endswith(".invalid") for one in Endpoint.objects.all())
    assert Attempt.objects.count() == 7
    assert not Delivery.objects.filter(state="waiting", endpoint__state="active").exists()
