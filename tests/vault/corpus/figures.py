"""The table of the figures to reach, from the judgements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.vault.corpus.judge import Judgement

BORN_DIGITAL = ("writing", "trick", "negative", "barcode")


@dataclass(frozen=True, slots=True)
class Figure:
    """`reached` is None where no document says anything about it."""

    what: str
    goal: str
    measured: str
    reached: bool | None


def figures(judged: Sequence[Judgement]) -> list[Figure]:
    scans = [one for one in _may_be_missed(judged, "scan") if not one.name.startswith("scan-150")]
    digital = [one.cpu_s / one.pages for one in judged if one.name.startswith(BORN_DIGITAL)]
    hostile = [one.cpu_s for one in judged if one.name.startswith("hostile")]
    return [
        _share("sealed files that tell no number", [not one.leaks for one in judged if one.verdict == "SCELLE"], 1),
        _part("places at least 98 % black", judged, "black", "places", 1),
        _share("scans of 200 dpi and more: number found", [bool(one.found) for one in scans], 1),
        _share("scans of 150 dpi: number found", [bool(one.found) for one in _may_be_missed(judged, "scan-150")], 0.98),
        _share("photos: number found", [bool(one.found) for one in _may_be_missed(judged, "photo")], 0.97),
        _part("innocent numbers left alone", judged, "spared", "innocents", 1),
        _part("random numbers left alone", judged, "drawn_spared", "drawn", 0.99),
        _part("words kept", judged, "words_kept", "words", 0.98),
        _time("CPU-s of a born-digital page", digital, 1.5),
        _time("CPU-s of a photo", [one.cpu_s for one in judged if one.name.startswith("photo")], 5),
        _time("CPU-s of a hostile file", hostile, 20, worst=True),
        _share("documents without a fault", [not one.faults for one in judged], 1),
    ]


def is_red(judged: Sequence[Judgement]) -> bool:
    return any(figure.reached is False for figure in figures(judged))


def table(judged: Sequence[Judgement], *, status: int) -> Iterator[str]:
    rows = figures(judged)
    wide = max(len(row.what) for row in rows)
    yield f"{'':{wide}}  {'goal':>8}  measured"
    for row in rows:
        mark = {True: "", False: "  <-- missed", None: ""}[row.reached]
        yield f"{row.what:{wide}}  {row.goal:>8}  {row.measured}{mark}"
    yield f"{len(judged)} documents; redact_file ended with {status}"


def failing(judged: Sequence[Judgement]) -> Iterator[str]:
    for one in judged:
        for fault, detail in one.faults:
            yield f"{one.name}: {fault}: {detail} [{one.verdict}]"
        if one.found is False and not one.faults:
            yield f"{one.name}: missed [{one.verdict}]"


def _may_be_missed(judged: Sequence[Judgement], start: str) -> list[Judgement]:
    return [one for one in judged if one.name.startswith(start) and one.found is not None]


def _part(what: str, judged: Sequence[Judgement], part: str, whole: str, goal: float) -> Figure:
    """Sums of two counts of the judgements."""
    return _ratio(what, sum(getattr(one, part) for one in judged), sum(getattr(one, whole) for one in judged), goal)


def _share(what: str, answers: Sequence[bool], goal: float) -> Figure:
    return _ratio(what, sum(answers), len(answers), goal)


def _ratio(what: str, part: int, whole: int, goal: float) -> Figure:
    if not whole:
        return Figure(what, f"{goal:.0%}", "-", None)
    return Figure(what, f"{goal:.0%}", f"{part / whole:.2%} ({part} of {whole})", part / whole >= goal)


def _time(what: str, values: Sequence[float], goal: float, *, worst: bool = False) -> Figure:
    """The middle one counts, unless the worst does: a single measure on a busy machine says little."""
    if not any(values):
        return Figure(what, f"{goal:g}", "-", None)
    ordered = sorted(values)
    middle, last = ordered[len(ordered) // 2], ordered[-1]
    return Figure(what, f"{goal:g}", f"median {middle:.2f}, worst {last:.2f}", (last if worst else middle) <= goal)
