"""A sealed file's pages as pictures: of our own PDF, which is made of pixels alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2

from vault.access.sealed import open_plain
from vault.models import SealedFile
from vault.redaction.painting import encoded

SIDE = 1600  # pixels of the longer side
_ONE_AT_A_TIME = threading.Lock()  # pdfium knows no threads


def count_sheets(sealed: SealedFile) -> int:
    """How many pages can be shown; 0 for a file that is no such PDF. Raises as `open_plain` does."""
    with _opened(sealed) as paper:
        return len(paper) if paper else 0


def sheet_of(sealed: SealedFile, number: int) -> bytes:
    """A page (from 1) as a JPEG. Raises IndexError when there is no such page, and as `open_plain` does."""
    with _opened(sealed) as paper:
        if paper is None or not 1 <= number <= len(paper):
            raise IndexError(number)
        page = paper[number - 1]
        drawn = page.render(scale=SIDE / max(page.get_size()), rev_byteorder=True).to_numpy()
    return encoded(np.ascontiguousarray(drawn[:, :, :3]), exact=False)


@contextmanager
def _opened(sealed: SealedFile) -> Iterator[pypdfium2.PdfDocument | None]:
    content = b"".join(open_plain(sealed))
    with _ONE_AT_A_TIME:
        try:
            paper = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            yield None
            return
        with paper:
            yield paper
