"""The regions are loaded from a file, never typed: codes and names are the government's."""

import csv
from pathlib import Path

from django.db import transaction

from kernel.errors import DomainError

from .models import Province, Regency

# Code, main town and its place for each of the 514 regencies; where it comes from: docs/decisions/0019.
TOWNS = Path(__file__).parent / "data" / "regency_towns.csv"


class RegionsFileUnreadable(DomainError):
    code = "regions_file_unreadable"


def load(*, folder: Path) -> tuple[int, int]:
    """Create or rename provinces and regencies from ``provinces.csv`` and ``regencies.csv``.

    Each regency gets its main town and where that lies from our own table (``TOWNS``).
    Returns how many of each the files hold. Regions that a file no longer names stay: centres refer to them.
    Raises RegionsFileUnreadable if a file or a column is missing.
    """
    try:
        provinces = [Province(code=row["code"], name=row["name"]) for row in _rows(folder / "provinces.csv")]
        towns = {row["code"]: row for row in _rows(TOWNS)}
        regencies = [_regency(row, towns.get(row["code"])) for row in _rows(folder / "regencies.csv")]
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise RegionsFileUnreadable(f"The regions in {folder} cannot be read: {error}") from error
    with transaction.atomic():
        Province.objects.bulk_create(provinces, update_conflicts=True, unique_fields=["code"], update_fields=["name"])
        Regency.objects.bulk_create(
            regencies,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "province", "town", "latitude", "longitude"],
        )
    return len(provinces), len(regencies)


def _regency(row: dict[str, str], town: dict[str, str] | None) -> Regency:
    regency = Regency(code=row["code"], province_id=row["province_code"], name=row["name"])
    if town:
        regency.town = town["town"]
        regency.latitude, regency.longitude = float(town["latitude"]), float(town["longitude"])
    return regency


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
