"""The form of an address that messages go to, and the list of what went there."""

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from hub.webhooks import events
from hub.webhooks.models import Delivery, DeliveryState, Endpoint
from kernel import outgoing
from kernel.errors import DomainError

from . import webhook_words
from .listing import Table
from .templatetags.webhooks import kind_name

_FIELD_OF = {"address_refused": "url", "already_there": "url", "kind_refused": "kinds"}


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=outgoing.LONGEST_URL,
        help_text=_("Where your program listens. It begins with https://."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("For yourselves. Such as: foundation's website.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Tell it when"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def __init__(self, *args: Any, side: str, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        if endpoint is not None:
            kwargs["initial"] = {"url": endpoint.url, "description": endpoint.description, "kinds": endpoint.kinds}
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.code, _named(kind)) for kind in events.offered_to(side)]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            outgoing.check(url)
        except outgoing.AddressRefused as error:
            raise ValidationError(str(error), code=error.code) from error
        return url

    def refuse(self, error: DomainError) -> None:
        """Say at its field why it was not saved."""
        self.add_error(_FIELD_OF.get(error.code), str(error))


def _named(kind: events.Kind) -> str:
    return format_html(
        '<span class="block font-semibold">{}</span><span class="text-muted block text-sm">{}</span>',
        kind.name,
        kind.when,
    )


class DeliveryTable(Table):
    """What went to one address, newest first."""

    message = tables.Column(_("Event"), orderable=False)
    created_at = tables.Column(_("Happened"))
    state = tables.TemplateColumn(verbose_name=_("State"), template_name="pages/webhooks/_state.html")
    last_status = tables.Column(_("Last answer"), orderable=False, empty_values=())
    next_attempt_at = tables.Column(_("Next attempt"))

    hidden_at_first = ("next_attempt_at",)
    link_to: Any = None  # a delivery's page, by its id; the view sets it on a class of its own

    def render_message(self, record: Delivery) -> str:
        return format_html('<a href="{}">{}</a>', type(self).link_to(record.pk), kind_name(record.message.kind))

    def value_message(self, record: Delivery) -> str:
        return record.message.kind

    def render_created_at(self, value: Any) -> str:
        return date_format(localtime(value), "j M Y H:i")

    def render_next_attempt_at(self, value: Any) -> str:
        return date_format(localtime(value), "j M Y H:i")

    def value_state(self, record: Delivery) -> str:
        return record.get_state_display()

    def render_last_status(self, record: Any) -> str:
        said = webhook_words.happened(record.last_reason or "")
        return " · ".join(part for part in (said, str(record.last_status or "")) if part) or "–"


class DeliveryFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label=_("State"), field_name="state", choices=DeliveryState.choices)
    peristiwa = django_filters.ChoiceFilter(
        label=_("Event"), field_name="message__kind", choices=[(code, kind.name) for code, kind in events.KINDS.items()]
    )
    sejak = django_filters.DateFilter(
        label=_("From"), field_name="created_at__date", lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
