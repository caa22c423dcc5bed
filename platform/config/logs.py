"""Log lines: one JSON object each (or plain text on one's own machine), with request, centre and person as ids.

Lines of every library go the same way, and every one is scrubbed of personal data on its way out.
"""

import logging
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from kernel import schema, scrubbing

# Made by us, of no person: they stay readable whatever they look like.
_OURS = ("timestamp", "level", "logger", "centre", "request_id", "user_id", "code", "duration_ms")


def not_about_recycling(record: logging.LogRecord) -> bool:
    """False for the pool's warning about a closed connection: we close those that have served enough centres."""
    return not record.getMessage().startswith("discarding closed connection")


def _name_centre(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event.setdefault("centre", schema.current_code() or "hub")
    return event


def _scrub(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The last word over a line. What cannot be scrubbed is not said."""
    ours = {key: event[key] for key in _OURS if key in event}
    try:
        return {**scrubbing.anything({key: value for key, value in event.items() if key not in ours}), **ours}
    except Exception as error:  # noqa: BLE001  (a value whose text cannot be made must not let the rest through)
        return {"event": f"[unreadable log line: {type(error).__name__}]", **ours}


_BEFORE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _name_centre,
]


def formatter(form: str) -> logging.Formatter:
    """What makes a line of a record, ours or a library's. ``form`` is "json" or "text"."""
    render: Processor = structlog.processors.JSONRenderer()
    if form == "text":
        render = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    last: list[Processor] = [remove_meta, structlog.processors.format_exc_info, _scrub, render]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_BEFORE, processors=last)


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING. ``form`` is "json" or "text"."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_BEFORE,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    console = {"class": "logging.StreamHandler", "formatter": "line", "filters": ["recycling"]}
    ours = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "config.logs.formatter", "form": form}},
        "filters": {"recycling": {"()": "django.utils.log.CallbackFilter", "callback": not_about_recycling}},
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each request has its own line with its code, and its traceback if it failed.
            "django.request": {"level": "CRITICAL"},
            "django": {"handlers": [], "propagate": True},
            "gunicorn.error": ours,
            "gunicorn.access": ours,
            "procrastinate": {"level": "WARNING"},
            # It warns with whole addresses of webhooks, keys in them and all.
            "urllib3": {"level": "ERROR"},
        },
    }
