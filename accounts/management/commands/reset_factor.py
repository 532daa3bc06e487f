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
        user = access.user_by_email(sys.stdin.readline().strip())
        if user is None:
            raise CommandError("No account has this address. Nothing was changed.")
        count = actions.reset_by_operator(user, at=timezone.now())
        self.stdout.write(f"Done for user {user.pk}; recorded in the log of {count} association(s).")
