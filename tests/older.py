"""`make older`: the tests of the version before on the schema of this one, which it meets while an upgrade migrates.

    python -m tests.older [REF] [pytest's own arguments]

REF, the last tag unless told, is read from the history and must run with what is installed here. Its own tests that
ask a database are run, on a PostgreSQL that this version has migrated; what fails is what an upgrade would break.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.migrations import ROOT, last_tag
from tests.run import say, services

# Of this version: enough tests that each worker makes its database, which then stays.
MAKES_DATABASES = "tests/cases/test_opening.py"
# Of the version before: what reads and writes rows. The house asks of the schema itself, which has changed.
READ_AND_WRITE = ("accounts", "cases", "notifications", "observatory", "vault", "web/api", "web/desk", "web/portal")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--tb=short", "--reuse-db")


def unpack(ref: str, folder: Path, *, root: Path = ROOT) -> None:
    """The files of that version. Raises CalledProcessError when the history does not know it."""
    archived = subprocess.run(["git", "archive", ref], cwd=root, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
        archive.extractall(folder, filter="data")


def try_older(folder: Path, arguments: Sequence[str]) -> int:
    """What pytest ended with. Raises ServiceMissing, and CalledProcessError when this version's own tests fail."""
    wanted = [f"tests/{name}" for name in READ_AND_WRITE if (folder / "tests" / name).is_dir()]
    with services() as environment:
        inherited = os.environ | environment
        subprocess.run([*PYTEST, "--create-db", MAKES_DATABASES], cwd=ROOT, env=inherited, check=True)
        older = [*PYTEST, "-m", "django_db", *(arguments or wanted)]
        return subprocess.run(older, cwd=folder, env=inherited, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    ref, others = (arguments[0], arguments[1:]) if arguments else (last_tag(), [])
    if not ref:
        say("no release yet, hence no version before this one; name a commit to try it all the same")
        return 0
    with tempfile.TemporaryDirectory(prefix="opposable-older-") as folder:
        unpack(ref, Path(folder))
        say(f"{ref} on the schema of this version")
        return try_older(Path(folder), others)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
