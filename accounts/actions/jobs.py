"""What is kept of the platform's jobs: the last try, and the last one that ended well."""

from datetime import datetime

from accounts.models import JobRun


def note_try(key: str, *, at: datetime) -> None:
    """Before the work: it may kill the process."""
    JobRun.objects.update_or_create(pk=key, defaults={"tried_at": at})


def note_done(key: str, *, at: datetime) -> None:
    """`at`: when the work began, so that what came up meanwhile is the next run's."""
    JobRun.objects.update_or_create(pk=key, defaults={"tried_at": at, "done_at": at})
