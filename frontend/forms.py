"""Forms of the HTML pages. Field names are English here and Indonesian in the address bar."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.centres import queries
from hub.regions import queries as regions

_PARAMETERS = {"search": "cari", "province": "provinsi", "regency": "kabupaten", "field": "kejuruan"}


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

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
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

    def _offer(self, name: str, all_of_them: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", all_of_them), *choices]
        self._labels[name] = dict(choices)

    @property
    def filters(self) -> dict[str, str]:
        """What to filter by, as ``queries.directory`` takes it."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

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
        return f"“{value}”" if name == "search" else self._labels[name][value]


def _query_of(filters: dict[str, str]) -> str:
    return urlencode({_PARAMETERS[name]: value for name, value in filters.items() if value})
