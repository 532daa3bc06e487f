"""A stand-in for the engine where what it does to a page is not asked: states, races, crashes. No time a file."""

import json
from collections.abc import Collection, Sequence

import pytest

from tests.vault.samples import pdf
from vault.redaction import pipeline
from vault.redaction.pipeline import AnalysedPage, Analysis, Rebuilt
from vault.rules.refusals import Code, Refused
from vault.rules.zones import Mark, Zone

CERTAIN = Zone(1, ((0.1, 0.1), (0.4, 0.1), (0.4, 0.2)), Mark.NIR, certain=True)
PROBABLE = Zone(1, ((0.1, 0.5), (0.4, 0.5), (0.4, 0.6)), Mark.CODE, certain=False)


class Died(BaseException):
    """The process is gone: nothing of ours runs any more (not an Exception, so that nobody catches it)."""


class Engine:
    """Each part is a page. What a file asks for stands in its own bytes: `refuse:<code>`, `crash`, `die`."""

    def __init__(self) -> None:
        self.lacks: str | None = None
        self.analysed: list[bytes] = []
        self.dies_rebuilding = False

    def analyse(self, parts: Sequence[bytes], *, walls: str = "") -> Analysis:
        self.analysed.append(b"".join(parts))
        for part in parts:
            _do_as_told(part)
        pages = tuple(AnalysedPage((10.0, 20.0), False, part) for part in parts)
        return Analysis(pages, (CERTAIN, PROBABLE))

    def rebuild(self, analysis: Analysis, *, own: Sequence[Zone], shown: Collection[int]) -> Rebuilt:
        if self.dies_rebuilding:
            raise Died
        seen = b"".join(page.picture for page in analysis.pages)
        if b"still-there" in seen:
            raise Refused(Code.TO_REVIEW)
        painted = json.dumps([[zone.to_json() for zone in own], sorted(shown)]).encode()
        return Rebuilt(pdf(painted), seen + painted, ("attestation",))

    def preview(self, analysis: Analysis, page: int, *, own: Sequence[Zone], shown: Collection[int]) -> bytes:
        return b"\xff\xd8\xff" + analysis.pages[page - 1].picture + repr((own, sorted(shown))).encode()

    def original(self, analysis: Analysis, page: int) -> bytes:
        return b"\xff\xd8\xff" + analysis.pages[page - 1].picture

    def missing(self, walls: str = "") -> str | None:
        return self.lacks


def _do_as_told(part: bytes) -> None:
    if part == b"die":
        raise Died
    if part == b"crash":
        raise RuntimeError("the box fell")
    if part.startswith(b"refuse:"):
        raise Refused(Code(part.removeprefix(b"refuse:").decode()))


def install(patch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    for name in ("analyse", "rebuild", "original", "preview", "missing"):
        patch.setattr(pipeline, name, getattr(engine, name))
    return engine
