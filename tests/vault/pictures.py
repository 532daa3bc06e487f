"""Documents drawn for the tests of the vault: a letter with a number as a PDF and as a picture. All made up."""

import base64
import io

from PIL import Image, ImageDraw, ImageFont

from tests.vault import samples

NIR = "2 69 05 49 588 157 80"
# Without accents: Pillow's own letters have none.
LINES = (
    "Caisse primaire de l'exemple",
    "Attestation de fermeture",
    "Nous confirmons la fermeture de votre espace",
    "en date du 12 mai 2026, selon votre demande.",
    "Telephone : 01 42 33 44 55",
)
_PAPER = (1240, 1754)


def letter(*more: str, rotated: float = 0.0) -> Image.Image:
    """An A4 at 150 dots an inch."""
    image = Image.new("L", _PAPER, 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=28)
    for number, line in enumerate((*LINES, *more)):
        pen.text((120, 150 + 60 * number), line, font=font, fill=0)
    return image.rotate(rotated, expand=True, fillcolor=255) if rotated else image


def as_png(image: Image.Image) -> bytes:
    return _saved(image, "PNG")


def as_jpeg(image: Image.Image) -> bytes:
    return _saved(image, "JPEG", quality=85)


def as_tiff(*images: Image.Image) -> bytes:
    return _saved(images[0], "TIFF", save_all=True, append_images=images[1:])


def as_scan(image: Image.Image) -> bytes:
    """A PDF that is one picture."""
    return _saved(image, "PDF", resolution=150)


def as_pdf(*lines: str) -> bytes:
    """A PDF that a program drew."""
    shown = " ".join(f"({line}) '" for line in (*LINES, *lines)).encode("cp1252")
    return samples.pdf(b"BT /F1 12 Tf 20 TL 60 780 Td " + shown + b" ET")


def as_mail(*lines: str, attached: bytes = b"") -> bytes:
    body = "\r\n".join(lines)
    head = "From: caisse@exemple.fr\r\nTo: a@exemple.fr\r\nSubject: Attestation\r\nMIME-Version: 1.0\r\n"
    if not attached:
        return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()
    return (
        f"{head}Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{body}\r\n--B\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.encodebytes(attached).decode()}\r\n--B--\r\n"
    ).encode()


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **how)
    return data.getvalue()
