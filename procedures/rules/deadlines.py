"""Deadlines as a function of a case's facts: both dates, each with its reason. Recomputed, never edited by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from procedures.rules import hours, sentences
from procedures.rules.calendars import Calendar
from procedures.rules.counting import PeriodEnd, Residence, end_of
from procedures.rules.definitions import Bound, Channel, Condition, DeadlineRule, Definition, RuleFamily
from procedures.rules.facts import FactKind, StartFact, Told
from procedures.rules.periods import Period
from procedures.rules.texts import Text, datetime_text, join


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDeadline:
    """Dates are None while the start is unknown, the clock stands still or the condition is not met.

    `raw_end` is before any roll, counted from the start that `due` uses. `skipped`: the days rolled over to reach
    `due_latest`. `last_useful`: (channel key, naive local moment) of the channels with hours, for a member's deadline.
    """

    key: str
    title: Text
    bound: Bound
    rule: RuleFamily
    article: str
    article_url: str
    applies: bool
    start: StartFact | None
    raw_end: date | None
    due_earliest: date | None
    due_latest: date | None
    due: date | None
    skipped: tuple[tuple[date, Text], ...]
    last_useful: tuple[tuple[str, datetime], ...]
    reasons: tuple[Text, ...]
    explanation: Text
    on_miss: Text
    on_miss_procedure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """Both ends as counted so far, from a range of starts, of lengths and of days when the clock stood still.

    `again`: from when the whole length runs once more, after an interruption.
    """

    rule: DeadlineRule
    start: StartFact
    residence: Residence | None
    shortest: Period
    longest: Period
    fewest_stopped: int = 0
    most_stopped: int = 0
    again: StartFact | None = None
    extension: tuple[Text, ...] = ()
    stop: tuple[Text, ...] = ()

    @property
    def counted(self) -> StartFact:
        return self.again or self.start

    @property
    def earliest(self) -> PeriodEnd:
        return min(self._ends(), key=attrgetter("due"))

    @property
    def latest(self) -> PeriodEnd:
        return max(reversed(self._ends()), key=attrgetter("due"))

    def _ends(self) -> tuple[PeriodEnd, PeriodEnd]:
        """From the first and the last possible start. A later start may end sooner: less of a stop comes after it."""
        return (
            self._end(self.counted.earliest, length=self.shortest, stopped_days=self.fewest_stopped),
            self._end(self.counted.latest, length=self.longest, stopped_days=self.most_stopped),
        )

    def _end(self, day: date, *, length: Period, stopped_days: int) -> PeriodEnd:
        return end_of(
            day,
            length=length,
            rule=self.rule.rule,
            calendar=calendar_of(self.rule),
            residence=self.residence,
            rolls=self.rule.rolls,
            stopped_days=stopped_days,
        )


def compute(
    definition: Definition, *, facts: Mapping[str, StartFact], answers: Mapping[str, str]
) -> list[ComputedDeadline]:
    """Every deadline of the definition, in its order. Raises EndOutOfReach when one would end after 2200."""
    return [
        compute_one(rule, channels=definition.channels, facts=facts, answers=answers) for rule in definition.deadlines
    ]


def compute_one(
    rule: DeadlineRule,
    *,
    channels: tuple[Channel, ...] = (),
    facts: Mapping[str, StartFact],
    answers: Mapping[str, str],
) -> ComputedDeadline:
    if rule.condition and answers.get(rule.condition.answer) != rule.condition.value:
        return _condition_unmet(rule, rule.condition, answers=answers)
    start, why_start = _start(rule, facts)
    if start is None:
        return _computed(rule, reasons=[_why_no_start(rule, answers)])
    said_start = [*sentences.start_sentences(start, bound=rule.bound, stand_in=bool(why_start)), *why_start]
    said_start += _doubts(rule, facts)
    running = _Clock(rule=rule, start=start, residence=_residence(answers), shortest=rule.length, longest=rule.length)
    clock = _ticked(running, facts=facts)
    if clock is None:
        stopped = sentences.stopped_sentence(facts[FactKind.PAUSED])
        return _computed(rule, start=start, reasons=[*said_start, stopped])
    return _dated(clock, said_start=said_start, channels=channels)


def calendar_of(rule: DeadlineRule) -> Calendar:
    """A customary day may move an addressee's latest date, nobody else's."""
    return Calendar(zone=rule.zone, good_friday=rule.good_friday, customary=rule.bound is Bound.ADDRESSEE)


def _start(rule: DeadlineRule, facts: Mapping[str, StartFact]) -> tuple[StartFact | None, list[Text]]:
    """The start fact, or the range that the fallback fact allows, with the sentences that only the fallback needs."""
    start = facts.get(rule.start_fact)
    if start or rule.fallback is None:
        return start and _no_later_than_receipt(start, facts), []
    stand_in = facts.get(rule.fallback.fact)
    if stand_in is None:
        return None, []
    earliest = stand_in.earliest - timedelta(days=rule.fallback.earlier.all_days)
    latest = stand_in.latest + timedelta(days=rule.fallback.later.all_days)
    return StartFact(rule.start_fact, earliest, latest, stand_in.known_by), [rule.fallback.because]


def _no_later_than_receipt(start: StartFact, facts: Mapping[str, StartFact]) -> StartFact:
    """What has arrived had been sent: its sending lies no later than the last possible day of receipt."""
    received = facts.get(FactKind.RECEIVED)
    if start.kind != FactKind.SENT or received is None or start.latest <= received.latest:
        return start
    return replace(start, earliest=min(start.earliest, received.latest), latest=received.latest)


def _why_no_start(rule: DeadlineRule, answers: Mapping[str, str]) -> Text:
    waived = (waiver.because for waiver in rule.waivers if answers.get(waiver.answer) == waiver.value)
    return next(waived, rule.without_start)


def _residence(answers: Mapping[str, str]) -> Residence | None:
    value = answers.get("residence")
    return Residence(value) if value in tuple(Residence) else None


def _condition_unmet(rule: DeadlineRule, condition: Condition, *, answers: Mapping[str, str]) -> ComputedDeadline:
    contradicted = answers.get(condition.answer) not in (None, "", "unknown")
    return _computed(
        rule, applies=not contradicted, reasons=[condition.otherwise if contradicted else condition.unknown]
    )


def _doubts(rule: DeadlineRule, facts: Mapping[str, StartFact]) -> list[Text]:
    """What cannot be right about the facts that this deadline starts from."""
    sent, received = facts.get(FactKind.SENT), facts.get(FactKind.RECEIVED)
    if rule.start_fact not in {FactKind.SENT, FactKind.RECEIVED} or sent is None or received is None:
        return []
    if received.latest < sent.earliest:
        return [sentences.received_before_sentence(received, sent)]
    return [sentences.bounded_sentence(received)] if received.latest < sent.latest else []


def _ticked(clock: _Clock, *, facts: Mapping[str, StartFact]) -> _Clock | None:
    """Stops first, which lengthen the time in which an extension may be told; then those of the extended period."""
    first = _stopped(clock, facts=facts)
    return first and _stopped(_extended(first, facts=facts), facts=facts)


def _extended(clock: _Clock, *, facts: Mapping[str, StartFact]) -> _Clock:
    """An extension counts when it was told within the first period; a doubt about that helps the addressee only."""
    extension, fact = clock.rule.extension, facts.get(FactKind.EXTENDED)
    if extension is None or fact is None:
        return clock
    told, longer = _told(fact, clock), clock.longest + extension
    return replace(
        clock,
        longest=longer if told in {Told.IN_TIME, Told.PERHAPS} else clock.longest,
        shortest=longer if told is Told.IN_TIME else clock.shortest,
        extension=(sentences.extension_sentence(fact, extension=extension, told=told),),
    )


def _told(fact: StartFact, clock: _Clock) -> Told:
    if fact.latest < clock.start.earliest:
        return Told.TOO_EARLY
    if fact.earliest > clock.latest.due:
        return Told.TOO_LATE
    surely = clock.start.latest <= fact.earliest and fact.latest <= clock.earliest.due
    return Told.IN_TIME if surely else Told.PERHAPS


def _stopped(clock: _Clock, *, facts: Mapping[str, StartFact]) -> _Clock | None:
    """The days from a stop to the restart, within the period, are added; None while the clock stands still.

    A doubt whether it stopped in time helps the addressee only.
    """
    paused, resumed = facts.get(FactKind.PAUSED), facts.get(FactKind.RESUMED)
    stops = clock.rule.pausable or clock.rule.restarts
    if not stops or paused is None or paused.earliest > clock.latest.due:
        return clock
    surely = paused.latest <= clock.earliest.due
    if resumed is None:
        return clock if clock.rule.bound is Bound.MEMBER and not surely else None
    if clock.rule.restarts:
        return _restarted(clock, paused=paused, resumed=resumed, surely=surely)
    most = _days_still(paused.earliest, resumed.latest, since=clock.start.latest)
    return replace(
        clock,
        fewest_stopped=_days_still(paused.latest, resumed.earliest, since=clock.start.earliest) if surely else 0,
        most_stopped=most,
        stop=(sentences.stop_sentence(paused, resumed, days=most),),
    )


def _restarted(clock: _Clock, *, paused: StartFact, resumed: StartFact, surely: bool) -> _Clock:
    """The whole length runs again; a restart before the stop or before the start interrupts nothing."""
    if resumed.latest < paused.earliest or resumed.latest <= clock.start.earliest:
        return replace(clock, stop=(sentences.stop_sentence(paused, resumed, days=0),))
    earliest = max(clock.start.earliest, resumed.earliest) if surely else clock.start.earliest
    again = StartFact(clock.start.kind, earliest, max(clock.start.latest, resumed.latest), resumed.known_by)
    return replace(clock, again=again, stop=(sentences.restart_sentence(paused, resumed),))


def _days_still(paused: date, resumed: date, *, since: date) -> int:
    return max(0, (resumed - max(paused, since)).days)


def _dated(clock: _Clock, *, said_start: list[Text], channels: tuple[Channel, ...]) -> ComputedDeadline:
    rule, start, earliest, latest = clock.rule, clock.start, clock.earliest, clock.latest
    for_member = rule.bound is Bound.MEMBER
    due = earliest.raw_end if for_member else latest.due
    raw_end = earliest.raw_end if for_member else latest.raw_end
    moments = _last_useful(channels, due, zone=rule.zone) if for_member else ()
    length = clock.shortest if for_member else clock.longest
    first = clock.counted.earliest if for_member else clock.counted.latest
    reasons = [
        *said_start,
        *sentences.length_sentences(length, start=first, rule=rule.rule, residence=clock.residence),
        *clock.extension,
        *clock.stop,
        sentences.raw_end_sentence(raw_end),
        *_roll_reasons(rule, earliest=earliest, latest=latest),
        sentences.both_dates_sentence(rule.bound, earliest=earliest.raw_end, latest=latest.due),
        *_moment_reasons(channels, moments),
        sentences.source_sentence(rule),
    ]
    return _computed(
        rule,
        start=start,
        raw_end=raw_end,
        due_earliest=earliest.raw_end,
        due_latest=latest.due,
        due=due,
        skipped=tuple((off.day, off.name) for off in latest.skipped),
        last_useful=moments,
        reasons=reasons,
    )


def _roll_reasons(rule: DeadlineRule, *, earliest: PeriodEnd, latest: PeriodEnd) -> list[Text]:
    """An addressee's roll, day by day; for the member the day is kept, and said so."""
    calendar = calendar_of(rule)
    if rule.bound is not Bound.MEMBER:
        return sentences.roll_sentences(latest, calendar=calendar, kept=sentences.NOT_ROLLED)
    off = calendar.day_off(earliest.raw_end)
    if off is None:
        return []
    return [sentences.kept_sentence(off, because=sentences.PRUDENT if earliest.skipped else sentences.NOT_ROLLED)]


def _last_useful(channels: tuple[Channel, ...], due: date, *, zone: str) -> tuple[tuple[str, datetime], ...]:
    found = ((channel.key, hours.last_useful(channel.hours, due, zone=zone)) for channel in channels if channel.hours)
    return tuple((key, moment) for key, moment in found if moment)


def _moment_reasons(channels: tuple[Channel, ...], moments: tuple[tuple[str, datetime], ...]) -> list[Text]:
    titles = {channel.key: channel.title for channel in channels}
    return [sentences.last_useful_sentence(titles[key], moment=datetime_text(moment)) for key, moment in moments]


def _computed(
    rule: DeadlineRule,
    *,
    reasons: list[Text],
    start: StartFact | None = None,
    applies: bool = True,
    raw_end: date | None = None,
    due_earliest: date | None = None,
    due_latest: date | None = None,
    due: date | None = None,
    skipped: tuple[tuple[date, Text], ...] = (),
    last_useful: tuple[tuple[str, datetime], ...] = (),
) -> ComputedDeadline:
    said = tuple(sentences.finish([reason]) for reason in reasons)
    return ComputedDeadline(
        key=rule.key,
        title=rule.title,
        bound=rule.bound,
        rule=rule.rule,
        article=rule.article,
        article_url=rule.article_url,
        applies=applies,
        start=start,
        raw_end=raw_end,
        due_earliest=due_earliest,
        due_latest=due_latest,
        due=due,
        skipped=skipped,
        last_useful=last_useful,
        reasons=said,
        explanation=join(said),
        on_miss=rule.on_miss,
        on_miss_procedure=rule.on_miss_procedure,
    )
