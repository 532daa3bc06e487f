"""`make test`: the suite on what this machine has, and plain words about what was not run.

Two legs. "postgres": PostgreSQL as the application's role, Redis and a real Chromium, all started here on loopback.
"files": SQLite and the file broker, the default of `make run`. With CI=true the first is required and comes first,
the second is shorter; elsewhere the second comes first and is whole.

    python -m tests.run [--leg postgres|files] [pytest's own arguments]
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests import cluster

NO_TESTS_COLLECTED = 5
SERVICES = {"TEST_DATABASE_URL", "TEST_MIGRATE_DATABASE_URL", "TEST_REDIS_URL", "TEST_CHROMIUM"}
# Neither the rules nor the house depend on the database, nor what pictures show or pages say; the frame's own tests
# start SQLite platforms in either leg. Who may ask each page is asked of SQLite too, for those who see least and most.
# Of the others the shorter leg takes those that ask a database.
OF_THE_WEB = [
    "tests/inputs",
    "tests/web/api/test_schema_fuzzing.py",
    "tests/web/desk",
    "tests/web/parts",
    "tests/web/portal",
    "tests/web/public",
    "tests/web/test_languages.py",
]
# The embedded database's copies are made and broken where it is the one in use.
OF_THE_FRAME = sorted({*map(str, Path("tests/config").iterdir())} - {"tests/config/copies"})
OF_THE_HOUSE = sorted({*map(str, Path("tests/house").iterdir())} - {"tests/house/test_permissions.py"})
OF_THE_VAULT = ["tests/vault/test_redact_file.py", "tests/vault/test_redaction.py"]
SAME_ON_BOTH = [*OF_THE_HOUSE, *OF_THE_WEB, *OF_THE_FRAME, *OF_THE_VAULT, "tests/bench", "tests/procedures"]
FEW_PEOPLE = "not test_a_person_gets_what_the_table_says_with_every_header or member or coordinator"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.run", description="Run the tests on what this machine has.")
    parser.add_argument("--leg", choices=["postgres", "files"], help="only this leg")
    options, pytest_arguments = parser.parse_known_args(argv)
    in_ci = os.environ.get("CI") == "true"
    legs = [options.leg] if options.leg else ["postgres", "files"] if in_ci else ["files", "postgres"]
    strict = in_ci or options.leg == "postgres"
    codes = [run_leg(leg, pytest_arguments, shorter=in_ci and not options.leg, strict=strict) for leg in legs]
    return max(codes)


def run_leg(leg: str, pytest_arguments: Sequence[str], *, shorter: bool, strict: bool) -> int:
    if leg == "files":
        say("SQLite and the file broker, without browser and without what needs PostgreSQL")
        same = [f"--ignore={folder}" for folder in SAME_ON_BOTH]
        less = ["-m", "database", "-k", FEW_PEOPLE, *same] if shorter else []
        return run_pytest([*less, *pytest_arguments], {})
    try:
        with services() as environment:
            say("PostgreSQL as the application's role, Redis and Chromium")
            return run_pytest(pytest_arguments, environment)
    except cluster.ServiceMissing as missing:
        say(f"NOT RUN: row-level security, triggers and browser journeys. {missing}")
        return 1 if strict else 0


@contextlib.contextmanager
def services() -> Iterator[dict[str, str]]:
    """The environment of the main leg, its servers running. Raises ServiceMissing."""
    browser = cluster.chromium()
    with cluster.postgres() as postgres, cluster.redis() as redis:
        yield postgres.environment() | {"TEST_REDIS_URL": redis, "TEST_CHROMIUM": browser}


def run_pytest(arguments: Sequence[str], environment: dict[str, str]) -> int:
    started = time.monotonic()
    inherited = {name: value for name, value in os.environ.items() if name not in SERVICES}
    with tempfile.TemporaryDirectory(prefix="opposable-leg-") as scratch:
        once = {"TMPDIR": scratch, "OMP_THREAD_LIMIT": "1"}  # two workers are two threads
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
        code = subprocess.run(command, check=False, env=inherited | once | environment).returncode
    say(f"{'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    if code == NO_TESTS_COLLECTED and arguments:
        return 0 if os.environ.get("CI") != "true" else 1
    return code


def say(sentence: str) -> None:
    print(f"--- {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
