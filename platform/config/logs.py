"""Log lines: each names the centre it belongs to, or the hub."""

import logging

from kernel import schema


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.centre = schema.current_code() or "hub"
        return super().format(record)
