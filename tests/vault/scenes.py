"""Pictures that once hid a number from the readers: beside a sheet, in the dark, in colour, turned upon a page."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from tests.vault.pictures import LINES, NIR, letter

CARD = ("Carte d'exemple", "Personne imaginaire", NIR)
_FONT = 44


def card(*, paper: tuple[int, int, int] = (210, 210, 210), ink: tuple[int, int, int] = (20, 20, 20)) -> Image.Image:
    image = Image.new("RGB", (820, 420), paper)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=_FONT)
    for number, line in enumerate(CARD):
        pen.text((50, 60 + 90 * number), line, font=font, fill=ink)
    return image


def letter_beside_a_card() -> Image.Image:
    """On a dark table: the letter is the sheet, the card lies beside it."""
    table = Image.new("RGB", (2700, 2000), (60, 60, 60))
    table.paste(letter().convert("RGB"), (120, 120))
    table.paste(card(), (1600, 700))
    return table


def letter_with_a_shadow() -> Image.Image:
    """The number stands in the part that lies in the dark."""
    pixels = np.asarray(letter(f"N. de securite sociale : {NIR}", *LINES)).astype(np.float32)
    pixels[420:] *= 0.45
    return Image.fromarray(pixels.astype(np.uint8))


def dark_screen() -> Image.Image:
    """Light signs on a dark ground; the number stands where its name announces it."""
    return ImageOps.invert(letter("Numero de securite sociale :", NIR, *LINES[-1:]))


def red_on_green() -> Image.Image:
    """Of one brightness."""
    sheet = letter().convert("RGB")
    sheet.paste(card(paper=(60, 145, 60), ink=(230, 60, 60)), (200, 900))
    return sheet


def upon_a_page(*, turned: float) -> bytes:
    """A PDF with text, and a photo of the card upon it."""
    photo = card().rotate(turned, expand=True, fillcolor=(90, 90, 90), resample=Image.Resampling.BICUBIC)
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=90)
    return _page_with(data.getvalue(), *photo.size)


def _page_with(picture: bytes, width: int, height: int) -> bytes:
    shown = " ".join(f"({line}) '" for line in LINES)
    content = f"BT /F1 12 Tf 20 TL 60 780 Td {shown} ET q 420 0 0 {420 * height / width:.0f} 80 120 cm /P Do Q".encode()
    about = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /P 5 0 R >> /Font << /F1 6 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< %s /Width %d /Height %d /Length %d >>\nstream\n%s\nendstream"
        % (about, width, height, len(picture), picture),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = b"%PDF-1.7\n"
    for number, one in enumerate(objects, start=1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    return body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
