"""Registers of invented institutions, for the import's tests."""

import random
from collections.abc import Iterable
from pathlib import Path

HEADER = (
    "register_id", "name", "institution_type", "established", "condition", "village", "province", "regency",
    "sectors", "vocational_fields",
)  # fmt: skip
GARUT = ("JAWA BARAT", "KAB. GARUT")
BLITAR = ("JAWA TIMUR", "KAB. BLITAR")
_PLACES = (
    GARUT, BLITAR, ("JAWA TIMUR", "KOTA BLITAR"), ("JAWA TENGAH", "KAB. BATANG"), ("D.I. YOGYAKARTA", "KAB. SLEMAN"),
    ("BALI", "KAB. GIANYAR"), ("ACEH", "KAB. ACEH BARAT"), ("PAPUA", "KAB. JAYAPURA"),
)  # fmt: skip
_WORDS = "AL NURUL DARUL MIFTAHUL HIKMAH ULUM HUDA FALAH IKHLAS AMAL MELATI CENDANA BAHARI TUNAS HARAPAN".split()
_FIELDS = ("TIK", "Garmen Apparel", "Teknik Las", "Tata Boga", "Processing", "Desain Batik", "Perbaikan Perahu")


def row(number: int, **cells: str) -> dict[str, str]:
    """A row of a community centre that can be taken as it is; ``cells`` says what is different."""
    usual = {
        "register_id": f"L{number:05d}",
        "name": f"BLKK CONTOH NOMOR {number}",
        "institution_type": "BLK KOMUNITAS",
        "established": "2019",
        "condition": "BAIK",
        "village": "SUKAMAJU",
        "province": GARUT[0],
        "regency": GARUT[1],
        "sectors": "JASA",
        "vocational_fields": "TIK",
    }
    return usual | cells


def many(count: int, *, seed: int = 1) -> list[dict[str, str]]:
    """Rows as a real register mixes them: namesakes, other kinds of institution, a few that are wrong."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        province, regency = draw.choice(_PLACES)
        rows.append(
            row(
                number,
                name=" ".join(["BLKK", *draw.choices(_WORDS, k=draw.choice((1, 2, 2, 3)))]),
                institution_type=draw.choice(("BLK KOMUNITAS",) * 8 + ("LPK SWASTA", "BLK UPTD")),
                established=draw.choice(("2017", "2019", "null", "")),
                village=draw.choice(("SUKA MAJU", "KARANG ANYAR", "`ULUYA", "")),
                province=province,
                regency=draw.choice((regency,) * 20 + ("KAB. ENTAH",)),
                vocational_fields=", ".join(draw.sample(_FIELDS, k=draw.choice((0, 1, 2)))),
            )
        )
    return rows


def write(
    path: Path,
    rows: Iterable[dict[str, str]],
    *,
    header: Iterable[str] = HEADER,
    delimiter: str = ",",
    encoding: str = "utf-8",
    more: dict[str, str] | None = None,
) -> Path:
    """Write a register. ``header`` names the columns in the file; ``more`` are further columns with one value each."""
    more = more or {}
    lines = [delimiter.join([*header, *more])]
    lines += [delimiter.join(_quoted(value, delimiter) for value in [*one.values(), *more.values()]) for one in rows]
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")
    return path


def _quoted(value: str, delimiter: str) -> str:
    return '"' + value.replace('"', '""') + '"' if delimiter in value or '"' in value or "\n" in value else value
