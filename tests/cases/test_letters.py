"""The letter of reminder: French, dated, without a number."""

from dataclasses import replace
from datetime import date

from cases.rules.letters import Overdue, reminder

OVERDUE = Overdue(
    addressee="La Caisse nationale",
    asked="Clôturer l'espace",
    expected="Recevoir la confirmation.",
    article="CSP R. 1111-36",
    is_certain=True,
    since_earliest=date(2026, 3, 1),
    since_latest=date(2026, 3, 1),
    due=date(2026, 6, 1),
)


def test_it_says_what_was_asked_and_until_when_by_which_text() -> None:
    letter = reminder(OVERDUE, today=date(2026, 6, 8))
    whole = "\n".join((letter.addressee, letter.day, letter.subject, *letter.paragraphs))

    assert "Le 8 juin 2026" in whole
    assert "Ma demande date du 1er mars 2026." in whole
    assert "au plus tard le 1er juin 2026" in whole
    assert "CSP R. 1111-36" in whole
    assert "«\u00a0Clôturer l’espace\u00a0»" in whole
    assert "«\u00a0Recevoir la confirmation\u00a0»" in whole


def test_an_uncertain_start_is_told_as_a_range() -> None:
    unsure = replace(OVERDUE, since_latest=date(2026, 3, 4))

    letter = reminder(unsure, today=date(2026, 6, 8))

    assert any("entre le 1er mars 2026 et le 4 mars 2026" in paragraph for paragraph in letter.paragraphs)


def test_a_length_that_no_text_gives_is_told_as_a_guide() -> None:
    letter = reminder(replace(OVERDUE, is_certain=False), today=date(2026, 6, 8))

    assert any("Je prends pour repère" in paragraph for paragraph in letter.paragraphs)
    assert not any("devait me parvenir" in paragraph for paragraph in letter.paragraphs)


def test_it_has_the_typography_of_french() -> None:
    letter = reminder(OVERDUE, today=date(2026, 6, 8))

    assert all("'" not in paragraph for paragraph in letter.paragraphs)
