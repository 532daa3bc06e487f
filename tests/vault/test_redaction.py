"""A document's way through the readers: what is hidden, what is kept, what a person may change, what is refused."""

import io
import subprocess
import sys
from collections.abc import Callable
from functools import cache

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.vault import pictures, scenes
from tests.vault.pictures import NIR, as_jpeg, as_mail, as_pdf, as_png, as_scan, letter
from tests.whole import share
from vault.box import isolation
from vault.redaction import pipeline, readers
from vault.redaction.pipeline import Analysis
from vault.rules.refusals import Code, Refused
from vault.rules.zones import Mark, Zone

LABEL = f"Numero de securite sociale : {NIR}"
DIGITS = NIR.replace(" ", "")
UPPER = (0, 0, 1240, 620)  # of a letter: all its lines


@cache
def analysed(data: bytes) -> Analysis:
    """What one test had read, the next one need not."""
    return pipeline.analyse([data])


def kept(data: bytes) -> tuple[Analysis, bytes]:
    return analysed(data), pipeline.rebuild(analysed(data), own=(), shown=()).pdf


def said(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def seen(pdf: bytes, number: int = 1) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        page: Image.Image = document[number - 1].render(scale=2).to_pil()
        return page.convert("L")


def is_black(pdf: bytes, zone: Zone) -> bool:
    page = seen(pdf, zone.page)
    inside = Image.new("1", page.size)
    ImageDraw.Draw(inside).polygon([(x * page.width, y * page.height) for x, y in zone.polygon], fill=1)
    levels = page.histogram(inside)
    return sum(levels[:60]) >= 0.95 * sum(levels)  # but for the grey of its border


KINDS: dict[str, Callable[[], bytes]] = {
    "drawn": lambda: as_pdf(LABEL),
    "upside-down": lambda: as_jpeg(letter(LABEL, rotated=180)),
    "picture": lambda: as_png(letter(LABEL)),
    "mail": lambda: as_mail("Bonjour", LABEL, "Votre espace est clos."),
    "sideways": lambda: as_jpeg(letter(LABEL, rotated=90)),
    "scan": lambda: as_scan(letter(LABEL, rotated=1.5)),
    "attached": lambda: as_mail("Bonjour, voici l'attestation.", attached=as_pdf(LABEL)),
}


@pytest.mark.parametrize("kind", share(list(KINDS), 0, of=2))
def test_a_number_is_black_and_the_words_around_it_stay(kind: str) -> None:
    analysis, pdf = kept(KINDS[kind]())

    numbers = [zone for zone in analysis.found if zone.kind is Mark.NIR]
    assert numbers
    assert all(is_black(pdf, zone) for zone in numbers)
    text = said(pdf)
    assert "sociale" in text
    assert not any(DIGITS[at : at + 8] in "".join(filter(str.isdecimal, text)) for at in range(len(DIGITS) - 7))
    assert DIGITS.encode() not in pdf


SCENES: dict[str, Callable[[], bytes]] = {
    "shadow": lambda: as_jpeg(scenes.letter_with_a_shadow()),
    "beside": lambda: as_jpeg(scenes.letter_beside_a_card()),
    "colour": lambda: as_png(scenes.red_on_green()),
    "upon": lambda: scenes.upon_a_page(turned=0),
    "screen": lambda: as_png(scenes.dark_screen()),
    "upside-down": lambda: scenes.upon_a_page(turned=180),
    "slanted": lambda: scenes.upon_a_page(turned=8),
}


@pytest.mark.parametrize("scene", share(list(SCENES), 0, of=2))
def test_a_number_is_found_where_it_was_once_overlooked(scene: str) -> None:
    analysis, pdf = kept(SCENES[scene]())

    numbers = [zone for zone in analysis.found if zone.kind is Mark.NIR]
    assert numbers
    assert all(is_black(pdf, zone) for zone in numbers)
    digits = "".join(filter(str.isdecimal, said(pdf)))
    assert not any(DIGITS[at : at + 8] in digits for at in range(len(DIGITS) - 7))


def test_a_number_that_is_announced_and_cannot_be_read_is_hidden_all_the_same() -> None:
    """As one that was written by hand."""
    image = letter("Numero de securite sociale :", "Fait pour valoir ce que de droit").crop(UPPER)
    pen = ImageDraw.Draw(image)
    for place in range(13):
        left = 560 + 34 * place
        pen.arc((left, 440, left + 24, 480), 20 * place, 20 * place + 250, fill=0, width=3)

    analysis, pdf = kept(as_png(image))

    assert [(zone.kind, zone.certain) for zone in analysis.found] == [(Mark.NIR, False)]
    assert "valoir" in said(pdf)


def test_words_that_announce_a_number_on_the_last_line_hide_nothing_below_the_page() -> None:
    image = letter("Numero de securite sociale :").crop((0, 0, 1240, 484))

    analysis, _ = kept(as_png(image))

    assert analysis.found == ()


def test_a_letter_without_a_number_is_kept_as_it_is() -> None:
    analysis, pdf = kept(as_pdf("SIRET 732 829 320 00074", "IBAN FR76 3000 6000 0112 3456 7890 189"))

    assert analysis.found == ()
    assert "732" in said(pdf)
    assert "fermeture" in said(pdf)


@pytest.mark.parametrize(
    "given", [as_pdf(LABEL), as_pdf(LABEL).replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 700 842] /Rotate 270")]
)
def test_a_page_keeps_its_frame(given: bytes) -> None:
    _, pdf = kept(given)

    with pypdfium2.PdfDocument(given) as before, pypdfium2.PdfDocument(pdf) as after:
        assert after[0].get_size() == pytest.approx(before[0].get_size(), abs=0.01)


def test_what_is_not_on_the_page_is_not_kept() -> None:
    with pikepdf.open(io.BytesIO(as_pdf("Bonjour"))) as paper:
        paper.docinfo["/Title"] = DIGITS
        paper.attachments["nir.txt"] = DIGITS.encode()
        with paper.open_metadata() as about:
            about["dc:description"] = DIGITS
        paper.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{DIGITS}')")
        data = io.BytesIO()
        paper.save(data)

    analysis, pdf = kept(data.getvalue())

    assert analysis.found == ()
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        assert set(paper.Root.keys()) == {"/Type", "/Pages", "/Lang"}
        assert "/Info" not in paper.trailer
        streams = b"".join(one.read_bytes() for one in paper.objects if isinstance(one, pikepdf.Stream))
    assert DIGITS.encode() not in streams + pdf


def test_the_same_document_gives_the_same_bytes() -> None:
    again = pipeline.rebuild(pipeline.analyse([as_pdf(LABEL)]), own=(), shown=())

    assert again.pdf == kept(as_pdf(LABEL))[1]


def test_an_analysis_is_carried_to_another_process_and_rebuilt_there() -> None:
    analysis = analysed(as_png(letter(LABEL)))
    carried = Analysis.unpack(analysis.pack())

    assert carried.found == analysis.found
    assert NIR not in analysis.pack().decode("latin-1")
    here, there = (pipeline.rebuild(one, own=(), shown=()) for one in (analysis, carried))
    assert here.pixels == there.pixels


def test_several_photos_are_one_document_in_order() -> None:
    analysis = pipeline.analyse([as_jpeg(letter(line).crop(UPPER)) for line in (LABEL, "Seconde page")])
    rebuilt = pipeline.rebuild(analysis, own=(), shown=())

    assert {zone.page for zone in analysis.found} == {1}
    with pypdfium2.PdfDocument(rebuilt.pdf) as document:
        assert "sociale" in document[0].get_textpage().get_text_range()
        assert "page" in document[1].get_textpage().get_text_range()


def test_what_a_person_hides_is_black_and_is_not_in_the_text_either() -> None:
    analysis = pipeline.analyse([as_pdf("Dossier de Zqodette")])
    with pypdfium2.PdfDocument(as_pdf("Dossier de Zqodette")) as document:
        found = document[0].get_textpage().search("Zqodette").get_next()
        boxes = [document[0].get_textpage().get_charbox(found[0] + place) for place in range(8)]
    zone = Zone.box(
        1,
        left=boxes[0][0] / 595 - 0.01,
        right=boxes[-1][2] / 595 + 0.01,
        top=1 - max(box[3] for box in boxes) / 842 - 0.005,
        bottom=1 - min(box[1] for box in boxes) / 842 + 0.005,
    )

    rebuilt = pipeline.rebuild(analysis, own=(zone,), shown=())

    assert is_black(rebuilt.pdf, zone)
    assert "Zqodette" not in said(rebuilt.pdf)
    assert "Dossier" in said(rebuilt.pdf)


def test_what_is_uncertain_may_be_shown_and_what_is_certain_may_not() -> None:
    doubtful = "Numero de securite sociale : 2 69 05 49 588 157 81"  # its key is wrong
    analysis = pipeline.analyse([as_pdf(doubtful, LABEL)])
    places = {zone.certain: place for place, zone in enumerate(analysis.found)}
    assert set(places) == {True, False}

    pdf = pipeline.rebuild(analysis, own=(), shown=list(places.values())).pdf

    assert is_black(pdf, analysis.found[places[True]])
    assert not is_black(pdf, analysis.found[places[False]])


def test_a_preview_is_what_will_be_kept_and_the_original_is_what_came() -> None:
    analysis = analysed(as_pdf(LABEL))
    before = Image.open(io.BytesIO(pipeline.original(analysis, 1))).convert("L")
    after = Image.open(io.BytesIO(pipeline.preview(analysis, 1, own=(), shown=()))).convert("L")

    assert max(after.size) <= pipeline.SHOWN_SIDE
    assert before.size == after.size
    darker = sum(after.histogram()[:40]) - sum(before.histogram()[:40])
    assert darker > 1000


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (letter(LABEL).filter(ImageFilter.GaussianBlur(9)), Code.UNREADABLE),
        (Image.effect_noise((500, 700), 90), Code.UNREADABLE),
    ],
    ids=["blurred", "noise"],
)
def test_what_cannot_be_read_is_not_kept(image: Image.Image, code: Code) -> None:
    with pytest.raises(Refused) as refusal:
        pipeline.analyse([as_jpeg(image)])

    assert refusal.value.code is code


def test_a_number_that_black_does_not_remove_is_never_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.redaction.pages.blanked", lambda pixels, _zones: pixels)

    with pytest.raises(Refused) as refusal:
        pipeline.analyse([as_png(letter(LABEL).crop(UPPER))])

    assert refusal.value.code is Code.TO_REVIEW


def test_a_page_that_takes_for_ever_to_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.redaction.pages.MOST_SECONDS", -1.0)

    with pytest.raises(Refused) as refusal:
        pipeline.analyse([as_png(letter(LABEL))])

    assert refusal.value.code is Code.TOO_LONG


def test_an_empty_page_among_others_is_no_fault() -> None:
    blank = Image.new("L", UPPER[2:], 255)

    analysis = pipeline.analyse([pictures.as_tiff(letter("Page une").crop(UPPER), blank)])

    assert len(analysis.pages) == 2


def test_a_box_that_dies_is_asked_once_more_and_then_the_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def broken(self: isolation.Box, files: object) -> object:
        asked.append(1)
        raise isolation.BoxBroke("It fell silent.")

    monkeypatch.setattr(isolation.Box, "pages_of", broken)

    with pytest.raises(Refused) as refusal:
        pipeline.analyse([as_pdf()])

    assert (refusal.value.code, len(asked)) == (Code.ANALYSIS, 2)


def test_a_machine_that_lacks_something_says_what(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pipeline.missing() is None

    monkeypatch.setattr("vault.redaction.readers.MODEL", readers.MODEL / "nowhere")

    assert "trained data" in (pipeline.missing() or "")


def test_a_machine_without_tesseract_starts_and_its_door_says_what_is_missing() -> None:
    code = (
        "import sys; sys.modules['tesserocr'] = None; import django; django.setup(); "
        "from vault.redaction import pipeline; print(pipeline.missing('rlimit-only'))"
    )

    told = subprocess.run([sys.executable, "-c", code], cwd=isolation.HOME, capture_output=True, text=True, check=False)

    assert told.stdout == "tesserocr, which reads words, cannot be loaded\n", told.stderr
