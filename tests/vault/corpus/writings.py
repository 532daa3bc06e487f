"""The number as people and programs write it, on PDFs that were born digital."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.vault.corpus import digits, layouts
from tests.vault.corpus.draw import Paper
from tests.vault.corpus.letters import letter
from tests.vault.corpus.truth import Document, Recipe

Drawn = Callable[[Paper, Random], None]


@dataclass(frozen=True, slots=True)
class Writing:
    """One line: what stands before the number and how its characters are put."""

    name: str
    spell: Callable[[str], str]
    before: str = "N° de sécurité sociale : "
    font: str = "Hv"
    size: float = 11
    ink: float = 0
    gap: float = 0
    turn: float = 0
    nir: str = ""  # "2A": this department; "m62": this month; "s7": this first digit
    key: str = "right"  # right, none or wrong


def grouped(separator: str) -> Callable[[str], str]:
    return lambda number: separator.join(digits.groups(number))


def plain(number: str) -> str:
    return number


LINES: Sequence[Writing] = (
    Writing("grouped", grouped(" ")),
    Writing("ungrouped", plain),
    Writing("dots", grouped(".")),
    Writing("dashes", grouped("-")),
    Writing("no-break", grouped("\u00a0")),
    Writing("slashes", grouped("/")),
    Writing("spaced-slashes", grouped(" / ")),
    Writing("pipes", grouped(" | ")),
    Writing("two-spaces", grouped("  ")),
    Writing("dash-key", lambda number: f"{number[:13]}-{number[13:]}"),
    Writing("slash-key", lambda number: f"{' '.join(digits.groups(number[:13]))} / {number[13:]}"),
    Writing("word-key", lambda number: f"{' '.join(digits.groups(number[:13]))} clé {number[13:]}"),
    Writing("bracket-key", lambda number: f"{number[:13]} ({number[13:]})"),
    Writing("every-digit", " ".join),
    Writing("fives", lambda number: digits.cut(number, "55")),
    Writing("threes", lambda number: digits.cut(number, "3333")),
    Writing("letter-spaced", plain, gap=4),
    Writing("letter-spaced-wide", plain, before="NIR ", gap=14),
    Writing("tiny", grouped(" "), size=6, font="Dj"),
    Writing("tiny-courier", plain, size=6, font="Co"),
    Writing("large", grouped(" "), size=26, before=""),
    Writing("pale", grouped(" "), ink=0.72),
    Writing("paler", plain, ink=0.8, font="Tm", size=13),
    Writing("times", plain, font="Tm", size=10),
    Writing("courier", grouped(" "), font="Co"),
    Writing("serif", grouped(" "), font="Ds"),
    Writing("mono", plain, font="Dm", size=9),
    Writing("bold", grouped(" "), font="Db", size=14),
    Writing("condensed", plain, font="Dc", size=8),
    Writing("slanted-type", grouped(" "), font="Di"),
    Writing("extra-light", grouped(" "), font="Dl", size=10),
    Writing("no-context", grouped(" "), before="Réf. "),
    Writing("no-context-plain", plain, before=""),
    Writing("no-key", plain, before="Immatriculation : ", key="none"),
    Writing("no-key-grouped", grouped(" "), before="NIR ", key="none"),
    Writing("wrong-key", grouped(" "), key="wrong"),
    Writing("wrong-key-plain", plain, before="Assuré n° ", key="wrong"),
    Writing("corsica-a", grouped(" "), nir="2A"),
    Writing("corsica-b", plain, nir="2B", font="Dj"),
    Writing("abroad", grouped(" "), nir="99"),
    Writing("month-unknown", grouped(" "), nir="m31"),
    Writing("month-above", plain, nir="m62", before=""),
    Writing("month-99", grouped(" "), nir="m99"),
    Writing("foreign-man", grouped(" "), nir="s7"),
    Writing("foreign-woman", plain, nir="s8"),
    Writing("glued-word", lambda number: f"n°{number}", before=""),
    Writing("glued-colon", lambda number: f"NIR:{number};", before=""),
    Writing("quoted", lambda number: f"« {number} »", before="Numéro "),
    Writing("turned-90", grouped(" "), turn=90),
    Writing("turned-270", plain, turn=270, font="Dj"),
    Writing("turned-180", grouped(" "), turn=180),
    Writing("turned-30", grouped(" "), turn=30),
    Writing("turned-7", plain, turn=-7),
)


def number_for(writing: Writing, random: Random) -> str:
    mark = writing.nir
    number = digits.nir(
        random,
        department=mark if mark[:1].isdigit() else "",
        month=int(mark[1:]) if mark.startswith("m") else 0,
        first=mark[1:] if mark.startswith("s") else "",
    )
    return {"right": number, "none": number[:13], "wrong": digits.mistyped(number)}[writing.key]


def line(paper: Paper, random: Random, writing: Writing) -> None:
    sheet = paper.sheet()
    y = letter(sheet, random, font=writing.font if writing.size > 7 else "Hv") + 40
    number = number_for(writing, random)
    x = {0: 50.0, 90: 300.0, 270: 300.0, 180: 540.0, 30: 120.0, -7: 60.0}[int(writing.turn)]
    y += {0: 0, 90: 260, 270: 20, 180: 60, 30: 230, -7: 20}[int(writing.turn)]
    runs = sheet.figures(
        writing.spell(number),
        x,
        y,
        before=writing.before,
        size=writing.size,
        font=writing.font,
        turn=writing.turn,
        ink=writing.ink,
        gap=writing.gap,
    )
    sheet.hide(number, *runs)


def recipe(name: str, draw: Drawn) -> Recipe:
    def make(random: Random) -> Document:
        paper = Paper()
        draw(paper, random)
        return paper.document()

    return Recipe(f"writing-{name}", make)


def recipes() -> Iterator[Recipe]:
    yield from (recipe(name, draw) for name, draw in layouts.LAYOUTS.items())
    for writing in LINES:
        yield recipe(writing.name, lambda paper, random, one=writing: line(paper, random, one))  # type: ignore[misc]  # mypy does not infer a default
