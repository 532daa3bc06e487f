"""The two ways side by side: refuse within six weeks, or close and have everything deleted."""

from dataclasses import dataclass

from procedures.rules.definitions import Definition
from web.public.pages.procedure import ICONS, procedure_url
from web.public.pages.words import all_said, capital, language, said

OPPOSITION = "mon-espace-sante/opposition"
CLOSURE = "mon-espace-sante/cloture"
CHILD = "mon-espace-sante/opposition-enfant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What to have at hand for one channel."""

    icon: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    key: str
    url: str
    title: str
    short: str
    eligibility: str
    length: str
    at_hand: tuple[Hand, ...]
    leaves: str


def way(definition: Definition) -> Way:
    first = next(iter(definition.deadlines))
    return Way(
        key=definition.key,
        url=procedure_url(definition.key),
        title=said(definition.title),
        short=said(definition.short),
        eligibility=said(definition.eligibility),
        length=first.length.say(language()),
        at_hand=tuple(
            Hand(
                icon=ICONS.get(channel.key, "doc"),
                title=capital(said(channel.title)),
                items=all_said(channel.at_hand),
            )
            for channel in definition.channels
        ),
        leaves=said(definition.leaves),
    )
