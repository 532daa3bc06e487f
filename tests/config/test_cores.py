"""A crash leaves no memory on a disk: what web and workers hold in it are keys, and pages in plain."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.config.processes import ROOT

TOLD = "import resource; print(*resource.getrlimit(resource.RLIMIT_CORE))"


@pytest.fixture(autouse=True)
def _allowed_here() -> Iterator[None]:
    """Children begin with what this process may do."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] == 0:
        pytest.skip("No core dump is allowed here in the first place.")
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


def said(code: str) -> str:
    command = [sys.executable, "-c", f"{code}; {TOLD}"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    "start",
    [
        "import config.serving",
        "import config.celery, celery.signals as told; told.celeryd_init.send(sender='worker')",
        "import config.celery, celery.signals as told; told.beat_init.send(sender='beat')",
    ],
)
def test_what_starts_web_workers_and_beat_forbids_it(start: str) -> None:
    assert said("pass") != "0 0"
    assert said(start) == "0 0"


def test_a_child_of_the_supervisor_begins_with_it() -> None:
    reading, writing = os.pipe()
    program = "tests.config.core_limit"
    try:
        told = subprocess.run(
            [sys.executable, "-m", "config.leash", str(reading), program],
            cwd=ROOT,
            pass_fds=(reading,),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    finally:
        os.close(reading)
        os.close(writing)

    assert told.split() == ["0", "0"]
