"""Where a PDF may hold a number that its page shows otherwise, or not at all."""

from collections.abc import Callable, Iterator
from random import Random

import cv2
import numpy as np

from tests.vault.corpus import camera, digits, fonts, unseen
from tests.vault.corpus.draw import DIGIT_HEIGHT, Paper, Sheet
from tests.vault.corpus.layouts import LABEL, Drawing, labelled, spaced
from tests.vault.corpus.letters import letter
from tests.vault.corpus.pdf import text_of
from tests.vault.corpus.truth import Document, Polygon, Recipe


def begun(paper: Paper, random: Random) -> tuple[Sheet, str, float]:
    """A letter, a number of digits alone, and where there is room."""
    sheet = paper.sheet()
    return sheet, digits.nir(random, department="37"), letter(sheet, random)


def invisible(paper: Paper, random: Random) -> None:
    sheet, number, y = begun(paper, random)
    sheet.figures(spaced(number), 50, y, before=LABEL, mode=3)
    sheet.hide(number)


def white(paper: Paper, random: Random) -> None:
    sheet, number, y = begun(paper, random)
    sheet.figures(spaced(number), 50, y, ink=1)
    sheet.hide(number)


def almost_white(paper: Paper, random: Random) -> None:
    sheet, number, y = begun(paper, random)
    sheet.hide(number, *sheet.figures(spaced(number), 50, y, ink=0.93, size=12))


def under_picture(paper: Paper, random: Random) -> None:
    sheet, number, y = begun(paper, random)
    sheet.figures(spaced(number), 60, y + 20)
    sheet.image(paper.picture(np.full((40, 160), 200, np.uint8)), 50, y, 300, 40)
    sheet.hide(number)


def under_bar(paper: Paper, random: Random) -> None:
    """Badly redacted: a black bar is drawn over text that stays."""
    sheet, number, y = begun(paper, random)
    sheet.hide(number, *sheet.figures(spaced(number), 50, y, before=f"{LABEL} : "))
    sheet.box(48, y - 12, 330, 17, fill=0)


def half_under_bar(paper: Paper, random: Random) -> None:
    """The bar is too short: the last groups show."""
    sheet, number, y = begun(paper, random)
    sheet.hide(number, *sheet.figures(spaced(number), 50, y, before=f"{LABEL} : "))
    sheet.box(48, y - 12, 168, 17, fill=0)


def under_annotation(paper: Paper, random: Random) -> None:
    """A black square as an annotation, which another viewer may not show."""
    sheet, number, y = begun(paper, random)
    sheet.hide(number, *sheet.figures(spaced(number), 50, y))
    top = sheet.height - y
    look = paper.objects.stream(b"0 g 0 0 200 16 re f", "/Type /XObject /Subtype /Form /BBox [0 0 200 16]")
    square = f"<< /Type /Annot /Subtype /Square /Rect [48 {top - 4} 248 {top + 12}] /F 4 /AP << /N {look} >> >>"
    sheet.entries["Annots"] = f"[{paper.objects.add(square)}]"


def clipped(paper: Paper, random: Random) -> None:
    """Outside of the clipping path: nothing shows."""
    sheet, number, y = begun(paper, random)
    sheet.content.append("q 0 0 10 10 re W n")
    sheet.figures(spaced(number), 50, y)
    sheet.content.append("Q")
    sheet.hide(number)


def cropped(paper: Paper, random: Random) -> None:
    sheet = paper.sheet(crop=(0, 0, 595, 780))
    number = digits.nir(random)
    letter(sheet, random)
    paper.innocents.clear()  # the foot is cut off
    sheet.figures(spaced(number), 50, 815)
    sheet.hide(number)


def cropped_beside(paper: Paper, random: Random) -> None:
    """The page that shows is a part of the sheet, and the number stands in that part."""
    sheet = paper.sheet(crop=(30, 20, 580, 830))
    labelled(sheet, random, 50, letter(sheet, random))


def outside(paper: Paper, random: Random) -> None:
    sheet, number, _ = begun(paper, random)
    sheet.figures(spaced(number), 650, 300)
    sheet.hide(number)


def drawn_as_paths(paper: Paper, random: Random) -> None:
    """The outlines of the digits, filled: no text at all, as drawing programs write it."""
    sheet, number, y = begun(paper, random)
    sheet.text(f"{LABEL} :", 50, y)
    places: list[Polygon] = []
    x = 210.0
    for group in digits.groups(number):
        for sign in group:
            places.append(outline(sheet, sign, x, y, size=12))
            x += sheet.measure(sign, size=12, font="Dj")
        x += 4
    sheet.hide(number, *places)


def outline(sheet: Sheet, sign: str, x: float, y: float, *, size: float) -> Polygon:
    """The contours of a large picture of the sign, as lines of a path."""
    width, height = sheet.measure(sign, size=size, font="Dj"), DIGIT_HEIGHT * size
    lone, dpi = Paper(), int(14_400 / size)
    lone.sheet(width, height).text(sign, 0, height, size=size, font="Dj")
    [shot] = camera.shots_of(lone, dpi=dpi, grey=True)
    contours, _ = cv2.findContours(255 - shot.pixels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    scale, low = 72 / dpi, sheet.height - y + height
    for points in contours:
        corners = [f"{x + px * scale:.2f} {low - py * scale:.2f}" for [[px, py]] in points.tolist()]
        sheet.content.append(f"{corners[0]} m {' l '.join(corners[1:])} l h")
    sheet.content.append("0 g f*")
    return ((x, y), (x + width, y), (x + width, y - height), (x, y - height))


def outlined(paper: Paper, random: Random) -> None:
    sheet, number, y = begun(paper, random)
    sheet.hide(number, *sheet.figures(spaced(number), 50, y + 20, size=20, mode=1, font="Db"))


def unicode_map(paper: Paper, pairs: dict[str, str]) -> str:
    """A map that says what each glyph (by its sign) is said to mean."""
    lines = "\n".join(f"<{ord(sign):02X}> <{ord(meant):04X}>" for sign, meant in pairs.items())
    return paper.objects.stream(
        f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Essai def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{len(pairs)} beginbfchar\n{lines}\nendbfchar\n"
        f"endcmap CMapName currentdict /CMap defineresource pop end end".encode()
    )


def lying_text(meaning: Callable[[str], str], *, visible: bool) -> Drawing:
    """The page shows digits, its text says something else; or the reverse."""

    def draw(paper: Paper, random: Random) -> None:
        sheet, number, y = begun(paper, random)
        pairs = {sign: meaning(sign) for sign in "0123456789"}
        backwards = {meant: sign for sign, meant in pairs.items()}
        lying = fonts.FONTS["Dj"].object_in(paper.objects, unicode=unicode_map(paper, pairs if visible else backwards))
        sheet.extra["Font"] = {"Li": lying}
        shown = spaced(number) if visible else "".join(pairs.get(sign, sign) for sign in spaced(number))
        width = sheet.measure(shown, size=12, font="Dj")
        sheet.content.append(
            f"q BT /Li 12 Tf 1 0 0 1 50 {sheet.height - y:.1f} Tm <{shown.encode(fonts.ENCODING).hex()}> Tj ET Q"
        )
        place = ((50.0, y), (50 + width, y), (50 + width, y - 8.4), (50.0, y - 8.4))
        sheet.hide(number, *([place] if visible else []))

    return draw


def actual_text(paper: Paper, random: Random) -> None:
    """The page says «masqué», what is copied from it says the number."""
    sheet, number, y = begun(paper, random)
    sheet.content.append(f"/Span << /ActualText {text_of(spaced(number))} >> BDC")
    sheet.text("numéro masqué", 50, y)
    sheet.content.append("EMC")
    sheet.hide(number)


def type3(paper: Paper, random: Random) -> None:
    """Glyphs that are little drawings, named for nothing."""
    sheet, number, y = begun(paper, random)
    wide, shapes = sheet.measure("0", size=1000, font="Dj"), {}
    for sign in "0123456789":
        lone = Paper().sheet(800, 1000)
        outline(lone, sign, 0, 1000, size=1000)
        shapes[f"g{sign}"] = paper.objects.stream(f"{wide:.0f} 0 d0 {' '.join(lone.content)}".encode())
    procedures = " ".join(f"/{name} {reference}" for name, reference in shapes.items())
    glyphs = " ".join(f"/g{sign}" for sign in "0123456789")
    font = paper.objects.add(
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 800 1000] /FontMatrix [0.001 0 0 0.001 0 0] /Resources << >>"
        f" /CharProcs << {procedures} >> /Encoding << /Type /Encoding /Differences [97 {glyphs}] >>"
        f" /FirstChar 97 /LastChar 106 /Widths [{' '.join([f'{wide:.0f}'] * 10)}] >>"
    )
    sheet.extra["Font"] = {"T3": font}
    coded = "".join(chr(97 + int(sign)) for sign in number)
    sheet.text(f"{LABEL} :", 50, y)
    sheet.content.append(f"q BT /T3 14 Tf 1 0 0 1 210 {sheet.height - y:.1f} Tm ({coded}) Tj ET Q")
    step, high = 14 * wide / 1000, DIGIT_HEIGHT * 14
    lefts = [210 + step * at for at in range(len(number))]
    sheet.hide(number, *(((x, y), (x + step, y), (x + step, y - high), (x, y - high)) for x in lefts))


def as_picture(*, masked: bool) -> Drawing:
    """The number is a small picture in a page of text; `masked`: its ink is the picture's transparency."""

    def draw(paper: Paper, random: Random) -> None:
        strip = Paper().sheet(220, 24)
        number = digits.nir(random)
        strip.hide(number, *strip.figures(spaced(number), 6, 17, size=14, font="Dj"))
        [shot] = camera.shots_of(strip.paper, dpi=250, grey=True)
        sheet = paper.sheet()
        y = letter(sheet, random)
        sheet.text(f"{LABEL} :", 50, y)
        if masked:
            mask = paper.picture(255 - shot.pixels)
            picture = paper.picture(np.zeros_like(shot.pixels), entries=f"/SMask {mask}")
        else:
            picture = paper.picture(shot.pixels, quality=80)
        sheet.image(picture, 200, y - 17, 220, 24)
        [secret] = shot.secrets
        inks = [tuple((200 + px * 220, y - 17 + py * 24) for px, py in place.polygon) for place in secret.places]
        sheet.hide(number, *inks)

    return draw


def in_forms(paper: Paper, random: Random) -> None:
    """Drawn by a form inside of a form, with a matrix in each."""
    sheet, number, y = begun(paper, random)
    font = paper.font("Hv")
    inner = paper.objects.stream(
        f"BT /F 10 Tf 5 5 Td {text_of(spaced(number))} Tj ET".encode(),
        "/Type /XObject /Subtype /Form /BBox [0 0 300 40] /Matrix [1.2 0 0 1.2 10 0]"
        f" /Resources << /Font << /F {font} >> >>",
    )
    outer = paper.objects.stream(
        b"q 1 0 0 1 20 10 cm /In Do Q",
        f"/Type /XObject /Subtype /Form /BBox [0 0 500 90] /Resources << /XObject << /In {inner} >> >>",
    )
    sheet.extra["XObject"] = {"Out": outer}
    sheet.content.append(f"q 1 0 0 1 30 {sheet.height - y - 40:.1f} cm /Out Do Q")
    x, base = 30 + 20 + 10 + 6.0, y + 40 - 10 - 6
    width = sheet.measure(spaced(number), size=12)
    sheet.hide(number, ((x, base), (x + width, base), (x + width, base - 8.4), (x, base - 8.4)))


def layers(*, on: bool) -> Drawing:
    """A layer of optional content, switched on or off."""

    def draw(paper: Paper, random: Random) -> None:
        sheet, number, y = begun(paper, random)
        group = paper.objects.add("<< /Type /OCG /Name (Essai) >>")
        state = f"/{'ON' if on else 'OFF'} [{group}]"
        paper.objects.catalog["OCProperties"] = f"<< /OCGs [{group}] /D << {state} /Order [{group}] >> >>"
        sheet.extra["Properties"] = {"Oc0": group}
        sheet.content.append("/OC /Oc0 BDC")
        places = sheet.figures(spaced(number), 50, y, before=f"{LABEL} : ")
        sheet.content.append("EMC")
        sheet.hide(number, *(places if on else ()))

    return draw


TRICKS: dict[str, Drawing] = {
    "invisible": invisible,
    "white": white,
    "almost-white": almost_white,
    "under-picture": under_picture,
    "under-bar": under_bar,
    "half-under-bar": half_under_bar,
    "under-annotation": under_annotation,
    "clipped": clipped,
    "cropped": cropped,
    "cropped-beside": cropped_beside,
    "outside": outside,
    "paths": drawn_as_paths,
    "outlined": outlined,
    "text-says-letters": lying_text(lambda sign: "abcdefghij"[int(sign)], visible=True),
    "text-says-others": lying_text(lambda sign: str((int(sign) + 3) % 10), visible=True),
    "text-says-digits": lying_text(lambda sign: "abcdefghij"[int(sign)], visible=False),
    "actual-text": actual_text,
    "type3": type3,
    "picture": as_picture(masked=False),
    "masked-picture": as_picture(masked=True),
    "forms": in_forms,
    "layer-on": layers(on=True),
    "layer-off": layers(on=False),
}


def recipe(name: str, draw: Drawing) -> Recipe:
    def make(random: Random) -> Document:
        paper = Paper()
        draw(paper, random)
        return paper.document()

    return Recipe(f"trick-{name}", make)


def recipes() -> Iterator[Recipe]:
    for name, draw in TRICKS.items():
        yield recipe(name, draw)
    yield from unseen.recipes()
