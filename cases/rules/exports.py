"""A list of many cases in one file: what it names, in codes, and how far the request is. Two people, one day, once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

WAITS = timedelta(hours=24)  # for somebody to decide
KEEPS = timedelta(hours=24)  # to be taken, once approved
CHUNK = 200
MOST = 10_000


class Step(StrEnum):
    """Where a request is."""

    WAITING = "waiting"
    UNDECIDED = "undecided"  # nobody decided in time
    REFUSED = "refused"
    READY = "ready"
    LATE = "late"  # approved, and not taken in time
    TAKEN = "taken"
    STOPPED = "stopped"  # whoever asked lost the right while it was being made


def step(*, decided: bool, approved: bool, taken: bool, expires_at: datetime, now: datetime) -> Step:
    if taken:
        return Step.TAKEN if approved else Step.STOPPED
    if decided and not approved:
        return Step.REFUSED
    if expires_at <= now:
        return Step.LATE if decided else Step.UNDECIDED
    return Step.READY if decided else Step.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which cases: codes and days; nothing chosen is everything. Both days are included."""

    campaign: str = ""
    procedure: str = ""
    state: str = ""
    outcome: str = ""
    opened_from: date | None = None
    opened_to: date | None = None

    def codes(self) -> dict[str, str]:
        """As it is kept: what was chosen only."""
        days = {"opened_from": self.opened_from, "opened_to": self.opened_to}
        named = {"campaign": self.campaign, "procedure": self.procedure, "state": self.state, "outcome": self.outcome}
        chosen = named | {name: day.isoformat() for name, day in days.items() if day}
        return {name: code for name, code in chosen.items() if code}


def read(codes: dict[str, str]) -> Selection:
    """What `Selection.codes` wrote."""
    days = {name: date.fromisoformat(code) for name, code in codes.items() if name.startswith("opened_")}
    named = {name: code for name, code in codes.items() if name not in days}
    return Selection(**named, **days)  # type: ignore[arg-type]  # the names are its own
