"""A number in the parts of a PDF that are not its pages' content: fields, notes, data about it, files in it."""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import numpy as np
import pikepdf

from tests.vault.corpus import digits
from tests.vault.corpus.draw import Paper, Sheet, jpeg
from tests.vault.corpus.layouts import LABEL, labelled, spaced
from tests.vault.corpus.letters import letter
from tests.vault.corpus.pdf import text_of, wide_text_of
from tests.vault.corpus.truth import Document, Polygon, Recipe

Hidden = Callable[[Paper, Sheet, str, float], None]
"""Draws or stores a number on a sheet that is free below a height."""


def field(paper: Paper, sheet: Sheet, number: str, y: float, *, looks: bool) -> None:
    """A text field; without looks the viewer makes them."""
    font, bottom = paper.font("Hv"), sheet.height - y - 4
    paper.objects.catalog["AcroForm"] = ""
    look = ""
    if looks:
        drawing = paper.objects.stream(
            f"/Tx BMC q BT /Hv 11 Tf 0 g 2 5 Td {text_of(spaced(number))} Tj ET Q EMC".encode(),
            f"/Type /XObject /Subtype /Form /BBox [0 0 250 18] /Resources << /Font << /Hv {font} >> >>",
        )
        look = f"/AP << /N {drawing} >>"
    box = paper.objects.add(
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (numero) /V {text_of(spaced(number))} /DA (/Hv 11 Tf 0 g) /F 4"
        f" /Rect [200 {bottom:.1f} 450 {bottom + 18:.1f}] {look} >>"
    )
    need = "" if looks else "/NeedAppearances true"
    paper.objects.catalog["AcroForm"] = f"<< /Fields [{box}] /DR << /Font << /Hv {font} >> >> /DA (/Hv 11 Tf) {need} >>"
    sheet.entries["Annots"] = f"[{box}]"
    sheet.text(f"{LABEL} :", 50, y)
    width = sheet.measure(spaced(number))
    base = y - 1
    ink = ((202.0, base), (202 + width, base), (202 + width, base - 7), (202.0, base - 7))
    sheet.hide(number, ink)


def field_with_looks(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    field(paper, sheet, number, y, looks=True)


def field_without_looks(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    field(paper, sheet, number, y, looks=False)


def free_text(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    font, bottom = paper.font("Hv"), sheet.height - y
    drawing = paper.objects.stream(
        f"BT /Hv 12 Tf 0 g 3 6 Td {text_of(spaced(number))} Tj ET".encode(),
        f"/Type /XObject /Subtype /Form /BBox [0 0 220 20] /Resources << /Font << /Hv {font} >> >>",
    )
    note = paper.objects.add(
        f"<< /Type /Annot /Subtype /FreeText /Contents {text_of(spaced(number))} /DA (/Hv 12 Tf 0 g) /F 4"
        f" /Rect [60 {bottom} 280 {bottom + 20}] /AP << /N {drawing} >> >>"
    )
    sheet.entries["Annots"] = f"[{note}]"
    width = sheet.measure(spaced(number), size=12)
    ink: Polygon = ((63, y - 6), (63 + width, y - 6), (63 + width, y - 14.4), (63, y - 14.4))
    sheet.hide(number, ink)


def notes(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    """A closed sticky note, its pop-up, and the comment of a highlight."""
    low = sheet.height - y
    add = paper.objects.add
    sticky = add(
        f"<< /Type /Annot /Subtype /Text /Rect [500 {low} 518 {low + 18}] /Contents {wide_text_of(spaced(number))} >>"
    )
    popup = add(f"<< /Type /Annot /Subtype /Popup /Rect [300 {low} 480 {low + 60}] /Parent {sticky} /Open false >>")
    bright = add(
        f"<< /Type /Annot /Subtype /Highlight /Rect [50 {low} 120 {low + 12}] /C [1 1 0] /Contents {text_of(number)}"
        f" /QuadPoints [50 {low + 12} 120 {low + 12} 50 {low} 120 {low}] >>"
    )
    sheet.entries["Annots"] = f"[{sticky} {popup} {bright}]"
    sheet.hide(number)


def metadata(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    inner = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d>{spaced(number)}</d></x:xmpmeta>'
    xmp = f'<?xpacket begin=""?>{inner}<?xpacket end="w"?>'
    paper.objects.catalog["Metadata"] = paper.objects.stream(xmp.encode(), "/Type /Metadata /Subtype /XML", flate=False)
    paper.objects.info |= {"Title": text_of(f"Attestation {spaced(number)}"), "Keywords": wide_text_of(number)}
    sheet.hide(number)


def attachment(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    held = paper.objects.stream(f"numero;{spaced(number)}\n".encode(), "/Type /EmbeddedFile")
    file = paper.objects.add(f"<< /Type /Filespec /F ({number}.csv) /EF << /F {held} >> >>")
    paper.objects.catalog["Names"] = f"<< /EmbeddedFiles << /Names [(a) {file}] >> >>"
    sheet.hide(number)


def script(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    action = paper.objects.add(f'<< /S /JavaScript /JS (app.alert\\("{spaced(number)}"\\);) >>')
    paper.objects.catalog["OpenAction"] = action
    paper.objects.catalog["Names"] = f"<< /JavaScript << /Names [(a) {action}] >> >>"
    sheet.hide(number)


def bookmark(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    root = paper.objects.add("<< /Type /Outlines >>")
    item = paper.objects.add(f"<< /Title {wide_text_of('Dossier ' + spaced(number))} /Parent {root} >>")
    paper.objects.replace(root, f"<< /Type /Outlines /First {item} /Last {item} /Count 1 >>")
    paper.objects.catalog["Outlines"] = root
    sheet.hide(number)


def destination(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    paper.objects.catalog["Dests"] = f"<< /n{number} [0 /Fit] >>"
    paper.objects.catalog["PageLabels"] = f"<< /Nums [0 << /P {text_of(number)} >>] >>"
    sheet.hide(number)


def link(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    low = sheet.height - y
    target = f"<< /S /URI /URI (https://exemple.invalid/?nir={number}) >>"
    sheet.entries["Annots"] = f"[<< /Type /Annot /Subtype /Link /Rect [50 {low} 200 {low + 12}] /A {target} >>]"
    sheet.text("Suivre mon dossier", 50, y)
    sheet.hide(number)


def unused(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    """An object that nothing refers to, and one in a comment."""
    paper.objects.add(f"({spaced(number)})\n% {number}")
    sheet.hide(number)


def jpeg_comment(paper: Paper, sheet: Sheet, number: str, y: float) -> None:
    """In the comment of a picture on the page."""
    plain = jpeg(np.full((80, 200), 220, np.uint8), quality=80)
    comment = b"\xff\xfe" + (len(number) + 2).to_bytes(2, "big") + number.encode()
    data = plain[:2] + comment + plain[2:]
    head = "/Type /XObject /Subtype /Image /Width 200 /Height 80 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    sheet.image(paper.objects.stream(data, f"/Filter /DCTDecode {head}", flate=False), 50, y, 200, 80)
    sheet.hide(number)


UNSEEN: dict[str, Hidden] = {
    "field": field_with_looks,
    "field-without-looks": field_without_looks,
    "free-text": free_text,
    "notes": notes,
    "metadata": metadata,
    "attachment": attachment,
    "script": script,
    "bookmark": bookmark,
    "destination": destination,
    "link": link,
    "unused": unused,
    "jpeg-comment": jpeg_comment,
}


def updated(random: Random) -> Document:
    """An incremental update: the page that shows is new, the old one with the number is still in the file."""
    paper = Paper()
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    sheet.figures(spaced(number), 50, y)
    sheet.hide(number)
    old = paper.written()
    contents = int(old.split(b"/Contents ")[1].split()[0])
    clean = zlib.compress("\n".join(sheet.content[:-1]).encode("latin-1"))
    head = b"%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % (contents, len(clean))
    body = head + clean + b"\nendstream\nendobj\n"
    at, before = len(old), int(old.rsplit(b"startxref\n", 1)[1].split()[0])
    table = b"xref\n%d 1\n%010d 00000 n \n" % (contents, at)
    root = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\n" % (contents + 2, before)
    trailer = root + b"startxref\n%d\n%%%%EOF\n" % (at + len(body))
    return replace(paper.document(), data=old + body + table + trailer)


def repacked(random: Random, *, linearize: bool = False) -> Document:
    """The same document with everything in object streams."""
    paper = Paper()
    sheet = paper.sheet()
    labelled(sheet, random, 50, letter(sheet, random))
    document, held = paper.document(), io.BytesIO()
    with pikepdf.open(io.BytesIO(document.data)) as opened:
        mode = pikepdf.ObjectStreamMode.generate
        opened.save(held, deterministic_id=True, object_stream_mode=mode, linearize=linearize)
    return replace(document, data=held.getvalue())


def without_table(random: Random) -> Document:
    """The cross-reference table is gone: viewers mend the file."""
    paper = Paper()
    sheet = paper.sheet()
    labelled(sheet, random, 50, letter(sheet, random))
    document = paper.document()
    body = document.data[: document.data.rindex(b"xref\n0")]
    return replace(document, data=body + b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n")


def recipe(name: str, hidden: Hidden) -> Recipe:
    def make(random: Random) -> Document:
        paper = Paper()
        sheet, number = paper.sheet(), digits.nir(random)
        hidden(paper, sheet, number, letter(sheet, random))
        return paper.document()

    return Recipe(f"trick-{name}", make)


def recipes() -> Iterator[Recipe]:
    for name, hidden in UNSEEN.items():
        yield recipe(name, hidden)
    yield Recipe("trick-updated", updated)
    yield Recipe("trick-object-streams", repacked)
    yield Recipe("trick-linearized", lambda random: repacked(random, linearize=True))
    yield Recipe("trick-without-table", without_table)
