"""Trying faults: a process is forked for each, in which one module is loaded with its fault; then its tests run.

The parent has loaded what others wrote and nothing of ours, so that a fork starts with a second less to do and each
fault is met by every module that imports the file. The database is a copy of one that was migrated once.
"""

import importlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.mutants.faults import Fault, with_fault
from tests.mutants.swapping import Swapping, results_of

ROOT = Path(__file__).resolve().parent.parent.parent
# What pytest itself wants to load first (its plugins) is not among them.
OF_OTHERS = (
    *("django.db", "django.test", "django.template", "django.forms", "django.core.management", "PIL.Image"),
    *("cryptography.hazmat.primitives.ciphers.aead", "celery", "redis", "numpy", "aiosmtpd.controller"),
    *("rfc3161_client", "segno", "structlog", "fido2.server", "pikepdf"),
)
QUIET = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no")
# What pytest ends with: all passed; some failed, what was to be run cannot be loaded, nor what all of it needs.
# With some faults not even pytest's own start gets through.
UNLOADABLE = 98
PASSED, NOTICED = 0, {1, 2, 4, UNLOADABLE}
BROKEN = 99
LEAST_SECONDS = 20.0
TIMES_SLOWER = 6


class Verdict(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Tried:
    fault: Fault
    verdict: Verdict


class Template:
    """Pytest plugin: brings a migrated database to where the tests look for theirs, or keeps the one they made.

    `kept`: a file of SQLite's; None on PostgreSQL, which keeps a database by itself, one try at a time.
    """

    def __init__(self, kept: Path | None, *, makes: bool) -> None:
        self.kept, self.makes = kept, makes

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        if self.kept and not self.makes and self.kept.is_file():  # rules alone need none
            shutil.copy(self.kept, self._where())

    def pytest_sessionfinish(self) -> None:
        if self.kept and self.makes and self._where().is_file():
            shutil.copy(self._where(), self.kept)

    @staticmethod
    def _where() -> Path:
        from django.conf import settings

        return Path(settings.DATABASES["default"]["TEST"]["NAME"])


class _Faulty(MetaPathFinder):
    """Loads one module with its fault."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = _Loader(fullname, str(self.path))
        loader.code = self.code
        places = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        return spec_from_file_location(fullname, self.path, loader=loader, submodule_search_locations=places)


class _Loader(SourceFileLoader):
    code: CodeType

    def get_code(self, fullname: str) -> CodeType:
        return self.code


def load_what_others_wrote() -> None:
    for name in OF_OTHERS:
        importlib.import_module(name)


def baseline(tests: Sequence[str], *, kept: Path | None) -> float:
    """Seconds that the tests take without a fault. Raises RuntimeError when they fail."""
    started = time.monotonic()
    makes = kept is None or not kept.is_file()
    if _ended(_forked(lambda: _run(tests, Template(kept, makes=makes))), within=600.0) != 0:
        raise RuntimeError(f"These fail without a fault: {' '.join(tests)}")
    return time.monotonic() - started


def swapped(faults: Sequence[Fault], *, tests: Sequence[str], kept: Path, jobs: int) -> dict[int, bool]:
    """The quick way: by the number of the fault, whether it was noticed. What cannot be tried so is missing."""
    results = kept.with_name("results.jsonl")
    results.unlink(missing_ok=True)
    plugins = [Template(kept, makes=False), Swapping(faults, results=results, jobs=jobs)]
    _ended(_forked(lambda: int(pytest.main([*QUIET, "--reuse-db", *tests], plugins=plugins))), within=6 * 3600.0)
    return results_of(results)


def start(fault: Fault, *, tests: Sequence[str], kept: Path | None) -> int:
    """The process in which this fault is tried."""
    return _forked(lambda: _run_with(fault, tests, kept))


def limit(seconds: float) -> float:
    """How long a try may take: a fault that makes a loop endless is noticed so."""
    return max(LEAST_SECONDS, TIMES_SLOWER * seconds)


def verdict_of(status: int) -> Verdict:
    """Raises RuntimeError when it was not the tests that ended it: that says nothing about the fault."""
    code = os.waitstatus_to_exitcode(status)
    if code == PASSED:
        return Verdict.SURVIVED
    if code in NOTICED:
        return Verdict.KILLED
    raise RuntimeError(f"A try ended with {code}: it could not be made.")


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _run_with(fault: Fault, tests: Sequence[str], kept: Path | None) -> int:
    path = ROOT / fault.path
    name = ".".join(Path(fault.path).with_suffix("").parts).removesuffix(".__init__")
    code = compile(with_fault(path.read_text(encoding="utf-8"), fault), str(path), "exec")
    sys.meta_path.insert(0, _Faulty(name, path, code))
    try:
        return _run(tests, Template(kept, makes=False))
    except OSError:  # the machine's, not the fault's
        raise
    except Exception:  # noqa: BLE001  whatever a fault makes of pytest's own start, it is noticed
        return UNLOADABLE


def _run(tests: Sequence[str], template: Template) -> int:
    asked = {"--create-db": template.makes, "--reuse-db": template.kept is None or not template.makes}
    of_database = [option for option, wanted in asked.items() if wanted]
    return int(pytest.main([*QUIET, *of_database, *tests], plugins=[template]))


def _forked(work: Callable[[], int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        os.chdir(ROOT)
        os.setpgid(0, 0)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        code = work()
    finally:
        os._exit(code)


def _ended(pid: int, *, within: float) -> int:
    until = time.monotonic() + within
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    kill(pid)
    return -1
