"""The table of a load, and its verdict."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import median, quantiles

from tests.load.pages import PAGES
from tests.load.watching import STEADY_MB, WARM_AFTER, Watch

Seen = list[tuple[str, float, int, str]]


@dataclass(frozen=True, slots=True)
class Line:
    page: str
    requests: int
    errors: int
    median_ms: float
    p95_ms: float
    statements: int
    budget: int

    @property
    def is_over(self) -> bool:
        return self.statements > self.budget


def lines_of(seen: Seen) -> list[Line]:
    """In the order of pages.py; what was never asked has no line. `statements`: the most that an answer took."""
    by_page: dict[str, Seen] = defaultdict(list)
    for one in seen:
        by_page[one[0]].append(one)
    return [_line(name, by_page[name]) for name in PAGES if name in by_page]


def _line(name: str, seen: Seen) -> Line:
    times = [took for _, took, _, _ in seen]
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    most = max(statements for _, _, statements, _ in seen)
    errors = sum(bool(wrong) for *_, wrong in seen)
    return Line(name, len(seen), errors, median(times), p95, most, PAGES[name].budget)


def told(lines: list[Line], watch: Watch, *, cores: int) -> list[str]:
    head = f"{'page':20}{'requests':>9}{'errors':>8}{'median':>10}{'p95':>10}{'SQL':>6}{'budget':>8}"
    table = [
        f"{one.page:20}{one.requests:>9}{one.errors:>8}{one.median_ms:>7.0f} ms{one.p95_ms:>7.0f} ms"
        f"{one.statements:>6}{one.budget:>8}{'  OVER' if one.is_over else ''}"
        for one in lines
    ]
    return [head, *table, "", *_memory(watch), "", *_processors(watch, cores=cores)]


def _memory(watch: Watch) -> list[str]:
    return [
        f"web process {pid}: {early:.0f} MB early, {late:.0f} MB late, {watch.share(pid):.2f} of a processor"
        f"{'  GROWS' if late - early > STEADY_MB else ''}"
        for pid, (early, late) in watch.growth().items()
    ]


def _processors(watch: Watch, *, cores: int) -> list[str]:
    """Which group has the processors: that is what is short first, where they are full."""
    clock = watch.seconds["clock"]
    shares = {name: spent / clock for name, spent in watch.seconds.items() if name != "clock"}
    lines = [f"{name:12}{share:6.2f} of {cores} processors" for name, share in shares.items()]
    ours = {name: share for name, share in shares.items() if name != "load itself"}
    first = max(ours, key=lambda name: ours[name])
    if not any(ours.values()):
        return [*lines, "Nothing was asked."]
    full = "are full" if sum(shares.values()) > 0.85 * cores else "are not full by this"
    return [*lines, f"The processors {full}; {first} takes most of what the platform takes: it is what ends first."]


def holds(lines: list[Line], watch: Watch) -> bool:
    sound = lines and not any(one.errors or one.is_over for one in lines)
    steady = all(late - early <= STEADY_MB for early, late in watch.growth().values())
    return bool(sound) and (steady or watch.seconds["clock"] < WARM_AFTER)
