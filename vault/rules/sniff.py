"""What a file is, by its content alone: neither its name nor what the browser says counts."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum

from vault.rules.refusals import Code

MAX_PIXELS = 60_000_000
_PDF_END_WITHIN = 1024
_PDF_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-[12]\.\d")
_PDF_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_JPEG_HEAD = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Kind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        return {Kind.PDF: "application/pdf", Kind.JPEG: "image/jpeg", Kind.PNG: "image/png"}[self]

    @property
    def suffix(self) -> str:
        return {Kind.PDF: ".pdf", Kind.JPEG: ".jpg", Kind.PNG: ".png"}[self]


class _Broken(ValueError):
    """The structure of a picture ends too early or contradicts itself."""


def kind_of(head: bytes) -> Kind | None:
    """The kind that the first bytes (32 are enough) announce."""
    if _PDF_HEAD.match(head):
        return Kind.PDF
    if head.startswith(_PNG_HEAD):
        return Kind.PNG
    return Kind.JPEG if head.startswith(_JPEG_HEAD) else None


def flaw_of(kind: Kind, data: bytes) -> Code | None:
    """Why a file of this kind cannot be kept, or None when it is whole. Nothing is decoded: cost is one pass."""
    try:
        return _FLAWS[kind](data)
    except (_Broken, struct.error):
        return Code.DAMAGED


def _flaw_of_pdf(data: bytes) -> Code | None:
    tail = data[-_PDF_END_WITHIN:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        return Code.DAMAGED
    return Code.LOCKED if _PDF_LOCKED.search(data) else None


def _flaw_of_png(data: bytes) -> Code | None:
    chunks = list(_png_chunks(data))
    names = [name for name, _ in chunks]
    if names[0] != b"IHDR" or b"IDAT" not in names:
        return Code.DAMAGED
    width, height = struct.unpack(">II", chunks[0][1][:8])
    return _flaw_of_size(width, height)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Chunks up to and with IEND, their checksums verified."""
    view, at, name = memoryview(data), len(_PNG_HEAD), b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", view, at)
        name = bytes(view[at + 4 : at + 8])
        end = at + 8 + length
        (checksum,) = struct.unpack_from(">I", view, end)
        if zlib.crc32(view[at + 4 : end]) != checksum:
            raise _Broken(f"Checksum of the chunk at byte {at}.")
        yield name, view[at + 8 : end]
        at = end + 4


def _flaw_of_jpeg(data: bytes) -> Code | None:
    """Walk the segments up to the first scan; the end marker may be followed by what phones append."""
    at, size = 2, None
    while True:
        marker, at = _jpeg_marker(data, at)
        if marker in _WITHOUT_LENGTH:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            size = (width, height)
        at += length
        if marker == _START_OF_SCAN:
            break
    if size is None or data.find(_JPEG_END, at) < 0:
        return Code.DAMAGED
    return _flaw_of_size(*size)


def _jpeg_marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at this place, past its fill bytes, and the place behind it."""
    start = at
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at == start or at >= len(data) or data[at] in {0x00, 0xD8, 0xD9}:
        raise _Broken(f"No marker at byte {start}.")
    return data[at], at + 1


def _flaw_of_size(width: int, height: int) -> Code | None:
    if not width or not height:
        return Code.DAMAGED
    return Code.PICTURE_TOO_LARGE if width * height > MAX_PIXELS else None


_FLAWS: dict[Kind, Callable[[bytes], Code | None]] = {
    Kind.PDF: _flaw_of_pdf,
    Kind.JPEG: _flaw_of_jpeg,
    Kind.PNG: _flaw_of_png,
}
