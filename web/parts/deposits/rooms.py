"""Where the pages of one deposit lie, for whoever asks: the same pages stand in the portal and at the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.models import User

if TYPE_CHECKING:
    from vault.models import Deposit


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`space`: the names of the audience's addresses, "portal" or "desk". `association_id`: for forms of the desk.

    `takes_more`: the case may still receive a document.
    """

    space: str
    reference: str
    deposit: "Deposit"
    reader: User
    at: datetime
    takes_more: bool
    association_id: int | None = None

    def url(self, name: str, *args: int) -> str:
        return reverse(f"{self.space}:{name}", args=[self.reference, self.deposit.pk, *args])

    @property
    def page_url(self) -> str:
        return self.url("deposit")

    @property
    def case_url(self) -> str:
        return reverse(f"{self.space}:case", args=[self.reference])

    @property
    def again_url(self) -> str:
        return reverse(f"{self.space}:upload", args=[self.reference])

    @property
    def is_expired(self) -> bool:
        """Its time has passed, whether or not the sweep came by."""
        return self.deposit.is_under_way and self.deposit.expires_at <= self.at

    @property
    def is_open(self) -> bool:
        """Somebody may look at it and decide."""
        return self.deposit.awaits_person and not self.is_expired

    @property
    def is_on_its_way(self) -> bool:
        """The machine works, or waits for the rest of it."""
        return self.deposit.is_under_way and not self.deposit.awaits_person and not self.is_expired
