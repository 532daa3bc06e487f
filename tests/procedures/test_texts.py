from datetime import date, datetime, time

import pytest

from procedures.rules.texts import Text, join, say_date, say_datetime, say_day_of_month, say_list, say_time, typeset


def test_french_stands_in_for_a_language_that_we_do_not_speak() -> None:
    text = Text("bonjour", "hello")

    assert [text.say(language) for language in ("fr", "en", "en-gb", "EN", "de")] == [
        "bonjour",
        "hello",
        "hello",
        "hello",
        "bonjour",
    ]


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2026, 4, 7), "mardi 7 avril 2026", "Tuesday 7 April 2026"),
        (date(2026, 8, 1), "samedi 1er août 2026", "Saturday 1 August 2026"),
        (date(2026, 12, 31), "jeudi 31 décembre 2026", "Thursday 31 December 2026"),
    ],
)
def test_a_date_is_said_in_words(day: date, french: str, english: str) -> None:
    assert (say_date(day, "fr"), say_date(day, "en")) == (french, english)


def test_a_date_may_leave_out_what_is_known() -> None:
    assert say_date(date(2026, 5, 1), "fr", weekday=False) == "1er mai 2026"
    assert say_date(date(2026, 5, 1), "en", year=False) == "Friday 1 May"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd")],
)
def test_english_ordinals(number: int, said: str) -> None:
    assert say_day_of_month(date(2026, 1, number), "en") == said


def test_hours_keep_together() -> None:
    assert say_time(time(17, 30), "fr") == "17\u00a0h\u00a030"
    assert say_time(time(8), "fr") == "8\u00a0h"
    assert say_time(time(8), "en") == "08:00"
    assert say_datetime(datetime(2026, 4, 30, 17, 30), "fr") == "jeudi 30 avril 2026 à 17\u00a0h\u00a030"  # noqa: DTZ001  wall clock


def test_lists_end_with_and() -> None:
    assert say_list(["a"], "fr") == "a"
    assert say_list(["a", "b", "c"], "fr") == "a, b et c"
    assert say_list(["a", "b"], "en") == "a and b"


def test_plain_typing_becomes_french_typography() -> None:
    assert typeset("L'appel : « oui » ; au 34 22, à 8 h 30 !") == (
        "L’appel\u00a0: «\u00a0oui\u00a0»\u202f; au 34\u00a022, à 8\u00a0h\u00a030\u202f!"
    )
    assert typeset("https://example.org/a?b=1") == "https://example.org/a?b=1"


def test_typesetting_twice_changes_nothing() -> None:
    once = typeset("L'appel : « oui » ; au 34 22, à 8 h 30 ?")

    assert typeset(once) == once


def test_texts_join_in_both_languages() -> None:
    assert join([Text("a", "x"), Text("b", "y")], ", ") == Text("a, b", "x, y")
