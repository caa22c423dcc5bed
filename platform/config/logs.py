"""Log lines: each names the centre it belongs to, or the hub."""

import logging

from kernel import schema


def not_about_recycling(record: logging.LogRecord) -> bool:
    """False for the pool's warning about a closed connection: we close those that have served enough centres."""
    return not record.getMessage().startswith("discarding closed connection")


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.centre = schema.current_code() or "hub"
        return super().format(record)
