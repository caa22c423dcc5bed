"""Handing out a stored file so that a browser does nothing with it but show a picture or save it."""

import logging
from pathlib import Path

from django.http import Http404, HttpResponse

from kernel import files

logger = logging.getLogger(__name__)

# Only what the platform has encoded itself is shown in place.
_SHOWN = {"webp"}


def of_file(name: str, *, is_private: bool = False, called: str = "") -> HttpResponse:
    """The file of this name in the current centre or the hub. Whether it may be seen, the caller knows.

    Everyone may keep it, unless ``is_private``: then no cache does. ``called``: the name to save it under, less its
    extension. Raises Http404 if the row that names it has outlived it.
    """
    extension = Path(name).suffix.removeprefix(".")
    try:
        response = HttpResponse(files.read(name), content_type=files.CONTENT_TYPES[extension])
    except FileNotFoundError:
        logger.exception("A row names a file that is not there.")
        raise Http404 from None
    disposition = "inline" if extension in _SHOWN else "attachment"
    file_name = f"{called}.{extension}" if called else name
    response["Content-Disposition"] = f'{disposition}; filename="{file_name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    # The name stands for these bytes for ever; a month, so that what was taken down fades from caches, too.
    response["Cache-Control"] = "private, no-store" if is_private else "public, max-age=2592000, immutable"
    return response
