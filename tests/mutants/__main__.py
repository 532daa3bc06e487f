"""`make mutants`: put faults into permissions, life cycle, deadlines, outbox and cryptography; tests must notice 90 %.

    python -m tests.mutants [AREA ...] [--only TEXT] [--sample N] [--seed S] [--jobs J] [--list]

Without --sample every fault is tried (an hour on two processors). Survivors that tests/mutants/survivors.toml
explains count for nothing. Ends with 1 when fewer than 90 % of the others are noticed in an area.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mutants.areas import AREAS, Target
from tests.mutants.explained import explained
from tests.mutants.faults import Fault, faults_in
from tests.mutants.trying import (
    ROOT,
    Tried,
    Verdict,
    baseline,
    kill,
    limit,
    load_what_others_wrote,
    start,
    swapped,
    verdict_of,
)
from tests.run import services

GOAL = 0.9


@dataclass(slots=True)
class Score:
    """Of one area. `equal`: faults that make no difference, as survivors.toml says."""

    possible: int = 0
    equal: int = 0
    tried: list[Tried] = field(default_factory=list)

    @property
    def survivors(self) -> list[Fault]:
        return [one.fault for one in self.tried if one.verdict is Verdict.SURVIVED]

    @property
    def share(self) -> float:
        return 1 - len(self.survivors) / len(self.tried) if self.tried else 1.0


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    if options.list:
        print("\n".join(fault.name for area in options.areas for _, fault in _faults(area, options.only)))
        return 0
    load_what_others_wrote()
    with tempfile.TemporaryDirectory(prefix="opposable-mutants-") as folder:
        scores = {area: _try(area, options, Path(folder) / "kept.sqlite3") for area in options.areas}
    return _report(scores)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS)}; without one, all")
    parser.add_argument("--sample", type=int, help="so many faults of each area, chosen by the seed")
    parser.add_argument("--only", default="", help="of the faults only those whose name holds this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="tries at a time")
    parser.add_argument("--list", action="store_true", help="name the faults and try none")
    options = parser.parse_args(argv)
    unknown = set(options.areas) - set(AREAS)
    if unknown:
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    options.areas = options.areas or list(AREAS)
    return options


def _faults(area: str, only: str) -> Iterator[tuple[Target, Fault]]:
    for target in AREAS[area]:
        faults = faults_in(ROOT / target.path, named=target.path)
        yield from ((target, fault) for fault in faults if only in fault.name)


def _try(area: str, options: argparse.Namespace, kept: Path) -> Score:
    found = list(_faults(area, options.only))
    equal = explained()
    chosen = [(target, fault) for target, fault in found if fault.name not in equal]
    score = Score(possible=len(found), equal=len(found) - len(chosen))
    if options.sample and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    for target in dict.fromkeys(target for target, _ in chosen):
        mine = [fault for other, fault in chosen if other == target]
        score.tried += _try_target(target, mine, jobs=options.jobs, kept=kept)
    return score


def _try_target(target: Target, faults: list[Fault], *, jobs: int, kept: Path) -> list[Tried]:
    """The quick way first; what was not noticed, or cannot be tried so, the slow way. On PostgreSQL this one alone."""
    if target.postgres:
        return _try_on_postgres(target, faults)
    seconds = baseline(target.tests, kept=kept)
    quick = swapped(faults, tests=target.tests, kept=kept, jobs=jobs)
    noticed = [Tried(fault, Verdict.KILLED) for number, fault in enumerate(faults) if quick.get(number)]
    others = [(target, fault) for number, fault in enumerate(faults) if not quick.get(number)]
    _say(f"{target.path}: {len(noticed)} of {len(faults)} noticed at once, {len(others)} to be tried one by one")
    return noticed + list(_tried(others, limits={target.path: limit(seconds)}, jobs=jobs, kept=kept))


def _try_on_postgres(target: Target, faults: list[Fault]) -> list[Tried]:
    with services() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        limits = {target.path: limit(baseline(target.tests, kept=None))}
        return list(_tried([(target, fault) for fault in faults], limits=limits, jobs=1, kept=None))


def _tried(
    chosen: list[tuple[Target, Fault]], *, limits: dict[str, float], jobs: int, kept: Path | None
) -> Iterator[Tried]:
    """`jobs` at a time, each as soon as it is judged."""
    waiting, running = chosen[::-1], dict[int, tuple[Fault, float]]()
    while waiting or running:
        while waiting and len(running) < jobs:
            target, fault = waiting.pop()
            running[start(fault, tests=target.tests, kept=kept)] = (fault, time.monotonic())
        for pid, (fault, since) in list(running.items()):
            verdict = _verdict(pid, since=since, within=limits[fault.path])
            if verdict:
                del running[pid]
                _say(f"{verdict:8} {fault.name}")
                yield Tried(fault, verdict)
        time.sleep(0.05)


def _verdict(pid: int, *, since: float, within: float) -> Verdict | None:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        return verdict_of(status)
    if time.monotonic() - since < within:
        return None
    kill(pid)
    return Verdict.KILLED


def _report(scores: dict[str, Score]) -> int:
    for area, score in scores.items():
        for fault in score.survivors:
            print(f"survived  {area}: line {fault.line} of {fault.name}")
    print(f"\n{'area':14}{'possible':>10}{'explained':>11}{'tried':>8}{'killed':>8}{'share':>9}")
    for area, score in scores.items():
        killed = len(score.tried) - len(score.survivors)
        figures = f"{score.possible:>10}{score.equal:>11}{len(score.tried):>8}{killed:>8}"
        print(f"{area:14}{figures}{score.share:>9.1%}  {'' if score.share >= GOAL else 'MISSED'}")
    return 0 if all(score.share >= GOAL for score in scores.values()) else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
