"""A write that is measured and then undone, so that every sample finds the same rows."""

from collections.abc import Callable

from django.db import connection, transaction


def undone(work: Callable[[], object]) -> Callable[[], None]:
    """`work`, its deferred constraints checked as at a COMMIT, rolled back."""

    def run() -> None:
        with transaction.atomic():
            work()
            if connection.vendor == "postgresql":
                connection.check_constraints()
            transaction.set_rollback(True)

    return run
