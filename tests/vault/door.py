"""A process that takes letters in and confirms them, as the web does: `python -m tests.vault.door ARGUMENTS`.

It says each step on its standard output once it is committed, so that whoever kills it knows what was promised.
"""

import sys
import time
from uuid import UUID, uuid5

import django

django.setup()

from django.utils import timezone  # noqa: E402  after the set-up

from accounts import scope  # noqa: E402  after the set-up
from accounts.models import User  # noqa: E402  after the set-up
from tests.vault.letters import letter  # noqa: E402  after the set-up
from vault import actions  # noqa: E402  after the set-up
from vault.models import Deposit, DepositState  # noqa: E402  after the set-up


def main(association_id: int, subject: UUID, by: User, count: int) -> None:
    """Send each letter once, whatever was sent before; confirm what is shown, until nothing more is to come."""
    for place in range(count):
        with scope.enter(association_id):
            actions.receive(
                [letter(place)], subject=subject, label="attestation", token=uuid5(subject, str(place)), by=by,
                at=timezone.now(),
            )  # fmt: skip
        confirm_shown(association_id, by)
    while True:
        confirm_shown(association_id, by)
        time.sleep(0.05)


def confirm_shown(association_id: int, by: User) -> None:
    with scope.enter(association_id):
        shown = list(Deposit.objects.filter(state=DepositState.TO_CONFIRM, confirmed_at=None).order_by("pk"))
    for deposit in shown:
        with scope.enter(association_id):
            confirmed = actions.confirm(deposit, by=by, at=timezone.now())
        if confirmed:
            sys.stdout.write(f"confirmed {deposit.pk}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    association, subject, user, count = sys.argv[1:]
    main(int(association), UUID(subject), User.objects.get(pk=user), int(count))
