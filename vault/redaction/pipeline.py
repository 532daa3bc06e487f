"""From a file that came to a file that may be kept: analysed, shown, rebuilt from pixels. Bytes in, bytes out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vault.rules.zones import Zone


@dataclass(frozen=True, slots=True)
class AnalysedPage:
    """`picture`: the page as it came, upright in its own frame (JPEG or PNG bytes: it may show the number)."""

    width: int
    height: int
    picture: bytes


@dataclass(frozen=True, slots=True)
class Analysis:
    """`found`: what the machine hides. `pack` and `unpack` carry it, sealed, from one process to another."""

    pages: tuple[AnalysedPage, ...]
    found: tuple[Zone, ...]

    def pack(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def unpack(cls, packed: bytes) -> "Analysis":
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`pdf`: deterministic. `pixels`: what its pages show, to recognise it again. `words`: what was read on them."""

    pdf: bytes
    pixels: bytes
    words: tuple[str, ...]


def analyse(parts: Sequence[bytes]) -> Analysis:
    """Each part is one file; several make one document, in order. Raises vault.rules.refusals.Refused."""
    raise NotImplementedError


def rebuild(analysis: Analysis, *, own: Sequence[Zone], shown: Collection[int]) -> Rebuilt:
    """Paint what was found but `shown` (places in `found`, uncertain ones only), and a person's `own` zones; verify.

    Raises Refused(Code.TO_REVIEW) when a number is still read after three rounds.
    """
    raise NotImplementedError


def preview(analysis: Analysis, page: int, *, own: Sequence[Zone], shown: Collection[int]) -> bytes:
    """A page (from 1) as it would be kept, as a JPEG."""
    raise NotImplementedError


def missing() -> str | None:
    """What this machine lacks to analyse anything (one English sentence for the log); None when it lacks nothing."""
    raise NotImplementedError
