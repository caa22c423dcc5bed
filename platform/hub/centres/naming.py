"""Names as registers spell them, made readable. The original spelling is kept beside (``register_spelling``)."""

import re
import unicodedata

_APOSTROPHES = str.maketrans(dict.fromkeys("`´‘’ʼ＇", "'"))
_NOTHING = {"null", "none", "nil", "n/a", "na", "-", "--", "."}
_CAPITALS = frozenset(
    """
    BLK BLKK BLKKOM LPK PKBM TIK IT YPI YPP YAPSIS NU RI PP PC PW PD PPS PPDK MWC LKP SMK SMA SMP MA MI MTS KH MSN PSDI
    UPTD II III IV VI VII DKV GKJW PGRI YBM
    """.split()
)
_SMALL = {"DAN": "dan", "DI": "di", "WA": "wa", "BIN": "bin"}


def clean(text: str) -> str:
    """One spelling per word: plain letters and apostrophes, single spaces, and "" for the ways to write nothing."""
    folded = unicodedata.normalize("NFKD", " ".join(text.translate(_APOSTROPHES).split()))
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter) and letter.isprintable())
    folded = " ".join(unicodedata.normalize("NFC", folded).split())
    return "" if folded.lower() in _NOTHING else folded


def readable(name: str) -> str:
    """A cleaned name in capitals as people write it (``BLKK RAUDLATUL QUR'AN`` → ``BLKK Raudlatul Qur'an``).

    A name that is not all capitals was written with care, and stays.
    """
    if name != name.upper():
        return name
    words = name.split(" ")
    return " ".join(_readable_word(word, is_first=number == 0) for number, word in enumerate(words))


def _readable_word(word: str, *, is_first: bool) -> str:
    if not is_first and word in _SMALL:
        return _SMALL[word]
    return re.sub(r"[A-Z][A-Z']*", lambda match: _readable_part(match[0]), word)


def _readable_part(part: str) -> str:
    is_initials = len(part) <= 5 and not re.search(r"[AEIOUY]", part)
    return part if part in _CAPITALS or is_initials else part[0] + part[1:].lower()


def key(name: str) -> str:
    """Equal for two spellings of one name: letters and digits only."""
    return re.sub(r"[^A-Z0-9]", "", clean(name).upper())
