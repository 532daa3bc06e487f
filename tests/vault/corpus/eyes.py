"""What a person with the usual tools sees of a file: its pages as pixels, their text by three ways, their barcodes."""

import atexit
import gzip
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pikepdf
import pillow_heif
import pypdfium2
import tesserocr
import zxingcpp
from PIL import Image, ImageOps

from tests.house.tree import ROOT

Pixels = npt.NDArray[np.uint8]
LONGEST = 11.7  # inches of a sheet's long side: what a picture is taken to be
SURE = 60
_READ: dict[tuple[bytes, tuple[int, ...], int, bool], "tuple[Word, ...]"] = {}

os.environ.setdefault("OMP_THREAD_LIMIT", "1")


@dataclass(frozen=True, slots=True)
class Word:
    """`box`: left, top, right, bottom as fractions of the page. `sure`: per cent."""

    text: str
    box: tuple[float, float, float, float]
    sure: float


def sizes_of_pdf(data: bytes) -> list[tuple[float, float]]:
    """Width and height of each page as it is shown, in points."""
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_size() for page in document]


def pages_of_pdf(data: bytes, *, dpi: int) -> Iterator[Pixels]:
    """Each page in RGB, with its forms and annotations."""
    with pypdfium2.PdfDocument(data) as document:
        document.init_forms()
        for page in document:
            yield np.asarray(page.render(scale=dpi / 72, rev_byteorder=True).to_pil().convert("RGB"))


def pages_of(data: bytes, suffix: str, *, dpi: int) -> Iterator[Pixels]:
    """Each page as a viewer shows it; a picture as an A4's worth of pixels, never enlarged."""
    if suffix == ".pdf":
        yield from pages_of_pdf(data, dpi=dpi)
        return
    pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(data)) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            upright = _on_paper(ImageOps.exif_transpose(opened))
            upright.thumbnail((LONGEST * dpi, LONGEST * dpi))
            yield np.asarray(upright)


def _on_paper(picture: Image.Image) -> Image.Image:
    """As a viewer shows it: what is transparent is white, sixteen bits are as bright as eight."""
    if picture.mode.startswith("I"):
        return Image.fromarray((np.asarray(picture) // 257).astype(np.uint8)).convert("RGB")
    if "A" not in picture.mode:
        return picture.convert("RGB")
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")


def sized(pixels: Pixels, like: Pixels) -> Pixels:
    height, width = like.shape[:2]
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def turned(pixels: Pixels, quarters: int) -> Pixels:
    """By quarters anticlockwise."""
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def words_on(pixels: Pixels, *, dpi: int, sparse: bool = False, sure: int = SURE) -> list[Word]:
    """What Tesseract reads, `sure` of it by so many per cent."""
    return [word for word in _read(pixels, dpi, sparse) if word.sure >= sure]


def text_on(pixels: Pixels, *, dpi: int, sparse: bool = False) -> str:
    """Everything that Tesseract believes to read, sure or not."""
    return " ".join(word.text for word in _read(pixels, dpi, sparse))


def _read(pixels: Pixels, dpi: int, sparse: bool) -> tuple[Word, ...]:
    """A page that was read before is known by its pixels."""
    known = (hashlib.sha256(pixels.tobytes()).digest(), pixels.shape, dpi, sparse)
    if known not in _READ:
        _READ[known] = _recognized(pixels, dpi, sparse)
    return _READ[known]


def _recognized(pixels: Pixels, dpi: int, sparse: bool) -> tuple[Word, ...]:
    height, width = pixels.shape[:2]
    reader = _reader()
    reader.SetPageSegMode(tesserocr.PSM.SPARSE_TEXT if sparse else tesserocr.PSM.AUTO)
    reader.SetImage(Image.fromarray(pixels))
    reader.SetSourceResolution(dpi)
    reader.Recognize()
    found, level = [], tesserocr.RIL.WORD
    for item in tesserocr.iterate_level(reader.GetIterator(), level):
        if not item.Empty(level):
            left, top, right, bottom = item.BoundingBox(level)
            box = (left / width, top / height, right / width, bottom / height)
            found.append(Word(item.GetUTF8Text(level), box, item.Confidence(level)))
    return tuple(found)


def barcodes_on(pixels: Pixels) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(pixels, text_mode=zxingcpp.TextMode.Plain)]


def layers_of(data: bytes) -> Sequence[str]:
    """The text layer of each page."""
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def signs_at(data: bytes, number: int, polygons: Iterable[Sequence[tuple[float, float]]]) -> str:
    """What the text layer has in the middle of each place, on a page that is neither turned nor cropped."""
    with pypdfium2.PdfDocument(data) as document:
        page = document[number - 1]
        width, height = page.get_size()
        layer = page.get_textpage()
        boxes = [layer.get_charbox(index, loose=True) for index in range(layer.count_chars())]
        middles = [np.mean(np.array(polygon), axis=0) * (width, -height) + (0, height) for polygon in polygons]
        found = [
            index
            for x, y in middles
            for index, (left, bottom, right, top) in enumerate(boxes)
            if left <= x < right and bottom <= y < top
        ]
        return "".join(layer.get_text_range(index, 1) for index in found)


def streams_of(data: bytes) -> Iterator[bytes]:
    """The raw file, then every object and every decoded stream in it."""
    yield data
    with pikepdf.open(io.BytesIO(data)) as document:
        for item in document.objects:
            yield item.unparse(resolved=True) if not isinstance(item, pikepdf.Stream) else _decoded(item)


def _decoded(stream: pikepdf.Stream) -> bytes:
    """Without its filters; a picture's filter stays, what is in it is for the eyes."""
    head = bytes(stream.stream_dict.unparse(resolved=True))
    try:
        return head + stream.read_bytes()
    except pikepdf.PdfError:
        return head + stream.read_raw_bytes()


@cache
def _reader() -> tesserocr.PyTessBaseAPI:
    """One engine a process: it takes a tenth of a second to start."""
    folder = Path(tempfile.mkdtemp(prefix="opposable-eyes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    [kept] = (ROOT / "vault/data").glob("fra.traineddata*")
    packed = kept.read_bytes()
    (folder / "fra.traineddata").write_bytes(gzip.decompress(packed) if kept.suffix == ".gz" else packed)
    return tesserocr.PyTessBaseAPI(path=str(folder), lang="fra", oem=tesserocr.OEM.LSTM_ONLY)
