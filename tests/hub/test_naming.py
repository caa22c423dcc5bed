"""Names as registers spell them, made readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.centres import naming


@pytest.mark.parametrize(
    ("spelled", "clean"),
    [
        ("BLKĶ AL-MUHTAR", "BLKK AL-MUHTAR"),
        ("NURUL QUR`AN", "NURUL QUR'AN"),
        ("SA’ADAH", "SA'ADAH"),
        ("PONPES QURAN\xa0KAYUWALANG", "PONPES QURAN KAYUWALANG"),
        ("  A   B  ", "A B"),
        ("null", ""),
        ("NULL", ""),
        ("-", ""),
        ("A\u200bB\x07", "AB"),
    ],
)
def test_one_spelling(spelled, clean):
    assert naming.clean(spelled) == clean


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("BLKK RAUDLATUL QUR'AN", "BLKK Raudlatul Qur'an"),
        ("BLK KOMUNITAS PP AL-HUDA", "BLK Komunitas PP Al-Huda"),
        ("YAYASAN KH. AS'AD DAN IKHWAN", "Yayasan KH. As'ad dan Ikhwan"),
        ("DAN LAIN", "Dan Lain"),
        ("BLKK Nurul Iman", "BLKK Nurul Iman"),
        ("PSDI (BLK) II", "PSDI (BLK) II"),
    ],
)
def test_capitals_become_readable(name, readable):
    assert naming.readable(name) == readable


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert naming.clean(naming.clean(text)) == naming.clean(text)


@given(st.text(alphabet="ABCDE'-. ", max_size=30))
def test_readable_changes_no_letter(text):
    assert naming.readable(text).upper() == text.upper()
