from datetime import date

import pytest

from procedures.rules.calendars import Calendar
from procedures.rules.counting import Residence, end_of
from procedures.rules.definitions import RuleFamily
from procedures.rules.periods import Period
from procedures.rules.sentences import explain_period
from procedures.rules.texts import Text


def explained(
    start: str, length: str, rule: RuleFamily, *, calendar: Calendar | None = None, residence: Residence | None = None
) -> Text:
    day, period, days_off = date.fromisoformat(start), Period.parse(length), calendar or Calendar()
    end = end_of(day, length=period, rule=rule, calendar=days_off, residence=residence)
    said = explain_period(day, length=period, rule=rule, end=end, calendar=days_off, residence=residence)
    return Text(said.fr.replace("\u00a0", " ").replace("\u202f", " "), said.en)


def test_a_bare_period_is_explained_in_both_languages() -> None:
    said = explained("2026-03-05", "P1M", RuleFamily.EU_1182_71)

    assert said.fr == (
        "Départ : jeudi 5 mars 2026. Durée : un mois, de date à date. Fin du délai : dimanche 5 avril 2026. "
        "Le 5 avril 2026 est le dimanche de Pâques, le 6 le lundi de Pâques : reporté au mardi 7. "
        "Texte : règlement (CEE, Euratom) n° 1182/71, article 3."
    )
    assert said.en == (
        "Start: Thursday 5 March 2026. Length: one month, from date to date. End of the period: Sunday 5 April 2026. "
        "5 April 2026 is Easter Sunday, the 6th Easter Monday: moved to Tuesday 7 April. "
        "Text: Regulation (EEC, Euratom) No 1182/71, article 3."
    )


@pytest.mark.parametrize(
    ("start", "length", "rule", "part"),
    [
        (
            "2026-03-20",
            "P6W",
            RuleFamily.FR_WEEKS,
            "Le 1er mai 2026 est la fête du Travail : ce délai ne se reporte pas.",
        ),
        (
            "2026-03-20",
            "P6W",
            RuleFamily.FR_WEEKS,
            "six semaines, soit 42 jours, qui finissent le même jour de la semaine",
        ),
        ("2026-04-15", "P30D", RuleFamily.FR_CPC, "30 jours, sans compter le jour du départ"),
        ("2026-04-15", "P1M10D", RuleFamily.FR_CPC, "les mois d’abord, de date à date, puis les jours"),
        ("2026-01-03", "P2M", RuleFamily.FR_FRANC, "délai franc, qui ne compte ni le jour du départ ni le dernier"),
        ("2026-11-20", "P2D", RuleFamily.EU_1182_71, "deux jours ouvrables : reporté au mardi 24 novembre 2026."),
        ("2026-11-20", "P2D", RuleFamily.EU_1182_71, "Le 22 novembre 2026 est un dimanche. Le délai doit contenir"),
        ("2026-10-01", "P1M", RuleFamily.EU_1182_71, "Le 1er novembre 2026 est un dimanche et la Toussaint"),
        ("2026-11-29", "P1M", RuleFamily.FR_CPC, "Fin du délai : mardi 29 décembre 2026. Texte"),
    ],
)
def test_each_turn_of_a_rule_has_its_words(start: str, length: str, rule: RuleFamily, part: str) -> None:
    assert part in explained(start, length, rule).fr


def test_every_skipped_day_is_named_where_the_holidays_are_local() -> None:
    calendar = Calendar(zone="FR-67", good_friday=True)

    said = explained("1973-03-20", "P1M", RuleFamily.FR_CPC, calendar=calendar)

    assert (
        "Le 20 avril 1973 est le vendredi saint, le 21 un samedi, le 22 le dimanche de Pâques, "
        "le 23 le lundi de Pâques : reporté au mardi 24."
    ) in said.fr


def test_distance_is_told_only_where_it_counts() -> None:
    appeal = explained("2026-01-15", "P2M", RuleFamily.FR_FRANC, residence=Residence.ABROAD)
    other = explained("2026-01-15", "P2M", RuleFamily.FR_CPC, residence=Residence.ABROAD)

    assert "Deux mois de plus pour qui habite à l’étranger." in appeal.fr
    assert "Two months more for people living abroad." in appeal.en
    assert "l’étranger" not in other.fr


def test_good_friday_outside_alsace_moselle_is_said_to_be_an_ordinary_day() -> None:
    wrong = explained("2026-03-03", "P1M", RuleFamily.FR_CPC, calendar=Calendar(zone="FR", good_friday=True))
    right = explained("2026-03-03", "P1M", RuleFamily.FR_CPC, calendar=Calendar(zone="FR-57", good_friday=True))

    assert "Hors de l’Alsace-Moselle, le vendredi saint est un jour ordinaire." in wrong.fr
    assert "Outside Alsace-Moselle" not in right.en
