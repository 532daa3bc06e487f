"""What the words of a document let expect. The letters are made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures import registry
from vault.rules import hints
from vault.rules.detector import seen_in
from vault.rules.hints import Hint

TODAY = date(2026, 11, 23)
EXPECTED = ("Mon espace santé", "opposition", "création", "Assurance Maladie")
LETTER = (
    "L’Assurance Maladie Justificatif d’opposition Madame, nous confirmons votre opposition à la création de "
    "Mon espace santé, enregistrée le 3 février 2026."
)


def of(text: str, *, sure: float | None = None) -> tuple[Hint, ...]:
    return hints.of(text.split(), expected=EXPECTED, today=TODAY, sure=sure)


def test_the_right_letter_has_its_words_a_date_and_reads_well() -> None:
    assert of(LETTER) == (Hint.EXPECTED, Hint.DATED, Hint.LEGIBLE)


def test_another_letter_says_so() -> None:
    text = "Madame, votre facture du 3 mars 2026 est payée, nous vous remercions de votre confiance."

    assert of(text) == (Hint.UNEXPECTED, Hint.DATED, Hint.LEGIBLE)


def test_a_letter_with_some_of_the_words_is_told_apart() -> None:
    assert of("Madame, votre opposition au démarchage téléphonique est enregistrée.")[0] is Hint.PARTLY


def test_without_expected_words_nothing_is_said_of_them() -> None:
    assert hints.of(LETTER.split(), expected=(), today=TODAY) == (Hint.DATED, Hint.LEGIBLE)


@pytest.mark.parametrize(
    "text",
    [
        "MON ESPACE SANTE",
        "mon espace sante",
        "Mon espace santé,",
        "Mon espacc santé",
        "Monespacesanté",
        "«Mon espace\u00a0santé»",
        "Mon espace sante\u0301",
    ],
)
def test_accents_case_and_a_reader_s_slips_are_forgiven(text: str) -> None:
    assert hints.found_in(text.split(" "), expected=["Mon espace santé"]) == ("Mon espace santé",)


@pytest.mark.parametrize("text", ["Mon espace", "espace santé mon", "ma santé", "Mon espzcz santé", "Mon espace vert"])
def test_other_words_are_other_words(text: str) -> None:
    assert hints.found_in(text.split(), expected=["Mon espace santé"]) == ()


def test_a_short_word_is_not_guessed_at() -> None:
    assert hints.found_in(["CNlL", "CN1L", "CNI"], expected=["CNIL"]) == ()
    assert hints.found_in(["la", "CNIL."], expected=["CNIL"]) == ("CNIL",)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("le 3 février 2026", date(2026, 2, 3)),
        ("Paris, le 1er mars 2026", date(2026, 3, 1)),
        ("le 12 AOÛT 2026", date(2026, 8, 12)),
        ("12 déc. 2025", date(2025, 12, 12)),
        ("03/02/2026", date(2026, 2, 3)),
        ("3.2.26", date(2026, 2, 3)),
        ("03 - 02 - 2026", date(2026, 2, 3)),
        ("2026-02-03T10:15", date(2026, 2, 3)),
        ("le O3/O2/2O26", date(2026, 2, 3)),
        ("l2 mai 2026", date(2026, 5, 12)),
    ],
)
def test_a_day_is_read_in_letters_and_figures(text: str, day: date) -> None:
    assert hints.days_in(text.split()) == {day}


@pytest.mark.parametrize(
    "text", ["", "31 février 2026", "45/02/2026", "12 pommes 2026", "1/2", "06 12 34 56 78", "34 22", "mai 2026"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert hints.days_in(text.split()) == set()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("reçu le 23 novembre 2026", Hint.DATED),
        ("reçu le 24 novembre 2026", Hint.FUTURE),
        ("valable jusqu’au 1er mars 2027, fait le 1er mars 2026", Hint.DATED),
        ("née le 3 février 1958", Hint.UNDATED),
        ("loi du 24 juillet 2019", Hint.UNDATED),
        ("le 3 février 2096", Hint.UNDATED),
        ("sans rien", Hint.UNDATED),
    ],
)
def test_only_a_plausible_day_dates_a_letter(text: str, hint: Hint) -> None:
    assert of(text)[1] is hint


@pytest.mark.parametrize(
    ("text", "sure", "hint"),
    [
        (LETTER, None, Hint.LEGIBLE),
        (LETTER, 91.0, Hint.LEGIBLE),
        (LETTER, 42.0, Hint.HARD_TO_READ),
        ("", None, Hint.HARD_TO_READ),
        ("Madame, oui", None, Hint.HARD_TO_READ),
        ("xkz brrt wqsdf llkm Madame votre demande reçue hier ici zzkt prtk mmm tsk", None, Hint.HARD_TO_READ),
        ("Madame votre demande du 12 03 2026 est reçue n° 123456 merci beaucoup", None, Hint.LEGIBLE),
    ],
)
def test_it_is_legible_when_most_words_look_like_words(text: str, sure: float | None, hint: Hint) -> None:
    assert of(text, sure=sure)[-1] is hint


@given(words=st.lists(st.text(max_size=20), max_size=40))
def test_whatever_was_read_there_are_three_hints_and_nothing_of_the_text(words: list[str]) -> None:
    told = hints.of(words, expected=EXPECTED, today=TODAY)

    assert len(told) == 3
    assert {Hint(hint.value) for hint in told} == set(told)


@pytest.mark.parametrize("hint", Hint)
def test_every_hint_has_its_sentence_in_each_language(hint: Hint) -> None:
    assert hint.say("fr")
    assert hint.say("en")
    assert hint.say("fr") != hint.say("en")


def test_every_justificatif_of_ours_tells_what_it_holds() -> None:
    told = [one for definition in registry.all_current() for one in definition.justificatifs]

    assert told
    assert all(len(one.words) >= 3 for one in told)
    assert all(hints.found_in(one.words, expected=one.words) == one.words for one in told)
    assert not any(seen_in(word) for one in told for word in one.words)
