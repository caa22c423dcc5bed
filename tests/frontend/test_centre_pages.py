"""A centre's own page, in every state of its life."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.centres import hosts
from hub.centres.models import Centre, State, VocationalField
from kernel import schema
from tenants.site import operations


@pytest.fixture
def told(centre: Centre) -> Centre:
    """The centre with something to say."""
    with schema.centre(centre):
        now = timezone.now()
        operations.describe(about="Kami melatih warga.", address="Jalan Mawar 1", whatsapp="6281234567890", now=now)
        operations.announce(title="Angkatan baru <b>dibuka</b>", body="Datang & daftar.", now=now)
    return centre


def test_the_page_shows_what_the_centre_says(told: Centre, centre_client: Client) -> None:
    page = centre_client.get("/").content.decode()
    assert told.name in page
    assert "Kami melatih warga." in page
    assert "Jalan Mawar 1" in page
    assert "https://wa.me/6281234567890" in page
    assert "+62 812-3456-7890" in page
    assert "Angkatan baru &lt;b&gt;dibuka&lt;/b&gt;" in page
    assert "Kab. Garut" in page


def test_it_costs_four_statements_on_top_of_the_schema(told: Centre, centre_client: Client) -> None:
    centre_client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        centre_client.get("/")
    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT") and "domain" not in query["sql"]]
    assert len(asked) <= 4, asked


def test_a_centre_that_has_not_said_anything_yet(centre_client: Client) -> None:
    page = centre_client.get("/").content.decode()
    assert "Belum ada kabar" in page
    assert "Tentang kami" not in page


def test_without_a_number_it_says_how_to_reach_the_centre_all_the_same(told: Centre, centre_client: Client) -> None:
    assert "Belum ada nomor WhatsApp" not in centre_client.get("/").content.decode()
    with schema.centre(told):
        operations.describe(about="Kami melatih warga.", address="Jalan Mawar 1", whatsapp="", now=timezone.now())
    assert "Belum ada nomor WhatsApp. Silakan datang langsung" in centre_client.get("/").content.decode()


def test_many_fields_are_named_below_and_counted_above(centre: Centre, centre_client: Client) -> None:
    centre.fields.set(VocationalField.objects.all()[:6])
    page = centre_client.get("/").content.decode()
    head, below = page.split('aria-labelledby="pelatihan"')
    names = [str(field) for field in centre.fields.all()]
    assert "dan 2 lagi" in head and names[5] not in head.split("<h1")[1]
    assert all(name in below for name in names)


def test_long_news_begins_in_the_list_and_goes_on_at_its_own_address(centre: Centre, centre_client: Client) -> None:
    with schema.centre(centre):
        long = operations.announce(title="Panjang", body="Awal kabar. " + "kata " * 60 + "ujung", now=timezone.now())
        operations.announce(title="Pendek", body="Baris satu.\n\nBaris dua.", now=timezone.now())
    for path in ("/", "/kabar/"):
        page = centre_client.get(path).content.decode()
        assert "Awal kabar." in page and "ujung" not in page
        assert page.count("Baca selengkapnya") == 1
        assert "<p>Baris satu.</p>" in page
    assert "ujung" in centre_client.get(f"/kabar/{long.pk}/").content.decode()


def test_another_centre_says_nothing_of_this_one(told: Centre, other_centre: Centre, client_for) -> None:
    page = client_for(other_centre).get("/").content.decode()
    assert other_centre.name in page
    assert "Angkatan baru" not in page
    assert told.name not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.SUSPENDED, "sedang ditangguhkan"), (State.ARCHIVED, "tidak aktif lagi")],
)
def test_a_closed_centre_stays_readable_and_says_why(
    told: Centre, centre_client: Client, state: str, words: str
) -> None:
    Centre.objects.filter(pk=told.pk).update(state=state, state_reason="Laporan belum masuk.")
    hosts.cache.clear()
    page = centre_client.get("/").content.decode()
    assert words in page
    assert "Laporan belum masuk." in page
    assert "Kami melatih warga." in page
    # Nobody is sent to a closed door: the way on leads to the other centres nearby.
    assert "Silakan datang langsung" not in page
    assert "Balai lain di Kab. Garut" in page


def test_a_registered_centre_shows_what_the_hub_knows(centre: Centre, centre_client: Client) -> None:
    Centre.objects.filter(pk=centre.pk).update(state=State.REGISTERED, live_since=None)
    hosts.cache.clear()
    page = centre_client.get("/").content.decode()
    assert "Halaman ini belum dibuka" in page
    assert "Kab. Garut" in page
    assert "Balai lain di Kab. Garut" in page


def test_an_example_says_that_it_is_one(centre: Centre, centre_client: Client) -> None:
    Centre.objects.filter(pk=centre.pk).update(is_demo=True)
    assert "Ini balai contoh." in centre_client.get("/").content.decode()


def test_links_to_the_hub_leave_the_centre(centre: Centre, centre_client: Client) -> None:
    page = centre_client.get("/").content.decode()
    assert "//balai.localhost" in page
    assert 'href="/balai/"' not in page
