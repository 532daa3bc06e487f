"""Whether a line answers now, as a chip says it on every page that offers it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from procedures.rules import hours
from procedures.rules.definitions import Channel


@dataclass(frozen=True, slots=True)
class LineStatus:
    is_open: bool
    text: str

    @property
    def kind(self) -> str:
        """Of components/chip.html."""
        return "done" if self.is_open else "wait"


def line_status(channel: Channel, *, at: datetime) -> LineStatus | None:
    """None for a channel without hours. `at` is aware: the line's own clock counts."""
    if channel.hours is None:
        return None
    said = hours.say_status(channel.hours, at).say(get_language() or "fr")
    return LineStatus(hours.is_open(channel.hours, at), said)
