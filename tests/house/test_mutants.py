"""`make mutants` puts faults where it says; what is called equal still stands in the code. (Trying them takes long.)"""

import ast
import gc
import os
from pathlib import Path

import pytest

from notifications.rules import backoff
from tests.house.tree import ROOT
from tests.mutants.areas import AREAS
from tests.mutants.explained import explained
from tests.mutants.faults import faults_in, with_fault
from tests.mutants.swapping import swap

SAMPLE = '''
"""A file."""
import logging
RIGHTS = {"read", "write"}

@atomic
def may(role: str, *, at: int) -> bool:
    """Whether."""
    log.info("asked %s", role == "x")
    if role not in RIGHTS and at < 3:
        raise ValueError(role)
    Row.filter(role=role).update(at=at)
    return at + 1 > 2
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


def test_each_kind_of_fault_is_put_in_once_and_nothing_into_words(file: Path) -> None:
    told = {(fault.function, fault.was, fault.now) for fault in faults_in(file, named="sample.py")}

    assert told == {
        ("module", "{'read', 'write'}", "{'write'}"),
        ("module", "{'read', 'write'}", "{'read'}"),
        ("module", "@atomic", "no decorator"),
        ("may", "if role not in RIGHTS and at < 3", "if not (role not in RIGHTS and at < 3)"),
        ("may", "role not in RIGHTS and at < 3", "role not in RIGHTS or at < 3"),
        ("may", "role not in RIGHTS", "role in RIGHTS"),
        ("may", "at < 3", "at <= 3"),
        ("may", "3", "4"),
        ("may", "raise ValueError(role)", "pass"),
        ("may", "Row.filter(role=role).update(at=at)", "pass"),
        ("may", "Row.filter(role=role).update(at=at)", "Row.filter(role=role).update()"),
        ("may", "Row.filter(role=role)", "Row.filter()"),
        ("may", "return at + 1 > 2", "return None"),
        ("may", "at + 1 > 2", "at + 1 >= 2"),
        ("may", "at + 1", "at - 1"),
        ("may", "1", "2"),
        ("may", "2", "3"),
    }


def test_a_fault_changes_the_one_place(file: Path) -> None:
    whole = ast.unparse(ast.parse(SAMPLE)).splitlines()
    for fault in faults_in(file, named="sample.py"):
        changed = ast.unparse(with_fault(SAMPLE, fault)).splitlines()
        assert len(set(whole) ^ set(changed)) in {1, 2}, fault.name


def test_the_running_function_gets_its_fault_though_it_was_set_aside() -> None:
    """In a fork, as `make mutants` does it: here the function stays whole."""
    file = Path(backoff.__file__)
    found = faults_in(file, named=str(file.relative_to(ROOT)))
    fault = next(one for one in found if one.function != "module")

    pid = os.fork()
    if not pid:
        is_swapped = False
        try:
            gc.freeze()
            is_swapped = swap(fault)
        finally:
            os._exit(0 if is_swapped else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.parametrize("area", AREAS)
def test_each_area_has_its_files_its_tests_and_its_faults(area: str) -> None:
    for target in AREAS[area]:
        assert [test for test in target.tests if not (ROOT / test).is_file()] == []
        source = (ROOT / target.path).read_text(encoding="utf-8")
        found = faults_in(ROOT / target.path, named=target.path)
        assert len(found) >= 5
        assert len({fault.name for fault in found}) == len(found)
        for fault in found[::10]:
            compile(with_fault(source, fault), target.path, "exec")


def test_what_is_called_equal_still_stands_there_and_says_why() -> None:
    possible = {
        fault.name
        for targets in AREAS.values()
        for target in targets
        for fault in faults_in(ROOT / target.path, named=target.path)
    }

    assert set(explained()) - possible == set(), "these are gone: take them out of tests/mutants/survivors.toml"
    assert [name for name, because in explained().items() if len(because.split()) < 4] == []
