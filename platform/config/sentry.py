"""Sentry: errors leave the machine only where an operator set ``SENTRY_DSN``, tagged with their centre."""

from typing import Any

import sentry_sdk

from kernel import schema


def start(dsn: str) -> None:
    sentry_sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never", before_send=_tag)


def _tag(event: Any, hint: dict[str, Any]) -> Any:
    event.setdefault("tags", {})["centre"] = schema.current_code() or "hub"
    return event
