"""Regions by the way people and registers spell them."""

import csv

import pytest

from hub.regions import operations
from hub.regions.models import Province, Regency
from hub.regions.queries import Place, RegionIndex, distance_km, find


@pytest.fixture
def index(db) -> RegionIndex:
    return RegionIndex.load()


def test_every_regency_is_found_by_its_official_name_and_its_short_forms(index):
    assert (len(index.provinces), len(index.regencies)) == (38, 514)
    for regency in index.regencies:
        short = regency.name.replace("KABUPATEN ", "KAB. ", 1)
        for spelling in (regency.name, short, regency.name.lower(), short.replace(". ", "."), f" {regency.name} "):
            assert index.regency(regency.province, spelling) == regency, spelling


@pytest.mark.parametrize(
    ("province", "spelling", "name"),
    [
        ("JAWA TIMUR", "KAB.BLITAR", "KABUPATEN BLITAR"),
        ("Jawa Timur", "kota  blitar", "KOTA BLITAR"),
        ("DAERAH ISTIMEWA YOGYAKARTA", "KAB. KULONPROGO", "KABUPATEN KULON PROGO"),
        ("D.I. Yogyakarta", "GUNUNG KIDUL", "KABUPATEN GUNUNGKIDUL"),
        ("DKI JAKARTA", "JAKARTA PUSAT", "KOTA ADMINISTRASI JAKARTA PUSAT"),
        ("Jakarta", "KOTA ADM. JAKARTA BARAT", "KOTA ADMINISTRASI JAKARTA BARAT"),
        ("KEP. RIAU", "BINTAN", "KABUPATEN BINTAN"),
        ("NTB", "LOMBOK TENGAH", "KABUPATEN LOMBOK TENGAH"),
    ],
)
def test_spellings(index, province, spelling, name):
    found = index.province(province)
    assert found is not None
    assert index.regency(found, spelling).name == name


@pytest.mark.parametrize("spelling", ["BLITAR", "", "KAB. ATLANTIS", "KAB."])
def test_a_spelling_that_fits_two_or_none_is_not_guessed(index, spelling):
    assert index.regency(index.province("JAWA TIMUR"), spelling) is None


def test_a_regency_of_another_province_is_not_taken(index):
    assert index.regency(index.province("BALI"), "KAB. BLITAR") is None


def test_loading_again_renames_and_removes_nothing(db, tmp_path):
    (tmp_path / "provinces.csv").write_text("code,name\n35,JAWA TIMUR RAYA\n")
    (tmp_path / "regencies.csv").write_text("code,province_code,name\n35.05,35,KABUPATEN BLITAR\n")
    assert operations.load(folder=tmp_path) == (1, 1)
    assert Province.objects.get(pk="35").name == "JAWA TIMUR RAYA"
    assert (Province.objects.count(), Regency.objects.count()) == (38, 514)


def test_a_file_with_other_columns_changes_nothing(db, tmp_path):
    (tmp_path / "provinces.csv").write_text("code,name\n35,LAIN\n")
    (tmp_path / "regencies.csv").write_text("kode,nama\n1,2\n")
    with pytest.raises(operations.RegionsFileUnreadable):
        operations.load(folder=tmp_path)
    assert Province.objects.get(pk="35").name == "JAWA TIMUR"


def test_a_missing_file_changes_nothing(db, tmp_path):
    (tmp_path / "provinces.csv").write_text("code,name\n35,LAIN\n")
    with pytest.raises(operations.RegionsFileUnreadable):
        operations.load(folder=tmp_path)
    assert Province.objects.get(pk="35").name == "JAWA TIMUR"


@pytest.mark.parametrize(
    ("code", "shown", "short"),
    [("35.05", "Kab. Blitar", "Blitar"), ("31.71", "Kota Administrasi Jakarta Pusat", "Jakarta Pusat")],
)
def test_how_a_regency_is_shown(db, code, shown, short):
    regency = Regency.objects.get(pk=code)
    assert (str(regency), regency.short_name) == (shown, short)


# ---------------------------------------------------------------- where regencies are


# Rough boxes: south, north, west, east in degrees. Wide enough for islands, narrow enough to notice a wrong sign,
# swapped numbers, or a town of the same name in another province.
BOXES = {
    "11": (1.9, 6.2, 94.9, 98.4), "12": (-0.7, 4.4, 97.0, 100.5), "13": (-3.4, 1.0, 98.5, 102.0),
    "14": (-1.2, 2.7, 100.0, 104.0), "15": (-2.9, -0.7, 101.0, 104.6), "16": (-5.0, -1.6, 102.0, 106.3),
    "17": (-5.6, -2.2, 101.0, 103.9), "18": (-6.2, -3.6, 103.4, 106.0), "19": (-3.5, -1.4, 105.0, 108.4),
    "21": (-0.9, 4.9, 103.2, 109.3), "31": (-6.5, -5.1, 106.3, 107.1), "32": (-7.9, -5.9, 106.3, 108.9),
    "33": (-8.3, -5.7, 108.5, 111.8), "34": (-8.3, -7.5, 110.0, 110.9), "35": (-8.9, -5.0, 110.8, 116.4),
    "36": (-7.1, -5.8, 105.0, 106.9), "51": (-8.9, -8.0, 114.4, 115.8), "52": (-9.2, -8.0, 115.8, 119.5),
    "53": (-11.1, -7.9, 118.9, 125.3), "61": (-3.2, 2.2, 108.5, 114.3), "62": (-3.7, 0.9, 110.7, 116.0),
    "63": (-4.9, -1.2, 114.3, 116.7), "64": (-2.6, 2.7, 113.7, 119.2), "65": (1.0, 4.5, 114.5, 118.1),
    "71": (0.2, 5.6, 123.0, 127.2), "72": (-3.7, 1.5, 119.4, 124.3), "73": (-7.8, -1.8, 118.7, 122.3),
    "74": (-6.3, -2.7, 120.8, 124.7), "75": (0.2, 1.1, 121.1, 123.6), "76": (-3.7, -0.8, 118.6, 119.9),
    "81": (-8.5, -2.6, 125.7, 135.0), "82": (-2.5, 2.8, 124.2, 129.1), "91": (-4.1, 0.0, 134.2, 141.1),
    "92": (-4.4, 0.0, 131.9, 135.0), "93": (-9.2, -4.5, 137.5, 141.1), "94": (-5.2, -2.8, 134.7, 138.4),
    "95": (-5.4, -2.9, 137.2, 141.1), "96": (-2.3, 0.9, 129.2, 133.1),
}  # fmt: skip


def test_every_regency_has_a_town_inside_its_province(index):
    assert set(BOXES) == {province.code for province in index.provinces}
    for regency in index.regencies:
        south, north, west, east = BOXES[regency.province_id]
        assert regency.town, regency
        assert south <= regency.latitude <= north, (regency, regency.latitude)
        assert west <= regency.longitude <= east, (regency, regency.longitude)
        assert Place(regency.latitude, regency.longitude).is_in_indonesia


def test_no_two_regencies_share_a_place(index):
    places = {(regency.latitude, regency.longitude) for regency in index.regencies}
    assert len(places) == 514


def test_the_table_of_towns_says_where_each_comes_from():
    with operations.TOWNS.open() as file:
        sources = [row["source"] for row in csv.DictReader(file)]
    assert len(sources) == 514
    assert set(sources) == {"seat", "place", "hand"}
    assert sources.count("hand") <= 23, "what was set by hand is the exception"


@pytest.mark.parametrize(
    ("code", "place", "kilometres"),
    [
        ("35.05", Place(-8.13, 112.22), 0),  # Kanigoro, the seat itself
        ("35.78", Place(-6.18, 106.83), 664),  # Jakarta to Surabaya, by the great circle
        ("11.72", Place(-8.50, 140.41), 5243),  # Merauke to Sabang: the whole country
    ],
)
def test_distances_are_those_of_the_map(db, code, place, kilometres):
    [found] = Regency.objects.filter(pk=code).annotate(distance_km=distance_km(place))
    assert found.distance_km == pytest.approx(kilometres, rel=0.01, abs=1)


def test_a_regency_without_a_known_town_has_no_distance(db):
    Regency.objects.filter(pk="35.05").update(latitude=None, longitude=None)
    [found] = Regency.objects.filter(pk="35.05").annotate(distance_km=distance_km(Place(-8, 112)))
    assert found.distance_km is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("blitar", ["KABUPATEN BLITAR", "KOTA BLITAR"]),
        ("Kab. Blitar", ["KABUPATEN BLITAR"]),
        ("kota blitar, Jawa Timur", ["KOTA BLITAR"]),
        ("Kab. Blitar, Bali", []),
        ("Cikarang", ["KABUPATEN BEKASI"]),
        ("Jakarta Pusat", ["KOTA ADMINISTRASI JAKARTA PUSAT"]),
        ("gunung kidul", ["KABUPATEN GUNUNGKIDUL"]),
        ("bli", ["KABUPATEN BLITAR", "KOTA BLITAR"]),
        ("bl", []),
        ("", []),
        (",", []),
        ("Atlantis", []),
        ("%\x00'", []),
    ],
)
def test_regencies_by_what_people_type(db, text, names):
    assert [regency.name for regency in find(text)] == names


def test_many_that_fit_are_not_all_shown(db):
    assert len(find("kabupaten")) == 12
