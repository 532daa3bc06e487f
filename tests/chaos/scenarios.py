"""What goes wrong, scenario by scenario. The order of faults comes from a seed; their moments from the machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from tests.chaos.account import FLAGGED, Account, of_deadlines, of_promises
from tests.chaos.apps import address
from tests.chaos.fleet import Fleet, commands, promiser
from tests.chaos.ground import BEFORE, Ground

SETTLED = "SELECT count(*) FROM notifications_notice WHERE state IN ('waiting', 'sending')"
PATIENCE = 120.0  # seconds without any change, once no fault is left: longer than a lease
UP = 4.0  # seconds until most processes are at work
BACK = 40.0  # seconds: it asks after 2, 4, 6 and so on, and what a task had begun comes first
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything; `hole`: seconds without an answer; `pause`: seconds from fault to fault."""

    mails: int
    kills: int
    flushes: int
    deploys: int
    cases: int
    others: int
    cuts: int
    hole: float
    pause: float


WHOLE = Size(mails=4000, kills=25, flushes=5, deploys=6, cases=1500, others=600, cuts=20, hole=30, pause=3)
SHORT = Size(mails=200, kills=3, flushes=1, deploys=1, cases=24, others=60, cuts=3, hole=6, pause=2)


@dataclass
class Run:
    """One scenario: its processes, the people it promises mails to, and its cases, after `since` and from `place`."""

    ground: Ground
    fleet: Fleet
    first: int
    last: int
    since: int
    place: int

    @property
    def _ledger(self) -> set[int]:
        path = self.ground.folder / f"ledger-{self.first}"
        return set(map(int, path.read_text().split())) if path.exists() else set()

    def settle(self) -> None:
        """Until everything is promised, its days are flagged and nothing waits, or nothing moves any more."""
        seen, until = self._left(), time.monotonic() + PATIENCE
        while time.monotonic() < until and not (seen == (0, 0) and self.unflagged() == 0):
            self.fleet.work(1)
            if self._left() != seen:
                seen, until = self._left(), time.monotonic() + PATIENCE

    def _left(self) -> tuple[int, int]:
        """Mails that wait, and promises to be made."""
        [(waiting,)] = self.ground.rows(SETTLED)
        return waiting, self.last - self.first + 1 - len(self._ledger)

    def delivers(self) -> bool:
        """Whether a mail arrives within the time that a worker takes to ask a Redis again that was away."""
        taken, until = self.ground.sink.taken, time.monotonic() + BACK
        while time.monotonic() < until and self.ground.sink.taken == taken:
            self.fleet.work(0.2)
        return self.ground.sink.taken > taken

    def unflagged(self) -> int:
        [(flagged,)] = self.ground.rows(FLAGGED, self.since)
        return self.ground.cases - self.place - int(flagged)

    def wait_for_the_sweep(self, days: int) -> bool:
        """Until it flagged some of these days; False when it flagged all of them meanwhile."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.unflagged() == days:
            self.fleet.revive()
            time.sleep(0.02)
        return 0 < self.unflagged() < days

    def flag(self) -> None:
        """With new processes, until the days that were left are flagged too."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.unflagged():
            self.fleet.work(1)

    def sweep(self) -> Account:
        places = range(self.place, self.ground.cases)
        return of_deadlines(self.ground, "sweep", since=self.since, places=places, bound=self.fleet.deaths)

    def account(self, name: str, words: str) -> Account:
        people = range(self.first, self.last + 1)
        return of_promises(self.ground, name, people=people, bound=self.fleet.deaths, words=words)


@contextmanager
def run(ground: Ground, *, mails: int, during: float, cases: int = 0, cron: bool = True) -> Iterator[Run]:
    """Processes at work, so many mails promised in so many seconds, and so many days to flag."""
    [(since,)] = ground.rows("SELECT coalesce(max(id), 0) FROM cases_case")
    place = ground.cases
    ground.seed(cases)
    first = next(_numbers) * 100_000
    last = first + mails - 1
    ground.sink.never = {address(first + mails // 2)}
    source = promiser(first, last, ground.folder / f"ledger-{first}", per_second=mails / during)
    fleet = Fleet(ground, commands(ground, cron=cron) | {"promiser": source})
    try:
        fleet.work(UP)
        yield Run(ground, fleet, first, last, since, place)
    finally:
        fleet.stop()


def kills(ground: Ground, size: Size, dice: Random) -> list[Account]:
    """kill -9 at random and FLUSHALL, while days pass and mails leave."""
    pause = size.pause
    with run(ground, mails=size.mails, during=size.kills * pause, cases=size.cases) as going:
        for number in range(1, size.kills + 1):
            going.fleet.work(dice.uniform(0.5, 1.5) * pause)
            going.fleet.kill_one(dice)
            if number % (size.kills // size.flushes) == 0:
                ground.redis.flush()
        going.settle()
        words = f"{going.fleet.kills} kill -9 ({going.fleet.deaths} were sending), {size.flushes} FLUSHALL, one 550"
        return [going.account("kills", words), going.sweep()]


def deploys(ground: Ground, size: Size, dice: Random) -> list[Account]:
    """SIGTERM while mails leave and days are flagged, with a migration: by turns before it and after it.

    Both are in the how-to: with Docker the new schema is there while the old processes are at work, and a sweep begins
    under it.
    """
    swept, days = 0, size.cases // size.deploys
    with run(ground, mails=size.others, during=size.deploys * 8 * size.pause + UP) as going:
        for number in range(size.deploys):
            ground.migrate(*BEFORE)
            going.fleet.work(dice.uniform(0.5, 1.5) * size.pause)
            before = number % 2 == 1
            if before:
                ground.migrate()
            ground.seed(days)
            swept += going.wait_for_the_sweep(days)
            going.fleet.deploy()
            if not before:
                ground.migrate()
            going.flag()
        going.settle()
        words = f"{size.deploys} SIGTERM, {swept} in a sweep, with a migration, one 550"
        mails = going.account("deploys", words)
        # One may come late; that none of several fell into a sweep proves nothing.
        return [replace(mails, strange=mails.strange + (swept == 0 and size.deploys > 1)), going.sweep()]


def mail(ground: Ground, size: Size, _dice: Random) -> list[Account]:
    """451 for half and 550 for one; hang; down."""
    sink = ground.sink
    sink.defers_half = True
    with run(ground, mails=size.others, during=size.hole * 3) as going:
        going.fleet.work(size.hole / 2)
        sink.hangs = True
        going.fleet.work(size.hole / 2)
        sink.defers_half = sink.hangs = False
        sink.down()
        going.fleet.work(size.hole)
        sink.up()
        going.settle()
        return [going.account("mail", "451 for half, 550 for one, hang, down")]


def redis(ground: Ground, size: Size, _dice: Random) -> list[Account]:
    """Down, black-holed before workers are back and once they are, down in a deploy; only they deliver."""
    half = size.hole / 2
    with run(ground, mails=size.others, during=size.hole * 2 + 3 * BACK, cron=False) as going:
        delivered = [going.delivers()]
        pool = going.fleet.pool
        ground.redis.down()
        going.fleet.work(half)
        ground.redis.up()
        going.fleet.work(3)
        for _ in range(2):
            ground.broker.black_hole()
            going.fleet.work(half)
            ground.broker.mend()
            delivered.append(going.delivers())
        killed = going.fleet.pool != pool
        ground.redis.down()
        going.fleet.work(3)
        going.fleet.deploy()
        ground.redis.up()
        delivered.append(going.delivers())
        going.settle()
        words = f"down {half:.0f} s, twice black-holed {half:.0f} s, SIGTERM while it is down, one 550"
        account = going.account("redis", words)
        # Nobody who may have been sending was killed, and the worker came back by itself each time.
        return [replace(account, strange=account.strange + delivered.count(False) + killed)]


def postgres(ground: Ground, size: Size, dice: Random) -> list[Account]:
    """Stopped and crashed under load, cut in a transition, black-holed."""
    with run(ground, mails=size.others, during=size.hole + 12) as going:
        for mode in ("fast", "immediate"):
            going.fleet.work(dice.uniform(1, 3))
            ground.restart_postgres(mode)
        for _ in range(size.cuts):
            going.fleet.work(dice.uniform(0.5, 1.5))
            ground.database.cut()
        ground.database.black_hole()
        going.fleet.work(size.hole)
        ground.database.mend()
        going.settle()
        words = f"restart, crash, {size.cuts} cuts, black-holed {size.hole:.0f} s, one 550"
        return [going.account("postgres", words)]


def everything(ground: Ground, size: Size, dice: Random) -> list[Account]:
    """A little of all, one after the other."""
    ground.sink.defers_half = True
    ground.migrate(*BEFORE)
    with run(ground, mails=size.others, during=10, cases=size.cases) as going:
        going.fleet.deploy()
        ground.migrate()
        going.fleet.work(UP)
        ground.redis.flush()
        ground.restart_postgres("fast")
        ground.database.cut()
        ground.sink.defers_half = False
        for name in ("pool", "cron", "worker"):
            going.fleet.work(dice.uniform(0.5, 1.5))
            going.fleet.kill(name, dice)
        going.settle()
        words = f"SIGTERM with a migration, FLUSHALL, restart, cut, 451, one 550, {going.fleet.kills} kill -9"
        return [going.account("everything", words), going.sweep()]


SCENARIOS: dict[str, Callable[[Ground, Size, Random], list[Account]]] = {
    "kills": kills,
    "deploys": deploys,
    "mail": mail,
    "redis": redis,
    "postgres": postgres,
    "everything": everything,
}
BY_THEMSELVES = [name for name in SCENARIOS if name != "everything"]
