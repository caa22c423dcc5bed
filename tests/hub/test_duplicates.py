"""Which rows are worth a look as one institution, and which are not, however alike."""

import pytest

from hub.centres import duplicates
from hub.centres.models import Centre, State


def a(name: str, *, regency: str = "32.05", village: str = "", vin: str = "", **more) -> Centre:
    return Centre(name=name, regency_id=regency, village=village, vin=vin, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BLK Komunitas Ponpes Albarokah", "BLKK Komunitas Ponpes Al Barokah"),
        ("BLKK Nurul Hidayah", "Nurul Hidayah"),
        ("BLKK AL - MUBAROKAH", "BLKK Al Mubarok"),
        ("BLK Komunitas An Najaah", "BLKK An Najah"),
        ("BLKK Darul Mutaalimien", "BLK Komunitas PP Darrul Muta'alimin"),
    ],
)
def test_spellings_of_one_name_are_found(one, other):
    [pair] = duplicates.pairs([a(one), a("BLKK Tunas Bahari"), a(other)])
    assert (pair.one.name, pair.other.name) == (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (a("BLKK Nurul Huda"), a("BLKK Nurul Huda", regency="35.05")),  # there are hundreds of that name
        (a("BLKK Darunnajah 2 Bogor"), a("BLKK Darunnajah 8 Bogor")),
        (a("BLKK Miftahul Hidayah V"), a("BLKK Miftahul Hidayah IV")),
        (a("BLKK Nurul Huda"), a("BLKK Nurul Huda", is_demo=True)),
        (a("BLKK Nurul Huda"), a("BLKK Nurul Huda", state=State.ERASED)),
        (a("BLKK Melati"), a("BLKK Tunas Bahari", village="Suka Maju")),
    ],
)
def test_what_is_not_one_institution(one, other):
    assert duplicates.pairs([one, other]) == []


def test_an_equal_vin_is_found_across_regencies_and_comes_first():
    centres = [
        a("BLKK Nurul Hidayah"), a("Nurul Hidayah"), a("BLKK Melati", vin="VIN-7"),
        a("BLKK Tunas", regency="35.05", vin="vin-7"),
    ]  # fmt: skip
    found = duplicates.pairs(centres)
    assert [pair.same_vin for pair in found] == [True, False]


def test_one_village_lowers_the_bar():
    pair = ("BLKK Yayasan Attaqwa", "BLK Komunitas Ponpes Attaqwa Putra")
    assert duplicates.pairs([a(pair[0], village="Kebalen"), a(pair[1], village="Mustika")]) == []
    assert len(duplicates.pairs([a(pair[0], village="Kebalen"), a(pair[1], village="KEBALEN")])) == 1


def test_for_one_centre_it_is_the_first_of_each_pair_and_never_its_own_duplicate():
    centre = a("BLKK Nurul Hidayah")
    found = duplicates.like(centre, [centre, a("Nurul Hidayah"), a("BLKK Tunas Bahari")])
    assert [(pair.one.pk, pair.other.name) for pair in found] == [(centre.pk, "Nurul Hidayah")]


def test_the_order_does_not_hang_on_the_order_of_the_rows():
    centres = [
        a("BLKK Al Huda"),
        a("BLK Alhuda"),
        a("Al-Huda", village="X"),
        a("BLKK Nurul Hidayah"),
        a("Nurul Hidayah"),
    ]
    forth = [{p.one.name, p.other.name} for p in duplicates.pairs(centres)]
    assert len(forth) == 4
    assert sorted(map(sorted, forth)) == sorted(
        sorted({p.one.name, p.other.name}) for p in duplicates.pairs(centres[::-1])
    )
