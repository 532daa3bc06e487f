"""One deposit from its door to its seal, for whoever watches this process: `python -m tests.vault.run_once`.

The database has its tables already. Everything is loaded and used once before it says READY, so that what is opened
afterwards is the work itself.
"""

import os
from uuid import uuid4

import django

django.setup()

from django.utils import timezone  # noqa: E402  after the set-up

import cases.actions  # noqa: E402  after the set-up
from accounts import scope  # noqa: E402  after the set-up
from accounts.models import User  # noqa: E402  after the set-up
from accounts.rules.roles import Role  # noqa: E402  after the set-up
from cases.models import Case  # noqa: E402  after the set-up
from tests import factories  # noqa: E402  after the set-up
from tests.vault.letters import letter  # noqa: E402  after the set-up
from vault import access, actions  # noqa: E402  after the set-up
from vault.models import Deposit, DepositState  # noqa: E402  after the set-up


def main() -> None:
    by = factories.make_membership(factories.make_association(), Role.VOLUNTEER)
    campaign = factories.make_campaign(by.association, today=timezone.localdate())
    case = factories.make_case(campaign, by=by.user, today=timezone.localdate(), at=timezone.now())
    sealed(case, by.user, letter(1))
    say("READY")
    sealed(case, by.user, letter(2))
    say("DONE")


def sealed(case: Case, by: User, data: bytes) -> None:
    """Received, analysed, looked at, confirmed, sealed; the antechamber emptied; read again."""
    with scope.enter(case.association_id):
        deposit = actions.receive(
            [data], subject=case.subject, label="opposition", token=uuid4(), by=by, at=timezone.now()
        )
    actions.analyse_waiting(at=timezone.now())
    with scope.enter(case.association_id):
        deposit = Deposit.objects.get(pk=deposit.pk)
        access.page_before(deposit, 1)
        access.page_after(deposit, 1)
        actions.confirm(deposit, by=by, at=timezone.now())
    cases.actions.seal_confirmed(today=timezone.localdate(), at=timezone.now())
    with scope.enter(case.association_id):
        deposit = Deposit.objects.select_related("sealed_file").get(pk=deposit.pk)
        if deposit.state != DepositState.SEALED or deposit.sealed_file is None:
            raise SystemExit(f"not sealed: {deposit.state} {deposit.code}")
        b"".join(access.open_plain(deposit.sealed_file))


def say(word: str) -> None:
    """By one write to standard error, which whoever watches finds among the calls."""
    os.write(2, f"{word}\n".encode())


if __name__ == "__main__":
    main()
