"""Ranking the cases that a message may be about."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules import references
from cases.rules.suggestions import MOST, Candidate, Clue, rank

REFERENCE = references.make(lambda below: 0)
spelling = st.sampled_from(["{}", "{}.", "(réf. {})", "n°{}", "#{}", "« {} »"])


def candidate(case_id: int = 1, **told: object) -> Candidate:
    given_: dict[str, object] = {"reference": "BABA-BABA-ZZZ", "names": ("Élodie", "Le Goff")}
    return Candidate(case_id=case_id, **(given_ | told))  # type: ignore[arg-type]  # keywords in a table


@given(st.integers(0, 2**63), st.sampled_from(["-", " ", ".", "", "‑", " - "]), st.booleans(), spelling)
def test_a_reference_is_found_however_it_is_spelt(seed: int, joint: str, lower: bool, around: str) -> None:
    reference = references.make(lambda below: seed % below)
    written = reference.replace("-", joint)
    text = around.format(written.lower() if lower else written)

    assert reference in list(references.mentioned(f"Bonjour, {text} Merci"))


@given(st.text(alphabet="ABDO01-. é\n", max_size=120))
def test_whatever_is_mentioned_is_a_reference(text: str) -> None:
    assert all(references.parse(found) == found for found in references.mentioned(text))


def test_digits_that_stand_for_letters_are_read() -> None:
    reference = "BOBO-BOBO-BO"
    made = next(one for _ in range(2000) if "O" in (one := references.make(secrets.randbelow)))

    assert made in list(references.mentioned(made.replace("O", "0")))
    assert list(references.mentioned(reference)) == []


@pytest.mark.parametrize(
    ("words", "signed", "clues"),
    [
        ("Bonjour, Élodie Le Goff", "", (Clue.FULL_NAME,)),
        ("cordialement, ELODIE LE GOFF", "", (Clue.FULL_NAME,)),
        ("Bonjour", "Elodie le Goff", (Clue.FULL_NAME,)),
        ("Famille Le Goff", "", (Clue.LAST_NAME,)),
        ("Élodie", "", ()),
        ("Le", "", ()),
        ("", "", ()),
    ],
)
def test_a_name_is_a_weak_clue(words: str, signed: str, clues: tuple[Clue, ...]) -> None:
    found = rank([candidate()], words=words, signed=signed)

    assert [one.clues for one in found] == ([clues] if clues else [])


def test_a_name_in_the_middle_of_a_long_message_is_no_signature() -> None:
    assert rank([candidate()], words="Élodie Le Goff" + " a b" * 2000, signed="") == []


def test_stronger_clues_come_first_and_five_at_most() -> None:
    rows = [
        candidate(1),
        candidate(2, is_sender=True, is_open=False),
        candidate(3, is_sender=True),
        candidate(4, is_named=True),
        candidate(5, reference=REFERENCE),
        *(candidate(number) for number in range(6, 20)),
    ]
    found = rank(rows, words=f"{REFERENCE} Élodie Le Goff", signed="")

    assert [one.case_id for one in found[:4]] == [4, 5, 3, 2]
    assert len(found) == MOST


def test_nobody_without_a_name_is_suggested_by_it() -> None:
    assert rank([candidate(names=()), candidate(names=("",))], words="Bonjour", signed="x") == []
