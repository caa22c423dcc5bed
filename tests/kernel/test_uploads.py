"""What a file from a person may be, and what is left of it: nothing but the picture."""

import io
import struct
import threading
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.test.client import BOUNDARY, encode_multipart
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kernel import uploads
from tests import pictures

PROGRAM = b"<?php system($_GET['x']); ?><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def picture(content: bytes, **options) -> uploads.Picture:
    return uploads.picture(io.BytesIO(content), **options)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes whose header promises a canvas."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_out_as_webp_with_its_size(kind):
    made = picture(pictures.plain(kind=kind))
    assert (made.width, made.height, made.extension) == (60, 40, "webp")
    shown = pictures.opened(made.content)
    assert (shown.format, shown.size) == ("WEBP", (60, 40))
    assert all(abs(a - b) < 12 for a, b in zip(shown.convert("RGB").getpixel((30, 20)), (0, 128, 128), strict=True))


def test_a_phones_picture_becomes_small_and_keeps_its_shape():
    made = picture(pictures.from_a_phone(), longest_edge=1200)
    assert (made.width, made.height) == (1200, 900)
    assert len(made.content) < 200_000


def test_a_small_picture_is_not_blown_up():
    assert picture(pictures.plain(30, 20)).width == 30


def test_a_very_long_picture_keeps_at_least_a_pixel():
    assert (lambda made: (made.width, made.height))(picture(pictures.plain(5000, 1), longest_edge=100)) == (100, 1)


def test_nothing_tells_where_and_by_what_it_was_taken():
    came = pictures.from_a_phone()
    assert b"Ponsel Rahasia" in came and b"Catatan Rahasia" in came
    made = picture(came)
    assert b"Rahasia" not in made.content and b"EXIF" not in made.content and b"Exif" not in made.content
    assert not pictures.opened(made.content).getexif()
    assert set(pictures.opened(made.content).info) <= {"loop", "background", "timestamp", "duration"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_text_and_profiles_in_other_kinds_go_too(kind):
    image = Image.new("RGB", (20, 20))
    options = {"exif": b"Exif\0\0" + PROGRAM, "icc_profile": PROGRAM, "xmp": PROGRAM}
    came = pictures.encoded(image, kind, **options)
    assert len(came) > len(PROGRAM)
    assert b"php" not in picture(came).content


def test_an_upright_phones_picture_is_turned():
    made = picture(pictures.from_a_phone(turned=True))
    assert made.height > made.width
    shown = pictures.opened(made.content).convert("RGB")
    top, bottom = shown.getpixel((made.width // 2, 10)), shown.getpixel((made.width // 2, made.height - 10))
    assert top[0] > 200 and bottom[2] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_to_store_colours_is_understood(mode):
    assert picture(pictures.encoded(Image.new(mode, (20, 10)), "PNG")).width == 20


def test_print_colours_are_understood():
    assert picture(pictures.encoded(Image.new("CMYK", (20, 10)))).width == 20


def test_what_is_see_through_stays_so():
    made = picture(pictures.encoded(Image.new("RGBA", (20, 10), (0, 0, 0, 0)), "PNG"))
    assert pictures.opened(made.content).convert("RGBA").getpixel((5, 5))[3] == 0


# ---------------------------------------------------------------- lies


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x", b"<!doctype html><script>alert(1)</script>", b"\n\n<html>", b"#!/bin/sh\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a/*" + b"\0" * 50 + b"*/=1;alert(1)", b"MZ\x90\0", b"PK\x03\x04", b"\x7fELF", PDF,
        b"BM" + b"\0" * 60, b"II*\0" + b"\0" * 60, b"%!PS-Adobe-3.0", b"\0\0\0\x1cftypheic",
        b"RIFF\x24\0\0\0WAVEfmt ", b" " + pictures.plain(), pictures.encoded(Image.new("P", (9, 9)), "GIF"),
        pictures.encoded(Image.new("RGB", (9, 9)), "TIFF"), pictures.encoded(Image.new("RGB", (9, 9)), "BMP"),
    ],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_refused_whatever_it_is_called(content):
    called = SimpleUploadedFile("foto.jpg", content, "image/jpeg")
    with pytest.raises(uploads.WrongKind):
        uploads.picture(called)


def test_the_name_and_the_stated_type_do_not_matter():
    called = SimpleUploadedFile("../../x.php", pictures.plain(), "text/html")
    assert uploads.picture(called).extension == "webp"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_program_behind_the_picture_is_gone(kind):
    made = picture(pictures.plain(kind=kind) + PROGRAM)
    assert PROGRAM not in made.content and b"php" not in made.content and b"script" not in made.content


def test_a_beginning_without_a_picture_is_refused():
    for start in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x24\0\0\0WEBP", b"\xff\xd8\xff" + PROGRAM):
        with pytest.raises(uploads.Unreadable):
            picture(start + b"<script>")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind, share):
    whole = pictures.encoded(Image.effect_noise((300, 200), 60).convert("RGB"), kind)
    with pytest.raises(uploads.Unreadable):
        picture(whole[: int(len(whole) * share)])


@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_altered_bytes_give_a_picture_or_a_refusal_and_nothing_else(kind, data):
    content = bytearray(pictures.plain(20, 20, kind=kind))
    for _change in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = picture(bytes(content))
    except uploads.UploadRefused:
        return
    assert pictures.opened(made.content).format == "WEBP"


# ---------------------------------------------------------------- too much


@pytest.mark.filterwarnings("ignore:Image size")
@pytest.mark.parametrize("side", [7_500, 12_000, 20_000, 100_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side):
    with pytest.raises(uploads.TooLarge, match="50"):
        picture(png_that_claims(side, side))


def test_a_picture_with_a_thousand_passes_is_refused():
    progressive = pictures.encoded(Image.new("RGB", (64, 64)), progressive=True)
    start = progressive.rindex(b"\xff\xda")
    with pytest.raises(uploads.Unreadable):
        picture(progressive[:start] + progressive[start:-2] * 1000 + b"\xff\xd9")


@pytest.mark.parametrize(("read", "most"), [(uploads.picture, 8), (uploads.pdf, 10)])
def test_a_file_beyond_its_limit_is_refused(read, most):
    beyond = most * 1_000_000 + 1
    for file in (io.BytesIO(b"\xff" * beyond), SimpleUploadedFile("x", b"\xff" * beyond)):
        with pytest.raises(uploads.TooLarge, match=str(most)):
            read(file)


def test_a_file_that_states_too_little_is_still_measured():
    class Lying(io.BytesIO):
        size = 10

    with pytest.raises(uploads.TooLarge):
        uploads.picture(Lying(b"\xff\xd8\xff" + b"\0" * uploads.LARGEST_PICTURE))


def test_pictures_are_decoded_one_at_a_time(monkeypatch):
    at_once, most = 0, 0
    decode = uploads._written_anew

    def counted(*arguments):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        made = decode(*arguments)
        at_once -= 1
        return made

    monkeypatch.setattr(uploads, "_written_anew", counted)
    threads = [threading.Thread(target=picture, args=(pictures.plain(900, 600),)) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def _received(files: dict, monkeypatch, rf):
    """What a request with these files leaves behind: the files, and the bytes that reached the disk."""
    written = 0
    receive = TemporaryFileUploadHandler.receive_data_chunk

    def counted(self, raw_data, start):
        nonlocal written
        written += len(raw_data)
        return receive(self, raw_data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", counted)
    body = encode_multipart(BOUNDARY, files)
    request = rf.post("/", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")
    handlers = request.upload_handlers
    assert isinstance(handlers[0], uploads.StopAtLimit)
    _fields, received = MultiPartParser(request.META, io.BytesIO(body), handlers).parse()
    return received, written


def test_what_a_request_sends_beyond_the_limit_reaches_no_disk(monkeypatch, rf):
    files = {"first": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" * 8_000_000)}
    received, written = _received(files, monkeypatch, rf)
    assert written <= uploads.LARGEST_REQUEST
    assert received["first"].size == 24_000_000
    with pytest.raises(uploads.TooLarge):
        uploads.picture(received["first"])


def test_many_files_have_one_limit_together(monkeypatch, rf):
    files = {f"f{number}": SimpleUploadedFile(f"{number}.jpg", b"\xff" * 4_000_000) for number in range(5)}
    received, written = _received(files, monkeypatch, rf)
    assert written <= uploads.LARGEST_REQUEST
    assert [received[f"f{number}"].size for number in range(2)] == [4_000_000] * 2
    for number in (2, 3, 4):
        with pytest.raises(uploads.TooLarge):
            uploads.picture(received[f"f{number}"])


def test_what_is_within_the_limit_arrives_whole(monkeypatch, rf):
    content = bytes(range(256)) * 30_000
    received, _written = _received({"f": SimpleUploadedFile("a.jpg", content)}, monkeypatch, rf)
    assert received["f"].read() == content


# ---------------------------------------------------------------- PDF


def test_a_pdf_is_kept_as_it_came():
    assert uploads.pdf(io.BytesIO(PDF)).content == PDF


@pytest.mark.parametrize("content", [b"", b"\n" + PDF, PROGRAM + PDF, pictures.plain() + PDF, b"%PDF", b"PDF-1.7"])
def test_what_does_not_begin_as_a_pdf_is_none(content):
    with pytest.raises(uploads.WrongKind):
        uploads.pdf(io.BytesIO(content))


@pytest.mark.parametrize("content", [PDF[:-10], PDF + b"x" * 2000, b"%PDF-1.7\n" + PROGRAM])
def test_a_pdf_without_its_end_is_refused(content):
    with pytest.raises(uploads.Unreadable):
        uploads.pdf(io.BytesIO(content))
