"""The command line where no platform was made yet."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts import crypto
from tests.config.migrated import migrated
from tests.config.processes import ROOT
from tests.whole import WHOLE, share

__all__ = ["migrated"]

MALFORMED = {
    "MEMBER_IDLE_MINUTES": ["abc", "0", "1.5", "9" * 5000],
    "VOLUNTEER_SESSION_HOURS": ["-1"],
    "VAULT_KEKS_FILE": ["/nowhere/keks", "/"],
    "VAULT_KEKS": ["abc", "2027:zzz", ",".join(["2027:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="] * 2)],
}
CELERY = ["-m", "celery", "-A", "config.celery", "worker"]
GUNICORN = ["-m", "gunicorn", "-c", "python:config.serving", "--bind", "127.0.0.1:0"]
PLATFORMLESS = ["sweep_deadlines", "deliver_notices", "stats_freeze", "check_cases"]


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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (name, text)
        for name, texts in MALFORMED.items()
        # A key is read once all is loaded, which takes its time: of those, one.
        for text in (texts[:1] if name == "VAULT_KEKS" and not WHOLE else texts)
    ],
)
def test_a_malformed_setting_is_told_in_one_sentence(name: str, text: str, tmp_path: Path) -> None:
    done = run(["manage.py", "runplatform"], tmp_path, **{name: text})

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert name in done.stderr


@pytest.mark.parametrize("text", MALFORMED["VAULT_KEKS"])
def test_each_malformed_key_is_told_in_the_same_sentence(text: str, settings: Settings) -> None:
    settings.VAULT_KEKS = text

    with pytest.raises(ImproperlyConfigured, match=r"\AVAULT_KEKS (must be|names) .*\Z"):
        crypto.keks()


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


@pytest.fixture
def var(migrated: Path, tmp_path: Path) -> Path:
    """A platform's folder, of the test's own."""
    return Path(shutil.copytree(migrated, tmp_path / "var"))


def test_a_rotation_with_a_malformed_key_is_told_in_one_sentence(var: Path) -> None:
    done = run(["manage.py", "rotate_keys"], var, VAULT_KEKS="2027:zzz")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "VAULT_KEKS must be «id:base64 of 32 bytes»" in done.stderr


def test_a_database_without_its_key_gets_no_new_one(var: Path) -> None:
    lost = var / "keys" / "keks"
    key = lost.read_text()
    lost.unlink()

    done = run(["manage.py", "runplatform"], var)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"Put it back to {lost}" in done.stderr
    assert not lost.exists()
    given = run(["-c", "from django.conf import settings; print(settings.VAULT_KEKS)"], var, VAULT_KEKS=key)
    assert given.stdout == f"{key}\n"


@pytest.mark.parametrize("command", share(PLATFORMLESS, 0, of=2))
def test_without_a_platform_a_command_says_so_in_one_line(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "var"

    done = run(["manage.py", command], folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"No platform in VAR_DIR={folder}" in done.stderr
    assert folder.stat().st_mode & 0o777 == 0o700
