"""Deadlines as a function of a case's facts: both dates, each with its reason. Recomputed, never edited by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from procedures.rules import hours, sentences
from procedures.rules.calendars import Calendar
from procedures.rules.counting import PeriodEnd, Residence, end_of
from procedures.rules.definitions import Bound, Channel, Condition, DeadlineRule, Definition, RuleFamily
from procedures.rules.facts import FactKind, StartFact
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
class _Ends:
    earliest: PeriodEnd
    latest: PeriodEnd
    length: Period
    reasons: tuple[Text, ...]


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
    start, why_start = _start(rule, facts)
    if rule.condition and answers.get(rule.condition.answer) != rule.condition.value:
        return _condition_unmet(rule, rule.condition, answers=answers)
    if start is None:
        return _undated(rule, reasons=[_why_no_start(rule, answers)])
    ends = _ends(rule, start=start, facts=facts, residence=_residence(answers))
    if ends is None:
        reasons = [
            *sentences.start_sentences(start, bound=rule.bound),
            sentences.stopped_sentence(facts[FactKind.PAUSED]),
        ]
        return _undated(rule, start=start, reasons=reasons)
    return _dated(rule, start=start, why_start=why_start, ends=ends, channels=channels, residence=_residence(answers))


def calendar_of(rule: DeadlineRule) -> Calendar:
    """A customary day may move an addressee's latest date, nobody else's."""
    return Calendar(zone=rule.zone, good_friday=rule.good_friday, customary=rule.bound is Bound.ADDRESSEE)


def _start(rule: DeadlineRule, facts: Mapping[str, StartFact]) -> tuple[StartFact | None, list[Text]]:
    """The start fact, or the range that the fallback fact allows, with the sentences that only the fallback needs."""
    start = facts.get(rule.start_fact)
    if start or rule.fallback is None:
        return start, []
    stand_in = facts.get(rule.fallback.fact)
    if stand_in is None:
        return None, []
    earliest = stand_in.earliest - timedelta(days=rule.fallback.earlier.all_days)
    latest = stand_in.latest + timedelta(days=rule.fallback.later.all_days)
    return StartFact(rule.start_fact, earliest, latest, stand_in.known_by), [rule.fallback.because]


def _why_no_start(rule: DeadlineRule, answers: Mapping[str, str]) -> Text:
    waived = (waiver.because for waiver in rule.waivers if answers.get(waiver.answer) == waiver.value)
    return next(waived, rule.without_start)


def _residence(answers: Mapping[str, str]) -> Residence | None:
    value = answers.get("residence")
    return Residence(value) if value in tuple(Residence) else None


def _condition_unmet(rule: DeadlineRule, condition: Condition, *, answers: Mapping[str, str]) -> ComputedDeadline:
    contradicted = answers.get(condition.answer) not in (None, "", "unknown")
    return _undated(
        rule, applies=not contradicted, reasons=[condition.otherwise if contradicted else condition.unknown]
    )


def _ends(
    rule: DeadlineRule, *, start: StartFact, facts: Mapping[str, StartFact], residence: Residence | None
) -> _Ends | None:
    """1. the bare ends; 2. an extension told in time; 3. the days when the clock stood still. None: it still stands."""
    earliest, latest = (
        _end(rule, day, length=rule.length, residence=residence) for day in (start.earliest, start.latest)
    )
    reasons: list[Text] = []
    short, long = rule.length, rule.length
    extended = facts.get(FactKind.EXTENDED)
    if rule.extension and extended:
        counts = extended.earliest <= latest.due
        long = rule.length + rule.extension if counts else rule.length
        short = long if extended.latest <= earliest.raw_end else rule.length
        reasons.append(sentences.extension_sentence(extended, extension=rule.extension, counts=counts))
        earliest = _end(rule, start.earliest, length=short, residence=residence)
        latest = _end(rule, start.latest, length=long, residence=residence)
    paused, resumed = facts.get(FactKind.PAUSED), facts.get(FactKind.RESUMED)
    if not rule.pausable or paused is None or paused.earliest > latest.due:
        return _Ends(earliest=earliest, latest=latest, length=long, reasons=tuple(reasons))
    if resumed is None:
        return None
    fewest = max(0, (resumed.earliest - paused.latest).days)
    most = max(0, (resumed.latest - paused.earliest).days)
    reasons.append(sentences.stop_sentence(paused, resumed, days=most))
    return _Ends(
        earliest=_end(rule, start.earliest, length=short, residence=residence, stopped_days=fewest),
        latest=_end(rule, start.latest, length=long, residence=residence, stopped_days=most),
        length=long,
        reasons=tuple(reasons),
    )


def _end(
    rule: DeadlineRule, day: date, *, length: Period, residence: Residence | None, stopped_days: int = 0
) -> PeriodEnd:
    return end_of(
        day,
        length=length,
        rule=rule.rule,
        calendar=calendar_of(rule),
        residence=residence,
        rolls=rule.rolls,
        stopped_days=stopped_days,
    )


def _dated(
    rule: DeadlineRule,
    *,
    start: StartFact,
    why_start: list[Text],
    ends: _Ends,
    channels: tuple[Channel, ...],
    residence: Residence | None,
) -> ComputedDeadline:
    for_member = rule.bound is Bound.MEMBER
    due_earliest, due_latest = ends.earliest.raw_end, ends.latest.due
    due = due_earliest if for_member else due_latest
    raw_end = due_earliest if for_member else ends.latest.raw_end
    moments = _last_useful(channels, due) if for_member else ()
    first_day = start.earliest if for_member else start.latest
    reasons = [
        *sentences.start_sentences(start, bound=rule.bound, stand_in=bool(why_start)),
        *why_start,
        *sentences.length_sentences(ends.length, start=first_day, rule=rule.rule, residence=residence),
        *ends.reasons,
        sentences.raw_end_sentence(raw_end),
        *_roll_reasons(rule, ends),
        sentences.both_dates_sentence(rule.bound, earliest=due_earliest, latest=due_latest),
        *_moment_reasons(channels, moments),
        sentences.source_sentence(rule),
    ]
    return _computed(
        rule,
        start=start,
        raw_end=raw_end,
        due_earliest=due_earliest,
        due_latest=due_latest,
        due=due,
        skipped=tuple((off.day, off.name) for off in ends.latest.skipped),
        last_useful=moments,
        reasons=reasons,
    )


def _roll_reasons(rule: DeadlineRule, ends: _Ends) -> list[Text]:
    """For the member the day is kept and said so; the roll of the widest date is told when there is one."""
    calendar = calendar_of(rule)
    if rule.bound is not Bound.MEMBER:
        return sentences.roll_sentences(ends.latest, calendar=calendar, kept=sentences.NOT_ROLLED)
    off = calendar.day_off(ends.earliest.raw_end)
    if off is None:
        return []
    kept = sentences.PRUDENT if ends.earliest.skipped else sentences.NOT_ROLLED
    return [sentences.kept_sentence(off, because=kept)]


def _last_useful(channels: tuple[Channel, ...], due: date) -> tuple[tuple[str, datetime], ...]:
    found = ((channel.key, hours.last_useful(channel.hours, due)) for channel in channels if channel.hours)
    return tuple((key, moment) for key, moment in found if moment)


def _moment_reasons(channels: tuple[Channel, ...], moments: tuple[tuple[str, datetime], ...]) -> list[Text]:
    titles = {channel.key: channel.title for channel in channels}
    return [sentences.last_useful_sentence(titles[key], moment=datetime_text(moment)) for key, moment in moments]


def _undated(
    rule: DeadlineRule, *, reasons: list[Text], start: StartFact | None = None, applies: bool = True
) -> ComputedDeadline:
    return _computed(rule, start=start, applies=applies, reasons=reasons)


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
