"""Innocent numbers of every kind, none of which may be hidden; and numbers made secret by the words before them."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from tests.vault.corpus import camera, digits
from tests.vault.corpus.draw import Paper, Sheet
from tests.vault.corpus.layouts import Drawing
from tests.vault.corpus.letters import letter
from tests.vault.corpus.truth import Document, Recipe

Spelled = Callable[[Random], str]


def drawn_digits(random: Random, count: int) -> str:
    return str(random.randrange(1, 10)) + "".join(str(random.randrange(10)) for _ in range(count - 1))


def card(random: Random) -> str:
    return digits.cut(digits.luhn(random, 16, start="4974"), "444")


def dated(random: Random) -> str:
    return f"{random.randrange(1, 29):02d}/{random.randrange(1, 13):02d}/{random.randrange(1930, 2027)}"


def stamp(random: Random) -> str:
    return (
        f"2025-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d} {random.randrange(24):02d}"
        f":{random.randrange(60):02d}:{random.randrange(60):02d}.{random.randrange(1000):03d}"
    )


OFFICE: Sequence[tuple[str, Spelled]] = (
    ("SIRET", lambda random: digits.cut(digits.luhn(random, 14), "333")),
    ("SIREN", lambda random: digits.cut(digits.luhn(random, 9), "33")),
    ("SIRET", lambda random: digits.luhn(random, 14)),
    ("TVA", lambda random: f"FR{random.randrange(10, 99)}{digits.luhn(random, 9)}"),
    ("RPPS", lambda random: digits.luhn(random, 11, start="101")),
    ("ADELI", lambda random: f"{random.randrange(1, 96):02d}{digits.luhn(random, 7)}"),
    ("FINESS", lambda random: f"{random.randrange(1, 96):02d} {digits.cut(digits.luhn(random, 7), '33')}"),
    ("Code APE", lambda random: f"{random.randrange(10, 99)}.{random.randrange(10, 99)}Z"),
    ("Dossier", lambda random: f"2025-{random.randrange(10**6):06d}-{random.randrange(100):02d}"),
    ("Réf.", lambda random: f"ESS/{random.randrange(10**4):04d}/{random.randrange(10**5):05d}"),
)
BANK: Sequence[tuple[str, Spelled]] = (
    ("IBAN", lambda random: digits.cut(digits.iban(random), "444444")),
    ("IBAN", digits.iban),
    ("Compte", lambda random: digits.cut(digits.iban(random)[4:], "5511")),
    ("Carte", card),
    ("Mandat", lambda random: f"FR{random.randrange(10, 99)}ZZZ{random.randrange(10**6):06d}"),
    ("Montant", lambda random: f"{random.randrange(1, 10)} {random.randrange(1000):03d},{random.randrange(100):02d} €"),
    (
        "Total",
        lambda random: (
            f"{random.randrange(1, 10)}\u00a0{random.randrange(1000):03d}\u00a0{random.randrange(1000):03d},00 €"
        ),
    ),
    ("Échéance", dated),
    ("Opération", lambda random: drawn_digits(random, 12)),
)
POST: Sequence[tuple[str, Spelled]] = (
    ("Colis", lambda random: f"6A{drawn_digits(random, 11)}"),
    ("Recommandé", lambda random: f"1A {digits.cut(drawn_digits(random, 11), '333')}"),
    ("Recommandé", lambda random: f"2C{drawn_digits(random, 11)}"),
    ("Suivi", lambda random: f"RR{drawn_digits(random, 9)}FR"),
    ("EAN", lambda random: digits.ean(random, start="3")),
    ("EAN", lambda random: digits.cut(digits.ean(random, start="376"), "16")),
    (
        "ISBN",
        lambda random: digits.cut(digits.ean(random, start="9782"), "3144", "-"),
    ),
    ("ISBN", lambda random: digits.ean(random, start="9782")),
    ("Boîte", lambda random: f"CS {random.randrange(10**5):05d} - {random.randrange(10**5):05d} ESSAIVILLE CEDEX"),
)
PEOPLE: Sequence[tuple[str, Spelled]] = (
    ("Tél.", lambda random: digits.cut(digits.phone(random), "2222")),
    ("Tél.", lambda random: f"+33 {digits.cut(digits.phone(random)[1:], '1222')}"),
    ("Fax", lambda random: digits.cut(digits.phone(random), "2222", ".")),
    ("Portable", digits.phone),
    ("Né(e) le", dated),
    ("Passeport", lambda random: f"{random.randrange(10, 99)}AB{random.randrange(10**5):05d}"),
    ("Permis", lambda random: drawn_digits(random, 12)),
    ("Plaque", lambda random: f"AB-{random.randrange(100, 999)}-CD"),
    ("Coordonnées", lambda random: f"{random.uniform(43, 50):.6f}, {random.uniform(0, 7):.6f}"),
    ("Reçu le", stamp),
    ("Numéro fiscal", lambda random: f"30 {digits.cut(drawn_digits(random, 11), '233')}"),
)


def listing(lines: Sequence[tuple[str, Spelled]], *, font: str = "Hv", size: float = 11) -> Drawing:
    def draw(paper: Paper, random: Random) -> None:
        sheet = paper.sheet()
        y = letter(sheet, random, lines=1)
        for at, (label, spell) in enumerate(lines):
            entry(sheet, label, spell(random), 50, y + 24 * at, font=font, size=size)

    return draw


def entry(sheet: Sheet, label: str, text: str, x: float, y: float, *, font: str, size: float) -> None:
    sheet.text(label, x, y, font=font, size=size)
    sheet.spare(text, sheet.text(text, x + 110, y, font=font, size=size))


def orders(count: int, *, spelled: str = "") -> Drawing:
    """Columns of random numbers of `count` digits on two pages: a few are right by chance."""

    def draw(paper: Paper, random: Random) -> None:
        for _ in range(2):
            sheet = paper.sheet()
            sheet.text("Commandes en cours", 50, 50, size=16)
            for row in range(24):
                for column in range(3):
                    number = drawn_digits(random, count)
                    text = digits.cut(number, spelled) if spelled else number
                    ink = sheet.text(text, 50 + 175 * column, 90 + 30 * row, size=11, font="Hv")
                    sheet.spare(text, ink, drawn=True)

    return draw


def invoice(paper: Paper, random: Random) -> None:
    """A table of codes, quantities and amounts that stand side by side."""
    sheet = paper.sheet()
    y = letter(sheet, random, lines=1)
    for row in range(10):
        top = y + 20 * row
        cells = (
            digits.ean(random, start="3"),
            f"Article {random.randrange(100, 999)}",
            str(random.randrange(1, 20)),
            f"{random.randrange(100)},{random.randrange(100):02d}",
            f"{random.randrange(1000)},{random.randrange(100):02d}",
        )
        for at, text in enumerate(cells):
            ink = sheet.text(text, 50 + (0, 130, 260, 320, 420)[at], top, size=10)
            sheet.spare(text, ink)


def calendar(paper: Paper, random: Random) -> None:
    """Small numbers in a row, as on a calendar or in a school report."""
    sheet = paper.sheet()
    y = letter(sheet, random, lines=1)
    for row in range(6):
        text = "  ".join(f"{day:2d}" for day in range(1 + 7 * row, 8 + 7 * row))
        sheet.spare(text, sheet.text(text, 60, y + 24 * row, font="Co", size=12))


def opening_hours(paper: Paper, random: Random) -> None:
    """Talks of social security near numbers that are none of it."""
    sheet = paper.sheet()
    y = letter(sheet, random, lines=1)
    phone, siret = digits.phone(random), digits.luhn(random, 14)
    lines = (
        ("Sécurité sociale : appelez le ", "36 46"),
        ("Assuré(e)s : accueil au ", digits.cut(phone, "2222")),
        ("Carte Vitale : mise à jour le ", dated(random)),
        ("Immatriculation au registre : SIRET ", digits.cut(siret, "333")),
        ("Sécurité sociale, bureau ", "12"),
    )
    for at, (label, text) in enumerate(lines):
        sheet.text(label, 50, y + 24 * at)
        sheet.spare(text, sheet.text(text, 50 + sheet.measure(label), y + 24 * at))


def no_numbers(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    letter(sheet, random, lines=4)


def vitale(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    y, serial = letter(sheet, random), drawn_digits(random, 10)
    shown = sheet.figures(serial, 50, y, before="N° de série de la carte Vitale : ")
    sheet.hide(serial, *shown, kind="vitale")


def vitale_grouped(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    y, serial = letter(sheet, random), drawn_digits(random, 21)
    shown = sheet.figures(
        digits.cut(serial, "33333"), 50, y, before="Carte Vitale, numéro de série ", font="Dj", size=9
    )
    sheet.hide(serial, *shown, kind="vitale")


def code(label: str) -> Drawing:
    def draw(paper: Paper, random: Random) -> None:
        sheet = paper.sheet()
        y, secret = letter(sheet, random), drawn_digits(random, 8)
        sheet.hide(secret, *sheet.figures(secret, 50, y, before=label), kind="code")

    return draw


NEGATIVES: dict[str, Drawing] = {
    "office": listing(OFFICE),
    "bank": listing(BANK, font="Tm", size=12),
    "post": listing(POST, font="Dj", size=10),
    "people": listing(PEOPLE, font="Co"),
    "small": listing((*OFFICE, *BANK), font="Dj", size=7),
    "orders-13": orders(13),
    "orders-15": orders(15),
    "orders-15-grouped": orders(15, spelled="33333"),
    "invoice": invoice,
    "calendar": calendar,
    "opening-hours": opening_hours,
    "no-numbers": no_numbers,
}
CODES: dict[str, Drawing] = {
    "vitale": vitale,
    "vitale-grouped": vitale_grouped,
    "provisional": code("Votre code provisoire : "),
    "confidential": code("Code confidentiel (à ne pas communiquer) : "),
}


def recipe(name: str, draw: Drawing) -> Recipe:
    def make(random: Random) -> Document:
        paper = Paper()
        draw(paper, random)
        return paper.document()

    return Recipe(name, make)


def scanned(random: Random) -> Document:
    """What the reader of pixels makes of innocent numbers."""
    paper = Paper()
    listing((*PEOPLE, *POST), font="Ds")(paper, random)
    [shot] = camera.shots_of(paper, dpi=200, grey=True)
    shot = camera.skewed(shot, 0.7)
    pixels = camera.noisy(camera.blurred(shot.pixels, 0.6), 4)
    return Document(camera.saved([pixels], "JPEG", quality=70), ".jpg", (), shot.innocents)


def recipes() -> Iterator[Recipe]:
    for name, draw in NEGATIVES.items():
        yield recipe(f"negative-{name}", draw)
    for name, draw in CODES.items():
        yield recipe(f"writing-code-{name}", draw)
    yield Recipe("negative-scanned", scanned)
