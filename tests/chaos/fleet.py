"""The platform's own processes, as docker-compose.yml starts them, revived when they die; and those that are shot."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.ground import Ground
from tests.config.processes import ROOT, descendants, eventually, is_alive

SENDERS = 2
CELERY = [sys.executable, "-m", "celery", "-A", "config.celery"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
WORKER = [*CELERY, "worker", "--loglevel", "WARNING", "--concurrency", str(SENDERS), *QUIET]
# A crontab that is always due: the same work without Celery and Redis.
CRON = ["sh", "-c", 'while :; do "$0" manage.py deliver_notices; sleep 1; done', sys.executable]


@dataclass
class Fleet:
    """`deaths`: how many processes that send mails were killed, which is how many copies may be doubled."""

    ground: Ground
    commands: dict[str, Sequence[str]]
    deaths: int = 0
    kills: int = 0
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def revive(self) -> None:
        """Start what does not run, as a supervisor does."""
        for name, command in self.commands.items():
            process = self._running.get(name)
            if process is None or (process.poll() is not None and (name != "promiser" or process.returncode)):
                self._running[name] = self._start(name, command)

    def _start(self, name: str, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        with (self.ground.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.ground.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_running(self, name: str) -> bool:
        return name in self._running and self._running[name].poll() is None

    def kill_one(self, dice: Random) -> None:
        """kill -9 at one: a whole process with what it forked, or a single child of the worker's pool."""
        names = ("pool", "pool", "worker", "cron", "beat", "promiser")
        self.kill(dice.choice([name for name in names if self._has(name)]), dice)

    def kill(self, name: str, dice: Random) -> None:
        self.kills += 1
        if name == "pool":
            self._shoot(self._one_of_the_pool(dice))
            return
        pid = self._running[name].pid
        self._shoot([pid, *descendants(pid)])
        self._running[name].wait()

    @property
    def pool(self) -> list[int]:
        """The worker's children; none while it is starting."""
        return sorted(descendants(self._running["worker"].pid))

    def _one_of_the_pool(self, dice: Random) -> list[int]:
        return [dice.choice(self.pool)] if self.pool else []

    def _has(self, name: str) -> bool:
        return self.is_running("worker" if name == "pool" else name)

    def _shoot(self, pids: Sequence[int]) -> None:
        self.deaths += sum(map(self._sends, pids))
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _sends(self, pid: int) -> bool:
        return any(pid in descendants(self._running[name].pid) for name in ("worker", "cron") if name in self._running)

    def deploy(self) -> None:
        """SIGTERM to all, as `docker compose up` sends it, and wait: none may need a kill."""
        going = [name for name in self._running if name != "promiser"]
        below = {pid for name in going for pid in descendants(self._running[name].pid)}
        asked = [self._running[name].pid for name in going]
        if "cron" in going:  # its shell hands nothing on, as cron does not
            asked += descendants(self._running["cron"].pid)
        for pid in asked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for name in going:
            self._running.pop(name).wait(timeout=110)
        eventually(lambda: not any(map(is_alive, below)), within=30, what="what they forked is gone")

    def stop(self) -> None:
        for process in self._running.values():
            for pid in [*descendants(process.pid), process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def work(self, seconds: float) -> None:
        """Let it run, reviving what dies."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.revive()
            time.sleep(0.2)


def commands(ground: Ground, *, cron: bool = True) -> dict[str, Sequence[str]]:
    beat = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(ground.folder / "beat")]
    always: dict[str, Sequence[str]] = {"worker": WORKER, "beat": beat}
    return always | ({"cron": CRON} if cron else {})


def promiser(first: int, last: int, ledger: Path, *, per_second: float) -> Sequence[str]:
    words = [str(first), str(last), str(ledger), str(per_second)]
    return [sys.executable, "-m", "tests.chaos.promising", *words]
