"""A channel's script: is the line open, what to have at hand, the steps with the words to say."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case
from procedures.rules.definitions import Step
from web.desk.pages.words import definition_of, say
from web.parts.lines import LineStatus, line_status


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    title: str
    detail: str
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    title: str
    status: LineStatus | None
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
        status=line_status(channel, at=now),
        at_hand=[say(thing) for thing in channel.at_hand],
        never_store=[say(thing) for thing in channel.never_store],
        steps=[_step(step) for step in channel.steps],
    )


def _step(step: Step) -> ScriptStep:
    return ScriptStep(title=say(step.title), detail=say(step.detail), say=say(step.say) if step.say else "")
