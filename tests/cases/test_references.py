import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules.references import NotAReference, make, parse

seeds = st.integers(0, 10**9)


def _made(seed: int) -> str:
    return make(random.Random(seed).randrange)


@given(seeds)
def test_a_reference_is_read_back_however_it_is_typed(seed: int) -> None:
    reference = _made(seed)

    assert parse(reference) == reference
    assert parse(reference.lower().replace("-", " ")) == reference
    assert parse(reference.replace("O", "0").replace("I", "1").replace("-", "")) == reference


@given(seeds, st.integers(0, 10), st.sampled_from("BDFGJKMNPRTVZAEIOU"))
def test_one_wrong_letter_is_noticed(seed: int, place: int, letter: str) -> None:
    letters = _made(seed).replace("-", "")
    if letters[place] == letter:
        return

    with pytest.raises(NotAReference):
        parse(letters[:place] + letter + letters[place + 1 :])


@given(seeds, st.integers(0, 7))
def test_two_swapped_letters_of_a_kind_are_noticed(seed: int, place: int) -> None:
    letters = list(_made(seed).replace("-", ""))
    if letters[place] == letters[place + 2]:
        return
    letters[place], letters[place + 2] = letters[place + 2], letters[place]

    with pytest.raises(NotAReference):
        parse("".join(letters))


@pytest.mark.parametrize(
    "typed", ["", "BADU", "1", "é" * 11, "BADU-KEVI-TOR-BADU", "\x00" * 11, "ＢＡＤＵＫＥＶＩＴＯＲ"]
)
def test_something_else_is_not_a_reference(typed: str) -> None:
    with pytest.raises(NotAReference):
        parse(typed)
