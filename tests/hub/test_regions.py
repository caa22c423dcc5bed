"""Regions by the way people and registers spell them."""

import pytest

from hub.regions import operations
from hub.regions.models import Province, Regency
from hub.regions.queries import RegionIndex


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
