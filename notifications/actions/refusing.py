"""A mail that the server refused, while it is not known yet whether it takes any."""

import logging
from dataclasses import dataclass
from datetime import datetime

from accounts import scope
from notifications import registry
from notifications.models import Notice
from notifications.smtp import Denied, NoSuchAddress, Rejected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """`address`: where it was to go. Lives in memory for the time of one run."""

    notice: Notice
    refusal: Rejected | Denied
    address: str

    def is_final(self, *, takes: bool) -> bool:
        """Is it this mail that the server will never take? `takes`: it takes others of ours."""
        return isinstance(self.refusal, Rejected) and (takes or self.refusal.explained)

    def tell(self, *, at: datetime) -> None:
        """The floors above, where the address is none. Whatever goes wrong there stops no mail."""
        if not isinstance(self.refusal, NoSuchAddress):
            return
        try:
            with scope.enter(self.notice.association_id):
                registry.tell_no_such_address(self.notice, address=self.address, code=self.refusal.code, at=at)
        except Exception as error:  # noqa: BLE001  the notice itself is settled
            log.warning("notice %s: nobody heard of its refusal: %s", self.notice.pk, type(error).__name__)
