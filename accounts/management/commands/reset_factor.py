"""`manage.py reset_factor < address`: take off a lost second factor, where no two coordinators can."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import access, actions


class Command(BaseCommand):
    help = (
        "Take the second factor, the passkeys and the recovery codes off an account, and end its sessions: only the "
        "password is left. Asks for the account's address on standard input, so that it stands in no shell history."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.stdin.isatty():
            self.stderr.write("Address of the account: ", ending="")
        address = _typed()
        if not address:
            raise CommandError("No address was given. Nothing was changed.", returncode=2)
        user = access.user_by_email(address)
        if user is None:
            raise CommandError("No account has this address. Nothing was changed.")
        if not access.memberships_of(user):
            raise CommandError("This is not a volunteer's account: it works for no association. Nothing was changed.")
        had = access.has_factor(user)
        count = actions.reset_by_operator(user, at=timezone.now())
        what = "Its factors are off" if had else "It had no factor that could be taken off"
        self.stdout.write(
            f"{what}, and its sessions are ended: user {user.pk}; recorded in the log of {count} association(s)."
        )


def _typed() -> str:
    """A line of UTF-8, whatever the terminal's own encoding makes of it."""
    try:
        typed = sys.stdin.readline().strip()
        typed.encode()
    except UnicodeError:
        raise CommandError("This is no address: it is no UTF-8. Nothing was changed.", returncode=2) from None
    return typed
