"""The design system on one page: every component in every state, for those who build and for the tests that look."""

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from hub.centres.models import VocationalField
from hub.regions.models import Province
from workflows.desk import Urgency

from .. import province_map
from ..attention import Item
from ..charts import Chart, Series
from ..context import THEMES
from ..listing import Table, list_page
from ..space_forms import PageForm
from ..steps import ShownStep

LONG_NAME = (
    "BLK Komunitas Yayasan Pendidikan dan Pemberdayaan Masyarakat Pondok Pesantren Miftahul ‘Ulum Al-Mubarokah "
    "Darussalam Kedungbanteng-Sumbermanjingwetan"
)
ROWS: list[dict[str, Any]] = [
    {"pk": 1, "name": "BLKK Contoh Satu", "place": "Kabupaten Blitar", "state": "Aktif", "seats": 16,
     "last": "Hari ini"},
    {"pk": 2, "name": LONG_NAME, "place": "Kabupaten Kepulauan Siau Tagulandang Biaro", "state": "Dibekukan",
     "seats": 1_819, "last": "23 November 2026"},
    {"pk": 3, "name": "BLKK Contoh Tiga", "place": "Kota Semarang", "state": "Aktif", "seats": 0, "last": ""},
]  # fmt: skip
CHART = Chart(
    "bar", "Bulan", ["Juli", "Agustus", "September", "Oktober"],
    [Series("Peserta", [120, 180, None, 260]), Series("Lulusan", [90, 150, 170, 210])], "orang",
)  # fmt: skip
TODAY = [
    ShownStep("Perbarui: Izin operasional", "Berakhir 9 hari lalu.", "Ganti", "#kabar", "file-text", Urgency.NOW),
    ShownStep(LONG_NAME, "Tinggal 47 hari.", "Periksa profil", "#kabar", "refresh-cw", Urgency.SOON),
]
LINE = Chart("line", "Bulan", ["Juli", "Agustus", "September"], [Series("Kehadiran", [82.5, 91, 88])], "%")

COMMAND = (
    'curl "https://balai.example/api/v1/centres/?province=35&fields=code,name,url&limit=5" \\\n'
    '  -H "Authorization: Bearer $BALAI_TOKEN"'
)

ATTENTION = [
    Item("error", "shield-alert", "Jejak audit tidak utuh", "Ada catatan yang diubah atau dihapus.", "#kabar"),
    Item("warning", "mail", "3 undangan segera habis waktunya", "Ingatkan orangnya, atau kirim yang baru.", "#kabar"),
    Item("info", "hourglass", "1 kunjungan menunggu persetujuan balai", LONG_NAME, "#kabar"),
]


class Rows(list[dict[str, Any]]):
    """Rows that a filter set takes without a database."""

    model = None


class DesignTable(Table):
    name = tables.Column("Balai")
    place = tables.Column("Kabupaten atau kota")
    state = tables.Column("Status")
    seats = tables.Column("Kursi", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    last = tables.Column("Terakhir aktif")

    hidden_at_first = ("last",)

    def render_name(self, value: str) -> str:
        return format_html('<a href="#daftar">{}</a>', value)


class DesignFilter(django_filters.FilterSet):
    """Answers to nothing: the rows are a list, and the page only shows how filters look."""

    cari = django_filters.CharFilter(label="Nama atau tempat", method="keep")
    status = django_filters.ChoiceFilter(
        label="Status", choices=[("aktif", "Aktif"), ("dibekukan", "Dibekukan")], method="keep"
    )
    sejak = django_filters.DateFilter(
        label="Aktif sejak", method="keep", widget=forms.DateInput(attrs={"type": "date"})
    )

    def keep(self, rows: Any, name: str, value: Any) -> Any:
        return rows

    @property
    def qs(self) -> Any:
        self.form.is_valid()
        return self.queryset


class DesignForm(forms.Form):
    nama = forms.CharField(label="Nama", max_length=20, help_text="Seperti di KTP.")
    email = forms.EmailField(label="Email", required=False)
    provinsi = forms.ChoiceField(label="Provinsi", choices=[("", "Pilih"), ("35", "Jawa Timur")])
    kejuruan = forms.MultipleChoiceField(
        label="Kejuruan", choices=[("tik", "Teknologi Informasi dan Komunikasi"), ("las", "Teknik Las")],
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip
    cerita = forms.CharField(label="Cerita", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    berkas = forms.FileField(label="Berkas", required=False)
    setuju = forms.BooleanField(label="Saya setuju")


def example_map() -> province_map.ProvinceMap:
    """The map with every shade, of invented counts."""
    provinces = [Province(code=code, name=f"PROVINSI {code}") for code in province_map.codes()]
    for number, province in enumerate(provinces):
        province.centre_count = number**2 if number % 3 else 0  # type: ignore[attr-defined]
    return province_map.of(provinces)


def example_fields() -> list[VocationalField]:
    """Fields to choose from, with invented counts and one long name."""
    named = {"tik": "Teknologi Informasi dan Komunikasi", "las": "Teknik Las", "contoh": LONG_NAME}
    fields = [VocationalField(code=code, name=name) for code, name in named.items()]
    for number, field in enumerate(fields):
        field.centre_count = 1_119 // (number + 1)  # type: ignore[attr-defined]
    return fields


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """``?tema=gelap`` or ``terang`` shows it in that theme whatever the device says."""
    wrong = DesignForm({"nama": "Nama yang jauh terlalu panjang", "email": "bukan-email", "provinsi": "99"})
    for name in ("nama", "kejuruan", "setuju"):
        setattr(wrong.fields[name], "remark", "Belum terbaca di foto izin.")  # noqa: B010  (for c-form-field)
    wanted = request.GET.get("tema", "")
    context: dict[str, Any] = {
        "form": DesignForm(),
        "wrong": wrong,
        "chart": CHART,
        "line": LINE,
        "no_chart": Chart("bar", "Bulan", [], []),
        "attention": ATTENTION,
        "today": TODAY,
        "page_form": PageForm(initial={"palette": "sogan"}),
        "map": example_map(),
        "fields": example_fields(),
        "command": COMMAND,
        "now": timezone.now(),
        "long_name": LONG_NAME,
    }
    if wanted in THEMES:
        context["theme"] = wanted
    rows = Rows([] if "kosong" in request.GET else ROWS)
    return list_page(request, "pages/design.html", DesignTable, rows, DesignFilter, context=context, file_name="contoh")
