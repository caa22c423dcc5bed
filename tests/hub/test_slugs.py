"""Addresses of centres: short, readable, and never to be mistaken for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.centres import slugs


@pytest.mark.parametrize("typed", ["al-huda", "  Al-Huda ", "msn2", "a1b", "x" * 40])
def test_an_address_that_is_fine(typed):
    assert slugs.clean(typed) == typed.strip().lower()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ab",
        "x" * 41,
        "-abc",
        "abc-",
        "a--b",
        "al huda",
        "al_huda",
        "álhuda",
        "аdmin",
        "123",
        "a.b",
        "xn--abc",
        "a\0b",
    ],
)
def test_an_address_that_no_host_name_can_be(typed):
    with pytest.raises(slugs.SlugRefused):
        slugs.clean(typed)


@pytest.mark.parametrize("typed", ["www", "API", "admin", "adm1n", "ma11", "ku-r5us", "kemnaker", "kernnaker", "l0gin"])
def test_a_reserved_address_and_its_look_alikes(typed):
    with pytest.raises(slugs.SlugRefused, match=r"(?i)reserved|dipakai|khusus"):
        slugs.clean(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("al-huda", "a1-huda"), ("alhuda", "al-huda"), ("nurul", "nuru1"), ("bumi", "burni"), ("oasis", "0asis")],
)
def test_look_alikes_share_a_skeleton(one, other):
    assert slugs.skeleton(one) == slugs.skeleton(other)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("BLKK Al-Huda", "al-huda"),
        ("BLK Komunitas Yayasan Pondok Pesantren Raudlatul Qur'an", "raudlatul-quran"),
        ("Balai Latihan Kerja Komunitas Girikesumo", "girikesumo"),
        ("BLKK", "blkk"),
        ("BLKK 8", "blkk-8"),
        ("BLKK WWW", "www-demak"),
    ],
)
def test_an_address_says_what_tells_the_name_apart(name, slug):
    assert slugs.derive(name, places=["Demak"], is_taken=lambda skeleton: False) == slug


def test_namesakes_are_told_apart_by_place_then_number():
    taken: set[str] = set()

    def take() -> str:
        slug = slugs.derive("BLKK Al Hikmah", places=["Demak", "Kemiri"], is_taken=taken.__contains__)
        taken.add(slugs.skeleton(slug))
        return slug

    assert [take() for _ in range(5)] == [
        "al-hikmah", "al-hikmah-demak", "al-hikmah-kemiri", "al-hikmah-2", "al-hikmah-3",
    ]  # fmt: skip


@given(names=st.lists(st.text(min_size=1, max_size=120), max_size=12), place=st.text(max_size=40))
def test_whatever_the_name_the_address_is_valid_and_one_of_a_kind(names, place):
    taken: set[str] = set()
    for name in names:
        slug = slugs.derive(name, places=[place], is_taken=taken.__contains__)
        assert slugs.clean(slug) == slug
        assert slugs.skeleton(slug) not in taken
        assert slug == slugs.derive(name, places=[place], is_taken=taken.__contains__)
        taken.add(slugs.skeleton(slug))
