"""The hub's public pages over HTTP: for whom they are, what they may say, and what machines read of them."""

import gzip
import io
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from frontend import province_map
from frontend.forms import Near
from hub.centres import hosts, queries
from hub.centres.models import Centre, State
from hub.regions.models import Regency
from kernel import schema, uploads
from tenants.site import operations as site
from tests import pictures
from tests.frontend.test_hub_pages import make

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HUB = "http://balai.localhost" if settings.BALAI_INSECURE_HTTP else "https://balai.localhost"
STATIC_PAGES = {
    "/sertifikat/": "Cek sertifikat",
    "/tentang/": "Tentang Balai",
    "/bantuan/": "Bantuan",
    "/aksesibilitas/": "Aksesibilitas",
}


# ---------------------------------------------------------------- pages that only tell


@pytest.mark.parametrize(("path", "title"), STATIC_PAGES.items())
def test_a_page_that_only_tells_asks_the_database_nothing(
    hub_client: Client, db: None, path: str, title: str, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(1):  # which schema
        page = hub_client.get(path).content.decode()
    assert f"<title>{title} – Balai</title>" in page
    assert re.search(rf"<h1[^>]*>{title}</h1>", page)


def test_about_tells_the_pilot_as_it_was(hub_client: Client, db: None) -> None:
    page = hub_client.get("/tentang/").content.decode()
    for fact in ("44", "empat putaran", "MSN Blitar", "Darussalam Kemiri Batang", "Girikesumo", "koi", "19 April 2022"):
        assert fact in page
    assert "belum tentu mengelola situs ini" in page


def test_help_has_a_way_on_for_everyone_who_may_come(hub_client: Client, db: None) -> None:
    page = hub_client.get("/bantuan/").content.decode().split("<main")[1].split("</main>")[0]
    for way in ("/terdekat/", "/masuk/", "/sandi/lupa/", "/balai/", "/mitra/daftar/", "/privasi/", "/sertifikat/"):
        assert f'href="{way}"' in page


def test_the_certificate_page_is_honest(hub_client: Client, db: None) -> None:
    issued = [model for model in apps.get_models() if "certificate" in model.__name__.lower()]
    assert not issued, "Certificates exist now: /sertifikat/ must look numbers up instead of saying that there are none"
    page = hub_client.get("/sertifikat/").content.decode()
    assert "Belum ada sertifikat yang diterbitkan lewat Balai" in page
    assert "PP 71 Tahun 2019" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


def test_help_names_an_address_only_if_there_is_one(hub_client: Client, db: None, settings) -> None:
    assert "belum mencantumkan alamat" in hub_client.get("/bantuan/").content.decode()
    settings.BALAI_CONTACT_EMAIL = "tanya@balai.example"
    for path in ("/bantuan/", "/aksesibilitas/"):
        assert "mailto:tanya@balai.example" in hub_client.get(path).content.decode()


def test_privacy_says_what_happens_to_a_visitors_place(hub_client: Client, db: None) -> None:
    page = hub_client.get("/privasi/").content.decode()
    assert "Kalau Anda hanya melihat-lihat" in page
    assert "sekitar 11 km" in page


def test_courses_count_real_centres_alone(hub_client: Client, centre: Centre, django_assert_max_num_queries) -> None:
    for example in make(3, is_demo=True):
        example.fields.add("tik", "batik")
    with django_assert_max_num_queries(3):
        page = hub_client.get("/kursus/").content.decode()
    assert 'href="/balai/?kejuruan=tik"' in page
    assert "kejuruan=batik" not in page, "only an example teaches it"
    assert "Balai belum punya daftar kursus" in page


# ---------------------------------------------------------------- the map


def drawn(*, demo: bool = False) -> province_map.ProvinceMap:
    return province_map.of(list(queries.all_provinces(demo=demo)))


def shape(drawing: province_map.ProvinceMap, name: str) -> province_map.Shape:
    [found] = [shape for shape in drawing.shapes if name in shape.name.split(", ")]
    return found


def test_every_province_lies_in_one_shape(db: None) -> None:
    drawing = drawn()
    names = [name for shape in drawing.shapes for name in shape.name.split(", ")]
    assert len(drawing.shapes) == 34
    assert sorted(names) == sorted(str(province) for province in queries.all_provinces())


def test_a_shape_leads_to_its_centres(centre: Centre, other_centre: Centre) -> None:
    west = shape(drawn(), "Jawa Barat")
    assert (west.count, west.level, west.href) == (1, 1, "/balai/?provinsi=32")
    assert shape(drawn(), "Bali").href == ""


def test_provinces_divided_since_are_counted_together_and_listed_apart(hub_client: Client, db: None) -> None:
    make(2, regency="91.03")
    make(3, regency="94.01")
    papua = shape(drawn(), "Papua Tengah")
    assert papua.name == "Papua, Papua Selatan, Papua Tengah, Papua Pegunungan"
    assert papua.count == 5
    page = hub_client.get("/").content.decode()
    assert papua.href == "#provinsi-91"
    assert 'id="provinsi-91"' in page
    assert 'id="provinsi-94"' in page


def test_one_of_several_with_centres_is_reached_at_once(db: None) -> None:
    make(1, regency="93.01")
    assert shape(drawn(), "Papua").href == "/balai/?provinsi=93"


def test_the_map_counts_no_examples_among_real_centres(hub_client: Client, centre: Centre) -> None:
    make(40, is_demo=True)
    assert shape(drawn(), "Jawa Barat").count == 1
    assert "Jawa Barat: 1 balai" in hub_client.get("/").content.decode()


@pytest.mark.parametrize(
    ("most", "legend"),
    [
        (0, ["0", "1", "2", "3", "4+"]),
        (5, ["0", "1", "2", "3", "4+"]),
        (100, ["0", "1", "2–9", "10–19", "20+"]),
        (864, ["0", "1–4", "5–19", "20–99", "100+"]),
        (100_000, ["0", "1–9", "10–199", "200–1.999", "2.000+"]),
    ],
)
def test_shades_begin_at_round_numbers(most: int, legend: list[str]) -> None:
    starts = province_map._starts(most)
    assert starts == sorted(set(starts))
    assert province_map._legend(starts) == legend


def test_the_home_page_is_light(hub_client: Client, db: None) -> None:
    page = hub_client.get("/", HTTP_ACCEPT_ENCODING="gzip").content
    assert len(page) <= 16_000  # bytes, compressed


# ---------------------------------------------------------------- near me


def test_the_nearest_come_first(hub_client: Client, centre: Centre, other_centre: Centre) -> None:
    [near_blitar] = make(1, regency="35.04", name="BLKK Tulungagung")
    page = hub_client.get("/balai/?dekat=35.05").content.decode()
    order = [page.index(one.name) for one in (other_centre, near_blitar, centre)]
    assert order == sorted(order)
    assert "Di kabupaten atau kota ini" in page
    assert "sekitar 35 km ke Tulungagung" in page
    assert "Terdekat dari Kab. Blitar" in page
    assert "garis lurus" in page


def test_someones_own_place_is_rounded_before_it_is_used(hub_client: Client, centre: Centre) -> None:
    response = hub_client.get("/balai/?kejuruan=tik&dekat=-8.123456,112.298765")
    assert (response.status_code, response["Location"]) == (302, "/balai/?kejuruan=tik&dekat=-8.1%2C112.3")
    page = hub_client.get(response["Location"]).content.decode()
    assert "Terdekat dari Anda" in page
    assert 'name="dekat" value="-8.1,112.3"' in page


def test_near_and_filters_go_together(hub_client: Client, centre: Centre, other_centre: Centre) -> None:
    page = hub_client.get("/balai/?dekat=35.05&kejuruan=tik").content.decode()
    assert centre.name in page
    assert other_centre.name not in page
    assert 'href="?dekat=35.05"' in page
    assert 'href="?kejuruan=tik"' in page


@pytest.mark.parametrize(
    "value",
    ["52.5,13.4", "abc", "99.99", "0,0", "-8.1", "-8.1,", "nan,112.0", "-8.1,112.2,1", "35.05,", "1e1,1e2", "٣,112.0"],
)
def test_a_place_that_is_none_is_left_out_and_said_so(hub_client: Client, centre: Centre, value: str) -> None:
    response = hub_client.get("/balai/", {"dekat": value})
    assert response.status_code == 200
    page = response.content.decode()
    assert "tidak dikenal" in page
    assert centre.name in page


def test_a_centre_whose_town_is_unknown_comes_last(hub_client: Client, centre: Centre, other_centre: Centre) -> None:
    Regency.objects.filter(pk="35.05").update(latitude=None, longitude=None)
    page = hub_client.get("/balai/?dekat=35.72").content.decode()
    assert page.index(centre.name) < page.index(other_centre.name)
    assert Near.parse("35.05") is None


def test_the_directory_near_a_place_costs_no_more(hub_client: Client, db: None, django_assert_max_num_queries) -> None:
    for one in make(60):
        one.fields.add("tik", "garmen")
    with django_assert_max_num_queries(8):
        page = hub_client.get("/balai/?provinsi=32&kabupaten=32.05&kejuruan=tik&dekat=32.04&halaman=2").content.decode()
    assert page.count("<h3") == 24


def test_examples_in_the_list_are_counted_out_loud(hub_client: Client, centre: Centre) -> None:
    make(2, is_demo=True)
    page = hub_client.get("/balai/").content.decode()
    assert "4 balai" in page
    assert "2 di antaranya contoh" in page
    Centre.objects.update(is_demo=True)
    assert "Semuanya contoh" in hub_client.get("/balai/").content.decode()
    assert "Semuanya contoh" not in hub_client.get("/balai/?cari=tidakada&dekat=32.04").content.decode()
    assert "di antaranya contoh" not in hub_client.get("/balai/?cari=melati").content.decode()


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("Kab. Blitar, Jawa Timur", "/balai/?dekat=35.05"),
        ("cikarang", "/balai/?dekat=32.16"),
    ],
)
def test_a_regency_that_is_clear_leads_on(hub_client: Client, db: None, typed: str, leads_to: str) -> None:
    response = hub_client.get("/terdekat/", {"tempat": typed})
    assert (response.status_code, response["Location"]) == (302, leads_to)


def test_the_field_is_carried_along(hub_client: Client, centre: Centre) -> None:
    assert "kejuruan=tik&amp;" in hub_client.get("/terdekat/?kejuruan=tik").content.decode()
    response = hub_client.get("/terdekat/?tempat=garut&kejuruan=tik")
    assert response["Location"] == "/balai/?kejuruan=tik&dekat=32.05"


def test_a_regency_that_may_be_two_is_asked_back(hub_client: Client, db: None) -> None:
    page = hub_client.get("/terdekat/?tempat=blitar").content.decode()
    assert "Yang mana maksud Anda?" in page
    assert 'href="/balai/?dekat=35.05"' in page
    assert 'href="/balai/?dekat=35.72"' in page


@pytest.mark.parametrize("typed", ["atlantis", "x", "", "<script>alert(1)</script>", "x" * 101])
def test_a_place_nobody_knows_is_kept_and_explained(hub_client: Client, db: None, typed: str) -> None:
    response = hub_client.get("/terdekat/", {"tempat": typed})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'aria-invalid="true"' in page
    assert "<script>alert" not in page


def test_asking_for_the_nearest_costs_little(hub_client: Client, centre: Centre, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):
        page = hub_client.get("/terdekat/").content.decode()
    assert page.count("<option value=") >= 514


def test_only_one_page_may_ask_where_a_phone_is(hub_client: Client, centre_client: Client, centre: Centre) -> None:
    assert "geolocation=(self)" in hub_client.get("/terdekat/")["Permissions-Policy"]
    for answer in (hub_client.get("/"), hub_client.get("/balai/"), centre_client.get("/"), hub_client.get("/x/")):
        assert "geolocation=()" in answer["Permissions-Policy"]
        assert "camera=()" in answer["Permissions-Policy"]


# ---------------------------------------------------------------- previews, for chats and search engines


def meta(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page))


def canonical(page: str) -> str:
    return (re.findall(r'<link rel="canonical" href="([^"]+)"', page) or [""])[0]


def test_a_page_says_in_a_chat_what_it_is(hub_client: Client, db: None) -> None:
    page = hub_client.get("/tentang/?utm=x").content.decode()
    says = meta(page)
    assert says["og:title"] == "Tentang Balai"
    assert says["og:description"] == says["description"]
    assert says["og:url"] == canonical(page) == f"{HUB}/tentang/"
    assert says["og:image"] == f"{HUB}/static/preview.png"
    assert "robots" not in says


def test_a_centre_says_its_own(centre: Centre, centre_client: Client) -> None:
    with schema.centre(centre):
        picture = uploads.picture(io.BytesIO(pictures.plain(300, 200)))
        photo = site.show_photo(picture, alt="Peserta menjahit", now=NOW).photo
    page = centre_client.get("/").content.decode()
    says = meta(page)
    origin = hosts.url_of(centre.slug, "")
    assert says["og:title"] == centre.name
    assert "Kab. Garut" in says["og:description"]
    assert says["og:url"] == canonical(page) == f"{origin}/"
    assert says["og:image"] == f"{origin}/berkas/{photo}"
    assert (says["og:image:width"], says["og:image:alt"]) == ("300", "Peserta menjahit")


def test_a_centre_without_a_photo_shows_balai(centre: Centre, centre_client: Client) -> None:
    assert meta(centre_client.get("/").content.decode())["og:image"] == f"{HUB}/static/preview.png"


def test_a_centre_has_one_address(hub_client: Client, client_for, centre: Centre) -> None:
    assert canonical(hub_client.get(f"/balai/{centre.code}/").content.decode()) == hosts.url_of(centre.slug)
    [registered] = make(1)
    registered.domains.create(domain=registered.slug, is_primary=True)
    for answer in (hub_client.get(f"/balai/{registered.code}/"), client_for(registered).get("/")):
        assert canonical(answer.content.decode()) == f"{HUB}/balai/{registered.code}/"


def test_names_in_a_preview_are_escaped(centre: Centre, hub_client: Client) -> None:
    Centre.objects.filter(pk=centre.pk).update(name='Balai "Satu" & <b>Dua</b>')
    page = hub_client.get(f"/balai/{centre.code}/").content.decode()
    assert meta(page)["og:title"] == "Balai &quot;Satu&quot; &amp; &lt;b&gt;Dua&lt;/b&gt;"


@pytest.mark.parametrize("path", ["/balai/?cari=melati", "/balai/?dekat=35.05", "/terdekat/?tempat=x", "/tidak-ada/"])
def test_what_is_of_one_persons_making_is_not_for_search_engines(hub_client: Client, db: None, path: str) -> None:
    assert meta(hub_client.get(path).content.decode())["robots"] == "noindex"


def test_a_list_by_place_is_for_search_engines(hub_client: Client, centre: Centre) -> None:
    page = hub_client.get("/balai/?provinsi=32&halaman=1&cari=").content.decode()
    assert "robots" not in meta(page)
    assert canonical(page) == f"{HUB}/balai/?provinsi=32"


def test_an_error_has_no_preview(hub_client: Client, db: None) -> None:
    page = hub_client.get("/tidak-ada/").content.decode()
    assert "og:title" not in meta(page)
    assert canonical(page) == ""


# ---------------------------------------------------------------- robots and sitemaps


def test_every_host_says_what_may_be_searched(
    hub_client: Client, centre_client: Client, client_for, other_centre: Centre
) -> None:
    for client in (hub_client, centre_client):
        answer = client.get("/robots.txt")
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert "Disallow: /ruang/\n" in answer.content.decode()
        assert "Disallow: /\n" not in answer.content.decode()
        assert f"Sitemap: {HUB}/sitemap.xml" in answer.content.decode()
    Centre.objects.filter(pk=other_centre.pk).update(is_demo=True)
    hosts.cache.clear()
    assert "Disallow: /\n" in client_for(other_centre).get("/robots.txt").content.decode()
    assert Client(HTTP_HOST="tidak-ada.balai.localhost").get("/robots.txt").status_code == 404


def locations(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.content)
    return [element.text or "" for element in root.iter() if element.tag.endswith("}loc")]


def test_the_sitemap_names_the_hubs_pages(hub_client: Client, db: None) -> None:
    pages = locations(hub_client, "/sitemap-halaman.xml")
    for page in pages:
        path = "/" + page.split("/", 3)[3]
        assert page.startswith(HUB.split(":")[0])
        assert hub_client.get(path).status_code == 200
    assert any(page.endswith("/tentang/") for page in pages)


def test_the_sitemap_names_each_real_centre_once(hub_client: Client, centre: Centre, other_centre: Centre) -> None:
    [registered] = make(1)
    [example] = make(1, is_demo=True)
    Centre.objects.filter(pk=other_centre.pk).update(state=State.ERASED)
    live = locations(hub_client, "/sitemap-balai.xml")
    waiting = locations(hub_client, "/sitemap-terdaftar.xml")
    assert live == [hosts.url_of(centre.slug)]
    assert [address.rpartition("balai.localhost")[2] for address in waiting] == [f"/balai/{registered.code}/"]
    assert example.code not in str(waiting)


def test_many_centres_come_in_several_files(
    hub_client: Client, db: None, monkeypatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr("frontend.sitemaps._Centres.limit", 10)
    make(25)
    with django_assert_max_num_queries(6):
        files = locations(hub_client, "/sitemap.xml")
    assert [file.partition("/sitemap-")[2] for file in files] == [
        "halaman.xml", "balai.xml", "terdaftar.xml", "terdaftar.xml?p=2", "terdaftar.xml?p=3",
    ]  # fmt: skip
    with django_assert_max_num_queries(3):
        assert len(locations(hub_client, "/sitemap-terdaftar.xml?p=3")) == 5
    assert hub_client.get("/sitemap-terdaftar.xml?p=4").status_code == 404
    assert hub_client.get("/sitemap-rahasia.xml").status_code == 404


# ---------------------------------------------------------------- on a weak network


def test_pages_are_sent_compressed_and_other_answers_as_they_are(hub_client: Client, centre: Centre) -> None:
    zipped = hub_client.get("/balai/", HTTP_ACCEPT_ENCODING="gzip")
    assert zipped["Content-Encoding"] == "gzip"
    assert centre.name in gzip.decompress(zipped.content).decode()
    assert "Content-Encoding" not in hub_client.get("/balai/")
    assert "Content-Encoding" not in hub_client.get("/api/v1/centres/", HTTP_ACCEPT_ENCODING="gzip")


PLAIN = ["/", "/kursus/", "/terdekat/", "/sertifikat/", "/tentang/", "/bantuan/", "/aksesibilitas/", "/privasi/"]


@pytest.mark.parametrize("path", PLAIN)
def test_a_page_that_only_tells_loads_no_more_script_than_it_uses(
    hub_client: Client, centre: Centre, path: str
) -> None:
    assert_is_plain(hub_client.get(path).content.decode())


def test_a_centres_page_loads_no_more_script_than_it_uses(
    hub_client: Client, centre_client: Client, centre: Centre
) -> None:
    assert_is_plain(hub_client.get(f"/balai/{centre.code}/").content.decode())
    assert_is_plain(centre_client.get("/").content.decode())


def assert_is_plain(page: str) -> None:
    assert re.search(r'src="/static/assets/plain-[\w-]+\.js"', page)
    assert "/assets/main-" not in page
    assert not re.search(r"\bhx-|data-chart|data-bulk", page), "its script would not know what to do with this"
