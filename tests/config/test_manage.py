"""The command line where no platform was made yet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.processes import ROOT

MALFORMED = {
    "MEMBER_IDLE_MINUTES": ["abc", "0", "1.5", "9" * 5000],
    "VOLUNTEER_SESSION_HOURS": ["-1"],
    "VAULT_KEKS_FILE": ["/nowhere/keks", "/"],
    "VAULT_KEKS": ["abc", "2027:zzz", ",".join(["2027:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="] * 2)],
}
CELERY = ["-m", "celery", "-A", "config.celery", "worker"]
GUNICORN = ["-m", "gunicorn", "-c", "python:config.serving", "--bind", "127.0.0.1:0"]


def run(command: list[str], folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in MALFORMED.items() for text in texts])
def test_a_malformed_setting_is_told_in_one_sentence(name: str, text: str, tmp_path: Path) -> None:
    done = run(["manage.py", "runplatform"], tmp_path, **{name: text})

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert name in done.stderr


@pytest.mark.parametrize("command", [CELERY, GUNICORN, ["manage.py", "check"]])
def test_no_process_starts_with_a_malformed_setting(command: list[str], tmp_path: Path) -> None:
    done = run(command, tmp_path, VOLUNTEER_IDLE_MINUTES="0")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("VOLUNTEER_IDLE_MINUTES=0 cannot be used")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"VOLUNTEER_IDLE_MINUTES": "0"},
        {"VAR_DIR": "/proc/nowhere"},
        {"DJANGO_SETTINGS_MODULE": "config.settings.nowhere"},
    ],
)
def test_a_mail_that_comes_while_nothing_can_start_is_kept_by_its_server(
    settings: dict[str, str], tmp_path: Path
) -> None:
    done = run(["manage.py", "receive_mail"], tmp_path, **settings)

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (75, "", 1)


def test_a_rotation_with_a_malformed_key_is_told_in_one_sentence(tmp_path: Path) -> None:
    run(["manage.py", "migrate", "--verbosity", "0"], tmp_path)

    done = run(["manage.py", "rotate_keys"], tmp_path, VAULT_KEKS="2027:zzz")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "VAULT_KEKS must be «id:base64 of 32 bytes»" in done.stderr


def test_a_database_without_its_key_gets_no_new_one(tmp_path: Path) -> None:
    run(["manage.py", "migrate", "--verbosity", "0"], tmp_path)
    lost = tmp_path / "keys" / "keks"
    key = lost.read_text()
    lost.unlink()

    done = run(["manage.py", "runplatform"], tmp_path)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"Put it back to {lost}" in done.stderr
    assert not lost.exists()
    assert run(["manage.py", "check_cases"], tmp_path, VAULT_KEKS=key).returncode == 0


@pytest.mark.parametrize("command", ["sweep_deadlines", "deliver_notices", "stats_freeze", "check_cases"])
def test_without_a_platform_a_command_says_so_in_one_line(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "var"

    done = run(["manage.py", command], folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"No platform in VAR_DIR={folder}" in done.stderr
    assert folder.stat().st_mode & 0o777 == 0o700
