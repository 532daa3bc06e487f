"""Starting the box, and listening to it: what comes out of it is checked, and it is ended when it is late."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vault.box import frames, program
from vault.box.frames import BadFrame, Page, Spent
from vault.rules.refusals import Code, Refused

RLIMIT_ONLY = "rlimit-only"
WALL_SECONDS = 30.0
WALL_SECONDS_A_PAGE = 4.0
TRIED_SECONDS = 30.0
HOME = Path(__file__).resolve().parent.parent.parent
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache")
_LATE = {-signal.SIGXCPU, 128 + signal.SIGXCPU}


class BoxBroke(RuntimeError):
    """The boxed process died, or said what it may not say. Worth one more try."""


@dataclass(slots=True)
class Box:
    """How files are opened here. `isolation`: empty for bubblewrap, or RLIMIT_ONLY, written out by the operator."""

    isolation: str = ""
    spent: Spent = field(default_factory=Spent)

    def pages_of(self, files: Sequence[bytes]) -> Iterator[Page]:
        """Page by page. Raises Refused as the box says or when it is late, BoxBroke when it dies."""
        with _input(files) as given, _running(self.command(), given) as talk:
            try:
                yield from self._told(talk)
            except BadFrame as error:
                if talk.code() in _LATE:
                    self.spent.cpu += program.CPU_SECONDS + program.CPU_SECONDS_A_PAGE * talk.pages
                    raise Refused(Code.TOO_LONG) from error
                raise BoxBroke(str(error)) from error
            except Late as error:
                self.spent.cpu += talk.worked()
                raise Refused(Code.TOO_LONG) from error

    def _told(self, talk: "_Talk") -> Iterator[Page]:
        count = frames.read_header(talk.read, self.spent)
        talk.pages, talk.left = count, talk.left + WALL_SECONDS_A_PAGE * count
        for _ in range(count):
            yield frames.read_page(talk.read, self.spent)
        frames.read_end(talk.read, self.spent)

    def command(self) -> list[str]:
        return self.started("-m", program.__name__)

    def started(self, *what: str) -> list[str]:
        """This Python with these arguments, behind the walls."""
        python = [sys.executable, "-s", "-B", *what]
        return python if self.isolation == RLIMIT_ONLY else [*_walls(), *python]


def missing(isolation: str) -> str | None:
    """What is missing for the box, in a sentence for the log; None when it can be started."""
    if isolation != RLIMIT_ONLY and not shutil.which("bwrap"):
        return 'bubblewrap is not installed, and VAULT_ISOLATION="rlimit-only" is not written out'
    if isolation in _known_to_start or _starts(isolation):
        _known_to_start.add(isolation)
        return None
    if isolation == RLIMIT_ONLY:
        return "the program that opens files does not start within its limits"
    return 'bubblewrap cannot wall off this Python here, and VAULT_ISOLATION="rlimit-only" is not written out'


# Tried once a process: the door asks at each upload. A lack may be mended meanwhile, so it is tried again.
_known_to_start: set[str] = set()


def _starts(isolation: str) -> bool:
    """Does this Python find the decoders, behind the walls and within the limits?"""
    asked = f"from {program.__package__} import program; program.give_up(); import vault.box.sources"
    try:
        tried = subprocess.run(
            Box(isolation).started("-c", asked),
            env=_environment(),
            cwd=HOME,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRIED_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


class Late(Exception):
    """The box has used up its time."""


@dataclass(slots=True)
class _Talk:
    process: "subprocess.Popen[bytes]"
    pages: int = 0
    left: float = field(default_factory=lambda: WALL_SECONDS)

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end. Raises Late. Time that the reader takes for itself does not count."""
        pieces, wanted = [], size
        while wanted:
            piece = self._waited(min(wanted, 1 << 20))
            if not piece:
                break
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _waited(self, most: int) -> bytes:
        """What comes next; the seconds until it does are taken off what is left."""
        descriptor = self.process.stdout.fileno() if self.process.stdout else -1
        asked = time.monotonic()
        if not select.select([descriptor], [], [], max(0.0, self.left))[0]:
            raise Late
        piece = os.read(descriptor, most)
        self.left -= time.monotonic() - asked
        return piece

    def code(self) -> int:
        """How it ended; it is given a moment for it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(timeout=1)
        self.kill()
        return self.process.wait()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def worked(self) -> float:
        """Processor seconds of its whole session, as the kernel counts them."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def _running(command: Sequence[str], given: int) -> Iterator[_Talk]:
    process = subprocess.Popen(
        command,
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=HOME,
        start_new_session=True,
    )
    with process:
        talk = _Talk(process)
        try:
            yield talk
        finally:
            talk.kill()


@contextlib.contextmanager
def _input(files: Sequence[bytes]) -> Iterator[int]:
    """The files in memory under a descriptor: the box reads them at its own pace, and no disk ever holds them."""
    descriptor = os.memfd_create("given", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as memory:
            memory.writelines(program.packed(list(files)))
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(HOME), "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


def _walls() -> list[str]:
    """Nothing of the machine but programs, read-only; no network, no other process, no folder to write in."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--dev", "/dev"]
    readable = _readable()
    for path in readable:
        command += ["--ro-bind-try", path, path]
    for place, target in _links(Path(sys.executable)).items():
        if not _overlaps(place, readable):
            command += ["--symlink", target, str(place)]
    # What holds all this is in memory, and could be written to until here.
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(HOME), "--"]


def _readable() -> list[str]:
    """The system's libraries, this Python with its packages, and the vault's own code: no data of the platform."""
    python = {sys.base_prefix, sys.prefix, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return [*_SYSTEM, *sorted(python), str(HOME / "vault")]


def _overlaps(place: Path, readable: Sequence[str]) -> bool:
    """It is there already, or other things stand below it."""
    return any(place.is_relative_to(path) or Path(path).is_relative_to(place) for path in readable)


def _links(path: Path) -> dict[Path, str]:
    """Every link on the way to a program, in turn: where it stands, and what it says."""
    found: dict[Path, str] = {}
    at, waiting = Path("/"), _parts(path)
    while waiting:
        step = waiting.pop(0)
        here = at.parent if step == ".." else at / step
        if here.is_symlink() and here not in found:
            found[here] = str(here.readlink())
            at, waiting = Path("/") if here.readlink().is_absolute() else at, [*_parts(here.readlink()), *waiting]
        else:
            at = here
    return found


def _parts(path: Path) -> list[str]:
    return [part for part in path.parts if part != "/"]
