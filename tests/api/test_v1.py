"""The JSON interface: what it lists, how it pages, and how it says no."""

from datetime import UTC, datetime

import pytest

from fleet.models import Run, SetAside
from hub.centres import operations
from hub.centres.models import VocationalField
from hub.regions.models import Regency

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CENTRES = "/api/v1/centres/"


@pytest.fixture
def many(db):
    """120 registered centres besides the two live ones."""
    regency = Regency.objects.get(pk="33.21")
    field = VocationalField.objects.get(pk="batik")
    return [operations.register(name=f"BLKK Contoh {n:03}", regency=regency, fields=[field]) for n in range(120)]


def test_paging_gives_every_centre_once(hub_client, many):
    url, names = CENTRES, []
    while url:
        page = hub_client.get(url).json()
        names += [centre["name"] for centre in page["results"]]
        url = page["next"]
    assert names == sorted(names)
    assert len(names) == len(set(names)) == 122


def test_a_page_costs_as_much_however_many_centres(hub_client, many, django_assert_num_queries):
    with django_assert_num_queries(3):  # SET search_path, centres with regions, their fields
        assert len(hub_client.get(CENTRES).json()["results"]) == 50


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("search=melati", ["BLKK Melati Garut"]),
        ("search=garut melati", ["BLKK Melati Garut"]),
        ("province=35", ["BLKK Kenanga Blitar"]),
        ("regency=32.05", ["BLKK Melati Garut"]),
        ("field=garmen", ["BLKK Kenanga Blitar"]),
        ("field=garmen&province=32", []),
        ("province=99", []),
        ("search=tidak ada", []),
        ("state=active", ["BLKK Kenanga Blitar", "BLKK Melati Garut"]),
        ("state=registered", []),
        ("is_demo=true", []),
    ],
)
def test_filters(hub_client, centre, query, names):
    found = hub_client.get(f"{CENTRES}?{query}")
    assert found.status_code == 200
    assert [one["name"] for one in found.json()["results"]] == names


def test_one_centre_with_its_address(hub_client, centre, settings):
    found = hub_client.get(f"{CENTRES}{centre.code}/").json()
    assert found["code"] == centre.code
    assert found["fields_offered"] == ["tik"]
    assert found["url"] == f"http://{centre.slug}.{settings.BALAI_DOMAIN}/"


def test_a_centre_without_a_space_has_no_address(hub_client, db):
    centre = operations.register(name="BLKK Baru", regency=Regency.objects.get(pk="33.21"))
    assert hub_client.get(f"{CENTRES}{centre.code}/").json()["url"] is None


def test_nothing_is_said_that_was_not_meant_to_be(hub_client, centre):
    centre.register_spelling = {"name": "ejaan asli"}
    centre.state_reason = "alasan internal"
    centre.save()
    text = hub_client.get(f"{CENTRES}{centre.code}/").content.decode()
    for secret in (centre.schema_name, str(centre.id), "ejaan asli", "alasan internal"):
        assert secret not in text


def test_an_erased_centre_is_gone(hub_client, centre):
    operations.entomb(centre, tombstone="0" * 64, now=NOW)
    assert hub_client.get(f"{CENTRES}{centre.code}/").status_code == 404
    assert centre.name not in hub_client.get(CENTRES).content.decode()


@pytest.mark.parametrize("code", ["tidakada", "%00", "x" * 500, "..", "a b"])
def test_an_unknown_centre_is_a_problem_with_a_stable_code(hub_client, db, code):
    answer = hub_client.get(f"{CENTRES}{code}/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(hub_client, db):
    answer = hub_client.post(CENTRES, {"name": "x"}, content_type="application/json")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert "GET" in answer["Allow"]


def test_a_damaged_cursor_is_a_problem(hub_client, db):
    assert hub_client.get(f"{CENTRES}?cursor=bm90LWEtY3Vyc29y%C3%A9").status_code == 404


def test_all_regions_in_one_answer(hub_client, db, django_assert_num_queries):
    with django_assert_num_queries(3):  # SET search_path, provinces, regencies
        answer = hub_client.get("/api/v1/regions/").json()
    assert answer["next"] is None
    provinces = answer["results"]
    assert len(provinces) == 38
    assert sum(len(province["regencies"]) for province in provinces) == 514


def test_a_run_shows_counts_and_neither_names_nor_errors(hub_client, db):
    run = Run.objects.create(kind=Run.Kind.MIGRATE, total=4, done=2, failed=1, note="berkas rahasia.csv")
    SetAside.objects.create(run=run, schema_name="c_rahasia1", error="column secret does not exist")
    answer = hub_client.get(f"/api/v1/runs/{run.id}/")
    assert (answer.json()["done"], answer.json()["failed"], answer.json()["percent"]) == (2, 1, 75)
    assert not {"rahasia", "secret"} & set(answer.content.decode().replace(".", " ").split('"'))
    assert "rahasia" not in answer.content.decode()
