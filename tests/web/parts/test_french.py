from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.utils import translation

from web.parts import french


def spaced(text: str) -> str:
    """Ordinary spaces for no-break ones, so that examples can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2011", "-")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 26), "jeudi 26 novembre 2026"),
        (date(2027, 1, 1), "vendredi 1<sup>er</sup> janvier 2027"),
        (date(2026, 8, 11), "mardi 11 août 2026"),
        (date(2026, 12, 21), "lundi 21 décembre 2026"),
    ],
)
def test_a_legal_date_is_written_in_words(day: date, words: str) -> None:
    assert spaced(french.in_words(day)) == words


def test_day_and_month_never_part_at_the_end_of_a_line() -> None:
    assert "26\u00a0novembre" in french.in_words(date(2026, 11, 26))
    assert "1er\u00a0janvier" in french.plain_words(date(2027, 1, 1))


def test_attributes_get_no_markup() -> None:
    assert spaced(french.plain_words(date(2027, 1, 1))) == "vendredi 1er janvier 2027"


def test_the_same_filters_speak_english() -> None:
    with translation.override("en"):
        assert spaced(french.in_words(date(2027, 1, 1))) == "Friday 1 January 2027"
        assert french.number(1234) == "1,234"
        assert french.clock(time(17, 30)) == "17:30"
        assert french.countdown(date(2026, 11, 26), date(2026, 11, 23)) == "D\u20113"


def test_an_instant_is_read_in_the_zone_of_the_reader() -> None:
    late_in_london = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)

    assert spaced(french.in_words(late_in_london)) == "samedi 1<sup>er</sup> août 2026"
    assert spaced(french.at_hour(late_in_london)) == "samedi 1er août 2026, 0 h 30"
    assert french.iso(late_in_london) == "2026-08-01"


@pytest.mark.parametrize(("moment", "words"), [(time(17, 30), "17 h 30"), (time(9, 0), "9 h"), (time(8, 5), "8 h 05")])
def test_hours_are_written_the_french_way(moment: Any, words: str) -> None:
    assert spaced(french.clock(moment)) == words


@pytest.mark.parametrize(
    ("value", "words"), [(1234, "1\u202f234"), (7, "7"), (1234567, "1\u202f234\u202f567"), (12.5, "12,5")]
)
def test_thousands_are_parted_by_a_narrow_space(value: float, words: str) -> None:
    assert french.number(value) == words


def test_a_margin_stays_with_its_sign() -> None:
    assert french.margin(10) == "±\u00a010"


@pytest.mark.parametrize(("due", "words"), [(26, "J-3"), (23, "J"), (20, "J+3")])
def test_a_countdown_says_how_far_the_day_is(due: int, words: str) -> None:
    assert spaced(french.countdown(date(2026, 11, due), date(2026, 11, 23))) == words


@pytest.mark.parametrize(("due", "words"), [(26, "3 jours"), (24, "1 jour"), (23, "0 jour"), (1, "0 jour")])
def test_days_left_never_fall_below_zero(due: int, words: str) -> None:
    assert french.days_left(date(2026, 11, due), date(2026, 11, 23)) == words


@pytest.mark.parametrize("say", [french.in_words, french.plain_words, french.day_month, french.iso, french.clock])
def test_no_date_is_no_word(say: Any) -> None:
    assert say(None) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Bao Démo", "de Bao Démo"),
        ("Alix Démo", "d’Alix Démo"),
        ("Élodie", "d’Élodie"),
        ("Hugo", "d’Hugo"),
        ("Yves", "d’Yves"),
        ("Yann", "de Yann"),
        ("", "de "),
    ],
)
def test_a_name_is_elided_as_it_is_said(name: str, words: str) -> None:
    assert french.of_whom(name) == words
    with translation.override("en"):
        assert french.of_whom(name) == name


def test_a_secret_is_read_in_fours() -> None:
    assert french.in_fours("ABCDEFGHIJ") == ["ABCD", "EFGH", "IJ"]
