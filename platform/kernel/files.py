"""Where people's files lie: outside what the web server hands out, each centre's in a folder of its own.

``BALAI_FILES_DIR/<centre's id>/<two letters>/<random name>.<extension>``; the hub's in ``hub``. A name is random,
kept in a row, and stands for the same bytes for ever: a file is never written over. The folder follows from the
schema that this thread is in, as the rows do, so that a name of another centre leads nowhere.
"""

import logging
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import transaction

from . import schema

# Fixed: a file is called what we made of it, and nothing that a person typed.
CONTENT_TYPES = {"webp": "image/webp", "pdf": "application/pdf"}
NAME_LENGTH = 40
_NAME = re.compile(rf"[0-9a-f]{{32}}\.({'|'.join(CONTENT_TYPES)})")

logger = logging.getLogger(__name__)


class Storable(Protocol):
    """A picture or document that came through ``kernel.uploads``."""

    @property
    def content(self) -> bytes: ...

    @property
    def extension(self) -> str: ...


class PrivateStorage(FileSystemStorage):
    """The folder of the centre that this thread is in, or the one ``location`` that was given. Owner's eyes only."""

    def __init__(self, location: Path | None = None) -> None:
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> Path:
        # Asked anew each time; Django's own would keep the first answer.
        return self._location or folder_of(schema.current_id())  # type: ignore[attr-defined]

    @property
    def location(self) -> str:
        return str(self.base_location.absolute())

    def _save(self, name: str, content: "File[Any]") -> str:
        """A file is on the disk before the row that names it is."""
        saved = super()._save(name, content)  # type: ignore[misc]
        with Path(self.path(saved)).open("rb") as written:
            os.fsync(written.fileno())
        return str(saved)


def folder_of(centre_id: uuid.UUID | None) -> Path:
    """The folder of one centre's files, or of the hub's. It need not exist."""
    return Path(settings.BALAI_FILES_DIR) / (str(centre_id) if centre_id else "hub")


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _place(name: str) -> str:
    """Where a name lies in its folder. Raises SuspiciousFileOperation for what is none of our names."""
    if not is_name(name):
        raise SuspiciousFileOperation("This is no name of a file here.")
    return f"{name[:2]}/{name}"


# ---------------------------------------------------------------- one file of the centre that this thread is in


@contextmanager
def kept(upload: Storable) -> Iterator[str]:
    """Keep the file and give its name, for the block to write into a row. If the block fails, the file goes again."""
    storage = storages["private"]
    name = f"{uuid.uuid4().hex}.{upload.extension}"
    storage.save(_place(name), ContentFile(upload.content))
    path = Path(storage.path(_place(name)))
    try:
        yield name
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read(name: str) -> bytes:
    """The whole file. Raises FileNotFoundError, SuspiciousFileOperation."""
    with storages["private"].open(_place(name)) as file:
        return bytes(file.read())


def remove_after_commit(name: str) -> None:
    """Delete the file once the row that let go of it is committed; after a rollback it is still there."""
    # Resolved now: by then this thread may have left the centre.
    path = Path(storages["private"].path(_place(name)))
    transaction.on_commit(partial(_unlink, path))


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # What the person asked for is done and committed; the file is for the operator to look after.
        logger.exception("A file that nothing names any more could not be deleted.")


# ---------------------------------------------------------------- a centre's whole folder, for moving it


def names(folder: Path) -> list[str]:
    """The names of all files in a centre's folder, sorted."""
    return sorted(path.name for path in folder.glob("??/*") if is_name(path.name))


def open_in(folder: Path, name: str) -> IO[bytes]:
    """Open one of them. Raises FileNotFoundError, SuspiciousFileOperation."""
    return (folder / _place(name)).open("rb")


def put_in(folder: Path, name: str, chunks: Iterable[bytes]) -> None:
    """Write one under the name it had. Raises SuspiciousFileOperation."""
    PrivateStorage(folder).save(_place(name), _Pieces(chunks))


class _Pieces(ContentFile):
    """A file that comes in pieces and is never whole in memory."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__(b"")
        self._pieces = pieces

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return iter(self._pieces)
