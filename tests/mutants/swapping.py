"""The quick way to try a fault: the tests ran once; a fork swaps the code of one function and runs them again.

Whoever imported the function holds the same object, decorated or not, so its code is swapped where it is. What was
remembered (caches) is forgotten. A fault outside a function, and every survivor, is tried the slow way (trying.py).
"""

import functools
import gc
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutants.faults import Fault, with_fault

ROOT = Path(__file__).resolve().parent.parent.parent
SLOWEST = 60.0


class Swapping:
    """Pytest plugin in the place of the ordinary loop: the tests as they are, then once for each fault.

    `results`: a file of JSON lines, `[number of the fault, whether it was noticed]`; what cannot be swapped has none.
    """

    def __init__(self, faults: Sequence[Fault], *, results: Path, jobs: int) -> None:
        self.faults, self.results, self.jobs = faults, results, jobs

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        started = time.monotonic()
        run(session)
        if session.testsfailed:
            raise pytest.UsageError("they fail without a fault")
        within = max(SLOWEST, 4 * (time.monotonic() - started))
        close_database()
        with self.results.open("a", encoding="utf-8") as written:
            for number, noticed in self._tried(session, within=within):
                written.write(json.dumps([number, noticed]) + "\n")
                written.flush()
        return True

    def _tried(self, session: pytest.Session, *, within: float) -> Iterator[tuple[int, bool]]:
        if os.waitstatus_to_exitcode(os.waitpid(_forked(session, None), 0)[1]) != 0:
            return  # the tests do not bear a fork: nothing can be tried so
        waiting, running = list(enumerate(self.faults))[::-1], dict[int, tuple[int, float]]()
        while waiting or running:
            while waiting and len(running) < self.jobs:
                number, fault = waiting.pop()
                pid = _forked(session, fault)
                if pid:
                    running[pid] = (number, time.monotonic())
            for pid, (number, since) in list(running.items()):
                code = _code_of(pid, late=time.monotonic() - since > within)
                if code is not None:
                    del running[pid]
                    if code != CANNOT:
                        yield number, code != 0
            time.sleep(0.02)


CANNOT = 77


def _code_of(pid: int, *, late: bool) -> int | None:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        return os.waitstatus_to_exitcode(status)
    if late:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return 1
    return None


def _forked(session: pytest.Session, fault: Fault | None) -> int:
    """Whatever goes wrong around the tests themselves says nothing about the fault."""
    pid = os.fork()
    if pid:
        return pid
    code = CANNOT
    try:
        own_database()
        if fault is None or swap(fault):
            run(session)
            code = 1 if session.testsfailed else 0
    finally:
        os._exit(code)


def run(session: pytest.Session) -> None:
    """Until the first failure; what the session set up stays for the next run."""
    for number, item in enumerate(session.items):
        following = session.items[(number + 1) % len(session.items)]
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return


def swap(fault: Fault) -> bool:
    """Whether the running functions now have the fault."""
    path = ROOT / fault.path
    source = path.read_text(encoding="utf-8")
    before = _codes(compile(source, str(path), "exec"))
    after = _codes(compile(with_fault(source, fault), str(path), "exec"))
    changed = {place for place in before.keys() & after.keys() if before[place] != after[place]}
    gc.unfreeze()  # what tests/conftest.py set aside is among what is searched
    functions = [one for one in gc.get_objects() if type(one) is FunctionType and _place(one.__code__) in changed]
    mine = [one for one in functions if one.__code__.co_filename == str(path)]
    try:
        for one in mine:
            one.__code__ = after[_place(one.__code__)]
    except ValueError:  # another number of free variables
        return False
    for one in gc.get_objects():
        if type(one) is functools._lru_cache_wrapper:
            one.cache_clear()
    return bool(mine)


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """Every function's code in a module's, by name and line."""
    found: dict[tuple[str, int], CodeType] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found[_place(inner)] = inner
            found |= _codes(inner)
    return found


def close_database() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        if connection.connection is not None:
            connection.connection.close()
            connection.connection = None


def own_database() -> None:
    """A copy for this process, so that those beside it wait for nothing."""
    from django.db import connection

    shared = Path(str(connection.settings_dict["NAME"]))
    own = shared.with_name(f"{shared.stem}-{os.getpid()}.sqlite3")
    if shared.is_file():
        shutil.copy(shared, own)
        connection.settings_dict["NAME"] = str(own)


def results_of(path: Path) -> dict[int, bool]:
    rows: list[Any] = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )
    return dict(rows)
