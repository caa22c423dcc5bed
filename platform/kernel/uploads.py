"""The one way a file from a person enters the platform: judged by its bytes, never by its name or stated type.

Pictures are decoded, turned upright, made small and written anew, so that nothing of the file that came is kept: no
place where it was taken, no page or program hidden in or behind it. A PDF is kept as it came and is only ever
offered for download.
"""

import io
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from .errors import DomainError

MEGABYTE = 1_000_000
LARGEST_PICTURE = 8 * MEGABYTE
LARGEST_PDF = 10 * MEGABYTE
LARGEST_REQUEST = max(LARGEST_PICTURE, LARGEST_PDF)
MOST_PIXELS = 50_000_000  # a phone's 50-megapixel camera; such a PNG takes up to 450 MB for a second or two
LONGEST_EDGE = 1600  # pixels
LONGEST_EDGE_OF_PAPER = 2400  # pixels: a page of A4 at 200 to the inch
_QUALITY = 80  # of 100: no difference is seen on a phone
# A progressive JPEG has a dozen scans; each costs as much work as a whole picture.
_MOST_SCANS = 100
_PDF_TAIL = 1024  # bytes at the end in which readers look for the trailer
# Decoding takes memory by the hundred megabytes: one picture at a time in each process.
_decoding = threading.Lock()


class UploadRefused(DomainError):
    code = "upload_refused"


class WrongKind(UploadRefused):
    """The bytes are of no kind that is taken here."""

    code = "upload_wrong_kind"


class TooLarge(UploadRefused):
    """More bytes or more pixels than allowed."""

    code = "upload_too_large"


class Unreadable(UploadRefused):
    """It begins as it should, and is broken or cut off."""

    code = "upload_unreadable"


class Incoming(Protocol):
    """What came: an uploaded file, or any open binary file."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Picture:
    """A picture that this module has written itself. ``width`` and ``height`` are pixels."""

    content: bytes
    width: int
    height: int
    extension: str = "webp"


@dataclass(frozen=True)
class Document:
    """A PDF as it came."""

    content: bytes
    extension: str = "pdf"


def picture(file: Incoming, *, longest_edge: int = LONGEST_EDGE) -> Picture:
    """A JPEG, PNG or WebP, written anew as WebP. Raises WrongKind, TooLarge, Unreadable."""
    content = _read(file, LARGEST_PICTURE)
    kind = _kind(content)
    if kind not in ("JPEG", "PNG", "WEBP"):
        raise WrongKind(_("This is no picture that we can show. Choose a JPEG, PNG or WebP file."))
    if kind == "JPEG" and content.count(b"\xff\xda") > _MOST_SCANS:
        raise Unreadable(_broken())
    with _decoding:
        return _written_anew(content, kind, longest_edge)


def pdf(file: Incoming) -> Document:
    """A PDF with its first and last line in place. Raises WrongKind, TooLarge, Unreadable."""
    content = _read(file, LARGEST_PDF)
    if _kind(content) != "PDF":
        raise WrongKind(_("This is no PDF. Choose a PDF file."))
    if b"%%EOF" not in content[-_PDF_TAIL:]:
        raise Unreadable(_broken())
    return Document(content)


def paper(file: Incoming, *, longest_edge: int = LONGEST_EDGE_OF_PAPER) -> Picture | Document:
    """A document as people have it: a PDF, or a photo sharp enough to read. Raises as ``picture`` and ``pdf`` do."""
    content = _read(file, LARGEST_REQUEST)
    kind = _kind(content)
    if kind is None:
        raise WrongKind(_("Choose a PDF, or a photo of the document (JPEG, PNG or WebP)."))
    whole = io.BytesIO(content)
    return pdf(whole) if kind == "PDF" else picture(whole, longest_edge=longest_edge)


def _read(file: Incoming, most: int) -> bytes:
    """All of the file, and never more than one byte beyond what is allowed."""
    stated: int = getattr(file, "size", None) or 0
    content = b"" if stated > most else file.read(most + 1)
    if stated > most or len(content) > most:
        raise TooLarge(
            _("The file is larger than %(most)d MB. Choose a smaller one.") % {"most": most // MEGABYTE},
        )
    return content


def _kind(content: bytes) -> str | None:
    """What the first bytes say it is: JPEG, PNG, WEBP or PDF; None for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "PDF"
    return None


def _written_anew(content: bytes, kind: str, longest_edge: int) -> Picture:
    try:
        # Only the decoder of this kind: none of the dozens that Pillow would try otherwise.
        with Image.open(io.BytesIO(content), formats=[kind]) as came:
            if came.width * came.height > MOST_PIXELS:
                raise TooLarge(_too_many_pixels())
            came.draft("RGB", (longest_edge, longest_edge))  # a JPEG is decoded at a fraction of its size
            came.load()
            _turn_upright(came)
            # No copy that is not needed: at this point one may take 200 MB.
            mode = "RGBA" if came.has_transparency_data else "RGB"
            small = came if came.mode == mode else came.convert(mode)
            small.thumbnail((longest_edge, longest_edge))
            written = io.BytesIO()
            small.save(written, "WEBP", quality=_QUALITY, exif=b"", icc_profile=None, xmp=b"")
    except UploadRefused:
        raise
    except Image.DecompressionBombError:
        raise TooLarge(_too_many_pixels()) from None
    except Exception as error:  # noqa: BLE001  (made to mislead, a picture can raise anything in its decoder)
        raise Unreadable(_broken()) from error
    return Picture(written.getvalue(), small.width, small.height)


def _turn_upright(image: Image.Image) -> None:
    """Turn it as the camera says it was held. What it says may be damaged; the picture is still good then."""
    # Whatever a made-up note raises in its reader.
    with suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)


def _broken() -> str:
    return _("The file is damaged or did not arrive whole. Try again, or choose another.")


def _too_many_pixels() -> str:
    return _("The picture has more than %(most)d megapixels. Choose a smaller one.") % {"most": MOST_PIXELS // MEGABYTE}


class StopAtLimit(FileUploadHandler):
    """Stands before Django's own handlers: what a request sends beyond the limit reaches no memory and no disk.

    The rest is read and dropped, so that the answer reaches the person; the file that arrives is empty and states
    the size that was sent, for ``picture`` and ``pdf`` to refuse in words.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._received = 0  # bytes of all files of the request
        self._of_this_file = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._of_this_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._received += len(raw_data)
        self._of_this_file += len(raw_data)
        return raw_data if self._received <= LARGEST_REQUEST else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self._received <= LARGEST_REQUEST:
            return None
        size = max(self._of_this_file, LARGEST_REQUEST + 1)
        return UploadedFile(io.BytesIO(), self.file_name, self.content_type, size)
