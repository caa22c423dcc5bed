"""Pictures for tests, made on the spot: nothing is shipped."""

import io

from PIL import Image


def encoded(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    """The file that a camera or a program would write."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def plain(width: int = 60, height: int = 40, colour="teal", kind: str = "JPEG") -> bytes:
    return encoded(Image.new("RGB", (width, height), colour), kind)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def from_a_phone(*, turned: bool = False) -> bytes:
    """Four thousand by three thousand pixels, left half red, right half blue, with where and by what it was taken.

    Turned, it is stored as a phone held upright stores it: to be shown with the red half on top.
    """
    image = Image.new("RGB", (4000, 3000), "blue")
    image.paste("red", (0, 0, 2000, 3000))
    exif = Image.Exif()
    exif[0x010F] = "Ponsel Rahasia"  # maker
    exif[0x0112] = 6 if turned else 1  # orientation
    exif.get_ifd(0x8825).update({1: "S", 2: (7.0, 13.0, 0.0), 3: "E", 4: (107.0, 54.0, 0.0)})  # GPS
    return encoded(image, exif=exif, comment=b"Catatan Rahasia")
