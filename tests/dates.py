"""`make test-dates`: the suite on days that break programs: 29 February, and New Year's Eve half an hour before UTC's.

    python -m tests.dates [pytest's own arguments]

The clock of each process is moved by libfaketime (apt-get install faketime); the monotonic one, by which waits are
measured, is left alone. SQLite and the file broker: PostgreSQL keeps its own clock.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.cluster import ServiceMissing

DAYS = {
    "29 February": datetime(2028, 2, 29, 10, tzinfo=UTC),
    "31 December, 23:30 UTC": datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
}


def library() -> Path:
    """Raises ServiceMissing."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise ServiceMissing("libfaketime is missing: apt-get install faketime")
    return found[0]


def environment(day: datetime) -> dict[str, str]:
    """By an offset: an instant would be read again, in another zone, once Django has set its own."""
    ahead = int((day - datetime.now(UTC)).total_seconds())
    return {"LD_PRELOAD": str(library()), "FAKETIME": f"{ahead:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def run(day: datetime, arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.sleeping", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    return subprocess.run(command, check=False, env=kept | environment(day)).returncode


def main(arguments: Sequence[str]) -> int:
    codes = []
    for name, day in DAYS.items():
        print(f"--- {name}", flush=True)
        codes.append(run(day, arguments or ["-n", "2", "tests"]))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
