"""The overview of a company or training provider, beside its next steps: what needs somebody, and what is new."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.accounts import queries as accounts
from hub.accounts.models import Organisation
from hub.audit import queries as audit
from hub.audit.models import Entry
from hub.tokens import queries as tokens
from hub.webhooks import queries as webhooks
from hub.webhooks.models import EndpointState, Owner

from .attention import EXPIRES_SOON, Item

TOKEN_EXPIRES_SOON = timedelta(days=14)
_ENTRIES = 5


@dataclass(frozen=True)
class Overview:
    """``items`` are for owners, who alone can do something about them; most urgent first."""

    items: list[Item]
    invitations: int
    lately: list[Entry]


def overview(organisation: Organisation, *, owns: bool, now: datetime) -> Overview:
    """Two statements for everyone, and two more for owners."""
    invited = list(accounts.open_invitations(now=now, organisation_id=organisation.pk))
    items: list[Item] = []
    if owns:
        items += _stopped_connections(organisation)
        items += _tokens_that_end(organisation, now)
        ending = sum(offer.expires_at - now < EXPIRES_SOON for offer in invited)
        items += _invitations_that_end(organisation, ending)
    return Overview(items, len(invited), list(audit.trail(organisation_id=organisation.pk)[:_ENTRIES]))


def _stopped_connections(organisation: Organisation) -> Iterator[Item]:
    for endpoint in webhooks.endpoints_of(Owner(organisation_id=organisation.pk)):
        if endpoint.state == EndpointState.FAILING:
            url = reverse("hub:webhook", args=[organisation.pk, endpoint.pk])
            title = _("“%(name)s” gets no messages any more") % {"name": endpoint.description or endpoint.url}
            yield Item("error", "webhook", title, _("It failed too often. See why, then switch it on again."), url)


def _tokens_that_end(organisation: Organisation, now: datetime) -> Iterator[Item]:
    url = reverse("hub:organisation_tokens", args=[organisation.pk])
    for token in tokens.tokens_of_organisation(organisation):
        if now < token.expires_at < now + TOKEN_EXPIRES_SOON:
            title = _("The API token “%(name)s” ends on %(date)s") % {
                "name": token.name,
                "date": date_format(token.expires_at, "j F Y"),
            }
            yield Item("warning", "key-round", title, _("Make a new one now, so that your program goes on."), url)


def _invitations_that_end(organisation: Organisation, count: int) -> Iterator[Item]:
    if count:
        title = ngettext("%(count)d invitation ends soon", "%(count)d invitations end soon", count) % {"count": count}
        url = reverse("hub:organisation_people", args=[organisation.pk])
        yield Item("info", "mail", title, _("Remind them, or send a new one."), url)
