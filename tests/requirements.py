"""Compile requirements*.in to hashed requirements*.txt, or check that the committed ones are what would be compiled.

    python -m tests.requirements [--write] [--upgrade]

Existing pins are kept, so the answer depends on the .in files and not on the day.
"""

import argparse
import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["requirements", "requirements-s3", "requirements-dev"]
COMPILE = [
    "pip",
    "compile",
    "--generate-hashes",
    "--python-version",
    "3.11",
    "--no-emit-find-links",
    "--no-emit-index-url",
    "--quiet",
]
HEADER = ["--custom-compile-command", "make requirements"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.requirements", description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the committed files")
    parser.add_argument("--upgrade", action="store_true", help="take newer releases")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in [ROOT / f"{name}{suffix}" for name in NAMES for suffix in (".in", ".txt")]:
            shutil.copy(path, folder)
        for stem in NAMES:
            compile_in(folder, stem, upgrade=options.upgrade)
        if options.write:
            return write(folder)
        return compare(folder)


def compile_in(folder: Path, stem: str, *, upgrade: bool) -> None:
    flags = [*HEADER, *(["--upgrade"] if upgrade else [])]
    command = [str(Path(sys.executable).parent / "uv"), *COMPILE, *flags, f"{stem}.in", "-o", f"{stem}.txt"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def write(folder: Path) -> int:
    for stem in NAMES:
        shutil.copy(folder / f"{stem}.txt", ROOT)
    return 0


def compare(folder: Path) -> int:
    stale = 0
    for stem in NAMES:
        committed, compiled = ((place / f"{stem}.txt").read_text().splitlines() for place in (ROOT, folder))
        changes = list(difflib.unified_diff(committed, compiled, f"{stem}.txt", "compiled", lineterm="", n=1))
        stale += bool(changes)
        print("\n".join(changes[:40]) or f"{stem}.txt is what {stem}.in compiles to.")
    if stale:
        print("Run `make requirements` and commit the result.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
