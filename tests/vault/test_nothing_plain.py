"""`strace` over a whole sealing: no file is opened for writing but sealed blobs, the database and /dev/null."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import cluster
from tests.config.migrated import migrated
from tests.config.processes import ROOT
from tests.house.search import found_in
from tests.vault import letters, services

__all__ = ["migrated"]

pytestmark = pytest.mark.slow

# Every call that makes a name, or opens one for writing; and what is written.
NAMING = ("mknod", "mknodat", "link", "linkat", "symlink", "symlinkat")
OPENING = ("open", "openat", "openat2", "creat")
CALLS = f"trace={','.join([*NAMING, *OPENING, 'write', 'pwrite64'])}"
OPENED = re.compile(r'(?:open|openat|openat2|creat)\((?:[^",]*, )?"(?P<path>[^"]*)"(?P<rest>.*)')
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(")
# bubblewrap's own walls: devices in a file system in memory that only the box sees, and who it is there.
WALLS = re.compile(r"/?newroot/.*|/proc/self/.*|[ug]id_map|setgroups|/dev/(?:null|tty)")


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DATABASE_", "VAULT_"))}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "VAR_DIR": str(folder),
        "OMP_THREAD_LIMIT": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture(scope="module")
def calls(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Where the platform lies, and what its process and all below it called from the second deposit on."""
    folder, log = tmp_path_factory.mktemp("watched") / "var", tmp_path_factory.mktemp("calls") / "calls"
    shutil.copytree(migrated, folder)
    with services.or_skip():
        strace = cluster.program("strace", package="strace")
    watched = [strace, "-f", "--seccomp-bpf", "-y", "-s", "65536", "-e", CALLS, "-o", str(log)]
    ended = subprocess.run(
        [*watched, sys.executable, "-m", "tests.vault.run_once"],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "DONE" in ended.stderr, ended.stderr[-2000:]
    lines = log.read_text(errors="replace").splitlines()
    start = next(place for place, line in enumerate(lines) if '"READY\\n"' in line)
    return folder, lines[start + 1 :]


def test_only_ciphertext_and_rows_are_written(calls: tuple[Path, list[str]]) -> None:
    folder, lines = calls
    opened = [found for line in lines if (found := OPENED.search(line)) and " ENOENT" not in line]
    written = {found["path"] for found in opened if WRITING.search(found.group())}
    here = re.escape(str(folder))
    sealed = re.compile(rf"{here}/sealed/(?:sas/[0-9a-f]{{32}}|\d+/[0-9a-f]{{2}})/[0-9a-f]{{32}}\.tmp")
    rows = re.compile(rf"{here}/opposable\.sqlite3(?:-wal|-shm|-journal)?|{here}/broker/queue/[^/]+\.msg\.part")

    assert sorted(path for path in written if not any(one.fullmatch(path) for one in (sealed, rows, WALLS))) == []
    assert len([path for path in written if sealed.fullmatch(path)]) >= 3  # what came, its analysis, what is kept


def test_no_other_name_is_made(calls: tuple[Path, list[str]]) -> None:
    _, lines = calls
    made = [line for line in lines if re.search(rf"\b(?:{'|'.join(NAMING)})\(", line)]

    assert [line for line in made if "newroot" not in line] == []


def test_no_number_is_in_what_is_written_to_any_file(calls: tuple[Path, list[str]]) -> None:
    """Pipes and a file in memory carry pages to the box and back; what has a name on a disk carries none."""
    _, lines = calls
    to_files = [line for line in lines if re.search(r"\bp?write(?:64)?\(\d+</(?!dev/null|memfd:)", line)]

    assert to_files
    assert [line for line in to_files if letters.SPACED in line or letters.BEGINNING in line] == []


def test_no_number_lies_in_the_folder(calls: tuple[Path, list[str]]) -> None:
    folder, _ = calls
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert len(content) > 100_000
    assert found_in(content, [letters.SPACED, letters.BEGINNING]) == []
