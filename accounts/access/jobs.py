"""When a job of the platform was last done."""

from datetime import datetime

from accounts.models import JobRun


def last_run(key: str) -> JobRun:
    """A job that was never tried has a row in memory only, without instants."""
    return JobRun.objects.filter(pk=key).first() or JobRun(key=key)


def last_done(key: str) -> datetime | None:
    return last_run(key).done_at
