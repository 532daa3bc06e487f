"""Where a number may stand on a sheet: cells, columns, tables, margins, pages turned or many."""

from collections.abc import Callable
from random import Random

from tests.vault.corpus import digits, letters
from tests.vault.corpus.draw import Paper, Sheet
from tests.vault.corpus.letters import letter, paragraph
from tests.vault.corpus.truth import Polygon

LABEL = "Numéro de sécurité sociale"


def spaced(number: str) -> str:
    return " ".join(digits.groups(number))


def labelled(sheet: Sheet, random: Random, x: float, y: float, *, size: float = 11, font: str = "Hv") -> None:
    number = digits.nir(random)
    sheet.hide(number, *sheet.figures(spaced(number), x, y, before=f"{LABEL} : ", size=size, font=font))


def two_lines(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    parts = digits.groups(number)
    first = sheet.figures(" ".join(parts[:4]), 430, y, before="Immatriculation ")
    second = sheet.figures(" ".join(parts[4:]), 50, y + 15)
    sheet.text("a bien été enregistrée.", 130, y + 15)
    sheet.hide(number, *first, *second)


def key_below(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    first = sheet.figures(spaced(number[:13]), 50, y, before=f"{LABEL} : ")
    sheet.hide(number, *first, *sheet.figures(number[13:], 50, y + 15, before="Clé : "))


def key_far(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    first = sheet.figures(spaced(number[:13]), 50, y, before=f"{LABEL} : ")
    sheet.hide(number, *first, *sheet.figures(number[13:], 500, y))


def cells(sheet: Sheet, number: str, x: float, y: float, *, step: float, size: float, font: str) -> list[Polygon]:
    """Each character in a box of its own."""
    found: list[Polygon] = []
    for at, sign in enumerate(number):
        sheet.box(x + at * step, y - size * 1.05, step, size * 1.45, line=0.3)
        inset = (step - sheet.measure(sign, size=size, font=font)) / 2
        found.append(sheet.text(sign, x + at * step + inset, y, size=size, font=font))
    return found


def boxes(*, step: float, size: float, font: str, corsica: bool = False, named: bool = True) -> "Drawing":
    def draw(paper: Paper, random: Random) -> None:
        sheet, number = paper.sheet(), digits.nir(random, department="2A" if corsica else "")
        y = letter(sheet, random)
        if named:
            sheet.text(f"{LABEL} de l’assuré(e)", 50, y)
        sheet.hide(number, *cells(sheet, number, 60, y + 34, step=step, size=size, font=font))

    return draw


def comb(paper: Paper, random: Random) -> None:
    """Cells in the groups of the form, with the key apart."""
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random) + 30
    sheet.text("N° d’immatriculation", 50, y)
    x = 180.0
    found: list[Polygon] = []
    for group in digits.groups(number):
        found += cells(sheet, group, x, y, step=15, size=11, font="Co")
        x += 15 * len(group) + 9
    sheet.hide(number, *found)


def piped(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    sheet.hide(number, *sheet.figures(f"|{'|'.join(f' {sign} ' for sign in number)}|", 50, y, before="NIR "))


def turned_page(rotate: int) -> "Drawing":
    def draw(paper: Paper, random: Random) -> None:
        sheet = paper.sheet(rotate=rotate)
        paper.turns = (0, rotate // 90)
        labelled(sheet, random, 50, letter(sheet, random))

    return draw


def upright_on_turned(paper: Paper, random: Random) -> None:
    """The page says /Rotate 90, its text is turned the other way: people see it upright."""
    sheet, number = paper.sheet(rotate=90), digits.nir(random)
    for line, sentence in enumerate((letters.SPECIMEN, *letters.BODIES[:2])):
        sheet.text(sentence, 60 + 20 * line, 790, turn=90)
    sheet.hide(number, *sheet.figures(spaced(number), 150, 790, before=f"{LABEL} : ", turn=90))


def stacked(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    letter(sheet, random)
    sheet.hide(number, *(sheet.text(sign, 540, 400 + 14 * at) for at, sign in enumerate(number)))


def beside(paper: Paper, random: Random) -> None:
    """In the margin, along the sheet's left edge."""
    sheet, number = paper.sheet(), digits.nir(random)
    letter(sheet, random)
    sheet.hide(number, *sheet.figures(spaced(number), 34, 700, before="N° d’assuré ", turn=90, size=10, font="Dj"))


def on_dark(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    sheet.box(50, y, 480, 60, fill=0.15)
    sheet.text("CARTE D’ASSURÉ FICTIVE", 65, y + 22, ink=1)
    sheet.hide(number, *sheet.figures(spaced(number), 65, y + 45, size=14, ink=1))


def columns(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random, lines=1)
    for x in (50, 310):
        below = paragraph(sheet, " ".join(random.sample(letters.BODIES, 3)), x, y, width=230, size=9)
    sheet.hide(number, *sheet.figures(spaced(number), 310, below + 30, before="Assuré ", size=9))
    phone = digits.phone(random)
    sheet.spare(phone, sheet.text(digits.cut(phone, "2222"), 50, below + 30, size=9))


def table(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    y = letter(sheet, random, lines=1)
    for at, head in enumerate(("Bénéficiaire", "Né(e) le", "N° de sécurité sociale", "Montant")):
        sheet.text(head, 55 + (0, 140, 220, 400)[at], y, size=9, font="Db")
    for row in range(1, 5):
        number, top = digits.nir(random), y + 22 * row
        sheet.box(50, top - 14, 490, 22, line=0.4)
        sheet.text(letters.name(random), 55, top, size=9)
        born = f"{random.randrange(1, 29):02d}/{random.randrange(1, 13):02d}/19{random.randrange(30, 99)}"
        sheet.spare(born, sheet.text(born, 195, top, size=9))
        sheet.hide(number, *sheet.figures(spaced(number), 275, top, size=9))
        amount = f"{random.randrange(1000)},{random.randrange(100):02d}"
        sheet.spare(amount, sheet.text(f"{amount} €", 455, top, size=9))


def crowded_table(paper: Paper, random: Random) -> None:
    """Numbers of all kinds in columns that touch."""
    sheet = paper.sheet()
    y = letter(sheet, random, lines=1)
    for row in range(6):
        number, top, file = digits.nir(random), y + 14 * row, f"{random.randrange(10**8):08d}"
        sheet.spare(file, sheet.text(file, 50, top, size=9, font="Co"))
        sheet.hide(number, *sheet.figures(number, 130, top, size=9, font="Co"))
        sheet.spare("2025", sheet.text(f"{random.randrange(1, 13):02d}/2025", 260, top, size=9, font="Co"))


def header(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    letter(sheet, random)
    labelled(sheet, random, 300, 24, size=8)


def footer(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    letter(sheet, random)
    labelled(sheet, random, 50, 830, size=7, font="Dj")


def several(paper: Paper, random: Random) -> None:
    sheet = paper.sheet()
    y = letter(sheet, random)
    for at, font in enumerate(("Hv", "Tm", "Co", "Ds")):
        labelled(sheet, random, 50 + 20 * at, y + 40 * at, font=font)


def second_page(paper: Paper, random: Random) -> None:
    for number in (1, 2, 3):
        sheet = paper.sheet()
        y = letter(sheet, random, lines=1)
        if number == 2:
            labelled(sheet, random, 50, y)


def in_sentence(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    shown = sheet.figures(spaced(number), 50, y, before="Vous êtes connu sous le numéro ")
    sheet.text(", attribué en 2003.", shown[-1][1][0], y)
    sheet.hide(number, *shown)


def shuffled(paper: Paper, random: Random) -> None:
    """Every sign is drawn by itself, in no order: the file's text makes no sense, the page does."""
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    sheet.text("NIR :", 50, y)
    places = [(90 + 8 * at, sign) for at, sign in enumerate(number)]
    random.shuffle(places)
    sheet.hide(number, *(sheet.text(sign, x, y) for x, sign in places))


def backwards(paper: Paper, random: Random) -> None:
    """Group by group from the right, so the text layer has them reversed."""
    sheet, number = paper.sheet(), digits.nir(random)
    y, x = letter(sheet, random), 300.0
    found: list[Polygon] = []
    for group in reversed(digits.groups(number)):
        x -= sheet.measure(group + " ")
        found += sheet.figures(group, x, y)
    sheet.text("Sécurité sociale", 50, y)
    sheet.hide(number, *found)


def small_page(width: float, height: float) -> "Drawing":
    def draw(paper: Paper, random: Random) -> None:
        sheet = paper.sheet(width, height)
        sheet.text(letters.SPECIMEN, 12, 24, size=7)
        sheet.text(letters.name(random), 12, 44, size=10)
        labelled(sheet, random, 12, 64, size=8)

    return draw


def english(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(612, 792), digits.nir(random)
    sheet.text("FICTITIOUS FUND - SPECIMEN", 50, 60, size=16, font="Tm")
    y = paragraph(sheet, "This is to certify that the bearer is registered with us.", 50, 100, width=480, font="Tm")
    sheet.hide(number, *sheet.figures(spaced(number), 50, y, before="Social security number: ", font="Tm"))


def alone(paper: Paper, random: Random) -> None:
    """No word at all around it."""
    sheet, number = paper.sheet(), digits.nir(random)
    sheet.hide(number, *sheet.figures(spaced(number), 200, 400, size=12, font="Dj"))


def squeezed(paper: Paper, random: Random) -> None:
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    sheet.hide(number, *sheet.figures(spaced(number), 50, y, before="N° SS ", stretch=60))
    other = digits.nir(random)
    sheet.hide(other, *sheet.figures(spaced(other), 50, y + 40, before="N° SS ", stretch=160))


Drawing = Callable[[Paper, Random], None]
LAYOUTS: dict[str, Drawing] = {
    "two-lines": two_lines,
    "key-below": key_below,
    "key-far": key_far,
    "cells": boxes(step=16, size=12, font="Hv"),
    "cells-wide": boxes(step=28, size=13, font="Co"),
    "cells-mono": boxes(step=13, size=10, font="Dm", corsica=True),
    "cells-unnamed": boxes(step=20, size=12, font="Ds", named=False),
    "comb": comb,
    "piped": piped,
    "page-90": turned_page(90),
    "page-180": turned_page(180),
    "page-270": turned_page(270),
    "page-90-upright": upright_on_turned,
    "stacked": stacked,
    "beside": beside,
    "on-dark": on_dark,
    "columns": columns,
    "table": table,
    "crowded-table": crowded_table,
    "header": header,
    "footer": footer,
    "several": several,
    "second-page": second_page,
    "in-sentence": in_sentence,
    "shuffled": shuffled,
    "backwards": backwards,
    "card-size": small_page(243, 153),
    "wide-page": small_page(1190, 842),
    "english": english,
    "alone": alone,
    "squeezed": squeezed,
}
