"""Small letters with a number of social security on them: what real processes are killed over."""

from tests.vault.samples import pdf

# Made up: all begin alike, so that one search finds any of them in any spelling.
BEGINNING = "1841275116"
SPACED = "1 84 12 75 116"


def number_of(place: int) -> str:
    """The fifteen figures of the letter, written as on a card; their key is right."""
    body = int(f"{BEGINNING}{place:03d}")
    return f"{SPACED} {place:03d} {97 - body % 97:02d}"


def letter(place: int) -> bytes:
    """A page of 300 by 120 points, drawn in Helvetica: the engine needs a quarter of a second for it."""
    lines = ["Attestation de droits", f"Assure : {number_of(place)}", f"Courrier {place}"]
    shown = b" ".join(f"({line}) Tj T*".encode("ascii") for line in lines)
    return pdf(b"BT /F1 11 Tf 16 TL 20 90 Td " + shown + b" ET", page=(300, 120))
