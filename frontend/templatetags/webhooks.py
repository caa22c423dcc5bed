"""What the pages of webhooks say of events and attempts."""

import json

from django import template
from django.utils.translation import gettext as _

from hub.webhooks import events
from hub.webhooks.models import Attempt, Delivery

from .. import webhook_words

register = template.Library()


@register.filter
def kind_name(code: str) -> str:
    """What an event is called; its code if it is of another version."""
    return str(events.KINDS[code].name) if code in events.KINDS else code


@register.filter
def why(reason: str) -> str:
    return webhook_words.happened(reason)


@register.filter
def advice(reason: str) -> str:
    return webhook_words.advice(reason)


@register.filter
def outcome(attempt: Attempt) -> str:
    """An attempt in a line: what came of it, and the status if there was an answer."""
    said = _("Arrived") if attempt.arrived else webhook_words.happened(attempt.reason)
    return f"{said} · {attempt.status}" if attempt.status else said


@register.filter
def state_kind(state: str) -> str:
    """The colour of a badge for the state of an endpoint or a message."""
    return {
        "active": "success", "failing": "error", "delivered": "success", "given_up": "error", "waiting": "info",
    }.get(state, "plain")  # fmt: skip


@register.filter
def is_under_way(delivery: Delivery) -> bool:
    """Whether the page may expect news within seconds."""
    return delivery.state == "waiting" and delivery.tries == 0 and delivery.endpoint.is_active


@register.filter
def pretty(body: str) -> str:
    """JSON as people read it."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)


@register.filter
def example(kind: events.Kind) -> str:
    """A whole message of this kind, as a receiver gets it."""
    message = {"type": kind.code, "timestamp": "2026-11-24T03:00:00Z", "data": kind.example}
    return json.dumps(message, indent=2, ensure_ascii=False)
