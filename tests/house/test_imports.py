"""The import contracts of pyproject.toml hold, and each of them bites."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import APPS, ROOT

LINT = Path(sys.executable).parent / "lint-imports"

# What is added to which file, and a word of the contract that must break.
BREACHES = [
    ("accounts/models.py", "import cases.models", "floors"),
    ("vault/actions.py", "import notifications.apps", "floors"),
    ("cases/access.py", "import observatory.models", "floors"),
    ("accounts/models.py", "import accounts.actions", "rooms of accounts"),
    ("cases/rules/extra.py", "import cases.models", "rooms of cases"),
    ("cases/utils.py", "", "rooms of cases"),
    ("vault/helpers.py", "", "rooms of vault"),
    ("notifications/common.py", "", "rooms of notifications"),
    ("web/helpers.py", "", "rooms of web"),
    ("web/portal/helpers.py", "", "Inside an audience"),
    ("web/portal/forms.py", "import web.desk", "rooms of web"),
    ("web/parts/french.py", "import web.desk", "rooms of web"),
    ("web/api/v1/forms.py", "", "Inside the API"),
    ("web/public/forms.py", "import cases.access", "Public pages"),
    ("web/public/forms.py", "import observatory.models", "Public pages"),
    ("observatory/models.py", "import cases.models", "tallies"),
    ("web/desk/pages/words.py", "import vault.models", "sealed files"),
    ("procedures/rules/periods.py", "import django.utils.timezone", "Rules are pure"),
    ("observatory/rules/noise.py", "import accounts.scope", "Rules are pure"),
    ("config/extra.py", "", "rooms of config"),
    ("cases/tasks.py", "import bench.jobs", "does not know it"),
]


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for app in APPS:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=lambda folder, names: _not_python(Path(folder), names))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _not_python(folder: Path, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".py") and not (folder / name).is_dir()} | {
        "static",
        "templates",
    }


def test_the_contracts_hold() -> None:
    report = lint(ROOT)

    assert report.returncode == 0, report.stdout


@pytest.mark.parametrize(("path", "line", "contract"), BREACHES, ids=lambda value: str(value).replace("/", "."))
def test_a_breach_breaks_its_contract(copy: Path, path: str, line: str, contract: str) -> None:
    breached = copy / path
    breached.write_text((breached.read_text() if breached.exists() else "") + f"\n{line}\n")

    report = lint(copy)

    assert report.returncode != 0
    broken = [row for row in report.stdout.splitlines() if " BROKEN" in row]
    assert any(contract in row for row in broken), report.stdout


@pytest.mark.parametrize("room", [f"{app}.{room}" for app in APPS for room in ("access", "actions", "models")])
def test_what_a_room_says_that_it_offers_is_there(room: str) -> None:
    if not (ROOT / Path(*room.split("."))).is_dir():
        return  # one file: ruff looks
    module = importlib.import_module(room)

    assert [name for name in module.__all__ if not hasattr(module, name)] == []
