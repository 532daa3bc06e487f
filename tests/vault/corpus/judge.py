"""Compares what was kept of a document with what is true of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from tests.vault.corpus import eyes, leaks
from tests.vault.corpus.eyes import Pixels, Word
from tests.vault.corpus.truth import Document, Ending, Place, Polygon
from vault.rules.zones import Mark, Zone

BLACK = 48
BLACK_SHARE = 0.98
SAME_FRAME = 0.01
TOUCHED = 0.05
EACH_WORDS = 0.9  # of one document; of all together 98 %
READ_AT = 200
LONGEST_S = 20
MISSED = frozenset({"a-revoir", "illisible"})
WHOLE = (150, 200, 300)
QUICK = (200,)


class Fault(StrEnum):
    LEAK = "leak"
    NOT_BLACK = "not black"
    FRAME = "frame"
    INNOCENT = "innocent blackened"
    WORDS = "words lost"
    BARCODE = "clean barcode lost"
    VERDICT = "verdict"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `redact_file` said of a file; `sealed` is the file that it wrote."""

    verdict: str
    code: str = ""
    pages: int = 0
    hidden: tuple[Zone, ...] = ()
    cpu_s: float = 0
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Counts for the table, and what is wrong with this document."""

    name: str
    verdict: str
    cpu_s: float
    pages: int
    faults: tuple[tuple[Fault, str], ...] = ()
    leaks: int = 0
    places: int = 0
    black: int = 0
    innocents: int = 0
    spared: int = 0
    drawn: int = 0
    drawn_spared: int = 0
    words: int = 0
    words_kept: int = 0
    found: bool | None = None  # of a document that may be missed


NOTHING = Outcome("", "no verdict")


def judge(name: str, document: Document, outcome: Outcome, *, dpis: Iterable[int] = WHOLE) -> Judgement:
    """All that can be measured: a document that was refused has only a verdict."""
    faults = _faults_of_verdict(document, outcome)
    if outcome.cpu_s > LONGEST_S:
        faults.append((Fault.SLOW, f"{outcome.cpu_s:.1f} CPU-s"))
    base = Judgement(name, f"{outcome.verdict} {outcome.code}".strip(), outcome.cpu_s, max(1, outcome.pages))
    if outcome.sealed is None:
        found = False if document.ending is Ending.FOUND else None
        return _with(base, faults=tuple(faults), places=0, found=found)
    return _sealed(base, document, outcome, outcome.sealed, faults, dpis)


def _sealed(
    base: Judgement,
    document: Document,
    outcome: Outcome,
    sealed: bytes,
    faults: list[tuple[Fault, str]],
    dpis: Iterable[int],
) -> Judgement:
    numbers = [secret.number for secret in document.secrets]
    told = leaks.leaks_of(sealed, numbers, dpis=dpis, turns=document.turns)
    faults += [(Fault.LEAK, ", ".join(told))] if told else []
    if not document.framed:
        missing = _missing(sealed, document.words)
        faults += [(Fault.WORDS, ", ".join(missing))] if missing else []
        kept = len(document.words) - len(missing)
        return _with(base, faults=tuple(faults), leaks=bool(told), words=len(document.words), words_kept=kept)
    sources = list(eyes.pages_of(document.data, document.suffix, dpi=READ_AT))
    ours = [eyes.sized(page, source) for page, source in zip(_renders(sealed), sources, strict=False)]
    faults += _faults_of_frame(sealed, sources)
    black, places = _black(document, ours, faults)
    hit = [one for one in document.innocents if _is_touched(one.place, outcome.hidden)]
    plain = [one.text for one in hit if not one.drawn]
    faults += [(Fault.INNOCENT, ", ".join(plain))] if plain else []
    faults += _faults_of_barcodes(document, ours)
    words, kept_words, lost = _words_kept(document, sources, ours, outcome.hidden)
    faults += [(Fault.WORDS, f"{kept_words} of {words}: {lost}")] if kept_words < EACH_WORDS * words else []
    return _with(
        base,
        faults=tuple(faults),
        leaks=bool(told),
        places=places,
        black=black,
        innocents=sum(not one.drawn for one in document.innocents),
        spared=sum(not one.drawn for one in document.innocents) - len(plain),
        drawn=sum(one.drawn for one in document.innocents),
        drawn_spared=sum(one.drawn for one in document.innocents) - len(hit) + len(plain),
        words=words,
        words_kept=kept_words,
        found=black == places if document.ending is Ending.FOUND else None,
    )


def _missing(sealed: bytes, words: Sequence[str]) -> list[str]:
    """Of these words, those that no page shows."""
    if not words:
        return []
    read = {_plain(word.text) for page in eyes.pages_of_pdf(sealed, dpi=READ_AT) for word in _words(page, 0)}
    return [word for word in words if _plain(word) not in read]


def _with(base: Judgement, **changes: object) -> Judgement:
    return replace(base, **changes)  # type: ignore[arg-type]  # the callers name its fields


def _faults_of_verdict(document: Document, outcome: Outcome) -> list[tuple[Fault, str]]:
    said = f"{outcome.verdict} {outcome.code}".strip()
    match document.ending:
        case Ending.SEALED:
            good = outcome.verdict == "SCELLE"
        case Ending.FOUND:
            good = outcome.verdict == "SCELLE" or outcome.code in MISSED or outcome.verdict == "A_REVOIR"
        case Ending.REFUSED:
            good = outcome.verdict == "REFUSE" and (not document.codes or outcome.code in document.codes)
        case Ending.ANY:
            good = outcome.verdict in {"SCELLE", "A_REVOIR", "REFUSE"}
    return [] if good else [(Fault.VERDICT, f"{said}, awaited {document.ending} {' '.join(sorted(document.codes))}")]


def _renders(sealed: bytes) -> Iterable[Pixels]:
    return eyes.pages_of_pdf(sealed, dpi=READ_AT)


def _faults_of_frame(sealed: bytes, sources: Sequence[Pixels]) -> list[tuple[Fault, str]]:
    sizes = eyes.sizes_of_pdf(sealed)
    if len(sizes) != len(sources):
        return [(Fault.FRAME, f"{len(sizes)} pages of {len(sources)}")]
    wrong = [
        number
        for number, ((width, height), source) in enumerate(zip(sizes, sources, strict=True), start=1)
        if abs(width / height / (source.shape[1] / source.shape[0]) - 1) > SAME_FRAME
    ]
    return [(Fault.FRAME, f"page {number}") for number in wrong]


def _black(document: Document, pages: Sequence[Pixels], faults: list[tuple[Fault, str]]) -> tuple[int, int]:
    """How many places are black, of how many."""
    shares = [
        (secret.kind, place.page, blackness(pages[place.page - 1], place.polygon) if place.page <= len(pages) else 0)
        for secret in document.secrets
        for place in secret.places
    ]
    wrong = [f"{kind} on page {page}: {share:.0%}" for kind, page, share in shares if share < BLACK_SHARE]
    if wrong:
        faults.append((Fault.NOT_BLACK, "; ".join(wrong[:4])))
    return len(shares) - len(wrong), len(shares)


def blackness(pixels: Pixels, polygon: Polygon) -> float:
    """The share of a place that is black."""
    height, width = pixels.shape[:2]
    corners = np.round(np.array([[x * width - 0.5, y * height - 0.5] for x, y in polygon])).astype(np.int32)
    low, high = corners.min(axis=0).clip(0), corners.max(axis=0) + 1
    around = pixels[low[1] : high[1], low[0] : high[0]].max(axis=2)
    inside = around[_mask(corners - low, around.shape) > 0]
    return float((inside < BLACK).mean()) if inside.size else 1.0


def _mask(corners: npt.NDArray[np.int32], shape: tuple[int, ...]) -> Pixels:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [corners], (255,))
    return mask


def _is_touched(place: Place, hidden: Sequence[Zone]) -> bool:
    """Does a hidden zone cover a twentieth of the place? Both are convex."""
    ours = _corners(place.polygon)
    near = [_corners(zone.polygon) for zone in hidden if zone.page == place.page and zone.kind is not Mark.OWN]
    return any(cv2.intersectConvexConvex(ours, zone)[0] > TOUCHED * cv2.contourArea(ours) for zone in near)


def _corners(polygon: Polygon) -> npt.NDArray[np.float32]:
    """In thousandths of the page, in the order that OpenCV wants."""
    hull = cv2.convexHull(np.array(polygon, np.float32) * 1000)
    return np.asarray(hull, np.float32)


def _faults_of_barcodes(document: Document, pages: Sequence[Pixels]) -> list[tuple[Fault, str]]:
    if not document.kept:
        return []
    read = {code for page in pages for code in eyes.barcodes_on(page)}
    lost = sorted(document.kept - read)
    return [(Fault.BARCODE, ", ".join(lost))] if lost else []


def _words_kept(
    document: Document, sources: Sequence[Pixels], ours: Sequence[Pixels], zones: Sequence[Zone]
) -> tuple[int, int, str]:
    """How many words of the source are read again, of how many; and some that are not."""
    total, lost = 0, Counter[str]()
    for number, (source, sealed) in enumerate(zip(sources, ours, strict=False), start=1):
        hidden = [place.polygon for secret in document.secrets for place in secret.places if place.page == number]
        bars = [zone.polygon for zone in zones if zone.page == number]
        straight, light, upright = (
            _straight(page, document.lean) for page in (sealed, _lightened(sealed, bars), source)
        )
        awaited = _awaited(upright, [_leant(one, source, document.lean) for one in hidden], document.turns[-1])
        total += awaited.total()
        lost += awaited - _read_again(straight, light, awaited, document.turns[-1])
    return total, total - lost.total(), " ".join(list(lost)[:8])


def _straight(pixels: Pixels, lean: float) -> Pixels:
    if not lean:
        return pixels
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1)
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _leant(polygon: Polygon, pixels: Pixels, lean: float) -> Polygon:
    """Where a place is after `_straight`."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1)
    moved = (np.array(polygon) * (width, height)) @ matrix[:, :2].T + matrix[:, 2]
    return tuple((float(x) / width, float(y) / height) for x, y in moved)


def _awaited(source: Pixels, hidden: Sequence[Polygon], quarters: int) -> Counter[str]:
    words = (word for word in _words(source, quarters) if not _is_near(word, hidden, quarters))
    return Counter(plain for word in words if (plain := _plain(word.text)))


def _read_again(sealed: Pixels, light: Pixels, awaited: Counter[str], quarters: int) -> Counter[str]:
    """Read in other ways when the first misses some: another layout guessed, a bar that darkens all, lose no ink."""
    found = Counter(_plain(word.text) for word in _words(sealed, quarters, sure=0))
    for pixels, sparse in ((sealed, True), (light, False)):
        if awaited - found:
            found |= Counter(_plain(word.text) for word in _words(pixels, quarters, sure=0, sparse=sparse))
    return found


def _lightened(pixels: Pixels, bars: Sequence[Polygon]) -> Pixels:
    """Each black bar in the colour of the paper around it."""
    height, width = pixels.shape[:2]
    light = pixels.copy()
    for bar in bars:
        corners = np.round(np.array(bar) * (width, height)).astype(np.int32)
        left, top, wide, high = cv2.boundingRect(corners)
        around = pixels[max(0, top - high // 2) : top + 2 * high, max(0, left - high // 2) : left + wide + high]
        paper = np.percentile(around.reshape(-1, 3), 80, axis=0) if around.size else (255, 255, 255)
        cv2.fillPoly(light, [corners], tuple(float(value) for value in paper))
    return light


def _words(pixels: Pixels, quarters: int, *, sure: int = eyes.SURE, sparse: bool = False) -> list[Word]:
    return eyes.words_on(eyes.turned(pixels, quarters), dpi=READ_AT, sure=sure, sparse=sparse)


def _plain(text: str) -> str:
    """Letters and digits of a word of three signs or more."""
    signs = "".join(sign for sign in text.lower() if sign.isalnum())
    return signs if len(signs) >= 3 else ""


def _is_near(word: Word, hidden: Sequence[Polygon], quarters: int) -> bool:
    """Does the word lie on a number, or within its height of it?"""
    left, top, right, bottom = word.box
    for polygon in hidden:
        corners = [_turned(point, quarters) for point in polygon]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        margin = max(ys) - min(ys)
        if (
            left < max(xs) + margin
            and right > min(xs) - margin
            and top < max(ys) + margin / 2
            and bottom > min(ys) - margin / 2
        ):
            return True
    return False


def _turned(point: tuple[float, float], quarters: int) -> tuple[float, float]:
    x, y = point
    for _ in range(quarters % 4):
        x, y = y, 1 - x
    return x, y
