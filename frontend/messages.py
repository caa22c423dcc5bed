"""Finding every translatable string, without the system's gettext, and keeping the Indonesian catalogue in step.

``python -m frontend.messages`` writes new strings into frontend/locale/id/LC_MESSAGES/django.po, for someone to
translate; ``pybabel compile -d frontend/locale -D django`` makes of it what Django reads.
"""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import extract
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PO_FILE = ROOT / "frontend" / "locale" / "id" / "LC_MESSAGES" / "django.po"
_SOURCES = ("platform", "tenants", "api", "frontend")
_SKIPPED = {"node_modules", "dist", "migrations"}
_KEYWORDS = {
    **extract.DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

# Without dates and names: a file that changes only when a string does. Indonesian has no plural forms.
_HEADER = """\
# Bahasa Indonesia: plain words that the administrator of a village centre uses.
msgid ""
msgstr ""
"Project-Id-Version: Balai\\n"
"Language: id\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def catalogue() -> Catalog:
    """Every string that the platform's Python code and templates ask to be translated."""
    found = Catalog(project="Balai", charset="utf-8")
    for path in _source_files():
        for line, message, comments, context in _messages_of(path):
            if message:
                location = (str(path.relative_to(ROOT)), line)
                found.add(message, locations=[location], auto_comments=comments, context=context)
    return found


def indonesian() -> Catalog:
    """The catalogue as it stands in the repository."""
    with PO_FILE.open("rb") as po_file:
        return read_po(po_file, locale="id", domain="django")


def update() -> Catalog:
    """Bring the Indonesian catalogue in step with the code: add what is new, drop what is gone."""
    kept = indonesian()
    # No guessing: a string that changed a little is translated anew, by a person.
    kept.update(catalogue(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    written = io.BytesIO()
    write_po(written, kept, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True, omit_header=True)
    PO_FILE.write_bytes(_HEADER.encode() + written.getvalue())
    return kept


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(strings) and not message.fuzzy


def _source_files() -> Iterator[Path]:
    for source in _SOURCES:
        for folder, folders, files in os.walk(ROOT / source):
            folders[:] = sorted(set(folders) - _SKIPPED)
            for name in sorted(files):
                if name.endswith((".py", ".html", ".txt")):
                    yield Path(folder) / name


def _messages_of(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    source = path.read_text()
    if path.suffix != ".py":
        # Django turns a template into lines that look like Python calls; their indentation means nothing.
        source = "\n".join(line.lstrip() for line in templatize(source).split("\n"))
    return extract.extract("python", io.BytesIO(source.encode()), _KEYWORDS, comment_tags=("Translators",))


if __name__ == "__main__":
    if not settings.configured:
        settings.configure()  # templatize asks for the settings of a project; none matters here
    untranslated = [message.id for message in update() if message.id and not is_translated(message)]
    sys.stdout.write("".join(f"untranslated: {message}\n" for message in untranslated))
