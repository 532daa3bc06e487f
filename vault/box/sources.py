"""Files turned into pages, by decoders that may be fooled: this runs in the box only."""

import contextlib
import ctypes
import io
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import pillow_heif
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from vault.box import mails
from vault.box.frames import MAX_GLYPHS, MAX_PAGE_PIXELS, MAX_PAGES, MAX_PICTURES, Box, Glyph, Page
from vault.rules import sniff
from vault.rules.refusals import Code, Refused
from vault.rules.sniff import Kind

DPI = 200
MIN_POINTS, MAX_POINTS = 10, 3000
_A4 = (595.0, 842.0)
_FINE = 100_000  # the grid on which a glyph's place is asked, whatever the page's size in pixels
_MAX_OBJECTS = 400
_SCAN_AREA, _LEAST_AREA = 0.5, 0.02  # of the page
_PICTURES_AND_FORMS = [pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM]
_PICTURES = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.TIFF: "TIFF", Kind.WEBP: "WEBP", Kind.HEIC: "HEIF"}

# The bound on pixels is ours and comes first; Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.register_heif_opener()


class Source(Protocol):
    """A page that is not drawn yet: thirty of them at once would not fit into the box."""

    def draw(self) -> Page:
        """Raises Refused."""
        ...


def pages_of(files: Sequence[bytes]) -> list[Source]:
    """The pages of all files, in order. Raises Refused."""
    pages = [page for data in files for page in _pages_of_one(data)]
    if len(pages) > MAX_PAGES:
        raise Refused(Code.TOO_MANY_PAGES)
    if not pages:
        raise Refused(Code.EMPTY)
    return pages


def _pages_of_one(data: bytes) -> Sequence[Source]:
    kind = sniff.kind_of(data)
    if kind is None:
        raise Refused(Code.KIND if data else Code.EMPTY)
    if kind is Kind.PDF:
        return pdf_pages(data)
    if kind is Kind.EML:
        return mail_pages(data)
    return picture_pages(data, kind)


def mail_pages(data: bytes) -> list[Source]:
    """The letter as text, then what is attached to it and can be shown."""
    mail = mails.read(data)
    pages: list[Source] = list(pdf_pages(mails.as_pdf(mail.text)))
    for attached in mail.attached:
        kind = sniff.kind_of(attached)
        if kind not in {None, Kind.EML}:
            pages += _pages_of_one(attached)
    return pages


# Pictures


class PicturePage:
    """One picture of a file. It is decoded when it is drawn."""

    def __init__(self, image: Image.Image, frame: int) -> None:
        self.image, self.frame = image, frame

    def draw(self) -> Page:
        with _trouble(Code.DAMAGED):
            self.image.seek(self.frame)  # the first too: counting the frames has left the file at its last
            self.image.draft("RGB", _fitting(self.image.size))
            flat = _on_white(ImageOps.exif_transpose(self.image))
            size = _fitting(flat.size)
            shown = flat.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0) if size != flat.size else flat
            return Page(
                width=shown.width,
                height=shown.height,
                points=_on_paper(shown.size),
                drawn=False,
                glyphs=(),
                pixels=shown.tobytes(),
            )


def picture_pages(data: bytes, kind: Kind) -> list[Source]:
    """Several for a TIFF of several; of a moving picture the first one."""
    with _trouble(Code.DAMAGED):
        image = Image.open(io.BytesIO(data), formats=[_PICTURES[kind]])
        _check_size(image)
        if kind is not Kind.TIFF:
            return [PicturePage(image, 0)]
        return [PicturePage(image, number) for number in _frames(image)]


def _frames(image: Image.Image) -> Iterator[int]:
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= MAX_PAGES:
            raise Refused(Code.TOO_MANY_PAGES)
        _check_size(frame)
        yield number


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise Refused(Code.DAMAGED)
    if width * height > sniff.MAX_PIXELS or max(width, height) > 50 * min(width, height):
        raise Refused(Code.PICTURE_TOO_LARGE)


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    """The size within the bound of a page, its sides in the same relation."""
    width, height = size
    shrink = min(1.0, math.sqrt(MAX_PAGE_PIXELS / (width * height)), 9000 / max(size))
    return max(1, int(width * shrink)), max(1, int(height * shrink))


def _on_paper(size: tuple[int, int]) -> tuple[float, float]:
    """Points of a page that holds it: as large as an A4 allows, upright or lying."""
    scale = min(_A4[0] / min(size), _A4[1] / max(size))
    return size[0] * scale, size[1] * scale


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        low, high = image.convert("F").getextrema()
        span = (high - low) or 1.0  # type: ignore[operator]  # one band: two numbers
        image = image.convert("F").point(lambda value: (value - low) * (255 / span)).convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        see_through = image.convert("RGBA")
        image = Image.new("RGB", image.size, "white")
        image.paste(see_through, mask=see_through.getchannel("A"))
    return image.convert("RGB")


# PDF


class PdfPage:
    """One page of a document that stays open."""

    def __init__(self, document: pypdfium2.PdfDocument, number: int) -> None:
        self.document, self.number = document, number

    def draw(self) -> Page:
        with _trouble(Code.DAMAGED):
            page = self.document[self.number]
            points = page.get_size()
            scale = min(DPI / 72, math.sqrt(MAX_PAGE_PIXELS / (points[0] * points[1])))
            glyphs = tuple(_glyphs(page))
            image = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True).to_pil().convert("RGB")
            pictures = _pictures(page)
            drawn = bool(glyphs) and sum(map(_area, pictures)) < _SCAN_AREA
            page.close()
            shown = tuple(sorted(pictures, key=_area, reverse=True)[:MAX_PICTURES]) if drawn else ()
            return Page(image.width, image.height, points, drawn, glyphs, image.tobytes(), shown)


def pdf_pages(data: bytes) -> list[PdfPage]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(Code.LOCKED if "assword" in str(error) else Code.DAMAGED) from error
    count = len(document)
    if count > MAX_PAGES:
        raise Refused(Code.TOO_MANY_PAGES)
    with contextlib.suppress(pypdfium2.PdfiumError):
        document.init_forms()
    for number in range(count):
        _check_points(document, number)
    return [PdfPage(document, number) for number in range(count)]


def _check_points(document: pypdfium2.PdfDocument, number: int) -> None:
    with _trouble(Code.DAMAGED):
        sides = document.get_page_size(number)
    if not all(MIN_POINTS <= side <= MAX_POINTS for side in sides):
        raise Refused(Code.PAGE_TOO_LARGE)


def _pictures(page: pypdfium2.PdfPage) -> list[Box]:
    """Where pictures stand that are large enough to be read; together half of the page, they are a scan of it."""
    place = _places(page)
    boxes = []
    for number, found in enumerate(page.get_objects(filter=_PICTURES_AND_FORMS, max_depth=1)):
        if number >= _MAX_OBJECTS:
            break
        if found.type == pdfium.FPDF_PAGEOBJ_FORM and not _holds_picture(page, found):
            continue
        left, bottom, right, top = found.get_bounds()
        (west, north), (east, south) = place(left, top), place(right, bottom)
        box = _within(min(west, east)), _within(min(north, south)), _within(max(west, east)), _within(max(north, south))
        if _area(box) >= _LEAST_AREA:
            boxes.append(box)
    return boxes


def _holds_picture(page: pypdfium2.PdfPage, form: pypdfium2.PdfObject) -> bool:
    return any(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4, form=form))


def _within(side: float) -> float:
    return min(1.0, max(0.0, side))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _glyphs(page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    """What pdfium reads on the page, whatever its colour, and even if it is not shown."""
    text = page.get_textpage()
    count = text.count_chars()
    if count > MAX_GLYPHS:
        raise Refused(Code.TOO_LONG)
    place = _places(page)
    tight = [ctypes.c_double() for _ in range(4)]
    loose = pdfium.FS_RECTF()
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if code <= 0x20 or not 0 < code < 0x110000:
            continue
        left, right, bottom, top = tight
        pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        boxes = [(left.value, top.value, right.value, bottom.value)]
        if pdfium.FPDFText_GetLooseCharBox(text, index, loose):
            boxes.append((loose.left, loose.top, loose.right, loose.bottom))
        corners = [corner for box in boxes for corner in (place(box[0], box[1]), place(box[2], box[3]))]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        box = min(xs), min(ys), max(xs), max(ys)
        if box[2] > 0 and box[3] > 0 and box[0] < 1 and box[1] < 1:
            yield Glyph(chr(code), *box)
    text.close()


def _places(page: pypdfium2.PdfPage) -> Callable[[float, float], tuple[float, float]]:
    """From the page's own co-ordinates to fractions of what is shown, its turn and its crop counted."""
    x, y = ctypes.c_int(), ctypes.c_int()

    def place(across: float, up: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, across, up, x, y)
        return x.value / _FINE, y.value / _FINE

    return place


@contextlib.contextmanager
def _trouble(code: Code) -> Iterator[None]:
    """Whatever a decoder complains of is the file's fault."""
    try:
        yield
    except (Refused, MemoryError, RecursionError):
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError,
            OverflowError, AttributeError, RuntimeError, ArithmeticError, pypdfium2.PdfiumError) as error:  # fmt: skip
        raise Refused(code) from error
