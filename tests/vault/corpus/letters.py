"""What surrounds a number: letters, certificates and forms of offices that do not exist."""

from random import Random

from tests.vault.corpus import digits
from tests.vault.corpus.draw import Sheet

FIRST = ("Essai", "Témoin", "Modèle", "Fictive", "Exemple", "Spécimen")
LAST = ("DESSAI", "TESTARD", "FICTIF", "MODELON", "SPECIMEN", "TEMOIN")
TOWNS = ("75000 ESSAIVILLE", "34990 FICTION-SUR-LEZ", "59001 TESTBOURG", "29999 PORT-MODELE", "13013 EXEMPLE")
STREETS = ("rue du Modèle", "avenue de la Fiction", "place des Essais", "impasse du Spécimen")
OPENINGS = (
    "Nous avons bien reçu votre demande et nous vous en remercions.",
    "Votre opposition à la création de votre espace de santé a été enregistrée.",
    "Nous faisons suite à votre courrier relatif à votre dossier médical.",
    "Vous trouverez ci-dessous les informations utiles à votre démarche.",
)
BODIES = (
    "Ce document est délivré pour servir et valoir ce que de droit. Il ne préjuge pas de l’ouverture de vos droits.",
    "Vous disposez d’un délai de six semaines pour présenter vos observations par écrit à notre service.",
    "Aucune donnée de santé ne sera versée dans votre espace pendant l’examen de votre demande par nos conseillers.",
    "Pour toute question, notre accueil vous répond du lundi au vendredi. Gardez ce courrier avec vos papiers.",
    "La décision vous sera notifiée par courrier simple à l’adresse indiquée en tête de cette lettre.",
)
SPECIMEN = "SPÉCIMEN : personne et numéros imaginaires"


def name(random: Random) -> str:
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def letter(sheet: Sheet, random: Random, *, font: str = "Hv", size: float = 11, lines: int = 2) -> float:
    """Head, addresses, a few sentences; gives the y below which the sheet is free up to its foot."""
    sheet.text("CAISSE D’ESSAI", 50, 60, size=size + 5, font=font)
    sheet.text("Service des imaginaires", 50, 60 + 1.5 * size, size=size, font=font)
    sheet.text(SPECIMEN, 50, 60 + 3 * size, size=8, font=font)
    right = sheet.width * 0.55
    sheet.text(name(random), right, 120, size=size, font=font)
    sheet.text(f"{random.randrange(1, 99)} {random.choice(STREETS)}", right, 120 + 1.5 * size, size=size, font=font)
    sheet.text(random.choice(TOWNS), right, 120 + 3 * size, size=size, font=font)
    date = f"{random.randrange(1, 29):02d}/{random.randrange(1, 13):02d}/2025"
    mark = sheet.text(f"Le {date}", right, 120 + 5.5 * size, size=size, font=font)
    sheet.spare(date, mark)
    y = 120 + 8 * size
    for sentence in (random.choice(OPENINGS), *random.sample(BODIES, lines)):
        y = paragraph(sheet, sentence, 50, y, width=sheet.width - 100, size=size, font=font)
    foot(sheet, random, font=font)
    return y + size


def foot(sheet: Sheet, random: Random, *, font: str = "Hv") -> None:
    """Innocent numbers in small type."""
    siret, phone = digits.luhn(random, 14), digits.phone(random)
    at = sheet.height - 36
    first = sheet.text(f"SIRET {digits.cut(siret, '333')}", 50, at, size=8, font=font)
    second = sheet.text(f"Tél. {digits.cut(phone, '2222')}", 250, at, size=8, font=font)
    sheet.spare(siret, first)
    sheet.spare(phone, second)


def paragraph(
    sheet: Sheet, text: str, x: float, y: float, *, width: float, size: float = 11, font: str = "Hv", ink: float = 0
) -> float:
    """Wrapped text; gives the y of the next line."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if sheet.measure(longer, size=size, font=font) > width:
            sheet.text(line, x, y, size=size, font=font, ink=ink)
            y, line = y + 1.35 * size, word
        else:
            line = longer
    sheet.text(line, x, y, size=size, font=font, ink=ink)
    return y + 2 * size
