"""The hub's pages over HTTP: what they show, what bad input does, and how many statements they cost."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fleet.models import Run
from hub.centres.models import Centre, State, VocationalField
from hub.regions.models import Regency

HTMX = {"HTTP_HX_REQUEST": "true"}


def make(count: int, *, regency: str = "32.05", is_demo: bool = False, name: str = "BLKK Contoh") -> list[Centre]:
    centres = []
    for number in range(count):
        centre = Centre(name=f"{name} {number:03}", slug=f"contoh-{uuid.uuid4().hex[:12]}", is_demo=is_demo)
        centre.regency = Regency.objects.get(pk=regency)
        centre.assign_code()
        centres.append(centre)
    return Centre.objects.bulk_create(centres)


# ---------------------------------------------------------------- home


def test_home_counts_what_is_there(hub_client: Client, centre: Centre, django_assert_max_num_queries) -> None:
    make(2)
    make(3, is_demo=True, regency="51.71", name="BLKK Demo")
    with django_assert_max_num_queries(4):
        page = hub_client.get("/").content.decode()
    assert "Belajar keterampilan kerja" in page
    assert "2 balai lain sudah terdaftar, tetapi belum punya halaman." in page
    assert "3 balai contoh tidak ikut dihitung." in page
    assert "Jawa Barat" in page
    assert "Bali<" not in page, "examples are not counted among the real ones"


def test_home_says_when_all_centres_are_examples(hub_client: Client, db: None) -> None:
    Centre.objects.update(is_demo=True)
    page = hub_client.get("/").content.decode()
    assert "Ini data contoh" in page
    assert "balai contoh</dt>" in page.replace("\n", "")


def test_home_of_an_empty_platform(hub_client: Client, db: None) -> None:
    Centre.objects.update(state=State.ERASED)
    assert "Belum ada balai yang terdaftar" in hub_client.get("/").content.decode()


# ---------------------------------------------------------------- directory


def test_directory_costs_a_fixed_number_of_statements(
    hub_client: Client, db: None, django_assert_max_num_queries
) -> None:
    for centre in make(60):
        centre.fields.add("tik", "garmen")
    with django_assert_max_num_queries(8):
        page = hub_client.get("/balai/?provinsi=32&kabupaten=32.05&kejuruan=tik").content.decode()
    assert page.count("<h3") == 24


def test_search_finds_by_every_word_in_name_or_place(hub_client: Client, centre: Centre, other_centre: Centre) -> None:
    page = hub_client.get("/balai/?cari=melati+garut").content.decode()
    assert centre.name in page
    assert other_centre.name not in page


def test_filters_narrow_and_name_themselves(hub_client: Client, centre: Centre, other_centre: Centre) -> None:
    page = hub_client.get("/balai/?provinsi=35&kabupaten=35.05").content.decode()
    assert other_centre.name in page
    assert centre.name not in page
    # Taking the province away takes its regency along.
    assert 'href="?"' in page
    assert 'href="?provinsi=35"' in page


def test_regencies_are_those_of_the_province(hub_client: Client, centre: Centre) -> None:
    without = hub_client.get("/balai/").content.decode()
    assert "Pilih provinsi dulu" in without
    page = hub_client.get("/balai/?provinsi=32").content.decode()
    assert "Kab. Garut" in page
    assert "Kab. Blitar" not in page.split('id="id_kabupaten"')[1].split("</select>")[0]


@pytest.mark.parametrize(
    "query",
    [
        "provinsi=99",
        "provinsi=32&kabupaten=35.05",
        "kabupaten=32.05",
        "kejuruan=tidak-ada",
        "provinsi=%00",
        "cari=%00",
        f"cari={'x' * 101}",
        "kejuruan=' OR 1=1 --",
    ],
)
def test_a_filter_that_is_no_choice_is_left_out_and_said_so(hub_client: Client, centre: Centre, query: str) -> None:
    response = hub_client.get(f"/balai/?{query}")
    assert response.status_code == 200
    assert "tidak dikenal" in response.content.decode()
    assert centre.name in response.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "abc", "", "1.5", "99999999999999999999", "٣", "%00", "1e9"])
def test_a_page_number_that_is_none_shows_a_page(hub_client: Client, db: None, page: str) -> None:
    make(30)
    response = hub_client.get(f"/balai/?halaman={page}")
    assert response.status_code == 200
    assert "<h3" in response.content.decode()


@pytest.mark.parametrize("search", ["%25", "_", "\\", "“”", "🙂", "<script>alert(1)</script>", "%F0%28", "a " * 50])
def test_odd_searches_are_searches(hub_client: Client, centre: Centre, search: str) -> None:
    response = hub_client.get("/balai/", {"cari": search})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_paging_keeps_the_filters(hub_client: Client, db: None) -> None:
    make(50)
    page = hub_client.get("/balai/?provinsi=32&cari=contoh&halaman=2").content.decode()
    assert "?cari=contoh&amp;provinsi=32&amp;halaman=3" in page
    assert 'aria-current="page"' in page


def test_nothing_found_says_what_to_do(hub_client: Client, centre: Centre) -> None:
    page = hub_client.get("/balai/?cari=tidakadabalaiini").content.decode()
    assert "Tidak ada balai yang cocok" in page
    assert "Tampilkan semua balai" in page


def test_htmx_gets_only_the_list_and_a_clean_address(hub_client: Client, centre: Centre) -> None:
    response = hub_client.get("/balai/?cari=&provinsi=32&kabupaten=&kejuruan=", **HTMX)
    page = response.content.decode()
    assert "<html" not in page
    assert 'id="hasil"' in page
    assert 'hx-swap-oob="true"' in page
    assert response["HX-Push-Url"] == "/balai/?provinsi=32"
    assert "HX-Request" in response["Vary"]


def test_htmx_restoring_history_gets_the_whole_page(hub_client: Client, centre: Centre) -> None:
    response = hub_client.get("/balai/", **HTMX, HTTP_HX_HISTORY_RESTORE_REQUEST="true")
    assert "<html" in response.content.decode()


def test_a_card_leads_to_the_centre_or_to_its_page_on_the_hub(hub_client: Client, centre: Centre) -> None:
    [registered] = make(1, name="BLKK Baru Terdaftar")
    page = hub_client.get("/balai/").content.decode()
    assert f"//{centre.slug}.balai.localhost" in page
    assert f'href="/balai/{registered.code}/"' in page


def test_names_are_escaped_once(hub_client: Client, centre: Centre) -> None:
    Centre.objects.filter(pk=centre.pk).update(name="Al-Qur'an & <b>Sunnah</b>")
    for path in ("/balai/", f"/balai/{centre.code}/"):
        page = hub_client.get(path).content.decode()
        assert "Al-Qur&#x27;an &amp; &lt;b&gt;Sunnah&lt;/b&gt;" in page


# ---------------------------------------------------------------- one centre


def test_a_registered_centre_has_a_page_on_the_hub(hub_client: Client, db: None, django_assert_max_num_queries) -> None:
    [registered] = make(1)
    registered.fields.add(*VocationalField.objects.all()[:3])
    with django_assert_max_num_queries(3):
        response = hub_client.get(f"/balai/{registered.code}/")
    page = response.content.decode()
    assert "Balai ini belum punya halaman sendiri" in page
    assert "Kab. Garut" in page


def test_a_live_centre_is_one_step_away(hub_client: Client, centre: Centre) -> None:
    page = hub_client.get(f"/balai/{centre.code.upper()}/").content.decode()
    assert "Buka halaman balai" in page
    assert f"//{centre.slug}.balai.localhost" in page


def test_an_erased_centre_is_gone(hub_client: Client, centre: Centre) -> None:
    Centre.objects.filter(pk=centre.pk).update(state=State.ERASED)
    response = hub_client.get(f"/balai/{centre.code}/")
    assert response.status_code == 410
    assert "sudah tidak ada di sini" in response.content.decode()


def test_an_unknown_code_is_not_found(hub_client: Client, db: None) -> None:
    assert hub_client.get("/balai/zzzzzzzz/").status_code == 404


# ---------------------------------------------------------------- long work


def run(**values) -> Run:
    now = timezone.now()
    usual = {"kind": Run.Kind.IMPORT, "total": 200, "done": 40, "failed": 10, "started_at": now - timedelta(seconds=10)}
    return Run.objects.create(**{**usual, "heartbeat_at": now, **values})


def test_a_running_run_is_watched_live(hub_client: Client, db: None, django_assert_max_num_queries) -> None:
    running = run()
    with django_assert_max_num_queries(2):
        response = hub_client.get(f"/proses/{running.id}/")
    page = response.content.decode()
    assert "25 %" in page
    assert "5,0/detik" in page
    assert "30 detik" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert response["Cache-Control"] == "no-store"


def test_htmx_gets_only_the_figures(hub_client: Client, db: None) -> None:
    page = hub_client.get(f"/proses/{run().id}/", **HTMX).content.decode()
    assert "<html" not in page
    assert 'id="proses"' in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": Run.State.DONE, "done": 200, "failed": 0}, "Selesai"),
        ({"state": Run.State.FAILED, "done": 190}, "Sebagian gagal"),
        ({"state": Run.State.STOPPED}, "terhenti sebelum selesai"),
    ],
)
def test_a_finished_run_is_not_asked_for_any_more(hub_client: Client, db: None, values: dict, words: str) -> None:
    finished = run(finished_at=timezone.now(), **values)
    page = hub_client.get(f"/proses/{finished.id}/").content.decode()
    assert words in page
    assert "every 1s" not in page
    assert "http-equiv" not in page


def test_a_silent_run_says_so_and_goes_on_being_watched(hub_client: Client, db: None) -> None:
    silent = run(heartbeat_at=timezone.now() - timedelta(minutes=2), started_at=timezone.now() - timedelta(minutes=3))
    page = hub_client.get(f"/proses/{silent.id}/").content.decode()
    assert "tidak memberi kabar lagi" in page
    assert "every 1s" in page


def test_nobody_learns_names_or_errors_from_a_run(hub_client: Client, centre: Centre) -> None:
    failed = run(state=Run.State.FAILED, finished_at=timezone.now(), note="rahasia")
    failed.set_aside.create(schema_name=centre.schema_name, error="kolom rahasia")
    for path in ("/proses/", f"/proses/{failed.id}/"):
        page = hub_client.get(path).content.decode()
        assert "rahasia" not in page
        assert centre.schema_name not in page


def test_the_list_of_runs(hub_client: Client, db: None, django_assert_max_num_queries) -> None:
    assert "Belum ada proses" in hub_client.get("/proses/").content.decode()
    for _number in range(40):
        run()
    with django_assert_max_num_queries(2):
        page = hub_client.get("/proses/").content.decode()
    assert page.count('href="/proses/') >= 30


def test_an_unknown_run_is_not_found(hub_client: Client, db: None) -> None:
    assert hub_client.get(f"/proses/{uuid.uuid4()}/").status_code == 404
    assert hub_client.get("/proses/abc/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/balai/", "/proses/"])
def test_pages_are_for_reading(hub_client: Client, db: None, path: str) -> None:
    assert hub_client.post(path).status_code == 405
    assert hub_client.head(path).status_code == 200
