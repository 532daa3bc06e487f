"""Seals a document from what is true of it: well, or wrongly in one chosen way, to see whether the judge notices."""

import io
from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pikepdf
from PIL import Image

from tests.vault.corpus import eyes
from tests.vault.corpus.draw import Paper, Pixels
from tests.vault.corpus.judge import READ_AT, Outcome
from tests.vault.corpus.truth import Document, Place, Polygon
from vault.rules.zones import Mark, Zone

MARGIN = 4  # pixels around a place
Painted = Callable[[list[Pixels]], list[Pixels]]


def sealed(document: Document, *, places: Iterable[Place] | None = None, off: int = 0) -> Outcome:
    """Its pages as pictures, black where its numbers stand (or at these places, or so many pixels beside them)."""
    pages = [page.copy() for page in eyes.pages_of(document.data, document.suffix, dpi=READ_AT)]
    hidden = [place for secret in document.secrets for place in secret.places] if places is None else list(places)
    zones = tuple(_painted(pages[place.page - 1], place, off) for place in hidden)
    return Outcome("SCELLE", pages=len(pages), hidden=zones, cpu_s=1, sealed=as_pdf(pages))


def _painted(pixels: Pixels, place: Place, off: int) -> Zone:
    height, width = pixels.shape[:2]
    corners = np.array([[x * width + off, y * height] for x, y in place.polygon], np.float32)
    middle, (wide, high), angle = cv2.minAreaRect(corners)
    box = cv2.boxPoints((middle, (wide + 2 * MARGIN, high + 2 * MARGIN), angle))
    cv2.fillPoly(pixels, [np.round(box).astype(np.int32)], (0, 0, 0))
    polygon: Polygon = tuple((float(x) / width, float(y) / height) for x, y in box)
    return Zone(place.page, polygon, Mark.NIR, certain=True)


def as_pdf(pages: Iterable[Pixels]) -> bytes:
    paper = Paper()
    for pixels in pages:
        height, width = (length * 72 / READ_AT for length in pixels.shape[:2])
        paper.sheet(width, height).image(paper.picture(pixels, quality=85), 0, 0, width, height)
    return paper.written()


def repainted(outcome: Outcome, paint: Painted) -> bytes:
    """What was sealed, after something was done to its pages."""
    assert outcome.sealed
    return as_pdf(paint([page.copy() for page in eyes.pages_of_pdf(outcome.sealed, dpi=READ_AT)]))


def with_layer(pdf: bytes, text: str) -> bytes:
    """With this text, invisible, over the first page."""
    layer = Paper()
    layer.sheet().text(text, 50, 100, mode=3)
    with pikepdf.open(io.BytesIO(pdf)) as document, pikepdf.open(io.BytesIO(layer.written())) as over:
        document.pages[0].add_overlay(over.pages[0], None)
        return _saved(document)


def with_info(pdf: bytes, text: str) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.docinfo["/Keywords"] = text
        return _saved(document)


def with_attachment(pdf: bytes, data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.attachments["a"] = pikepdf.AttachedFileSpec(document, data)
        return _saved(document)


def with_picture_comment(pdf: bytes, text: bytes) -> bytes:
    """In the file of a page's picture, where no reader of PDF looks."""
    return pdf.replace(
        b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + b"\xff\xe0", 1
    )


def _saved(document: pikepdf.Pdf) -> bytes:
    held = io.BytesIO()
    document.save(held, compress_streams=True)
    return held.getvalue()


def squashed(pages: list[Pixels]) -> list[Pixels]:
    """The frame is another one."""
    return [np.asarray(Image.fromarray(page).resize((page.shape[1], int(page.shape[0] * 0.9)))) for page in pages]
