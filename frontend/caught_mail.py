"""The mail of a try-out: kept in a folder by Django's file back end instead of being sent, and shown on the hub."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

MOST_FILES = 200
# The back end ends every mail of a file with such a line.
_BETWEEN = re.compile(rb"^-{79}\r?$", re.MULTILINE)
_URL = re.compile(r"(https?://[^\s<>\"']+)")


@dataclass(frozen=True)
class CaughtMail:
    """One mail as its reader would have got it. ``mail_id`` names it in addresses; no path is made of it."""

    mail_id: str
    to: str
    subject: str
    sent_at: datetime | None
    body: str

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The body in pieces, each with whether it is a link to one of our own hosts."""
        return [(piece, _is_ours(piece)) for piece in _URL.split(self.body) if piece]


def newest() -> list[CaughtMail]:
    """The kept mails of the newest files, newest first."""
    files = sorted(_files(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [mail for path in files[:MOST_FILES] for mail in reversed(_mails_of(path))]


def find(mail_id: str) -> CaughtMail | None:
    """The mail of this id, looked for among the files there are."""
    for path in _files():
        if mail_id.startswith(_id_of(path)):
            return next((mail for mail in _mails_of(path) if mail.mail_id == mail_id), None)
    return None


def _files() -> list[Path]:
    folder = Path(settings.EMAIL_CONFIG["EMAIL_FILE_PATH"])
    return [path for path in folder.glob("*.log") if path.is_file() and not path.is_symlink()]


def _id_of(path: Path) -> str:
    return hashlib.sha256(path.name.encode()).hexdigest()[:16]


def _mails_of(path: Path) -> list[CaughtMail]:
    """A file holds the mails of one connection. One whose own text has a line of dashes shows in two pieces."""
    pieces = [piece.strip() for piece in _BETWEEN.split(path.read_bytes())]
    return [_read(piece, f"{_id_of(path)}-{number}") for number, piece in enumerate(pieces) if piece]


def _read(raw: bytes, mail_id: str) -> CaughtMail:
    message = message_from_bytes(raw, policy=policy.default)
    texts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    content = texts[0].get_payload(decode=True) if texts else b""
    return CaughtMail(
        mail_id=mail_id,
        to=str(message["To"] or "–"),
        subject=str(message["Subject"] or "–"),
        sent_at=_time(str(message["Date"] or "")),
        body=content.decode(errors="replace") if isinstance(content, bytes) else "",
    )


def _time(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written)
    except ValueError:
        return None


def _is_ours(piece: str) -> bool:
    """True for a link to the hub or to one centre's host, with the port that we answer on, and nothing around it."""
    if not _URL.fullmatch(piece):
        return False
    host = re.escape(settings.BALAI_DOMAIN + settings.BALAI_PORT_SUFFIX)
    try:
        return re.fullmatch(rf"(?:[a-z0-9-]+\.)?{host}", urlsplit(piece).netloc) is not None
    except ValueError:
        return False
