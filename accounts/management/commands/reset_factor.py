"""`manage.py reset_factor < address`: take off a lost second factor, where no two coordinators can."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import access, actions
from accounts.models import User


class AboutVolunteer(BaseCommand):
    """About one account, whose address comes on standard input: it stands in no history and no list of processes."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="*", help=argparse.SUPPRESS)

    def asked_volunteer(self, typed: list[str]) -> User:
        """Raises CommandError: nothing was asked, or the account is none of a volunteer."""
        if typed:
            raise CommandError(
                "Give the address on standard input, when it is asked for: what is typed as an argument stays in the "
                "shell's history. Nothing was changed.",
                returncode=2,
            )
        if sys.stdin.isatty():
            self.stderr.write("Address of the account: ", ending="")
        address = typed_line()
        if not address:
            raise CommandError("No address was given. Nothing was changed.", returncode=2)
        user = access.user_by_email(address)
        if user is None:
            raise CommandError("No account has this address. Nothing was changed.")
        if not access.memberships_of(user):
            raise CommandError("This is not a volunteer's account: it works for no association. Nothing was changed.")
        return user


class Command(AboutVolunteer):
    help = (
        "Take the second factor, the passkeys and the recovery codes off an account, and end its sessions: only the "
        "password is left. Asks for the account's address on standard input, so that it stands in no shell history."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        user = self.asked_volunteer(options["address"])
        if not access.has_factor(user) and user.factors_reset_in_id is None:
            self.stdout.write("It had no factor that could be taken off, and nothing is closed: nothing was changed.")
            return
        count = actions.reset_by_operator(user, at=timezone.now())
        self.stdout.write(
            f"Its factors are off, and its sessions are ended: user {user.pk}; recorded in the log of {count} "
            "association(s)."
        )


def typed_line() -> str:
    """A line of UTF-8, whatever the terminal's own encoding makes of it."""
    try:
        typed = sys.stdin.readline().strip()
        typed.encode()
    except UnicodeError:
        raise CommandError("This is no address: it is no UTF-8. Nothing was changed.", returncode=2) from None
    return typed
