"""Sentry: errors leave the machine only where an operator set ``SENTRY_DSN``, tagged with their centre and request.

No bodies, no local variables, no cookies, no addresses, no query strings; what is left is scrubbed. An event that
cannot be scrubbed leaves as its bare level and tags.
"""

from typing import Any

import sentry_sdk
import structlog

from kernel import schema, scrubbing

_HEADERS = {"Accept-Language", "Content-Length", "Content-Type", "User-Agent"}
# What says something of the failure. Ids, times and the like are the library's own and stay.
_SPOKEN = ("message", "logentry", "exception", "breadcrumbs", "extra", "transaction", "spans", "threads", "request")
_CONTEXTS = {"runtime", "trace", "os"}


def start(dsn: str, *, traces: float) -> None:
    """``traces`` is the share of requests (0 to 1) whose timing is reported."""
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        traces_sample_rate=traces,
        before_send=_harmless,
        before_send_transaction=_harmless,
    )


def _harmless(event: Any, hint: dict[str, Any]) -> Any:
    tags = _tags()
    try:
        return _scrubbed(event) | {"tags": tags}
    except Exception:  # noqa: BLE001  (an event that cannot be scrubbed must not leave as it is)
        kept = ("event_id", "timestamp", "level", "platform", "type", "start_timestamp", "release", "environment")
        return {key: event[key] for key in kept if key in event} | {"message": "[unreadable event]", "tags": tags}


def _tags() -> dict[str, str]:
    bound = structlog.contextvars.get_contextvars()
    return {"centre": schema.current_code() or "hub", "request_id": str(bound.get("request_id", ""))}


def _scrubbed(event: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in event.items() if key not in ("user", "contexts", "server_name", "request")}
    if "request" in event:
        kept["request"] = _request(event["request"])
    kept["contexts"] = {name: value for name, value in event.get("contexts", {}).items() if name in _CONTEXTS}
    for part in _SPOKEN:
        if part in kept:
            kept[part] = _keeping_ids(kept[part])
    return kept


def _request(request: dict[str, Any]) -> dict[str, Any]:
    headers = {name: value for name, value in request.get("headers", {}).items() if name.title() in _HEADERS}
    return {"method": request.get("method"), "url": request.get("url", "").partition("?")[0], "headers": headers}


def _keeping_ids(part: Any) -> Any:
    """Scrubbed, but spans keep the ids that tie them together."""
    if isinstance(part, list) and part and isinstance(part[0], dict) and "span_id" in part[0]:
        ids = ("span_id", "trace_id", "parent_span_id", "same_process_as_parent")
        times = ("timestamp", "start_timestamp", "op", "status")
        return [scrubbing.anything(span) | {key: span[key] for key in (*ids, *times) if key in span} for span in part]
    return scrubbing.anything(part)
