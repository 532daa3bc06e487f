"""What a procedure is: frozen values read from `definitions/**/<version>.toml`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from procedures.rules.facts import ANSWERS, FactKind
from procedures.rules.hours import Hours
from procedures.rules.periods import Period
from procedures.rules.texts import Text

CHECK_AGAIN_AFTER = Period(months=12)


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


KeyedT = TypeVar("KeyedT", bound=Keyed)


class Beneficiaries(StrEnum):
    SELF = "self"
    CHILD = "child"
    REPRESENTED = "represented"


class Bound(StrEnum):
    MEMBER = "member"
    ADDRESSEE = "addressee"
    INFO = "info"


class RuleFamily(StrEnum):
    FR_CPC = "fr_cpc"
    EU_1182_71 = "eu_1182_71"
    FR_FRANC = "fr_franc"
    FR_SILENCE = "fr_silence"
    FR_WEEKS = "fr_weeks"


class OutcomeClass(StrEnum):
    OBTAINED_PROVEN = "obtained_proven"
    OBTAINED_UNPROVEN = "obtained_unproven"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    ABANDONED = "abandoned"


class Certainty(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class LinkKind(StrEnum):
    EXPLANATION = "explanation"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`say`: words to say aloud. `checks`: what to tick before going on."""

    key: str
    title: Text
    detail: Text
    say: Text | None
    checks: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    key: str
    title: Text
    summary: Text
    at_hand: tuple[Text, ...]
    never_store: tuple[Text, ...]
    steps: tuple[Step, ...]
    certainty: Certainty
    hours: Hours | None
    phone: str | None
    url: str | None
    address: str | None

    def step(self, key: str) -> Step:
        return _by_key(self.steps, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Applies when the answer is `value`. Else no date: `otherwise` says why, `unknown` while nobody answered."""

    answer: str
    value: str
    otherwise: Text
    unknown: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Without a start fact, this answer explains why there is no date (no notification ever came)."""

    answer: str
    value: str
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """When only `fact` is known, the start lies between `earlier` before it and `later` after it."""

    fact: str
    earlier: Period
    later: Period
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """`met_by`: what satisfies it: fact kinds, "justificatif" (any) or "justificatif:<key>".

    `extension`: length added when announced in time. `pausable`: a stop adds its days; `restarts`: after a stop the
    whole length runs again.
    """

    key: str
    title: Text
    start_fact: str
    length: Period
    rule: RuleFamily
    bound: Bound
    article: str
    article_url: str
    checked_on: date
    certainty: Certainty
    met_by: tuple[str, ...]
    on_miss: Text
    without_start: Text
    zone: str
    good_friday: bool
    rolls: bool
    extension: Period | None
    pausable: bool
    restarts: bool
    condition: Condition | None
    waivers: tuple[Waiver, ...]
    fallback: Fallback | None
    on_miss_procedure: str | None
    note: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedJustificatif:
    """`after`: what to do with it, or while it is missing. `words`: some that such a document holds, in French."""

    key: str
    title: Text
    how: Text
    after: Text | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    key: str
    title: Text
    class5: OutcomeClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something met on the way (an attempt's outcome code) and the way out."""

    code: str
    title: Text
    way_out: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    title: Text
    consequence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice to make before acting; `key` is the answer that it gives."""

    key: str
    question: Text
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`procedure`: key of a definition of ours, when the neighbour is one."""

    kind: LinkKind
    title: Text
    text: Text
    url: str | None
    procedure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    title: Text
    url: str | None
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of one procedure. `leaves`: what remains afterwards. `advice`: to know before starting.

    `note`: why it is not certain as a whole. `successor`: what took its place, once it is retired. `children_first`:
    the children's cases come before a parent's own.
    """

    key: str
    version: int
    position: int
    title: Text
    short: Text
    summary: Text
    addressee: Text
    eligibility: Text
    leaves: Text
    successor: Text | None
    note: Text | None
    children_first: bool
    advice: tuple[Text, ...]
    beneficiaries: tuple[Beneficiaries, ...]
    channels: tuple[Channel, ...]
    deadlines: tuple[DeadlineRule, ...]
    justificatifs: tuple[ExpectedJustificatif, ...]
    outcomes: tuple[Outcome, ...]
    obstacles: tuple[Obstacle, ...]
    options: tuple[Option, ...]
    escalation: tuple[Text, ...]
    links: tuple[Link, ...]
    sources: tuple[Source, ...]
    legal_basis: tuple[str, ...]
    certainty: Certainty
    checked_on: date
    valid_from: date
    valid_to: date | None
    follows_on_miss: str | None

    def channel(self, key: str) -> Channel:
        """LookupError when there is none of that key, here and below."""
        return _by_key(self.channels, key)

    def deadline(self, key: str) -> DeadlineRule:
        return _by_key(self.deadlines, key)

    def outcome(self, key: str) -> Outcome:
        return _by_key(self.outcomes, key)

    def justificatif(self, key: str) -> ExpectedJustificatif:
        return _by_key(self.justificatifs, key)

    def admits(self, beneficiary: str) -> bool:
        return beneficiary in self.beneficiaries

    @property
    def begins_with_a_letter(self) -> bool:
        """Does one of its deadlines count from an official letter?"""
        return any(rule.start_fact in {FactKind.SENT, FactKind.RECEIVED} for rule in self.deadlines)

    @property
    def grows_with_distance(self) -> bool:
        """Does one of its deadlines depend on where the person lives?"""
        return any(rule.rule is RuleFamily.FR_FRANC for rule in self.deadlines)

    def can_be_opened(self, today: date) -> bool:
        """A retired procedure lives on in its old cases but opens no new one."""
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)

    def check_is_overdue(self, today: date) -> bool:
        """Nobody looked at the whole, or at one of its deadlines, for a year."""
        return today > CHECK_AGAIN_AFTER.after(self.oldest_check)

    @property
    def oldest_check(self) -> date:
        return min([self.checked_on, *(rule.checked_on for rule in self.deadlines)])


def answers_to(options: Iterable[Option]) -> dict[str, tuple[str, ...]]:
    """The values of each answer that a procedure knows: those of every procedure, and its own options."""
    return ANSWERS | {
        option.key: tuple(choice.value for choice in option.choices) for option in options if option.choices
    }


def _by_key(items: Iterable[KeyedT], key: str) -> KeyedT:
    for item in items:
        if item.key == key:
            return item
    raise LookupError(key)
