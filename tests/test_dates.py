"""What reads days and hours passes on 29 February and on New Year's Eve too. The whole suite: `make test-dates`."""

import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from tests.cluster import ServiceMissing
from tests.dates import DAYS, environment
from tests.whole import WHOLE

# Days, hours, leases, windows: a minute of work in all.
WHOLE_OF = ["tests/cases/test_clocks.py", "tests/cases/test_sweep.py", "tests/notifications/test_outbox.py"]
# Of these what goes by the clock itself, or by midnight.
SOME = [
    "tests/cases/test_clocks.py::test_a_day_is_over_at_midnight_whatever_the_clock_or_the_calendar_does",
    "tests/cases/test_clocks.py::test_nine_days_without_a_tick_are_one_longer_sweep",
    "tests/cases/test_clocks.py::test_a_clock_that_jumps_back_flags_nothing_twice",
    "tests/cases/test_sweep.py::test_the_commands_last_line_is_json",
    "tests/cases/test_sweep.py::test_a_command_whose_rows_failed_alone_tells_and_ends_with_1",
    "tests/cases/test_sweep.py::test_no_mail_about_a_case_goes_to_somebody_who_has_left",
]


def on(day: datetime) -> dict[str, str]:
    """The environment of a process on that day."""
    try:
        return environment(day)
    except ServiceMissing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("libfaketime is missing: apt-get install faketime")


def told(code: str, moved: dict[str, str]) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST_"))}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=kept | moved, capture_output=True, text=True, check=True, timeout=60
    )
    return ended.stdout.strip()


@pytest.mark.parametrize("day", list(DAYS.values()), ids=list(DAYS))
def test_the_clock_is_moved_and_the_waits_are_not(day: datetime) -> None:
    moved = on(day)
    now = told("from datetime import *; print(datetime.now(UTC).isoformat())", moved)
    waits = "import threading, time; a = time.monotonic(); threading.Event().wait(0.2); print(time.monotonic() - a)"

    assert timedelta(minutes=-1) < datetime.fromisoformat(now) - day < timedelta(minutes=5)
    assert 0.1 < float(told(waits, moved)) < 20


@pytest.mark.slow
@pytest.mark.parametrize("day", list(DAYS.values()), ids=list(DAYS))
def test_what_reads_days_passes_on_that_day(day: datetime) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST_"))}
    plain = ["-q", "-n", "0", "-p", "no:cacheprovider", "-p", "tests.sleeping"]
    chosen = WHOLE_OF if WHOLE else ["--no-migrations", *SOME]
    command = [sys.executable, "-m", "pytest", *plain, *chosen]

    ended = subprocess.run(command, env=kept | on(day), capture_output=True, text=True, check=False, timeout=900)

    assert ended.returncode == 0, ended.stdout[-4000:]
