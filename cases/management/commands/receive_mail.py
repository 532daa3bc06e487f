"""`manage.py receive_mail`: one message on standard input, as a mail server pipes it.

Exit codes of sysexits.h, which mail servers read: 0 the message is dealt with; 75 not now, come back with it; 67 it is
for nobody here, and its sender may be told. Nothing of the message is printed or logged: an outcome's code at most.
"""

import logging
import sys
from typing import IO, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cases.actions import Outcome, TryLater, receive_mail
from cases.rules.inbound import MAX_BYTES

EX_NOUSER, EX_TEMPFAIL = 67, 75
_CHUNK = 1024 * 1024
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Take in one message from standard input. Any number may run at once."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = receive_mail(_read(sys.stdin.buffer), at=timezone.now())
        except TryLater as reason:
            self._defer(str(reason))
        except Exception as error:  # noqa: BLE001  whatever is wrong here, the mail server keeps the message
            self._defer(type(error).__name__)
        else:
            code = outcome.value
            log.info("mail received: %s", code)
            if outcome is Outcome.NOBODY_TOLD:
                self.stderr.write("Cette adresse ne reçoit pas de courrier. / This address takes no mail.")
                sys.exit(EX_NOUSER)

    def _defer(self, code: str) -> None:
        log.warning("mail not taken in, to be tried again: %s", code)
        self.stderr.write(f"not now: {code}")
        sys.exit(EX_TEMPFAIL)


def _read(source: IO[bytes]) -> bytes:
    """As much as is looked at and one byte more; the rest is read past, so that who pipes it is not cut off."""
    raw = source.read(MAX_BYTES + 1)
    while source.read(_CHUNK):
        pass
    return raw
