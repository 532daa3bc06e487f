"""Why a date is what it is, in French and English: sentence tables and the functions that fill them."""

from collections.abc import Iterable
from datetime import date

from procedures.rules.calendars import Calendar, DayOff
from procedures.rules.counting import FAMILIES, PeriodEnd, Residence
from procedures.rules.definitions import Bound, DeadlineRule, RuleFamily
from procedures.rules.facts import FACT_SAID, KNOWN_BY_SAID, StartFact
from procedures.rules.periods import Period
from procedures.rules.texts import (
    Text,
    date_text,
    in_both,
    is_english,
    join,
    say_date,
    say_day_of_month,
    say_weekday,
    typeset,
    typeset_numbers,
)

DATE_TO_DATE = Text("de date à date", "from date to date")
NOT_THE_FIRST = Text("sans compter le jour du départ", "without counting the day of the start")
MONTHS_THEN_DAYS = Text(
    "les mois d’abord, de date à date, puis les jours", "months first, from date to date, then days"
)
CLEAR_DAYS = Text(
    "délai franc, qui ne compte ni le jour du départ ni le dernier",
    "a clear period, which counts neither the day of the start nor the last",
)
SAME_WEEKDAY = Text("qui finissent le même jour de la semaine", "ending on the same day of the week")

FARTHER: dict[Residence, Text] = {
    Residence.OVERSEAS: Text(
        "Un mois de plus pour qui habite outre-mer.", "One month more for people living overseas."
    ),
    Residence.ABROAD: Text(
        "Deux mois de plus pour qui habite à l’étranger.", "Two months more for people living abroad."
    ),
}

UNCERTAIN: dict[Bound, Text] = {
    Bound.MEMBER: Text(
        "Le jour n’est pas sûr : par prudence, nous comptons depuis le premier possible.",
        "The day is not certain: to be safe, we count from the first possible one.",
    ),
    Bound.ADDRESSEE: Text(
        "Le jour n’est pas sûr : avant de parler de retard, nous comptons depuis le dernier possible.",
        "The day is not certain: before speaking of lateness, we count from the last possible one.",
    ),
    Bound.INFO: Text(
        "Le jour n’est pas sûr : nous comptons depuis le dernier possible.",
        "The day is not certain: we count from the last possible one.",
    ),
}

TWO_WORKING_DAYS = Text("Le délai doit contenir deux jours ouvrables :", "The period must hold two working days:")
NOT_ROLLED = Text("ce délai ne se reporte pas", "this period is not extended for it")
PRUDENT = Text(
    "la règle reporterait, mais par prudence nous gardons ce jour",
    "the rule would move it, but to be safe we keep that day",
)


def explain_period(
    start: date,
    *,
    length: Period,
    rule: RuleFamily,
    end: PeriodEnd,
    calendar: Calendar,
    residence: Residence | None = None,
) -> Text:
    """The reason of a bare period: no case, no fact, no prudence."""
    departure = Text(fr=f"Départ : {say_date(start, 'fr')}.", en=f"Start: {say_date(start, 'en')}.")
    sentences = [departure, *length_sentences(length, start=start, rule=rule, residence=residence)]
    sentences += [raw_end_sentence(end.raw_end), *roll_sentences(end, calendar=calendar, kept=NOT_ROLLED)]
    sentences.append(_filled(Text("Texte : {}.", "Text: {}."), FAMILIES[rule].text))
    return finish(sentences)


def finish(sentences: Iterable[Text]) -> Text:
    whole = join(sentences)
    return Text(fr=typeset(whole.fr), en=typeset_numbers(whole.en))


def start_sentences(start: StartFact, *, bound: Bound, stand_in: bool = False) -> list[Text]:
    """`stand_in`: the start was drawn from another fact, and `known_by` tells how that other one is known."""
    known_by = None if stand_in else KNOWN_BY_SAID.get(start.known_by)
    known = [said for said in (FACT_SAID.get(start.kind), known_by) if said]
    if start.is_certain:
        day = date_text(start.earliest)
        return [_filled(Text("Départ : {}.", "Start: {}."), join([day, *known], ", "))]
    days = Text(
        fr=f"entre le {say_date(start.earliest, 'fr')} et le {say_date(start.latest, 'fr')}",
        en=f"between {say_date(start.earliest, 'en')} and {say_date(start.latest, 'en')}",
    )
    return [_filled(Text("Départ : {}.", "Start: {}."), join([days, *known], ", ")), UNCERTAIN[bound]]


def length_sentences(
    length: Period, *, start: date, rule: RuleFamily, residence: Residence | None = None
) -> list[Text]:
    said = in_both(length.say)
    if length.weeks and rule is RuleFamily.FR_WEEKS:
        said = Text(fr=f"{said.fr}, soit {length.all_days} jours", en=f"{said.en}, that is {length.all_days} days")
    sentences = [_filled(Text("Durée : {}, {}.", "Length: {}, {}."), said, counted(length, rule=rule))]
    if residence and FAMILIES[rule].grows_with_distance:
        sentences.append(FARTHER[residence])
    if length.all_months and length.is_clamped(start):
        sentences.append(_clamp_sentence(start))
    return sentences


def counted(length: Period, *, rule: RuleFamily) -> Text:
    """In one clause, how this length is counted under this rule."""
    if rule is RuleFamily.FR_FRANC:
        return CLEAR_DAYS
    if length.weeks and not length.all_months and not length.days:
        return SAME_WEEKDAY
    if length.all_months:
        return MONTHS_THEN_DAYS if length.all_days else DATE_TO_DATE
    return NOT_THE_FIRST


def raw_end_sentence(raw_end: date) -> Text:
    return _filled(Text("Fin du délai : {}.", "End of the period: {}."), date_text(raw_end))


def roll_sentences(end: PeriodEnd, *, calendar: Calendar, kept: Text) -> list[Text]:
    """Each day passed over by name; or, on a day off that is kept, why it is (`kept`)."""
    if end.widened:
        return [
            join(
                [
                    TWO_WORKING_DAYS,
                    Text(f"reporté au {say_date(end.due, 'fr')}.", f"moved to {say_date(end.due, 'en')}."),
                ]
            )
        ]
    if end.skipped:
        return [skipped_sentence(end.skipped, to=end.due)]
    off = calendar.day_off(end.raw_end)
    return [kept_sentence(off, because=kept)] if off else []


def kept_sentence(off: DayOff, *, because: Text) -> Text:
    return _filled(Text("{} : {}.", "{}: {}."), in_both(lambda language: _days_said((off,), language)), because)


def skipped_sentence(skipped: tuple[DayOff, ...], *, to: date) -> Text:
    """`Le 5 avril 2026 est le dimanche de Pâques, le 6 le lundi de Pâques : reporté au mardi 7.`"""
    days = in_both(lambda language: _days_said(skipped, language))
    target = in_both(lambda language: _target_said(to, after=skipped[-1].day, language=language))
    return _filled(Text("{} : reporté au {}.", "{}: moved to {}."), days, target)


def extension_sentence(extended: StartFact, *, extension: Period, counts: bool) -> Text:
    day, length = date_text(extended.earliest), in_both(extension.say)
    if counts:
        return _filled(
            Text(
                "Prolongation de {} annoncée le {}, dans le premier délai : elle compte.",
                "Extension of {} announced on {}, within the first period: it counts.",
            ),
            length,
            day,
        )
    return _filled(
        Text(
            "Prolongation de {} annoncée le {}, après le premier délai : trop tard, elle ne compte pas.",
            "Extension of {} announced on {}, after the first period: too late, it does not count.",
        ),
        length,
        day,
    )


def stop_sentence(paused: StartFact, resumed: StartFact, *, days: int) -> Text:
    return Text(
        fr=f"Le délai s’est arrêté du {say_date(paused.earliest, 'fr')} au {say_date(resumed.latest, 'fr')} : "
        f"{days} jour{'s' if days > 1 else ''} de plus.",
        en=f"The clock stood still from {say_date(paused.earliest, 'en')} to {say_date(resumed.latest, 'en')}: "
        f"{days} more day{'s' if days != 1 else ''}.",
    )


def stopped_sentence(paused: StartFact) -> Text:
    return _filled(
        Text(
            "Le délai est arrêté depuis le {} : il n’a pas de fin tant qu’il n’a pas repris.",
            "The clock has stood still since {}: there is no end until it starts again.",
        ),
        date_text(paused.earliest),
    )


def source_sentence(rule: DeadlineRule) -> Text:
    counted = FAMILIES[rule.rule].text
    checked = in_both(lambda language: say_date(rule.checked_on, language, weekday=False))
    return _filled(
        Text("Texte : {}, vérifié le {} ; calcul : {}.", "Text: {}, checked on {}; counting: {}."),
        Text(rule.article, rule.article),
        checked,
        counted,
    )


def both_dates_sentence(bound: Bound, *, earliest: date, latest: date) -> Text:
    first, last = date_text(earliest), date_text(latest)
    if bound is Bound.INFO:
        return _filled(Text("Pour information, sans alerte : {}.", "For information, no alert: {}."), last)
    if bound is Bound.ADDRESSEE:
        return _filled(
            Text(
                "Fin au plus tôt : {} ; en retard seulement après le {}.",
                "Earliest end: {}; late only after {}.",
            ),
            first,
            last,
        )
    if earliest == latest:
        return _filled(Text("Dernier jour pour agir : {}.", "Last day to act: {}."), first)
    return _filled(
        Text(
            "Dernier jour sûr pour agir : {} ; au plus large, si le doute vous profite : {}.",
            "Last safe day to act: {}; at the widest, if the doubt turns out in your favour: {}.",
        ),
        first,
        last,
    )


def last_useful_sentence(channel_title: Text, *, moment: Text) -> Text:
    return _filled(Text("{} : dernier moment utile, {}.", "{}: last useful moment, {}."), channel_title, moment)


def _clamp_sentence(start: date) -> Text:
    return Text(
        fr=f"Le dernier mois n’a pas de {start.day} : son dernier jour le remplace.",
        en=f"The last month has no {say_day_of_month(start, 'en')}: its last day stands in.",
    )


def _days_said(days: tuple[DayOff, ...], language: str) -> str:
    first, *others = days
    english = is_english(language)
    whole = say_date(first.day, language, weekday=False)
    parts = [f"{whole} is {first.said.en}" if english else f"Le {whole} est {first.said.fr}"]
    previous = first.day
    for off in others:
        parts.append(f"{_day_after(off.day, previous, language)} {off.said.say(language)}")
        previous = off.day
    return ", ".join(parts)


def _day_after(day: date, previous: date, language: str) -> str:
    """`le 6`, `le 1er mai`, `le 1er janvier 2027`: what the sentence already said is left out."""
    english = is_english(language)
    if day.month == previous.month:
        return f"the {say_day_of_month(day, language)}" if english else f"le {say_day_of_month(day, language)}"
    said = say_date(day, language, weekday=False, year=day.year != previous.year)
    return said if english else f"le {said}"


def _target_said(day: date, *, after: date, language: str) -> str:
    if day.month == after.month and not is_english(language):
        return f"{say_weekday(day, language)} {say_day_of_month(day, language)}"
    return say_date(day, language, year=day.year != after.year)


def _filled(template: Text, *values: Text) -> Text:
    return Text(
        fr=template.fr.format(*(value.fr for value in values)), en=template.en.format(*(value.en for value in values))
    )
