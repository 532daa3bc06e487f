"""`make shots`: every page of tests/gallery.py on a throw-away platform, 1280 and 375 wide, light and dark.

    python -m tests.shots [folder] [pytest's own arguments]

Says also what axe refuses and what is wider than its window, and fails then.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests import cluster


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.shots", description="Picture every page.")
    default = Path(os.environ.get("VAR_DIR", "var")) / "shots"
    parser.add_argument("--only", default="", help="a pattern of names: security|token")
    parser.add_argument("folder", nargs="?", type=Path, default=default, help=f"where to (default {default})")
    options, pytest_arguments = parser.parse_known_args(argv)
    try:
        browser = cluster.chromium()
    except cluster.ServiceMissing as missing:
        print(f"No pictures: {missing}", file=sys.stderr)
        return 1
    folder = emptied(options.folder.resolve())
    code = walk(folder, browser=browser, only=options.only, pytest_arguments=pytest_arguments)
    taken = sorted(path.name for path in folder.glob("*.png"))
    print("\n".join(taken))
    print(f"--- {len(taken)} pictures in {folder}{'' if code == 0 else '; see above what is wrong'}")
    return code


def emptied(folder: Path) -> Path:
    """The folder without the pictures of last time: a page that is gone must not look alive."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.png"):
        path.unlink()
    return folder


def walk(folder: Path, *, browser: str, only: str, pytest_arguments: Sequence[str]) -> int:
    """SQLite and files are enough to look at pages; each theme walks in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "tests/journeys/test_gallery.py", *pytest_arguments]
    environment = os.environ | {"TEST_SHOTS": str(folder), "TEST_CHROMIUM": browser, "TEST_SHOTS_ONLY": only}
    return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
