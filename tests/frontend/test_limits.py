"""One centre's flood is told to wait; its neighbours and the hub notice nothing."""

import pytest
from django.test import Client, RequestFactory

from config.settings import BALAI_CENTRE_LIMITS
from frontend import limits
from frontend.middleware import centre_limit
from hub.centres import hosts
from kernel import rates

LIMITS = {"read": (5, 1.0), "write": (3, 0.5), "sign_in": (2, 0.1)}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(rates, "clock", clock)
    return clock


@pytest.fixture(autouse=True)
def _narrow(settings, clock):
    settings.BALAI_CENTRE_LIMITS = LIMITS


ASKED = {
    "read": lambda client: client.get("/"),
    "write": lambda client: client.post("/bahasa/"),
    "sign_in": lambda client: client.post("/masuk/", {"login": "siti@contoh.id", "password": "salah benar"}),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_a_flood_at_one_centre_leaves_neighbour_and_hub_alone(
    kind, centre_client, other_centre, client_for, hub_client
):
    ask, (burst, _per_second) = ASKED[kind], LIMITS[kind]
    assert 429 not in [ask(centre_client).status_code for _request in range(burst)]
    assert [ask(centre_client).status_code for _request in range(20)] == [429] * 20
    assert ask(client_for(other_centre)).status_code in (200, 302)
    assert client_for(other_centre).get("/").status_code == 200
    assert 429 not in [ASKED["read"](hub_client).status_code for _request in range(20)]


def test_a_flood_of_sign_ins_leaves_the_centres_own_pages_open(centre_client):
    for _request in range(20):
        ASKED["sign_in"](centre_client)
    assert centre_client.get("/").status_code == 200
    assert centre_client.post("/bahasa/").status_code == 302


def test_the_page_says_when_to_come_back_in_words_of_the_house(centre_client):
    for _request in range(3):
        answer = ASKED["sign_in"](centre_client)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "10"
    assert "Tunggu sebentar" in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_after_that_time_one_more_is_let_in_and_no_more(centre_client, clock):
    for _request in range(20):
        answer = ASKED["write"](centre_client)
    clock.now += int(answer["Retry-After"])
    assert [ASKED["write"](centre_client).status_code for _request in range(3)] == [302, 429, 429]
    clock.now += 3600
    assert [ASKED["write"](centre_client).status_code for _request in range(4)] == [302, 302, 302, 429]


def test_one_limit_however_the_host_is_spelt_and_from_wherever_one_comes(centre, centre_client):
    for _request in range(5):
        centre_client.get("/")
    again = Client(HTTP_HOST=hosts.host_of(centre.slug).upper(), REMOTE_ADDR="10.7.7.7")
    assert again.get("/").status_code == 429


def test_it_asks_the_database_nothing(centre_client, django_assert_num_queries):
    hosts.cache.clear()
    for _request in range(5):
        centre_client.get("/")
    host = hosts.resolve(centre_client.defaults["HTTP_HOST"])

    def let_in(request):
        raise AssertionError("It was let in.")

    request = RequestFactory().get("/", HTTP_HOST=centre_client.defaults["HTTP_HOST"])
    request.centre = host
    with django_assert_num_queries(0):
        assert centre_limit(let_in)(request).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/", "read"), ("HEAD", "/ruang/", "read"), ("GET", "/masuk/", "read"), ("GET", "/masuk/tiba/", "write"),
        ("POST", "/ruang/profil/", "write"), ("DELETE", "/", "write"), ("POST", "/masuk/", "sign_in"),
        ("POST", "/sandi/lupa/", "sign_in"), ("POST", "/akun/pastikan/", "sign_in"),
        ("POST", "/akun/2fa/authenticate/", "sign_in"), ("PURGE", "/", "write"),
    ],
)  # fmt: skip
def test_what_counts_as_what(rf, method, path, kind):
    assert limits.kind_of(rf.generic(method, path)) == kind


def test_the_limits_of_the_house_let_a_class_in(settings, centre_client):
    settings.BALAI_CENTRE_LIMITS = BALAI_CENTRE_LIMITS
    for number in range(40):
        answer = centre_client.post("/masuk/", {"login": f"anak{number}@contoh.id", "password": "salah benar"})
        assert answer.status_code == 200
    assert ASKED["sign_in"](centre_client).status_code == 429
