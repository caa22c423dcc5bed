"""Finding a region by the way people and registers spell it, and how far it is from a place."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Expression, ExpressionWrapper, F, FloatField, QuerySet, Value
from django.db.models.functions import ASin, Cos, Power, Radians, Sin, Sqrt

from .models import Province, Regency

_EARTH_RADIUS = 6371.0  # km
_MOST_FOUND = 12

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


def regencies_within(provinces: Collection[str] | None) -> QuerySet[Regency]:
    """Those of these provinces (codes; None: of all), with their provinces, by the names of both."""
    regencies = Regency.objects.select_related("province").order_by("province__name", "name")
    return regencies if provinces is None else regencies.filter(province__in=provinces)


@dataclass(frozen=True)
class Place:
    """A point on the map: degrees, north and east positive."""

    latitude: float
    longitude: float

    @property
    def is_in_indonesia(self) -> bool:
        """Whether it lies in the box around the country, from Sabang to Merauke and from Miangas to Rote."""
        return -11.5 <= self.latitude <= 6.5 and 94.5 <= self.longitude <= 141.5


def by_code(code: str) -> Regency:
    """Raises Regency.DoesNotExist."""
    return Regency.objects.select_related("province").get(pk=code)


def distance_km(place: Place, *, regency: str = "") -> Expression:
    """Kilometres in a straight line from ``place`` to a regency's main town; null where the town is not known.

    ``regency`` is the path to the regency in the query, such as ``regency__``; ``place`` lies in Indonesia. The
    haversine formula on a sphere: wrong by half a percent at most, which is less than a town is wide.
    """
    latitude, longitude = Radians(F(f"{regency}latitude")), Radians(F(f"{regency}longitude"))
    here, here_east = Radians(Value(place.latitude)), Radians(Value(place.longitude))
    half_chord = Power(Sin((latitude - here) / 2), 2) + Cos(here) * Cos(latitude) * Power(
        Sin((longitude - here_east) / 2), 2
    )
    return ExpressionWrapper(2 * _EARTH_RADIUS * ASin(Sqrt(half_chord)), output_field=FloatField())


def find(text: str) -> list[Regency]:
    """Regencies that ``text`` may mean, each with its province: by name, short name or main town; 12 at most.

    A province may stand behind a comma. What fits best excludes what fits less: "Blitar" gives the regency and the
    city, "Kota Blitar" the city alone, "Cikarang" the regency whose main town it is.
    """
    name, _comma, province = text.partition(",")
    index = RegionIndex.load()
    regencies = index.regencies
    if (known := index.province(province)) is not None:
        regencies = [regency for regency in regencies if regency.province_id == known.code]
    wanted = _regency_key(name)
    if len(wanted) < 3:
        return []
    ranks = {regency: _rank(regency, wanted) for regency in regencies}
    best = min((rank for rank in ranks.values() if rank), default=0)
    return [regency for regency, rank in ranks.items() if best and rank == best][:_MOST_FOUND]


def _rank(regency: Regency, wanted: str) -> int:
    """How well ``wanted`` names this regency: 1 is best, 0 is not at all."""
    official, bare, town = _regency_key(regency.name), _key(regency.short_name), _key(regency.town)
    fits = (
        official == wanted,
        bare == wanted,
        town == wanted,
        official.startswith(wanted) or bare.startswith(wanted) or town.startswith(wanted),
        wanted in bare or wanted in town,
    )
    return fits.index(True) + 1 if any(fits) else 0


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
