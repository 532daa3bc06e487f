"""Small files that unpack, repeat or nest without end."""

import zlib
from collections.abc import Callable
from random import Random

from tests.vault.corpus.draw import Paper, Sheet
from tests.vault.corpus.letters import letter
from tests.vault.corpus.pdf import Objects, assembled

Bytes = Callable[[Random], bytes]
BLOCK = 1024 * 1024


def zeros(count: int) -> bytes:
    """So many zero bytes as a zlib stream, by repeating one packed block: nobody has to pack them all."""
    packer = zlib.compressobj(9)
    first = packer.compress(b"\0" * BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    head, block = first[:2], first[2:]
    whole, rest = divmod(count, BLOCK)
    tail = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = tail.compress(b"\0" * rest) + tail.flush()
    sums = (count % 65521) << 16 | 1  # Adler's checksum of zeros
    return head + block * whole + end + sums.to_bytes(4, "big")


def packed(objects: Objects, data: bytes, entries: str = "", *, filters: str = "/FlateDecode") -> str:
    return objects.stream(data, f"/Filter {filters} {entries}", flate=False)


def page_of(content: Callable[[Paper, Sheet], None]) -> Bytes:
    """A letter with something in it."""

    def make(random: Random) -> bytes:
        paper = Paper()
        sheet = paper.sheet()
        letter(sheet, random)
        content(paper, sheet)
        return paper.written()

    return make


def flate_content(paper: Paper, sheet: Sheet) -> None:
    big = packed(paper.objects, zeros(600 * BLOCK))
    sheet.entries["Contents"] = big


def flate_twice(paper: Paper, sheet: Sheet) -> None:
    sheet.entries["Contents"] = packed(
        paper.objects, zlib.compress(zeros(2000 * BLOCK), 9), filters="[/FlateDecode /FlateDecode]"
    )


def huge_image(paper: Paper, sheet: Sheet) -> None:
    head = "/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    sheet.image(packed(paper.objects, zeros(30_000 * 30_000), head), 50, 300, 400, 400)


def many_images(paper: Paper, sheet: Sheet) -> None:
    """One large picture, drawn four hundred times."""
    head = "/Type /XObject /Subtype /Image /Width 5000 /Height 5000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    sheet.image(packed(paper.objects, zeros(75_000_000), head), 50, 300, 400, 400)
    sheet.content += [sheet.content[-1]] * 400


def self_drawing(paper: Paper, sheet: Sheet) -> None:
    form = paper.objects.add("null")
    body = "/Me Do /Me Do"
    paper.objects.replace(
        form,
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 500 500] /Resources << /XObject << /Me {form} >> >>"
        f" /Length {len(body)} >>\nstream\n{body}\nendstream",
    )
    sheet.extra["XObject"] = {"Me": form}
    sheet.content.append("/Me Do")


def doubling(paper: Paper, sheet: Sheet) -> None:
    """Twelve forms, each of which draws the next ten times."""
    inner = paper.objects.stream(b"0 0 10 10 re f", "/Type /XObject /Subtype /Form /BBox [0 0 500 500]")
    for _ in range(12):
        inner = paper.objects.stream(
            b"/In Do " * 10,
            f"/Type /XObject /Subtype /Form /BBox [0 0 500 500] /Resources << /XObject << /In {inner} >> >>",
        )
    sheet.extra["XObject"] = {"Out": inner}
    sheet.content.append("/Out Do")


def glyphs(count: int) -> Bytes:
    def content(paper: Paper, sheet: Sheet) -> None:
        for at in range(count // 120):
            sheet.text(f"{at:04d}x " * 20, 20, 60 + 1.1 * at, size=1)

    return page_of(content)


def glyph_forms(paper: Paper, sheet: Sheet) -> None:
    """A thousand signs, drawn a thousand times by a form."""
    font = paper.font("Hv")
    text = "(" + "essai " * 170 + ") Tj "
    form = paper.objects.stream(
        f"BT /F 4 Tf 10 10 Td {text} ET".encode(),
        f"/Type /XObject /Subtype /Form /BBox [0 0 500 50] /Resources << /Font << /F {font} >> >>",
    )
    sheet.extra["XObject"] = {"F": form}
    sheet.content.append("/F Do " * 1000)


def nesting_q(paper: Paper, sheet: Sheet) -> None:
    sheet.content.append("q " * 200_000)


def many_paths(paper: Paper, sheet: Sheet) -> None:
    sheet.content.append("0 0 m 500 800 l S 500 0 m 0 800 l S " * 60_000)


def fine_dashes(paper: Paper, sheet: Sheet) -> None:
    sheet.content.append("q [0.0001 0.0001] 0 d 3 w 0 0 m 595 842 l S 0 842 m 595 0 l S Q")


def fine_tiles(paper: Paper, sheet: Sheet) -> None:
    """A pattern that repeats every ten-thousandth of a point."""
    tile = paper.objects.stream(
        b"0 0 1 1 re f",
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.0001 /YStep 0.0001"
        " /Resources << >>",
    )
    sheet.extra["Pattern"] = {"P0": tile}
    sheet.content.append("/Pattern cs /P0 scn 0 0 595 842 re f")


def shading(paper: Paper, sheet: Sheet) -> None:
    """A colour that a long calculation gives for each point."""
    steps = "dup mul 2 copy add sin " * 3000
    function = paper.objects.stream(
        f"{{ {steps} pop }}".encode(), "/FunctionType 4 /Domain [0 1 0 1] /Range [0 1 0 1 0 1]"
    )
    shade = (
        f"<< /ShadingType 1 /ColorSpace /DeviceRGB /Domain [0 1 0 1] /Matrix [595 0 0 842 0 0] /Function {function} >>"
    )
    sheet.extra["Shading"] = {"S0": paper.objects.add(shade)}
    sheet.content.append("/S0 sh")


def masks(paper: Paper, sheet: Sheet) -> None:
    """Soft masks within soft masks."""
    inner = paper.objects.stream(b"0.5 g 0 0 595 842 re f", GROUP)
    for _ in range(40):
        state = paper.objects.add(f"<< /Type /ExtGState /SMask << /S /Luminosity /G {inner} >> >>")
        inner = paper.objects.stream(
            b"/G0 gs 0.5 g 0 0 595 842 re f", f"{GROUP} /Resources << /ExtGState << /G0 {state} >> >>"
        )
    sheet.extra["XObject"] = {"M": inner}
    sheet.content.append("/M Do")


GROUP = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >>"


def broken_fonts(paper: Paper, sheet: Sheet) -> None:
    """Two hundred embedded fonts of noise."""
    noise = bytes(range(256)) * 200
    fonts = {}
    for number in range(200):
        program = paper.objects.stream(b"\0\1\0\0" + noise[number:], f"/Length1 {len(noise)}")
        descriptor = (
            f"<< /Type /FontDescriptor /FontName /N{number} /Flags 4 /FontBBox [0 0 1 1] /FontFile2 {program} >>"
        )
        fonts[f"N{number}"] = paper.objects.add(
            f"<< /Type /Font /Subtype /TrueType /BaseFont /N{number} /FirstChar 32 /LastChar 33 /Widths [500 500]"
            f" /FontDescriptor {paper.objects.add(descriptor)} >>"
        )
        sheet.content.append(f"BT /N{number} 10 Tf 50 {100 + number} Td (essai) Tj ET")
    sheet.extra["Font"] = fonts


def glyph_in_itself(paper: Paper, sheet: Sheet) -> None:
    """A Type 3 glyph that draws itself."""
    font = paper.objects.add("null")
    glyph = paper.objects.stream(b"500 0 d0 BT /T 500 Tf (aaaaaaaaaa) Tj ET")
    paper.objects.replace(
        font,
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97"
        f" /LastChar 97 /Widths [500] /Encoding << /Differences [97 /a] >> /CharProcs << /a {glyph} >>"
        f" /Resources << /Font << /T {font} >> >> >>",
    )
    sheet.extra["Font"] = {"T": font}
    sheet.content.append("BT /T 20 Tf 50 50 Td (aaaa) Tj ET")


def odd_image(filters: str, data: bytes) -> Bytes:
    def content(paper: Paper, sheet: Sheet) -> None:
        head = "/Type /XObject /Subtype /Image /Width 40000 /Height 40000 /BitsPerComponent 1 /ColorSpace /DeviceGray"
        sheet.image(packed(paper.objects, data, head, filters=filters), 50, 300, 400, 400)

    return page_of(content)


JBIG2 = bytes.fromhex("0000000030000100000013ffffff7fffffff7f00000000000000000000000001260001000000ff")
JPX = (
    bytes.fromhex("0000000c6a5020200d0a870a0000001466747970")
    + b"jp2 \0\0\0\0jp2 "
    + bytes.fromhex("0000002d6a703268000000166968647200ea600000ea60000307070000000000000f636f6c7201000000000010")
    + b"\0\0\0\0jp2c\xff\x4f\xff\x51"
    + bytes.fromhex("002f00000000ea600000ea60000000000000000000000ea60000") * 3
)


def mixed_tree(kids: Callable[[int], str], count: str) -> Bytes:
    """A page tree made by hand from object 2 on."""

    def make(random: Random) -> bytes:
        tree = f"<< /Type /Pages /Kids [{kids(2)}] /Count {count} >>"
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
        inner = [f"<< /Type /Pages /Parent 2 0 R /Kids [{kids(number)}] /Count {count} >>" for number in range(4, 12)]
        bodies = ["<< /Type /Catalog /Pages 2 0 R >>", tree, page, *inner]
        return assembled([body.encode() for body in bodies], trailer="/Root 1 0 R")

    return make


def next_level(number: int) -> str:
    """Each node holds the next one forty times, the last one a page."""
    following = {2: 4, 11: 3}.get(number, number + 1)
    return " ".join([f"{following} 0 R"] * 40)


def pages(count: int) -> Bytes:
    def make(random: Random) -> bytes:
        objects = Objects()
        empty = objects.stream(b"BT ET")
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {empty} >>"
        return objects.written([objects.add(page) for _ in range(count)])

    return make


def sized(box: str, entries: str = "") -> Bytes:
    def make(random: Random) -> bytes:
        objects = Objects()
        return objects.written([objects.add(f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] {entries} >>")])

    return make


def nested(opening: str, closing: str, depth: int) -> Bytes:
    def make(random: Random) -> bytes:
        objects = Objects()
        objects.catalog["Essai"] = opening * depth + closing * depth
        return objects.written([objects.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")])

    return make


def circular_table(random: Random) -> bytes:
    """The previous cross-reference table is this one."""
    good = sized("0 0 595 842")(random)
    at = good.rsplit(b"startxref\n", 1)[1].split()[0]
    return good.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev " + at)


def matryoshka(random: Random) -> bytes:
    """Mails in mails, a thousand deep."""
    head = b"From: a@exemple.invalid\r\nSubject: essai\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * 1000 + b"Subject: fin\r\n\r\nfin\r\n"


def many_parts(random: Random) -> bytes:
    head = b'From: a@exemple.invalid\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    return head + b"--x\r\nContent-Type: text/plain\r\n\r\nessai\r\n" * 20_000 + b"--x--\r\n"


def nested_parts(random: Random) -> bytes:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(2000)
    )
    return b"From: a@exemple.invalid\r\nMIME-Version: 1.0\r\n" + parts + b"\r\nfin\r\n"


def endless_html(random: Random) -> bytes:
    head = b"From: a@exemple.invalid\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return head + b"<div><p>essai" * 400_000


def endless_header(random: Random) -> bytes:
    return b"From: a@exemple.invalid\r\nSubject: " + b"=?utf-8?q?essai?= " * 400_000 + b"\r\n\r\nfin\r\n"


BOMBS: dict[str, tuple[str, Bytes, tuple[str, ...]]] = {
    "flate": (".pdf", page_of(flate_content), ()),
    "flate-twice": (".pdf", page_of(flate_twice), ()),
    "image-900-megapixels": (".pdf", page_of(huge_image), ()),
    "image-400-times": (".pdf", page_of(many_images), ()),
    "form-in-itself": (".pdf", page_of(self_drawing), ()),
    "form-doubling": (".pdf", page_of(doubling), ()),
    "glyphs-80000": (".pdf", glyphs(80_000), ("trop-long",)),
    "glyphs-in-forms": (".pdf", page_of(glyph_forms), ()),
    "state-nesting": (".pdf", page_of(nesting_q), ()),
    "paths": (".pdf", page_of(many_paths), ()),
    "dashes": (".pdf", page_of(fine_dashes), ()),
    "tiles": (".pdf", page_of(fine_tiles), ()),
    "shading": (".pdf", page_of(shading), ()),
    "masks": (".pdf", page_of(masks), ()),
    "fonts": (".pdf", page_of(broken_fonts), ()),
    "glyph-in-itself": (".pdf", page_of(glyph_in_itself), ()),
    "jbig2": (".pdf", odd_image("/JBIG2Decode", JBIG2), ()),
    "jpx": (".pdf", odd_image("/JPXDecode", JPX), ()),
    "fax": (".pdf", odd_image("/CCITTFaxDecode", b"\0" * 4000), ()),
    "tree-loop": (".pdf", mixed_tree(lambda number: "2 0 R", "1"), ()),
    "tree-doubling": (".pdf", mixed_tree(next_level, "1000000000"), ()),
    "tree-lying": (".pdf", mixed_tree(lambda number: "3 0 R", "2000000000"), ()),
    "pages-5000": (".pdf", pages(5000), ("trop-de-pages",)),
    "pages-31": (".pdf", pages(31), ("trop-de-pages",)),
    "page-huge": (".pdf", sized("0 0 200000 200000"), ("page-demesuree",)),
    "page-tiny": (".pdf", sized("0 0 2 2"), ("page-demesuree",)),
    "page-flat": (".pdf", sized("0 0 2900 12"), ()),
    "page-backwards": (".pdf", sized("595 842 0 0"), ()),
    "page-unit": (".pdf", sized("0 0 595 842", "/UserUnit 1000"), ()),
    "page-without-box": (".pdf", sized(""), ()),
    "arrays": (".pdf", nested("[", "]", 200_000), ()),
    "dictionaries": (".pdf", nested("<</a ", ">>", 100_000), ()),
    "table-loop": (".pdf", circular_table, ()),
    "mail-in-mail": (".eml", matryoshka, ()),
    "mail-parts": (".eml", many_parts, ()),
    "mail-nesting": (".eml", nested_parts, ()),
    "mail-html": (".eml", endless_html, ()),
    "mail-header": (".eml", endless_header, ()),
}
