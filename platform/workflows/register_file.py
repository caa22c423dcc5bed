"""Reading a register of training institutions: a CSV file from elsewhere, taken as it comes but never trusted.

The whole file is looked through before its first row is handed out, so that an unreadable one changes
nothing. Only the columns named here are read; a file's personal contacts go nowhere.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from hub.centres import naming
from kernel.errors import DomainError

LONGEST_LINE = 1 << 20  # bytes
_CHUNK = 1 << 16  # bytes

# The columns we read, each with the headings it goes by (compared without case, spaces and underscores).
COLUMNS: dict[str, tuple[str, ...]] = {
    "register_id": ("registerid", "id", "idlembaga", "kodelembaga", "koderegister", "noregister"),
    "name": ("name", "nama", "namalembaga", "namablk", "namablkk", "lembaga"),
    "institution_type": ("institutiontype", "type", "jenis", "jenislembaga", "tipe", "tipelembaga"),
    "established": ("established", "tahunberdiri", "berdiri", "tahun"),
    "condition": ("condition", "kondisi", "status"),
    "village": ("village", "desa", "kelurahan", "desakelurahan"),
    "province": ("province", "provinsi"),
    "regency": ("regency", "kabupaten", "kabkota", "kabupatenkota", "kota"),
    "sectors": ("sectors", "sektor"),
    "vocational_fields": ("vocationalfields", "kejuruan", "bidangkejuruan"),
}
REQUIRED = ("register_id", "name", "institution_type", "province", "regency")


class RegisterUnreadable(DomainError):
    """The file as a whole cannot be read; the message says what is wrong with it."""

    code = "register_unreadable"


@dataclass(frozen=True)
class Row:
    """One row of the file. ``line`` is where it ends, counted from 1; ``problem`` says why it has no usable cells."""

    line: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class RegisterFile:
    """A register that was looked through: its rows can be read, from the start, as often as need be."""

    path: Path
    encoding: str
    delimiter: str
    columns: dict[str, int]
    width: int
    row_count: int

    def rows(self) -> Iterator[Row]:
        """Every row in the file's order, read as it goes."""
        for line, values in _records(self.path, self.encoding, self.delimiter):
            if len(values) != self.width:
                problem = _("The row has %(found)d cells instead of %(wanted)d.") % {
                    "found": len(values),
                    "wanted": self.width,
                }
                cells = {name: values[at] if at < len(values) else "" for name, at in self.columns.items()}
                yield Row(line, cells, problem)
            else:
                yield Row(line, {name: values[at] for name, at in self.columns.items()})


def open_register(path: Path) -> RegisterFile:
    """Look through the file: encoding, delimiter, header, every row's form. Raises RegisterUnreadable."""
    try:
        encoding = _encoding(path)
        delimiter = _delimiter(path, encoding)
        records = _records(path, encoding, delimiter, skip_header=False)
        _line, header = next(records, (0, []))
        columns = _columns(header)
        row_count = sum(1 for _record in records)
    except OSError as error:
        raise RegisterUnreadable(
            _("The file %(path)s cannot be opened: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from error
    except csv.Error as error:
        raise RegisterUnreadable(_("The file is no well-formed CSV: %(reason)s.") % {"reason": error}) from error
    if not row_count:
        raise RegisterUnreadable(_("The file has a header but no row."))
    return RegisterFile(path, encoding, delimiter, columns, len(header), row_count)


def _records(path: Path, encoding: str, delimiter: str, *, skip_header: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Each record with its line number; empty lines are passed over."""
    with path.open(encoding=encoding, newline="") as file:
        # Strict: a quote that is never closed would swallow the rows behind it without a word.
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for values in reader:
                if any(value.strip() for value in values):
                    if skip_header:
                        skip_header = False
                        continue
                    yield reader.line_num, values
        except csv.Error as error:
            raise csv.Error(_("line %(line)d: %(reason)s") % {"line": reader.line_num, "reason": error}) from error


def _encoding(path: Path) -> str:
    """``utf-8-sig`` or ``cp1252``, by reading all bytes in pieces. Raises RegisterUnreadable for anything else."""
    with path.open("rb") as file:
        start = file.read(4)
        if not start:
            raise RegisterUnreadable(_("The file is empty."))
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise RegisterUnreadable(_("The file is UTF-16. Save it as CSV in UTF-8."))
        if start.startswith(b"PK"):
            raise RegisterUnreadable(_("The file is a spreadsheet or a zip. Save it as CSV in UTF-8."))
        file.seek(0)
        has_mark = start.startswith(codecs.BOM_UTF8)
        is_utf8, bad_line, has_letters = _scan(file)
    if is_utf8:
        return "utf-8-sig"
    if has_mark or has_letters:
        raise RegisterUnreadable(
            _("Line %(line)d is not in the file's own encoding (UTF-8). Save the file as CSV in UTF-8.")
            % {"line": bad_line}
        )
    _require_windows_1252(path)
    return "cp1252"


def _scan(file: BinaryIO) -> tuple[bool, int, bool]:
    """(is UTF-8, line of the first byte that is not, had UTF-8 letters beyond ASCII before it)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, since_line_end, has_letters = 1, 0, False
    is_utf8, bad_line = True, 0
    while chunk := file.read(_CHUNK):
        if b"\0" in chunk:
            raise RegisterUnreadable(_("The file is no text: it contains null bytes."))
        if is_utf8:
            try:
                has_letters = not decoder.decode(chunk).isascii() or has_letters
            except UnicodeDecodeError as error:
                is_utf8, bad_line = False, line + chunk[: error.start].count(b"\n")
                has_letters = has_letters or not chunk[: error.start].isascii()
        newlines = chunk.count(b"\n") or chunk.count(b"\r")
        since_line_end = since_line_end + len(chunk) if not newlines else len(chunk) - chunk.rfind(b"\n")
        line += newlines
        if since_line_end > LONGEST_LINE:
            raise RegisterUnreadable(_("Line %(line)d is longer than one megabyte.") % {"line": line})
    return is_utf8, bad_line, has_letters


def _require_windows_1252(path: Path) -> None:
    with path.open("rb") as file:
        line = 1
        while chunk := file.read(_CHUNK):
            try:
                chunk.decode("cp1252")
            except UnicodeDecodeError as error:
                line += chunk[: error.start].count(b"\n")
                raise RegisterUnreadable(
                    _("Line %(line)d is neither UTF-8 nor Windows-1252. Save the file as CSV in UTF-8.")
                    % {"line": line}
                ) from error
            line += chunk.count(b"\n")


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        header = file.readline(LONGEST_LINE)
    return max(",;\t", key=header.count)


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, heading in enumerate(header):
        plain = naming.key(heading).lower()
        for column, headings in COLUMNS.items():
            if plain in headings:
                found.setdefault(column, at)
    missing = [column for column in REQUIRED if column not in found]
    if missing:
        raise RegisterUnreadable(
            _("The file lacks the columns: %(missing)s. It has: %(found)s.")
            % {"missing": ", ".join(missing), "found": ", ".join(header)[:200] or "–"}
        )
    return found
