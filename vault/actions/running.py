"""The clock of one run of a worker: no `now()` in what it does."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Then the task ends, and the next one goes on: a worker that is to stop does so soon.
RUN_TIME = timedelta(minutes=1)


@dataclass(slots=True)
class Run:
    """One call: the time that passes while it works is added to the `at` that it was given."""

    started: datetime
    _zero: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._zero)

    @property
    def now(self) -> datetime:
        return self.started + self.elapsed

    @property
    def is_over(self) -> bool:
        return self.elapsed >= RUN_TIME
