"""Finding a region by the way people and registers spell it."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from .models import Province, Regency

# Spellings of a province that differ from the official name by more than spaces, dots and case.
_PROVINCE_ALIASES = {
    "YOGYAKARTA": "DAERAHISTIMEWAYOGYAKARTA",
    "DIYOGYAKARTA": "DAERAHISTIMEWAYOGYAKARTA",
    "DIY": "DAERAHISTIMEWAYOGYAKARTA",
    "JAKARTA": "DKIJAKARTA",
    "DAERAHKHUSUSIBUKOTAJAKARTA": "DKIJAKARTA",
    "DAERAHKHUSUSJAKARTA": "DKIJAKARTA",
    "DKJ": "DKIJAKARTA",
    "BABEL": "KEPULAUANBANGKABELITUNG",
    "BANGKABELITUNG": "KEPULAUANBANGKABELITUNG",
    "KEPRI": "KEPULAUANRIAU",
    "NTB": "NUSATENGGARABARAT",
    "NTT": "NUSATENGGARATIMUR",
    "NANGGROEACEHDARUSSALAM": "ACEH",
    "NAD": "ACEH",
}


def all_provinces() -> QuerySet[Province]:
    return Province.objects.all()


def regencies_of(province_code: str) -> QuerySet[Regency]:
    return Regency.objects.filter(province_id=province_code)


def all_regencies() -> QuerySet[Regency]:
    """With their provinces, province by province, by name."""
    return Regency.objects.select_related("province").order_by("province", "name")


@dataclass(frozen=True)
class RegionIndex:
    """All regions in memory, for looking up thousands of spellings without a query each."""

    provinces: list[Province]
    regencies: list[Regency]

    @classmethod
    def load(cls) -> "RegionIndex":
        return cls(list(Province.objects.all()), list(Regency.objects.select_related("province")))

    @cached_property
    def _provinces_by_key(self) -> dict[str, Province]:
        by_key = {_key(province.name): province for province in self.provinces}
        return by_key | {alias: by_key[key] for alias, key in _PROVINCE_ALIASES.items() if key in by_key}

    @cached_property
    def _regencies_by_key(self) -> dict[tuple[str, str], Regency]:
        return {(regency.province_id, _regency_key(regency.name)): regency for regency in self.regencies}

    def province(self, spelling: str) -> Province | None:
        return self._provinces_by_key.get(_key(spelling))

    def regency(self, province: Province, spelling: str) -> Regency | None:
        """The regency of this province. Without KAB. or KOTA in front, a spelling counts only if it fits one."""
        if found := self._regencies_by_key.get((province.code, _regency_key(spelling))):
            return found
        bare = _key(spelling)
        fitting = [
            regency
            for kind in ("KABUPATEN", "KOTA")
            if (regency := self._regencies_by_key.get((province.code, kind + bare)))
        ]
        return fitting[0] if len(fitting) == 1 else None


def _key(spelling: str) -> str:
    letters = re.sub(r"\bKEP\.?(?=\s)", "KEPULAUAN", spelling.upper().replace("D.I.", "DI"))
    return re.sub(r"[^A-Z0-9]", "", letters.removeprefix("PROVINSI "))


def _regency_key(spelling: str) -> str:
    name = re.sub(r"^(KABUPATEN|KAB)\b\.?\s*", "KABUPATEN ", spelling.strip().upper())
    name = re.sub(r"\b(ADMINISTRASI|ADM)\b\.?\s*", "", name)
    return _key(name)
