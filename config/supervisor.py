"""Keep a few processes running: one dies, it comes back; the supervisor dies, they all go."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

TICK = 0.2
GRACE = 10.0
LONG_LIFE = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


def pause_after(quick_deaths: int) -> float:
    """Seconds before the next start: 0.5, 1, 2, 4 ... 30."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (quick_deaths - 1))


@dataclass(slots=True, kw_only=True)
class Child:
    """A process that leads its own session and group, so that nothing it forked outlives it."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    start_after: float = 0.0
    quick_deaths: int = 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, *, leash: int, environment: Mapping[str, str], now: float) -> int:
        command = [sys.executable, "-m", "config.leash", str(leash), *self.command]
        self.process = subprocess.Popen(
            command, env=environment, pass_fds=(leash,), stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.started = now
        return self.process.pid

    def bury(self, *, now: float) -> int:
        """Take note of a death, end what the dead one had forked, and set the pause. Returns the exit code."""
        if self.process is None:
            return 0
        code = self.process.wait()
        self.signal_group(signal.SIGKILL)
        self.quick_deaths = 1 if now - self.started > LONG_LIFE else self.quick_deaths + 1
        self.start_after = now + pause_after(self.quick_deaths)
        self.process = None
        return code

    def signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs `name -> module and arguments` until SIGTERM, SIGINT or `stop()`."""

    def __init__(
        self, commands: Mapping[str, Sequence[str]], *, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self.children = [Child(name=name, command=command) for name, command in commands.items()]
        self.environment = environment
        self.say = say
        self.stopping = threading.Event()

    def run(self, *, each_tick: Callable[[], None] = lambda: None) -> None:
        """Block until told to stop; `each_tick` is called a few times a second."""
        reading, writing = os.pipe()
        try:
            with self.signals():
                while not self.stopping.is_set():
                    self.revive(leash=reading)
                    each_tick()
                    self.stopping.wait(TICK)
        finally:
            self.end()
            os.close(reading)
            os.close(writing)

    def stop(self) -> None:
        self.stopping.set()

    def revive(self, *, leash: int) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and not child.is_running:
                code = child.bury(now=now)
                self.say(f"{child.name} ended with code {code}; starting it again in {child.start_after - now:.1f} s")
            if child.process is None and now >= child.start_after:
                pid = child.start(leash=leash, environment=self.environment, now=now)
                self.say(f"{child.name} started, process {pid}")

    def end(self) -> None:
        """Ask each child to stop, wait, then kill what is left of each group."""
        for child in self.children:
            if child.is_running and child.process is not None:
                child.process.terminate()
        patience = time.monotonic() + GRACE
        while any(child.is_running for child in self.children) and time.monotonic() < patience:
            time.sleep(TICK / 4)
        for child in self.children:
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        self.say("stopped")

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        def handle(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        former = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number in former:
                # Stopping is under way: a second signal must not cut it short and leave children behind.
                signal.signal(number, signal.SIG_IGN)
