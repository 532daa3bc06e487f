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
    r"[\s:;,.()\[\]|/\-]{0,60}?(?P<named>(?:cle|clef|key)[\s:=.()\[\]]{0,6})?(?P<key>\d\d)(?!\d)",
)


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
        """At their places in the text as typed."""
        for hit in (*self._nirs(), *codes(self.plain)):
            start, end = self.reading.places[hit.start], self.reading.places[hit.end - 1] + 1
            yield Hit(start, end, hit.kind, hit.certain)

    def _nirs(self) -> Iterator[Hit]:
        for run in runs(self.shadow):
            for window in run.windows(sizes=nir.SIZES, heads=nir.HEADS):
                yield from self._judged(window)

    def _judged(self, window: Window) -> Iterator[Hit]:
        shape = nir.shape(window)
        if shape is None:
            return
        key = self._key_after(window)
        if not self._holds(window, shape, key):
            return
        right = shape.right or (key is not None and key.right)
        yield Hit(window.start, window.end, Seen.NIR, certain=right and shape.plausible and not shape.guessed)
        if key:
            yield Hit(key.start, key.end, Seen.KEY, certain=key.right)

    def _holds(self, window: Window, shape: nir.Shape, key: "_Key | None") -> bool:
        """Its key speaks for it, or the way it is written, or a word before it."""
        aligned = shape.aligned or window.alone
        if aligned and (shape.right or (key is not None and key.right and key.named)):
            return True
        if shape.plausible and shape.grouped and not shape.guessed:
            return True
        return (shape.right or (shape.plausible and aligned)) and self.labels.before(window.start)

    def _key_after(self, window: Window) -> "_Key | None":
        """The key that stands apart from thirteen signs: it is right, or a word calls it so."""
        match = _KEY.match(self.plain, window.end) if len(window.signs) == 13 else None
        number = nir.counted(window.signs) if match else None
        if match is None or number is None:
            return None
        key = _Key(*match.span("key"), int(match["key"]) == nir.key_of(number), named=bool(match["named"]))
        return key if key.right or key.named else None


@dataclass(frozen=True, slots=True)
class _Key:
    start: int
    end: int
    right: bool
    named: bool
