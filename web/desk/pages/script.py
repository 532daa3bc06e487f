"""A channel's script: is the line open, what to have at hand, the steps with the words to say."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case
from procedures.rules import hours
from procedures.rules.definitions import Channel, Step
from web.desk.pages.head import Chip
from web.desk.pages.words import definition_of, say


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    title: str
    detail: str
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    title: str
    status: Chip | None
    at_hand: list[str]
    never_store: list[str]
    steps: list[ScriptStep]


def script(case: Case, *, chosen: str, now: datetime) -> Script | None:
    """None until a channel is chosen."""
    channel = next((one for one in definition_of(case).channels if one.key == chosen), None)
    if channel is None:
        return None
    return Script(
        title=say(channel.title),
        status=_status(channel, now=now),
        at_hand=[say(thing) for thing in channel.at_hand],
        never_store=[say(thing) for thing in channel.never_store],
        steps=[_step(step) for step in channel.steps],
    )


def _step(step: Step) -> ScriptStep:
    return ScriptStep(title=say(step.title), detail=say(step.detail), say=say(step.say) if step.say else "")


def _status(channel: Channel, *, now: datetime) -> Chip | None:
    if channel.hours is None:
        return None
    is_open = hours.is_open(channel.hours, now)
    return Chip(text=say(hours.say_status(channel.hours, now)), icon="phone", kind="done" if is_open else "wait")
