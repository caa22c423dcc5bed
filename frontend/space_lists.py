"""The lists of a centre's inner pages: its papers and its news."""

from datetime import timedelta
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from tenants.site.models import LATER, SOON, Announcement, Document, DocumentKind, Validity

from .listing import Table

_ONE_LINE = {"td": {"class": "whitespace-nowrap"}}


class DocumentTable(Table):
    """Papers: what each is, and until when it counts, in days of the centre's own calendar."""

    title = tables.Column(gettext_lazy("Document"))
    kind = tables.Column(gettext_lazy("Kind"))
    validity = tables.TemplateColumn(
        template_name="pages/space/_validity.html",
        verbose_name=gettext_lazy("State"),
        order_by=("expires_on", "title"),
        accessor="pk",
    )
    expires_on = tables.DateColumn(verbose_name=gettext_lazy("Valid until"), short=False)
    issued_on = tables.DateColumn(verbose_name=gettext_lazy("Issued on"), short=False)
    note = tables.Column(gettext_lazy("Note"))
    updated_at = tables.DateTimeColumn(verbose_name=gettext_lazy("Last changed"), short=True)
    file = tables.TemplateColumn(
        template_name="pages/space/_document_file.html", verbose_name=gettext_lazy("File"), orderable=False
    )

    hidden_at_first = ("issued_on", "note", "updated_at")

    def render_title(self, record: Document, value: str) -> str:
        name = "centre:edit_document" if self.request.access.keeps else "centre:download_document"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[record.pk]), value)

    def value_title(self, value: str) -> str:
        return value

    def value_validity(self, record: Document) -> str:
        return str(record.validity(timezone.localdate()).label)

    def value_file(self, record: Document) -> str:
        return record.file.rpartition(".")[2].upper()

    def value_expires_on(self, value: Any) -> str:
        return value.isoformat() if value else ""

    value_issued_on = value_expires_on

    def value_updated_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


class CentreDocumentTable(DocumentTable):
    """The same papers for the ministry: when each was put up, without the note, which may speak of people."""

    note = None
    expires_on = tables.DateColumn(verbose_name=gettext_lazy("Valid until"), short=True, attrs=_ONE_LINE)
    added_at = tables.DateColumn(verbose_name=gettext_lazy("Put up on"), short=True, attrs=_ONE_LINE)
    file = tables.TemplateColumn(
        template_name="pages/ministry/_document_file.html", verbose_name=gettext_lazy("File"), orderable=False
    )

    class Meta:
        sequence = ("title", "kind", "validity", "expires_on", "added_at", "...", "file")

    def render_title(self, record: Document, value: str) -> str:
        return value

    def value_added_at(self, value: Any) -> str:
        return timezone.localtime(value).date().isoformat()


class DocumentFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Name or note"), method="search")
    jenis = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"),
        field_name="kind",
        choices=DocumentKind.choices,
        empty_label=gettext_lazy("All kinds"),
    )
    masa = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), method="stand", choices=Validity.choices, empty_label=gettext_lazy("All states")
    )

    def search(self, rows: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        return rows.filter(Q(title__icontains=value) | Q(note__icontains=value))

    def stand(self, rows: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        """The same days as ``Document.validity`` counts them."""
        today = timezone.localdate()
        soon, later = today + timedelta(days=SOON), today + timedelta(days=LATER)
        days = {
            Validity.EXPIRED: Q(expires_on__lt=today),
            Validity.SOON: Q(expires_on__gte=today, expires_on__lte=soon),
            Validity.LATER: Q(expires_on__gt=soon, expires_on__lte=later),
            Validity.VALID: Q(expires_on__gt=later),
            Validity.UNLIMITED: Q(expires_on=None),
        }
        return rows.filter(days[Validity(value)])


class NewsTable(Table):
    title = tables.Column(gettext_lazy("Title"))
    published_at = tables.DateColumn(verbose_name=gettext_lazy("Published"), short=False)

    def render_title(self, record: Announcement, value: str) -> str:
        return format_html('<a href="{}">{}</a>', reverse("centre:edit_news", args=[record.pk]), value)

    def value_title(self, value: str) -> str:
        return value

    def value_published_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


class NewsFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Words"), method="search")

    def search(self, rows: QuerySet[Announcement], name: str, value: str) -> QuerySet[Announcement]:
        return rows.filter(Q(title__icontains=value) | Q(body__icontains=value))
