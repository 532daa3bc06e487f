"""Plain values of a mail: whom it goes to, and what it says."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Audience(StrEnum):
    """As whom somebody reads: one person may be both, and choose apart."""

    MEMBER = "member"
    TEAM = "team"


# The kind of the mail that gathers what waits for one person, by audience. It is promised by the outbox alone.
DIGESTS = {Audience.MEMBER: "digest_member", Audience.TEAM: "digest_team"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Lives in memory for the time of one sending; no table of notifications holds an address or a name.

    `reply_to`: where an answer goes; "" for nowhere.
    `user`: whose choice of when and how counts; None for somebody without an account, who has none.
    """

    email: str
    name: str = ""
    language: str = "fr"
    reply_to: str = ""
    user: UUID | None = None
    audience: Audience = Audience.TEAM


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered mail."""

    subject: str
    text: str
    html: str
