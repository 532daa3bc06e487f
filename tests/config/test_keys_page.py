"""The commands of docs/how-to/keys.md about master keys, run as they are written there, in an empty folder."""

import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts import crypto
from tests.config.processes import ROOT

KEYS = "secrets/vault_keks"


@pytest.fixture
def page() -> dict[str, list[str]]:
    """By heading, the blocks of shell under it."""
    text = (ROOT / "docs/how-to/keys.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    fences = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
    return {
        head: [textwrap.dedent(block) for block in fences.findall(body)]
        for head, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def run(block: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["sh", "-c", block], cwd=folder, capture_output=True, text=True, check=False)


def known(folder: Path, settings: Settings) -> list[str]:
    settings.VAULT_KEKS = (folder / KEYS).read_text(encoding="utf-8").strip()
    return list(crypto.keks())


def test_a_key_is_made_in_an_empty_folder_and_never_over_another(
    page: dict[str, list[str]], tmp_path: Path, settings: Settings
) -> None:
    [make] = page["Make"]
    assert run(make, tmp_path).returncode == 0
    first = known(tmp_path, settings)

    again = run(make, tmp_path)

    assert again.returncode != 0
    assert known(tmp_path, settings) == first


def test_a_rotation_puts_a_new_key_in_front_and_takes_the_old_one_out(
    page: dict[str, list[str]], tmp_path: Path, settings: Settings
) -> None:
    put_in_front, _rotate, take_out = page["Rotate"]
    (tmp_path / "secrets").mkdir()
    (tmp_path / KEYS).write_text("2019:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n", encoding="utf-8")

    assert run(put_in_front, tmp_path).returncode == 0
    new, old = known(tmp_path, settings)
    assert old == "2019"

    assert run(take_out, tmp_path).returncode == 0
    assert known(tmp_path, settings) == [new]
