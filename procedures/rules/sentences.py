"""Why a date is what it is, in French and English: sentence tables and the functions that fill them."""

from collections.abc import Iterable
from datetime import date

from procedures.rules.calendars import ALSACE_MOSELLE, Calendar, DayOff
from procedures.rules.counting import FAMILIES, PeriodEnd, Residence
from procedures.rules.definitions import Bound, DeadlineRule, RuleFamily
from procedures.rules.facts import FACT_SAID, KNOWN_BY_SAID, StartFact, Told
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

TWO_WORKING_DAYS = Text(
    "Le délai doit contenir deux jours ouvrables : reporté au {}.",
    "The period must hold two working days: moved to {}.",
)
NOT_ROLLED = Text("ce délai ne se reporte pas", "this period is not extended for it")
PRUDENT = Text(
    "la règle reporterait, mais par prudence nous gardons ce jour",
    "the rule would move it, but to be safe we keep that day",
)

EXTENSION: dict[Told, Text] = {
    Told.IN_TIME: Text(
        "Prolongation de {} annoncée {}, dans le premier délai : elle compte.",
        "Extension of {} announced {}, within the first period: it counts.",
    ),
    Told.PERHAPS: Text(
        "Prolongation de {} annoncée {}, peut-être hors du premier délai : elle compte pour la date la plus tardive.",
        "Extension of {} announced {}, perhaps outside the first period: it counts for the later date.",
    ),
    Told.TOO_LATE: Text(
        "Prolongation de {} annoncée {}, après le premier délai : trop tard, elle ne compte pas.",
        "Extension of {} announced {}, after the first period: too late, it does not count.",
    ),
    Told.TOO_EARLY: Text(
        "Prolongation de {} annoncée {}, avant le départ : elle ne peut pas porter sur ce délai, elle ne compte pas.",
        "Extension of {} announced {}, before the start: it cannot concern this period, it does not count.",
    ),
}
STOOD_STILL = Text("Le délai s’est arrêté du {} au {} : {} de plus.", "The clock stood still from {} to {}: {}.")
STOOD_OUTSIDE = Text(
    "Le délai s’est arrêté du {} au {} : aucun jour de plus.", "The clock stood still from {} to {}: no more days."
)
RAN_AGAIN = Text(
    "Le délai, interrompu {}, est reparti en entier {}.", "The period was interrupted {} and started again in full {}."
)
RESUMED_BEFORE = Text(
    "La reprise du délai, {}, précède son arrêt, {} : l’une des deux dates est fausse, l’arrêt ne compte pas.",
    "The clock started again, {}, before it stopped, {}: one of the two dates is wrong, the stop does not count.",
)
RECEIVED_BEFORE = Text(
    "La réception, {}, précède l’envoi, {} : l’une des deux dates est fausse.",
    "The receipt, {}, comes before the sending, {}: one of the two dates is wrong.",
)
NO_GOOD_FRIDAY = Text(
    "Hors de l’Alsace-Moselle, le vendredi saint est un jour ordinaire.",
    "Outside Alsace-Moselle, Good Friday is an ordinary day.",
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
    sentences += [NO_GOOD_FRIDAY] if calendar.good_friday and calendar.zone not in ALSACE_MOSELLE else []
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
    return [_filled(Text("Départ : {}.", "Start: {}."), join([_between(start), *known], ", ")), UNCERTAIN[bound]]


def _between(fact: StartFact) -> Text:
    days = date_text(fact.earliest), date_text(fact.latest)
    return _filled(Text("entre le {} et le {}", "between {} and {}"), *days)


def _on(fact: StartFact) -> Text:
    return _filled(Text("le {}", "on {}"), date_text(fact.earliest)) if fact.is_certain else _between(fact)


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
        return [*_passed_over(end.skipped), _filled(TWO_WORKING_DAYS, date_text(end.due))]
    if end.skipped:
        return [skipped_sentence(end.skipped, to=end.due)]
    off = calendar.day_off(end.raw_end)
    return [kept_sentence(off, because=kept)] if off else []


def kept_sentence(off: DayOff, *, because: Text) -> Text:
    return _filled(Text("{} : {}.", "{}: {}."), in_both(lambda language: _days_said((off,), language)), because)


def _passed_over(days: tuple[DayOff, ...]) -> list[Text]:
    return [_filled(Text("{}.", "{}."), in_both(lambda language: _days_said(days, language)))] if days else []


def skipped_sentence(skipped: tuple[DayOff, ...], *, to: date) -> Text:
    """`Le 5 avril 2026 est le dimanche de Pâques, le 6 le lundi de Pâques : reporté au mardi 7.`"""
    days = in_both(lambda language: _days_said(skipped, language))
    target = in_both(lambda language: _target_said(to, after=skipped[-1].day, language=language))
    return _filled(Text("{} : reporté au {}.", "{}: moved to {}."), days, target)


def extension_sentence(extended: StartFact, *, extension: Period, told: Told) -> Text:
    return _filled(EXTENSION[told], in_both(extension.say), _on(extended))


def stop_sentence(paused: StartFact, resumed: StartFact, *, days: int) -> Text:
    """`days`: the most that the clock may have stood still within the period."""
    if resumed.latest < paused.earliest:
        return _filled(RESUMED_BEFORE, date_text(resumed.latest), date_text(paused.earliest))
    if not days:
        return _filled(STOOD_OUTSIDE, date_text(paused.earliest), date_text(resumed.latest))
    more = Text(f"{days} jour{'s' if days > 1 else ''}", f"{days} more day{'s' if days > 1 else ''}")
    return _filled(STOOD_STILL, date_text(paused.earliest), date_text(resumed.latest), more)


def restart_sentence(paused: StartFact, resumed: StartFact) -> Text:
    return _filled(RAN_AGAIN, _on(paused), _on(resumed))


def bounded_sentence(received: StartFact) -> Text:
    return _filled(
        Text("Il était arrivé le {} : il n’est pas parti après.", "It had arrived by {}: it was not sent later."),
        date_text(received.latest),
    )


def received_before_sentence(received: StartFact, sent: StartFact) -> Text:
    return _filled(RECEIVED_BEFORE, date_text(received.latest), date_text(sent.earliest))


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
