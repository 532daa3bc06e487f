"""What a file is, by its content alone: neither its name nor what the browser says counts."""

import re
from enum import StrEnum

HEAD_BYTES = 4096
MAX_PIXELS = 60_000_000
_PDF_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-[12]\.\d")
_TIFF_HEADS = (b"II*\x00", b"MM\x00*")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MAIL_LINE = re.compile(rb"(?:\xef\xbb\xbf)?(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n]")
_MAIL_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60}):", re.MULTILINE)
_MAIL_BODY = re.compile(rb"\r?\n\r?\n")
_EVERY_LETTER_HAS = frozenset({b"date", b"message-id", b"mime-version", b"subject", b"to"})


class Kind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    WEBP = "webp"
    HEIC = "heic"
    EML = "eml"


def kind_of(data: bytes) -> Kind | None:
    """The kind that the first bytes (HEAD_BYTES are enough) announce. Nothing is decoded."""
    head = data[:HEAD_BYTES]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(_TIFF_HEADS):
        return Kind.TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return Kind.HEIC
    if _PDF_HEAD.match(head):
        return Kind.PDF
    return Kind.EML if _is_mail(head) else None


def _is_mail(head: bytes) -> bool:
    """Headers from the first line on, and among them who wrote and one more that every letter has."""
    if not _MAIL_LINE.match(head):
        return False
    names = {found[1].lower() for found in _MAIL_HEADER.finditer(_MAIL_BODY.split(head, maxsplit=1)[0])}
    return b"from" in names and not names.isdisjoint(_EVERY_LETTER_HAS)
