"""Files made to hurt whoever opens them: each must get its verdict soon, and whatever comes out tells no number."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import pikepdf

from tests.vault.corpus import bombs, camera, digits
from tests.vault.corpus.draw import Paper
from tests.vault.corpus.layouts import labelled, spaced
from tests.vault.corpus.letters import letter
from tests.vault.corpus.truth import Document, Ending, Recipe, Secret

Bytes = Callable[[Random], bytes]
MB = 1024 * 1024


def good_pdf(random: Random) -> tuple[bytes, str]:
    """An ordinary letter and its number, to be spoilt."""
    paper = Paper()
    sheet = paper.sheet()
    labelled(sheet, random, 50, letter(sheet, random))
    return paper.written(), paper.secrets[0].number


def good_picture(form: str) -> bytes:
    paper = Paper()
    letter(paper.sheet(), Random(form))
    [shot] = camera.shots_of(paper, dpi=100, grey=True)
    return camera.saved([shot.pixels], form)


def png(width: int, height: int, pixels: bytes, *, depth: int = 8) -> bytes:
    """`pixels` are packed already; the header may lie."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)), (b"IDAT", pixels), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def lying_png(random: Random) -> bytes:
    return png(60_000, 60_000, zlib.compress(b"\0" * 100))


def true_png_bomb(random: Random) -> bytes:
    """400 million pixels, all there, in half a megabyte."""
    return png(20_000, 20_000, bombs.zeros(20_000 * 20_001))


def just_too_large_png(random: Random) -> bytes:
    return png(8_000, 7_501, bombs.zeros(7_501 * 8_001))


def lying_jpeg(random: Random) -> bytes:
    good = good_picture("JPEG")
    at = good.index(b"\xff\xc0") + 5
    return good[:at] + struct.pack(">HH", 65_000, 65_000) + good[at + 4 :]


def lying_tiff(random: Random) -> bytes:
    """One strip of four bytes for ten thousand million pixels."""
    tags = [
        (256, 4, 100_000),
        (257, 4, 100_000),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 100_000),
        (279, 4, 4),
    ]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<I", 12) + b"\0\0\0\0" + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0"


def looping_tiff(random: Random) -> bytes:
    """A page whose next page is itself."""
    good = bytearray(good_picture("TIFF"))
    first = struct.unpack_from("<I", good, 4)[0]
    count = struct.unpack_from("<H", good, first)[0]
    struct.pack_into("<I", good, first + 2 + 12 * count, first)
    return bytes(good)


def many_page_tiff(random: Random) -> bytes:
    return camera.saved([np.full((40, 30), 255, np.uint8)] * 400, "TIFF")


def lying_webp(random: Random) -> bytes:
    """A lossless header of 16 384 by 16 384."""
    body = b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + b"\0" * 12
    chunk = b"WEBPVP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def cut_jpeg(random: Random) -> bytes:
    good = good_picture("JPEG")
    return good[: len(good) // 2]


def bad_sum_png(random: Random) -> bytes:
    good = bytearray(good_picture("PNG"))
    good[len(good) // 2] ^= 0x55
    return bytes(good)


def not_heic(random: Random) -> bytes:
    return struct.pack(">I", 24) + b"ftypheic\0\0\0\0heicmif1" + bytes(random.randrange(256) for _ in range(4000))


def cut_pdf(random: Random) -> bytes:
    good, _ = good_pdf(random)
    return good[: len(good) // 2]


def gnawed_pdf(random: Random) -> bytes:
    good = bytearray(good_pdf(random)[0])
    for _ in range(200):
        good[random.randrange(20, len(good))] = random.randrange(256)
    return bytes(good)


def locked(*, user: str) -> Bytes:
    def make(random: Random) -> bytes:
        held = io.BytesIO()
        with pikepdf.open(io.BytesIO(good_pdf(random)[0])) as opened:
            opened.save(held, encryption=pikepdf.Encryption(owner="proprietaire", user=user))
        return held.getvalue()

    return make


def late_head(random: Random) -> bytes:
    """Other programs find the head within the first kilobyte."""
    return b"<html><body>essai</body></html>\n" * 20 + good_pdf(random)[0]


def with_zip(random: Random) -> bytes:
    return good_pdf(random)[0] + zipped(random)


def picture_with_pdf(random: Random) -> bytes:
    return good_picture("JPEG") + good_pdf(random)[0]


def zipped(random: Random, *, names: tuple[str, ...] = ("a.txt",)) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), spaced(digits.nir(random)))
    return held.getvalue()


def office(random: Random) -> bytes:
    return zipped(random, names=("[Content_Types].xml", "word/document.xml"))


def fixed(data: bytes) -> Bytes:
    return lambda random: data


def heavy(random: Random) -> bytes:
    return good_pdf(random)[0] + b"\n%" + b"\0" * (26 * MB)


HOSTILE: dict[str, tuple[str, Bytes, tuple[str, ...]]] = {
    "png-lying": (".png", lying_png, ()),
    "png-bomb": (".png", true_png_bomb, ("image-trop-grande",)),
    "png-just-too-large": (".png", just_too_large_png, ("image-trop-grande",)),
    "jpeg-lying": (".jpg", lying_jpeg, ()),
    "tiff-lying": (".tiff", lying_tiff, ()),
    "tiff-loop": (".tiff", looping_tiff, ()),
    "tiff-400-pages": (".tiff", many_page_tiff, ("trop-de-pages",)),
    "webp-lying": (".webp", lying_webp, ()),
    "jpeg-cut": (".jpg", cut_jpeg, ()),
    "png-bad-sum": (".png", bad_sum_png, ()),
    "heic-noise": (".heic", not_heic, ()),
    "pdf-cut": (".pdf", cut_pdf, ()),
    "pdf-gnawed": (".pdf", gnawed_pdf, ()),
    "pdf-locked": (".pdf", locked(user="ouvre-toi"), ("protege",)),
    "pdf-owner-locked": (".pdf", locked(user=""), ()),
    "pdf-late-head": (".pdf", late_head, ()),
    "pdf-with-zip": (".pdf", with_zip, ()),
    "jpeg-with-pdf": (".jpg", picture_with_pdf, ()),
    "zip": (".pdf", zipped, ("type",)),
    "office": (".pdf", office, ("type",)),
    "html": (".pdf", fixed(b"<!doctype html><title>essai</title><script>alert(1)</script>"), ("type",)),
    "svg": (".png", fixed(b'<svg xmlns="http://www.w3.org/2000/svg"><text>essai</text></svg>'), ("type",)),
    "empty": (".pdf", fixed(b""), ("vide",)),
    "blank": (".pdf", fixed(b"\n \n"), ()),
    "heavy": (".pdf", heavy, ("trop-lourd",)),
}


def recipe(name: str, suffix: str, data: Bytes, codes: tuple[str, ...]) -> Recipe:
    def make(random: Random) -> Document:
        ending = Ending.REFUSED if codes else Ending.ANY
        return Document(data(random), suffix, (), (), ending, frozenset(codes), framed=False)

    return Recipe(f"hostile-{name}", make)


def spoilt(random: Random) -> Document:
    """Opens, starts and sends things; its page is an ordinary one."""
    data, number = good_pdf(random)
    launch = (
        b"/OpenAction << /S /Launch /F (calc.exe) >> /AA << /WC << /S /JavaScript /JS (this.submitForm\\(\\);) >> >> "
    )
    changed = data.replace(b"/Type /Catalog ", b"/Type /Catalog " + launch, 1)
    return Document(changed, ".pdf", (Secret(number),), (), Ending.ANY, framed=False)


def recipes() -> Iterator[Recipe]:
    for name, (suffix, data, codes) in (HOSTILE | bombs.BOMBS).items():
        yield recipe(name, suffix, data, codes)
    yield Recipe("hostile-launch", spoilt)
