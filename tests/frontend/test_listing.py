"""The one way of lists: filters, sorting, columns, pages and downloads stand in the address, over HTTP."""

import csv
import io

import django_filters
import django_tables2 as tables
import openpyxl
import pytest
from django.test import RequestFactory

from frontend import listing
from frontend.listing import Listing, Table
from hub.regions.models import Regency

pytestmark = pytest.mark.django_db


class RegencyTable(Table):
    name = tables.Column("Nama")
    code = tables.Column("Kode")
    province = tables.Column("Provinsi", accessor="province__name")

    hidden_at_first = ("province",)


class RegencyFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label="Nama", field_name="name", lookup_expr="icontains")
    provinsi = django_filters.ChoiceFilter(
        label="Provinsi", field_name="province_id", choices=[("35", "Jawa Timur"), ("33", "Jawa Tengah")]
    )


def listed(query: str = "", size: int = 50) -> Listing:
    request = RequestFactory().get(f"/daftar/?{query}")
    rows = Regency.objects.select_related("province").order_by("name")
    return Listing(request, RegencyTable, rows, RegencyFilter, size=size)


def names(found: Listing) -> list[str]:
    return [row.record.name for row in found.table.paginated_rows]


def test_filters_narrow_and_say_so() -> None:
    found = listed("cari=blitar&provinsi=35")
    assert all("blitar" in name.lower() for name in names(found))
    assert found.count == 2
    assert [(chip.label, chip.query) for chip in found.chips] == [
        ("“blitar”", "provinsi=35"),
        ("Jawa Timur", "cari=blitar"),
    ]


@pytest.mark.parametrize("query", ["provinsi=99", "provinsi=%00", "urut=tidakada", "halaman=x", "halaman=-1",
                                   "halaman=99999999999999999999", "kolom=tidakada", "cari=%00a%00"])  # fmt: skip
def test_nonsense_in_the_address_is_no_error(query: str) -> None:
    names(listed(query))


def test_an_unknown_choice_does_not_filter_and_says_so() -> None:
    found = listed("provinsi=99")
    assert found.ignored
    assert found.count == Regency.objects.count()


def test_sorting_goes_up_then_down() -> None:
    upwards = listed("urut=code")
    assert names(upwards) == [one.name for one in Regency.objects.order_by("code")[:50]]
    queries = {column.name: (query, sorted_) for column, query, sorted_ in upwards.columns}
    assert queries["code"] == ("urut=-code", "ascending")
    assert names(listed("urut=-code"))[0] == Regency.objects.order_by("-code")[0].name


def test_columns_are_chosen_and_the_first_always_stays() -> None:
    assert [column.name for column, *_ in listed().columns] == ["name", "code"]
    assert [column.name for column, *_ in listed("kolom=province").columns] == ["name", "province"]


def test_pages_keep_filters_sorting_and_columns() -> None:
    found = listed("provinsi=35&urut=-code&kolom=code&halaman=2", size=10)
    assert found.page.number == 2
    assert found.query == "provinsi=35&urut=-code&kolom=code"
    assert len(names(found)) == 10


def test_a_list_asks_for_its_count_and_its_page(django_assert_num_queries) -> None:
    with django_assert_num_queries(3):  # with the schema
        names(listed("cari=a"))


def test_where_nothing_is_there_is_nothing_to_search(hub_client):
    page = hub_client.get("/design/", {"kosong": ""}).content.decode()
    shown = page.split('id="daftar-tampilan"')[1].split('id="angka"')[0]
    assert "Belum ada apa-apa" in shown
    assert 'type="search"' not in shown and "0 baris" not in shown and "unduh=csv" not in shown


@pytest.mark.parametrize(
    ("query", "is_bare"), [("", True), ("cari=zzz", False), ("provinsi=99", False), ("urut=code", True)]
)
def test_what_filters_do_not_find_is_not_nothing(query, is_bare) -> None:
    """Filters have to be there to be taken away."""
    request = RequestFactory().get(f"/daftar/?{query}")
    assert Listing(request, RegencyTable, Regency.objects.none(), RegencyFilter).is_bare is is_bare


def test_a_cell_gets_what_it_asks_for_and_no_more():
    class Cells(Table):
        name = tables.Column()
        code = tables.Column()
        province = tables.TemplateColumn("{{ value }}/{{ record.code }}")

        def render_name(self, value, record, bound_row) -> str:
            return f"{value} {record.code} {bound_row.record.code}"

        def render_code(self) -> str:
            return "kode"

    [row] = Cells([Regency.objects.get(code="35.05")]).rows
    assert [str(cell).upper() for cell in row] == ["KABUPATEN BLITAR 35.05 35.05", "KODE", "JAWA TIMUR/35.05"]


@pytest.fixture
def dangerous(monkeypatch):
    Regency.objects.filter(code="35.05").update(name="=HYPERLINK(1)")


def file_of(kind: str) -> bytes:
    request = RequestFactory().get(f"/daftar/?provinsi=35&unduh={kind}")
    rows = Regency.objects.order_by("code")
    response = listing.list_page(request, "", RegencyTable, rows, RegencyFilter, file_name="wilayah", size=5)
    assert f'filename="wilayah.{kind}"' in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
    return response.content


def test_a_csv_holds_every_row_that_fits_and_no_formula(dangerous) -> None:
    rows = list(csv.reader(io.StringIO(file_of("csv").decode("utf-8-sig"))))
    assert rows[0] == ["Nama", "Kode"]
    assert len(rows) - 1 == Regency.objects.filter(province_id="35").count()
    assert "'=HYPERLINK(1)" in [row[0] for row in rows]


def test_an_xlsx_opens_and_holds_no_formula(dangerous) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(file_of("xlsx"))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ["Nama", "Kode"]
    assert len(cells) - 1 == Regency.objects.filter(province_id="35").count()
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_design_page_shows_it(hub_client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        page = hub_client.get("/design/").content.decode()
    assert 'aria-sort="none"' in page and 'name="pilih"' in page
    assert 'name="pilih"' not in hub_client.get("/design/?kosong").content.decode()
