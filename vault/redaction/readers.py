"""The readers of pixels: Tesseract for words, ZXing for barcodes. They never see a byte of a file."""

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from vault.rules import detector
from vault.rules.refusals import Code, Refused
from vault.rules.tokens import Token

if TYPE_CHECKING:
    import tesserocr

Pixels = NDArray[np.uint8]
"""Height x width (grey) or height x width x 3 (RGB), rows from the top."""

MODEL = Path(__file__).resolve().parent.parent / "data"
MOST_MILLISECONDS = 15_000
# Tesseract's own numbers (PSM.AUTO, PSM.SPARSE_TEXT): it is loaded only where something is read.
WHOLE, SPARSE = 3, 11
_DPI = 200
_WORD = "5"
# Fields of a barcode follow each other without a gap: a number may begin within a run of digits.
_WITHIN = re.compile(r"(?=(\d{5}(?:\d\d|2[ABab])\d{8}))")
_SQUARE = {zxingcpp.QRCode, zxingcpp.DataMatrix, zxingcpp.Aztec, zxingcpp.PDF417}
_LEAST_SIDE = 40
_NARROWEST = 12.0
_WIDER = 1.08
_PRODUCTS = {zxingcpp.EAN13, zxingcpp.EAN8, zxingcpp.UPCA, zxingcpp.UPCE, zxingcpp.ITF14, zxingcpp.DataBar}


@dataclass(frozen=True, slots=True)
class Barcode:
    """Its corners in pixels; whether it is known to hold no number to hide, or known for certain to hold one."""

    corners: tuple[tuple[float, float], ...]
    clean: bool
    certain: bool


def can_read() -> bool:
    try:
        import tesserocr  # noqa: F401, PLC0415  tried only
    except ImportError:
        return False
    return True


@cache
def _engine(_process: int) -> "tesserocr.PyTessBaseAPI":
    """One a process: it is large, and does not survive a fork."""
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    import tesserocr  # noqa: PLC0415  a machine without it still starts, and its door says so (pipeline.missing)

    # Its complaints about odd layouts are for nobody, and would stand in the log of a refusal of a State record.
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    engine = tesserocr.PyTessBaseAPI(path=f"{MODEL}/", lang="fra", oem=tesserocr.OEM.LSTM_ONLY)
    engine.SetVariable("debug_file", os.devnull)
    return engine


def words_of(grey: Pixels, *, layout: int = WHOLE) -> list[Token]:
    """Words with their boxes in pixels, in the order of reading. Raises Refused when it takes too long."""
    height, width = grey.shape
    engine = _engine(os.getpid())
    engine.SetPageSegMode(layout)
    engine.SetImageBytes(np.ascontiguousarray(grey).tobytes(), width, height, 1, width)
    engine.SetSourceResolution(_DPI)
    try:
        if not engine.Recognize(MOST_MILLISECONDS):
            raise Refused(Code.TOO_LONG)
        return list(_words(engine.GetTSVText(0)))
    finally:
        engine.Clear()
        engine.ClearAdaptiveClassifier()


def _words(table: str) -> Iterator[Token]:
    for line in table.splitlines():
        cells = line.split("\t")
        if len(cells) == 12 and cells[0] == _WORD and cells[11].strip():
            left, top, width, height = map(int, cells[6:10])
            yield Token(cells[11].strip(), left, top, left + width, top + height, max(0.0, float(cells[10])) / 100)


def barcodes_of(grey: Pixels) -> list[Barcode]:
    """Those that are read, and the square ones that are seen and cannot be: they may say anything."""
    found = zxingcpp.read_barcodes(grey, return_errors=True)
    return [_barcode(one) for one in found if one.valid or _is_seen(one)]


def _is_seen(found: zxingcpp.Barcode) -> bool:
    """A code of two dimensions, torn or dirty, of a size that one has. Lines are seen in many a letter."""
    at = found.position
    sides = [abs(at.top_left.x - at.bottom_right.x), abs(at.top_left.y - at.bottom_right.y)]
    return found.format in _SQUARE and min(sides) >= _LEAST_SIDE


def _barcode(found: zxingcpp.Barcode) -> Barcode:
    at = found.position
    corners = np.array([(point.x, point.y) for point in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)])
    box = cv2.minAreaRect(corners.astype(np.float32))
    middle, (wide, high), angle = box
    if min(wide, high) < max(wide, high) / _NARROWEST:
        # One line across the bars tells their length, not their height: more than any label's is taken.
        wide, high = max(wide, max(wide, high) / 3), max(high, max(wide, high) / 3)
    outer = cv2.boxPoints((middle, (wide * _WIDER, high * _WIDER), angle))
    return Barcode(tuple((float(x), float(y)) for x, y in outer), _is_clean(found), _is_certain(found))


def _is_certain(found: zxingcpp.Barcode) -> bool:
    windows = [found.text, *(window[1] for window in _WITHIN.finditer(found.text))]
    return any(hit.certain for window in windows for hit in detector.find(window))


def _is_clean(found: zxingcpp.Barcode) -> bool:
    """Readable, and no number to hide in what it says. Thirteen digits alone may be one, but for a product's."""
    said = found.text
    if not found.valid or not said or any(unicodedata.category(sign) == "Co" for sign in said) or "\ufffd" in said:
        return False
    if any(detector.find(window[1]) for window in _WITHIN.finditer(said)):
        return False
    announced = "NIR" if said.strip().isdecimal() and found.format not in _PRODUCTS else ""
    return not detector.find(said, context=announced)
