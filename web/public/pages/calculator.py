"""«Ai-je encore le temps ?»: the answer for one letter, by the same engine as the cases'. Nothing is stored."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext

from procedures.rules import deadlines, hours
from procedures.rules.deadlines import ComputedDeadline
from procedures.rules.definitions import Bound, Channel, Definition
from procedures.rules.facts import FactKind, StartFact
from procedures.rules.texts import say_time
from web.parts.french import plain_words
from web.parts.lines import LineStatus, line_status
from web.parts.weeks import Weeks, weeks
from web.public.pages.procedure import ICONS, procedure_url
from web.public.pages.words import all_said, capital, language, said

LONG_AGO = timedelta(days=365)


class State(StrEnum):
    """`MAYBE`: the safe day is over, and a later start would still leave time."""

    NO_DATE = "no-date"
    LEFT = "left"
    LAST_DAY = "last-day"
    MAYBE = "maybe"
    PAST = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The last useful moment over one channel, "" when there is no date. `is_over`: it will not answer in time."""

    icon: str
    title: str
    until: str
    is_over: bool
    note: str
    status: LineStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`due` is None when there is nothing to count from: `none` says why. `latest`: at the widest.

    `about`: what was asked. `is_older_than_service`: the letter would date from before there was anything to oppose.
    """

    state: State
    about: str
    due: date | None
    latest: date | None
    none: str
    is_received_only: bool
    is_long_past: bool
    is_older_than_service: bool
    moments: tuple[Moment, ...]
    grid: Weeks | None
    reasons: tuple[str, ...]
    article: str
    article_url: str
    checked_on: date
    on_miss: str
    advice: tuple[str, ...]
    url: str


def computed(definition: Definition, *, fact: StartFact | None, answers: dict[str, str]) -> ComputedDeadline:
    """The deadline that the reader must keep, out of all that the engine computes for a case with these facts."""
    facts = {fact.kind: fact} if fact else {}
    found = deadlines.compute(definition, facts=facts, answers=answers)
    return next(one for one in found if one.bound is Bound.MEMBER)


def answer(
    definition: Definition, *, fact: StartFact | None, answers: dict[str, str], today: date, at: datetime
) -> Answer:
    """`fact`: the day or days of sending or of receipt, None when no date is known. `at` is aware."""
    found = computed(definition, fact=fact, answers=answers)
    state = _state(found, today=today)
    return Answer(
        state=state,
        about=_about(fact),
        due=found.due,
        latest=found.due_latest if found.due_latest != found.due else None,
        none="" if found.due else said(found.explanation),
        is_received_only=bool(fact and fact.kind == FactKind.RECEIVED),
        is_long_past=bool(found.due_latest and today - found.due_latest > LONG_AGO),
        is_older_than_service=bool(fact and fact.latest < definition.valid_from),
        moments=_moments(definition, found, state=state, at=at),
        grid=_grid(found, today=today),
        reasons=all_said(found.reasons[:-1] if found.due else ()),  # the last one names the text, as `article` does
        article=found.article,
        article_url=found.article_url,
        checked_on=definition.deadline(found.key).checked_on,
        on_miss=said(found.on_miss),
        advice=all_said(definition.advice),
        url=procedure_url(definition.key),
    )


def example_grid(definition: Definition, *, sent_on: date, today: date) -> Weeks | None:
    """The grid of a letter sent on that day, as an example."""
    sent = StartFact(FactKind.SENT, sent_on, sent_on)
    return _grid(computed(definition, fact=sent, answers={}), today=today)


def _state(found: ComputedDeadline, *, today: date) -> State:
    if found.due is None or found.due_latest is None:
        return State.NO_DATE
    if found.due == today:
        return State.LAST_DAY
    if found.due > today:
        return State.LEFT
    return State.MAYBE if found.due_latest >= today else State.PAST


def _about(fact: StartFact | None) -> str:
    if fact is None:
        return ""
    first, last = plain_words(fact.earliest), plain_words(fact.latest)
    if fact.kind == FactKind.RECEIVED:
        words = (
            gettext("Pour un courrier reçu le %(first)s"),
            gettext("Pour un courrier reçu entre le %(first)s et le %(last)s"),
        )
    else:
        words = (
            gettext("Pour un courrier du %(first)s"),
            gettext("Pour un courrier parti entre le %(first)s et le %(last)s"),
        )
    return words[not fact.is_certain] % {"first": first, "last": last}


def _moments(definition: Definition, found: ComputedDeadline, *, state: State, at: datetime) -> tuple[Moment, ...]:
    """Of the channels that answer by themselves: a site, a line. None once the time has passed."""
    if state is State.PAST:
        return ()
    last = found.due_latest if state is State.MAYBE else found.due
    return tuple(_moment(channel, last=last, at=at) for channel in definition.channels if channel.hours or channel.url)


def _moment(channel: Channel, *, last: date | None, at: datetime) -> Moment:
    closing = hours.last_useful(channel.hours, last) if channel.hours and last else None
    is_over = bool(channel.hours and closing and closing <= hours.wall_clock(channel.hours, at))
    return Moment(
        icon=ICONS.get(channel.key, "doc"),
        title=capital(said(channel.title)),
        until=_until(closing, last=last),
        is_over=is_over,
        note=gettext("Personne ne répond le dernier jour.") if closing and last and closing.date() < last else "",
        status=line_status(channel, at=at),
    )


def _until(closing: datetime | None, *, last: date | None) -> str:
    """«jeudi 31 décembre 2026, avant 17 h 30»; without hours the day lasts until midnight."""
    if last is None:
        return ""
    if closing is None:
        return gettext("%(day)s, jusqu’à minuit") % {"day": plain_words(last)}
    values = {"day": plain_words(closing.date()), "clock": say_time(closing.time(), language())}
    return gettext("%(day)s, avant %(clock)s") % values


def _grid(found: ComputedDeadline, *, today: date) -> Weeks | None:
    if found.start is None or found.due is None:
        return None
    return weeks(found.start.earliest, due=found.due, today=today)
