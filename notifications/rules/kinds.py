"""Plain values of a mail: whom it goes to, and what it says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """Lives in memory for the time of one sending; no table of notifications holds an address or a name.

    `reply_to`: where an answer goes; "" for nowhere.
    """

    email: str
    name: str = ""
    language: str = "fr"
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered mail."""

    subject: str
    text: str
    html: str
