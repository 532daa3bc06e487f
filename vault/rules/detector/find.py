"""Every number of a text that must be written nowhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from vault.rules.detector import nir
from vault.rules.detector.codes import codes
from vault.rules.detector.hits import Hit, Seen, apart
from vault.rules.detector.innocents import innocents, without
from vault.rules.detector.labels import Labels, labels
from vault.rules.detector.runs import Window, runs
from vault.rules.detector.signs import BREAK, Reading, readings

_JOINT = " : "  # between the words before a text and the text; no number goes on over it
_KEY = re.compile(
    r"[\s:;,.()\[\]|/\-]{0,60}?(?P<named>(?:cle|clef|key)[\s:=.()\[\]]{0,6}|\()?(?P<key>\d\d)(?!\d)",
)

_GROUPED = 4  # of the five cuts in a NIR without its key


def find(text: str, *, context: str = "") -> list[Hit]:
    """All of them, in order, none over another. `context`: words known to stand before the text."""
    before = context + _JOINT if context else ""
    hits = [hit for reading in readings(before + text) for hit in _Search(reading).hits()]
    skipped = len(before)
    moved = [Hit(hit.start - skipped, hit.end - skipped, hit.kind, hit.certain) for hit in hits]
    return apart([hit for hit in moved if hit.start >= 0])


def seen_in(text: str) -> Seen | None:
    """What the first of them is, if there is one."""
    hits = find(text)
    return hits[0].kind if hits else None


def holds_certainly(text: str) -> bool:
    """Whether a number with its key stands in it: for where nobody can be asked about what is only likely."""
    return any(hit.certain for hit in find(text))


def mask(text: str) -> str:
    """The text with a bullet for each of their signs; for what cannot be sent back to who wrote it."""
    parts, done = [], 0
    for hit in find(text):
        parts += [text[done : hit.start], "•" * (hit.end - hit.start)]
        done = hit.end
    return "".join((*parts, text[done:]))


class _Search:
    """One reading of a text, looked through."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        spans = list(innocents(reading.plain))
        self.shadow = without(reading.shadow, iter(spans), sign=BREAK)
        self.plain = without(reading.plain, iter(spans), sign=BREAK)

    @cached_property
    def labels(self) -> Labels:
        return labels(self.reading.plain)

    def hits(self) -> Iterator[Hit]:
        """At their places in the text as typed; the last sign with what stands over it."""
        places = self.reading.places
        for hit in (*self._nirs(), *codes(self.plain)):
            yield Hit(places[hit.start], places[hit.end], hit.kind, hit.certain)

    def _nirs(self) -> Iterator[Hit]:
        sizes = nir.SIZES + nir.SLIPPED if self.labels.names else nir.SIZES
        for run in runs(self.shadow):
            for window in run.windows(sizes=sizes, heads=nir.HEADS):
                yield from self._judged(window)

    def _judged(self, window: Window) -> Iterator[Hit]:
        number = nir.read(window.signs)
        if number is None or not (number.right or number.plausible):
            return
        key = self._key_after(window, number)
        if not self._holds(window, number, key):
            return
        right = number.right or (key is not None and key.right)
        certain = right and number.plausible and not number.guessed and self._is_apart(window)
        yield Hit(window.start, window.end, Seen.NIR, certain=certain)
        if key:
            yield Hit(key.start, key.end, Seen.KEY, certain=certain)

    def _holds(self, window: Window, number: nir.Number, key: "_Key | None") -> bool:
        """Its key speaks for it, or the way it is written, or a word before it."""
        if len(number.digits) in nir.SLIPPED:
            return number.plausible and window.alone and self.labels.calls(window.start)
        sound = number.right and number.plausible and not number.guessed
        if window.inner and not sound:
            return False
        if window.inner and not window.padded:
            return not self.reading.strict and self.labels.before(window.start)
        aligned = window.aligned(nir.BORDERS)
        grouped = aligned and window.cut_at(nir.BORDERS[:-1]) >= _GROUPED
        right = number.right or (key is not None and key.right and key.named)
        if self.reading.strict and not (grouped and (right or self.labels.before(window.start))):
            return False
        if grouped and number.plausible and not number.guessed:
            return True
        if right and (aligned or (window.alone and not window.columnar)):
            return True
        if sound and window.bordered:
            return True
        return self.labels.before(window.start) and (right or aligned or window.alone)

    def _is_apart(self, window: Window) -> bool:
        """Written like a number or alone, or named; else a right key may be chance."""
        if window.inner and not window.padded:
            return False
        apart = window.alone and not window.columnar
        return apart or window.aligned(nir.BORDERS) or self.labels.before(window.start)

    def _key_after(self, window: Window, number: nir.Number) -> "_Key | None":
        """The key that stands apart from thirteen signs: it is right, or a word calls it so."""
        match = _KEY.match(self.plain, window.end) if len(number.digits) == 13 else None
        if match is None:
            return None
        key = _Key(*match.span("key"), int(match["key"]) == number.key, named=bool(match["named"]))
        return key if key.right or key.named else None


@dataclass(frozen=True, slots=True)
class _Key:
    start: int
    end: int
    right: bool
    named: bool
