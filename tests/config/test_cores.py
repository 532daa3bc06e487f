"""A crash leaves no memory on a disk: what web and workers hold in it are keys, and pages in plain."""

import os
import subprocess
import sys

import pytest

from tests.config.processes import ROOT

TOLD = "import resource; print(*resource.getrlimit(resource.RLIMIT_CORE))"
ALLOWED = (
    "import resource; resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2);"
)


def said(code: str) -> str:
    command = [sys.executable, "-c", f"{ALLOWED} {code}; {TOLD}"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("module", ["config.serving", "config.celery"])
def test_what_starts_web_and_workers_forbids_it(module: str) -> None:
    assert said(f"import {module}") == "0 0"


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
