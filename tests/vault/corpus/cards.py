"""Sheets that resemble what members photograph: a certificate of rights, a card. Nothing on them is official."""

from random import Random

from tests.vault.corpus import digits, letters
from tests.vault.corpus.draw import Paper, Sheet


def attestation(sheet: Sheet, random: Random, *, number: str = "") -> None:
    """A certificate of rights with the holder's number twice: in a box, and in the table of who is covered."""
    number = number or digits.nir(random)
    spelled = " ".join(digits.groups(number))
    sheet.box(40, 36, 515, 46, fill=0.9)
    sheet.text("ATTESTATION DE DROITS", 60, 66, size=18, font="Db")
    sheet.text(letters.SPECIMEN, 50, 104, size=9, font="Dj")
    sheet.text("Caisse d’essai des imaginaires", 50, 124, size=11, font="Dj")
    sheet.box(40, 150, 515, 92, line=0.2)
    sheet.text("Assuré", 50, 170, size=11, font="Db")
    sheet.text(letters.name(random), 200, 170, size=11, font="Dj")
    sheet.text("N° de sécurité sociale", 50, 192, size=11, font="Dj")
    first = sheet.figures(spelled, 200, 192, size=12, font="Dm")
    sheet.text("Date de validité", 50, 214, size=11, font="Dj")
    sheet.spare("31/12/2026", sheet.text("31/12/2026", 200, 214, size=11, font="Dj"))
    y = letters.paragraph(sheet, letters.BODIES[0], 50, 275, width=500, size=11, font="Dj")
    y = letters.paragraph(sheet, letters.BODIES[3], 50, y, width=500, size=11, font="Dj")
    for at, head in enumerate(("Bénéficiaire", "Immatriculation", "Rang")):
        sheet.text(head, 50 + (0, 190, 430)[at], y + 10, size=10, font="Db")
    sheet.box(40, y + 20, 515, 24, line=0.4)
    sheet.text(letters.name(random), 50, y + 36, size=10, font="Dj")
    second = sheet.figures(spelled, 240, y + 36, size=10, font="Dj")
    sheet.text("1", 490, y + 36, size=10, font="Dj")
    sheet.hide(number, *first, *second)
    letters.foot(sheet, random, font="Dj")


def card(paper: Paper, random: Random) -> Sheet:
    """85.6 by 54 mm, in colour, the number below the name."""
    sheet, number = paper.sheet(243, 153), digits.nir(random)
    sheet.content.append("q 0.62 0.80 0.55 rg 0 0 243 153 re f 0.93 0.87 0.45 rg 0 0 90 153 re f Q")
    sheet.text("carte d’essai", 104, 30, size=17, font="Db", ink=(0.1, 0.3, 0.2))
    sheet.text("SPÉCIMEN", 104, 46, size=9, font="Dj")
    sheet.box(22, 60, 34, 27, fill=0.8, line=0.4)
    sheet.text(letters.name(random), 22, 112, size=10, font="Dj")
    sheet.hide(number, *sheet.figures(" ".join(digits.groups(number)), 22, 130, size=10, font="Dm"))
    return sheet
