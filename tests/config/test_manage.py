"""The command line where no platform was made yet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.processes import ROOT


@pytest.mark.parametrize("command", ["sweep_deadlines", "deliver_notices", "stats_freeze", "check_cases"])
def test_without_a_platform_a_command_says_so_in_one_line(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"No platform in VAR_DIR={folder}" in done.stderr
    assert folder.stat().st_mode & 0o777 == 0o700
