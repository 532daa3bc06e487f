"""Is a number, or eight characters of it in a row, still to be had from a sealed file?"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tests.house import search
from tests.vault.corpus import eyes

ENOUGH = 8
_GAP = rb"[\s\x00\xa0.,\-/|_]{0,3}"
_NOT_SIGNS = re.compile(r"[^0-9A-Z]")
_READ_AS = str.maketrans("OQILSZ", "001152")


def windows(number: str) -> list[str]:
    size = min(ENOUGH, len(number))
    return [number[at : at + size] for at in range(len(number) - size + 1)]


def told_by_text(text: str, number: str) -> bool:
    """Whatever stands between the signs; what a reader takes for a letter is the digit that it looks like."""
    squeezed = _NOT_SIGNS.sub("", text.upper())
    forms = (squeezed, squeezed.translate(_READ_AS))
    return any(window in form for window in windows(number) for form in forms)


def told_by_bytes(data: bytes, number: str) -> bool:
    """In plain with separators, in hex, in base64, in UTF-16."""
    parts = windows(number)
    spaced = b"|".join(_GAP.join(re.escape(sign.encode()) for sign in part) for part in parts)
    return bool(re.search(spaced, data)) or bool(search.found_in(data, parts))


def leaks_of(sealed: bytes, numbers: Sequence[str], *, dpis: Iterable[int], turns: Sequence[int] = (0,)) -> list[str]:
    """Where a number is still told: `bytes`, `text`, `ocr@200`, `barcode`. `turns`: quarters, for the reader."""
    if not numbers:
        return []
    found = ["bytes" for data in eyes.streams_of(sealed) if any(told_by_bytes(data, number) for number in numbers)][:1]
    layers = "\n".join(eyes.layers_of(sealed))
    found += ["text"] if any(told_by_text(layers, number) for number in numbers) else []
    for dpi in dpis:
        read = "\n".join(_readings(sealed, dpi=dpi, turns=turns))
        found += [f"ocr@{dpi}"] if any(told_by_text(read, number) for number in numbers) else []
    codes = "\n".join(code for page in eyes.pages_of_pdf(sealed, dpi=200) for code in eyes.barcodes_on(page))
    found += ["barcode"] if any(told_by_text(codes, number) for number in numbers) else []
    return found


def _readings(sealed: bytes, *, dpi: int, turns: Sequence[int]) -> Iterator[str]:
    for page in eyes.pages_of_pdf(sealed, dpi=dpi):
        for quarters in turns:
            yield eyes.text_on(eyes.turned(page, quarters), dpi=dpi)
