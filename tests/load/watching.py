"""What the processes cost while they are asked: memory and processor time, from /proc, once a second."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.config.processes import descendants

TICK = os.sysconf("SC_CLK_TCK")
STEADY_MB = 10.0
# A process that has just begun to answer grows: memory is judged in runs that are longer.
WARM_AFTER = 60.0


@dataclass(slots=True)
class Watch:
    """`roots`: the first process of each group; what several hold counts for the first of them.

    Memory is noted for every process of `memory_of`, and the share of a processor that it took.
    """

    roots: dict[str, int]
    memory_of: str
    memory: dict[int, list[float]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _spent: dict[tuple[str, int], float] = field(default_factory=dict)
    _before: dict[tuple[str, int], float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def running(self):  # type: ignore[no-untyped-def]  # a generator of nothing
        self._look()
        self._before = dict(self._spent)
        thread = threading.Thread(target=self._go, daemon=True)
        thread.start()
        started = time.monotonic()
        try:
            yield
        finally:
            self._done.set()
            thread.join()
            self.seconds["clock"] = time.monotonic() - started
            for (name, pid), spent in self._spent.items():
                self.seconds[name] = self.seconds.get(name, 0.0) + spent - self._before.get((name, pid), 0.0)

    def _go(self) -> None:
        while not self._done.wait(1.0):
            self._look()

    def _look(self) -> None:
        claimed = set[int]()
        for name, root in self.roots.items():
            found = {root, *descendants(root)} - claimed
            claimed |= found
            for pid in found:
                with contextlib.suppress(OSError, IndexError):
                    self._spent[name, pid] = cpu_seconds(pid)
                    if name == self.memory_of and pid != root:
                        self.memory.setdefault(pid, []).append(resident_mb(pid))

    def share(self, pid: int) -> float:
        """Of one processor, by a process whose memory is noted."""
        key = self.memory_of, pid
        return (self._spent.get(key, 0.0) - self._before.get(key, 0.0)) / self.seconds["clock"]

    def growth(self) -> dict[int, tuple[float, float]]:
        """Of each process: MB in the second quarter of the time, and in the last."""
        found = {}
        for pid, seen in self.memory.items():
            quarter = max(1, len(seen) // 4)
            found[pid] = (median(seen[quarter : 2 * quarter] or seen), median(seen[-quarter:]))
        return found


def cpu_seconds(pid: int) -> float:
    numbers = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(numbers[11]) + int(numbers[12])) / TICK


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def root_of(*words: str) -> int:
    """The oldest process whose command line holds all of these words."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if all(word in line for word in words):
                found.append(int(file.parent.name))
    return min(found)
