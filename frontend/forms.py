"""Forms of the HTML pages. Field names are English here and Indonesian in the address bar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres import queries
from hub.centres.models import Centre
from hub.regions import queries as regions
from hub.regions.models import Regency

_PARAMETERS = {
    "search": "cari",
    "province": "provinsi",
    "regency": "kabupaten",
    "field": "kejuruan",
    "near": "dekat",
}
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d{1,8})?),(\d{2,3}(?:\.\d{1,8})?)", re.ASCII)


@dataclass(frozen=True)
class Near:
    """Where the nearest centres are counted from: someone's own place, or a regency's main town."""

    value: str
    place: regions.Place
    regency: Regency | None = None

    @classmethod
    def parse(cls, value: str) -> "Near | None":
        """From ``latitude,longitude`` or a regency's code; None if it is neither or lies outside Indonesia.

        A place is rounded to a tenth of a degree, some 11 km: enough for a list of regencies, too coarse for a house.
        """
        if match := _POINT.fullmatch(value):
            place = regions.Place(round(float(match[1]), 1), round(float(match[2]), 1))
            return cls(f"{place.latitude},{place.longitude}", place) if place.is_in_indonesia else None
        try:
            regency = regions.by_code(value)
        except Regency.DoesNotExist:
            return None
        if regency.latitude is None or regency.longitude is None:
            return None
        return cls(value, regions.Place(regency.latitude, regency.longitude), regency)

    @property
    def label(self) -> str:
        if self.regency:
            return _("Nearest to %(place)s") % {"place": self.regency}
        return _("Nearest to you")


@dataclass(frozen=True)
class ActiveFilter:
    """A filter in force: what it says, and the query string of the page without it."""

    label: str
    query_without: str


class DirectoryForm(forms.Form):
    """The filters of the directory. A value that is no choice does not filter; then ``ignored`` is true."""

    search = forms.CharField(label=gettext_lazy("Name or place"), required=False, max_length=100)
    province = forms.ChoiceField(label=gettext_lazy("Province"), required=False)
    regency = forms.ChoiceField(label=gettext_lazy("Regency or city"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Vocational field"), required=False)
    near = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.origin: Near | None = None
        self._labels: dict[str, dict[str, str]] = {}
        provinces = [(province.code, str(province)) for province in queries.by_province()]
        fields = [(field.code, str(field)) for field in queries.by_field()]
        self._offer("province", _("All provinces"), sorted(provinces, key=lambda choice: choice[1]))
        self._offer("field", _("All fields"), fields)
        province_code = data.get(_PARAMETERS["province"], "")
        if province_code in dict(provinces):
            regencies = [(regency.code, str(regency)) for regency in regions.regencies_of(province_code)]
            self._offer("regency", _("All regencies and cities"), regencies)
        else:
            self._offer("regency", _("Choose a province first"), [])
            self.fields["regency"].widget.attrs["disabled"] = True
        self.is_valid()

    def add_prefix(self, field_name: str) -> str:
        return _PARAMETERS.get(field_name, field_name)

    def clean_near(self) -> str:
        value = self.cleaned_data["near"]
        if value:
            self.origin = Near.parse(value)
            if self.origin is None:
                raise forms.ValidationError("Not a place in Indonesia", code="unknown")
            return self.origin.value
        return ""

    def _offer(self, name: str, all_of_them: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", all_of_them), *choices]
        self._labels[name] = dict(choices)

    @property
    def filters(self) -> dict[str, str]:
        """What to filter by, as it stands in the address."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def centres(self) -> QuerySet[Centre]:
        """What the directory shows for these filters."""
        criteria = {name: value for name, value in self.filters.items() if name != "near"}
        centres = queries.directory(**criteria)
        return queries.nearest_first(centres, self.origin.place) if self.origin else centres

    @property
    def is_too_exact(self) -> bool:
        """Whether the address holds someone's place more exactly than we want to know it."""
        return bool(self.origin and self.data.get(_PARAMETERS["near"]) != self.origin.value)

    @property
    def is_searched(self) -> bool:
        """Whether what is shown is of one person's making, and of no use to a search engine."""
        return bool(self.filters["search"] or self.origin)

    @property
    def ignored(self) -> bool:
        return bool(self.errors)

    def query_string(self, *, page: int = 1) -> str:
        """These filters behind a question mark, without empty ones and without page 1; may be empty."""
        query = _query_of(self.filters)
        if page > 1:
            query = f"{query}&halaman={page}" if query else f"halaman={page}"
        return f"?{query}" if query else ""

    @property
    def query(self) -> str:
        """The query string of these filters for the links to other pages of the list."""
        return _query_of(self.filters)

    @property
    def active(self) -> Iterator[ActiveFilter]:
        """The filters in force, for the line that names them and takes each away again."""
        for name, value in self.filters.items():
            if value:
                rest = {other: kept for other, kept in self.filters.items() if other != name}
                if name == "province":
                    rest.pop("regency")
                yield ActiveFilter(self._label_of(name, value), _query_of(rest))

    def _label_of(self, name: str, value: str) -> str:
        if name == "near":
            return self.origin.label if self.origin else ""
        return f"“{value}”" if name == "search" else self._labels[name][value]


def _query_of(filters: dict[str, str]) -> str:
    return urlencode({_PARAMETERS[name]: value for name, value in filters.items() if value})


class NearestForm(forms.Form):
    """Where someone is, in words, and what they want to learn."""

    place = forms.CharField(label=gettext_lazy("Your regency or city"), max_length=100)
    field = forms.ChoiceField(label=gettext_lazy("Vocational field"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data if "tempat" in data else None, initial={"field": data.get("kejuruan", "")})
        field = self.fields["field"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All fields")), *((field.code, str(field)) for field in queries.by_field())]
        self.found: list[Regency] = []

    def add_prefix(self, field_name: str) -> str:
        return {"place": "tempat", "field": "kejuruan"}.get(field_name, field_name)

    def clean_place(self) -> str:
        text: str = self.cleaned_data["place"]
        self.found = regions.find(text)
        if not self.found:
            raise forms.ValidationError(
                _("We know no regency or city of this name. Check the spelling, or type a neighbouring one."),
                code="unknown",
            )
        return text

    def directory_query(self, near: str) -> str:
        """The query string of the directory for this field, with the nearest to ``near`` first."""
        field = self.cleaned_data.get("field", "") if self.is_bound else self.initial["field"]
        return _query_of({"field": field, "near": near})
