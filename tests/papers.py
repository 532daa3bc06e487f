"""Photographed papers for pages and journeys: an attestation in French, with a number that nobody has."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from tests.vault.corpus import fonts

NIR = "2 69 05 49 588 157 80"  # made up
WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dpi
FIRST_PAGE = (
    "ATTESTATION D'OPPOSITION",
    "",
    "Mon espace santé",
    "Fait le 20 novembre 2026",
    "",
    "Nous confirmons que votre opposition à la création",
    "de Mon espace santé a bien été prise en compte.",
    "",
    "Nom : Mme Odile DÉMO",
    f"Numéro de sécurité sociale : {NIR}",
    "",
    "Votre profil ne sera pas créé.",
    "Gardez ce document : il vaut preuve de votre choix.",
)
# Its reference has the shape of a number without its key: the machine hides it, and is not certain.
SECOND_PAGE = (
    "Page 2",
    "",
    "Voies de recours",
    "Vous pouvez changer d'avis à tout moment.",
    "Référence de l'assuré : 1 84 07 75 116 002",
    "Dossier suivi par le service des droits.",
    "",
    "Adresse : 12 rue des Tilleuls, 49000 Angers",
)


@cache
def photo(lines: tuple[str, ...] = FIRST_PAGE) -> bytes:
    """A JPEG of a page with these lines, sharp and straight."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(fonts.FOLDER / "DejaVuSans.ttf", 32)
    for number, line in enumerate(lines):
        pen.text((110, 140 + number * 64), line, font=font, fill="black")
    return _jpeg(picture)


@cache
def blur() -> bytes:
    """A picture of nothing that could be read."""
    return _jpeg(Image.new("RGB", (WIDTH, HEIGHT), "grey"))


def _jpeg(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=88)
    return content.getvalue()
