"""Handing out a stored file so that a browser does nothing with it but show a picture or save it."""

import logging
from pathlib import Path

from django.http import Http404, HttpResponse
from django.utils.text import slugify

from kernel import files

logger = logging.getLogger(__name__)

# Only what the platform has encoded itself is shown in place.
_SHOWN = {"webp"}


def of_file(name: str) -> HttpResponse:
    """The file of this name in the current centre, for everyone to keep. Whether it may be seen, the caller knows.

    Raises Http404 if the row that names it has outlived it.
    """
    response = _harmless(name)
    disposition = "inline" if _extension(name) in _SHOWN else "attachment"
    response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    # The name stands for these bytes for ever; a month, so that what was taken down fades from caches, too.
    response["Cache-Control"] = "public, max-age=2592000, immutable"
    return response


def of_document(name: str, *, title: str) -> HttpResponse:
    """The file of this name for one person to save under a title, and for no cache to keep. Raises Http404 as above."""
    response = _harmless(name)
    file_name = f"{slugify(title) or 'dokumen'}.{_extension(name)}"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _extension(name: str) -> str:
    return Path(name).suffix.removeprefix(".")


def _harmless(name: str) -> HttpResponse:
    try:
        response = HttpResponse(files.read(name), content_type=files.CONTENT_TYPES[_extension(name)])
    except FileNotFoundError:
        logger.exception("A row names a file that is not there.")
        raise Http404 from None
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
