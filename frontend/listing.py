"""Lists: one way for every list of the platform to be searched, filtered, sorted, paged, narrowed and taken away.

A list is a ``Table`` (which columns, how a cell reads), a filter set of django-filter (which questions it answers)
and a view that calls ``list_page``. ``<c-data-table>`` shows it. All of it stands in the address, so a list can be
kept, shared and gone back to, and works without JavaScript.
"""

import csv
import inspect
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
import xlsxwriter
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_filters import FilterSet

from kernel.spreadsheets import harmless

ROWS_A_PAGE = 50
MOST_ROWS = 20_000  # of a download
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SORT, PAGE, COLUMNS, DOWNLOAD = "urut", "halaman", "kolom", "unduh"


class Table(tables.Table):
    """A list's columns. The first is the row's name: always shown, and the heading of its card on a phone.

    ``hidden_at_first`` names columns that are shown only to who chooses them. A column's cell for a download is what
    ``value_NAME`` gives, else what is shown. ``is_taken_whole``: a download holds every column, shown or not.
    """

    hidden_at_first: tuple[str, ...] = ()
    is_taken_whole = False

    def __init__(self, rows: Any, *, chosen: Iterable[str] = (), **options: Any) -> None:
        choosable = list(type(self).base_columns)[1:]
        wanted = [name for name in choosable if name in set(chosen)]
        self.shown = wanted or [name for name in choosable if name not in self.hidden_at_first]
        left_out = [name for name in choosable if name not in self.shown]
        options.setdefault("default", "")  # nothing for nothing: an empty cell is left out of a card on a phone
        super().__init__(
            rows, exclude=left_out, order_by_field=SORT, page_field=PAGE, per_page_field="banyak-per-halaman", **options
        )
        for column in self.columns.columns.values():
            column.render = _looked_at_once(column.render)

    @property
    def choices(self) -> Iterator[tuple[str, Any, bool]]:
        """Columns that one may choose: name, heading, whether it is shown."""
        for name, column in list(type(self).base_columns.items())[1:]:
            yield name, column.verbose_name or name, name in self.shown


_ANYTHING = inspect.Signature([inspect.Parameter("given", inspect.Parameter.VAR_KEYWORD)])


def _looked_at_once(render: Callable[..., Any]) -> Callable[..., Any]:
    """The same function for django-tables2, which asks what a cell's function takes anew for every cell.

    This one takes whatever there is, says so without being looked into, and hands on what the function asks for.
    """
    asked = inspect.signature(render).parameters.values()
    if any(one.kind == one.VAR_KEYWORD for one in asked):
        return render
    names = [one.name for one in asked]

    def rendered(**given: Any) -> Any:
        return render(**{name: given[name] for name in names})

    rendered.__signature__ = _ANYTHING  # type: ignore[attr-defined]
    return rendered


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: what it says, and the query string of the list without it."""

    name: str
    label: str
    query: str


class Listing:
    """A list as one request asks for it: the filtered, sorted page of rows, and links to its neighbours."""

    def __init__(
        self,
        request: HttpRequest,
        table_class: type[Table],
        rows: QuerySet[Any] | list[Any],
        filter_class: type[FilterSet] | None = None,
        *,
        size: int = ROWS_A_PAGE,
        table_options: dict[str, Any] | None = None,
        **filter_options: Any,
    ) -> None:
        self.request = request
        self.filter = (
            filter_class(_clean(request.GET), rows, request=request, **filter_options) if filter_class else None
        )
        found = self.filter.qs if self.filter else rows
        is_whole = table_class.is_taken_whole and DOWNLOAD in request.GET
        columns = table_class.base_columns if is_whole else request.GET.getlist(COLUMNS)
        self.table = table_class(found, chosen=columns, **(table_options or {}))
        tables.RequestConfig(request, paginate={"per_page": size}).configure(self.table)
        paginator = self.table.paginator
        self.page = self.table.page
        self.pages = list(paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1))

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter stands in the address, known or not."""
        return self.ignored or any(True for _chip in self.chips)

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing at all: then there is nothing to search, sort or count, either."""
        return not self.count and not self.is_narrowed

    @property
    def form(self) -> forms.Form | None:
        return self.filter.form if self.filter else None

    @property
    def ignored(self) -> bool:
        """Whether the address holds a filter that means nothing."""
        return bool(self.form and self.form.errors)

    @property
    def query(self) -> str:
        """The list as it stands, without the page: what other pages and a saved view begin with."""
        return _query(self.request.GET, without=(PAGE, DOWNLOAD))

    @property
    def search(self) -> forms.BoundField | None:
        """The field for words, which stands in the open; the other filters stand in a fold."""
        return self.form["cari"] if self.form and "cari" in self.form.fields else None

    @property
    def folded(self) -> list[forms.BoundField]:
        return [field for field in self.form or [] if field.name != "cari"]

    @property
    def folded_in_force(self) -> int:
        return sum(1 for chip in self.chips if chip.name != "cari")

    @property
    def orders(self) -> Iterator[tuple[str, Any, bool, bool]]:
        """Ways to sort, for a phone, where there are no headings to tap: name, heading, upwards now, downwards now."""
        for column in self.table.columns:
            if column.orderable:
                downwards = column.is_ordered and column.order_by_alias.is_descending
                yield column.name, column.header, column.is_ordered and not downwards, downwards

    @property
    def columns(self) -> Iterator[tuple[Any, str, str]]:
        """Each shown column, the query string that sorts by it (empty: it cannot), and how it is sorted now (ARIA)."""
        for column in self.table.columns:
            if not column.orderable:
                yield column, "", ""
                continue
            now = "none"
            if column.is_ordered:
                now = "descending" if column.order_by_alias.is_descending else "ascending"
            yield column, self._sorted_by(column), now

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Sorting and columns, which a new search keeps."""
        return [(key, value) for key in (SORT, COLUMNS) for value in self.request.GET.getlist(key) if value]

    @property
    def kept_with_filters(self) -> list[tuple[str, str]]:
        """Filters and sorting, which another choice of columns keeps."""
        pairs = ((key, value) for key, values in self.request.GET.lists() for value in values)
        return [(key, value) for key, value in pairs if value and key not in (PAGE, DOWNLOAD, COLUMNS)]

    @property
    def chips(self) -> Iterator[Chip]:
        form = self.form
        if form is None or not form.is_bound:
            return
        for name, value in getattr(form, "cleaned_data", {}).items():
            if value not in (None, "", [], ()) and not (hasattr(value, "exists") and not value):
                query = _query(self.request.GET, without=(PAGE, DOWNLOAD, name))
                yield Chip(name, _said(form[name], value), query)

    def _sorted_by(self, column: Any) -> str:
        """The query string of this list sorted by a column: upwards first, then downwards."""
        query = self.request.GET.copy()
        query.pop(PAGE, None)
        query.pop(DOWNLOAD, None)
        query[SORT] = column.order_by_alias.next
        return query.urlencode()


def ticked(request: HttpRequest) -> list[uuid.UUID]:
    """The ids of the rows that were ticked in a list with bulk actions; what is no id is left out."""
    return [found for text in request.POST.getlist("pilih") if (found := _as_uuid(text))]


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def list_page(  # noqa: PLR0913  (a list has that many sides)
    request: HttpRequest,
    template: str,
    table_class: type[Table],
    rows: QuerySet[Any] | list[Any],
    filter_class: type[FilterSet] | None = None,
    *,
    context: dict[str, Any] | None = None,
    size: int = ROWS_A_PAGE,
    file_name: str = "daftar",
    table_options: dict[str, Any] | None = None,
    **filter_options: Any,
) -> HttpResponse:
    """The page of a list, or with ``?unduh=csv`` or ``xlsx`` all its rows as a file. The template finds ``listing``.

    ``table_options`` go to the table, ``filter_options`` to the filter set.
    """
    listing = Listing(
        request, table_class, rows, filter_class, size=size, table_options=table_options, **filter_options
    )
    if wanted := request.GET.get(DOWNLOAD):
        return as_file(listing.table, file_name, wanted)
    response = render(request, template, {**(context or {}), "listing": listing})
    # The address to keep or share after htmx has exchanged the list: without the filters that are not set.
    response["HX-Push-Url"] = f"{request.path}?{listing.query}" if listing.query else request.path
    return response


def as_file(table: Table, name: str, kind: str) -> HttpResponse:
    """The rows of a table as a spreadsheet takes them, CSV or XLSX; no cell is taken for a formula."""
    rows = _cells(table)
    if kind == "xlsx":
        response = HttpResponse(_xlsx(rows), content_type=XLSX)
    else:
        kind, response = "csv", HttpResponse(content_type="text/csv; charset=utf-8")
        response.write("\ufeff")  # Excel reads a CSV as UTF-8 only with this in front
        csv.writer(response).writerows(rows)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def _cells(table: Table) -> Iterator[list[Any]]:
    table.data.data = table.data.data[:MOST_ROWS]  # no more is fetched than is written
    for row in table.as_values():
        yield [cell if isinstance(cell, int | float) else harmless("" if cell is None else str(cell)) for cell in row]


def _xlsx(rows: Iterable[list[Any]]) -> bytes:
    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True})
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row, heading if number == 0 else None)
        sheet.freeze_panes(1, 1)
    return stream.getvalue()


def _clean(query: QueryDict) -> QueryDict:
    """Without null bytes, which PostgreSQL refuses."""
    cleaned = query.copy()
    for key, values in query.lists():
        cleaned.setlist(key, [value.replace("\0", "") for value in values])
    return cleaned


def _query(query: QueryDict, *, without: Iterable[str]) -> str:
    pairs = [(key, value) for key, values in query.lists() if key not in without for value in values if value]
    return urlencode(pairs)


def _said(field: forms.BoundField, value: Any) -> str:
    """A filter in words: what was typed in quotes, what was chosen by its label."""
    choices = getattr(field.field, "choices", None)
    if isinstance(field.field, forms.DateField):
        return f"{field.label}: {date_format(value, 'SHORT_DATE_FORMAT')}"
    if choices is None:
        return f"“{value}”"
    chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
    labels = [str(label) for key, label in _flat(choices) if str(key) in chosen]
    return ", ".join(labels) or _("Filter")


def _flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label
