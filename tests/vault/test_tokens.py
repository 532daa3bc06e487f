"""Tokens in lines again, and what is hidden among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.rules import blurred
from vault.rules.hiding import hidden_among
from vault.rules.tokens import Token, readings, rows_of
from vault.rules.zones import Mark

NIR = "2 69 05 49 588 157 80"


def signs(text: str, *, left: float = 100, top: float = 100, step: float = 10, down: float = 0) -> list[Token]:
    """A line of signs, each 10 wide and 16 high; a space leaves its place empty."""
    placed = [(sign, left + step * place, top + down * place) for place, sign in enumerate(text)]
    return [Token(sign, x, y, x + 10, y + 16) for sign, x, y in placed if sign != " "]


def words(text: str, *, left: float = 100, top: float = 100) -> list[Token]:
    """Words as a machine reads them, 10 a sign."""
    placed, x = [], left
    for word in text.split():
        placed.append(Token(word, x, top, x + 10 * len(word), top + 16))
        x += 10 * len(word) + 8
    return placed


def covered(tokens: list[Token], *, words: bool = False) -> str:
    """The texts whose middle is hidden, in their order."""
    boxes = hidden_among(tokens, words=words)
    return "".join(
        token.text
        for token in tokens
        if any(
            box.left <= (token.left + token.right) / 2 <= box.right and box.top <= token.middle <= box.bottom
            for box in boxes
        )
    )


@pytest.mark.parametrize(
    "tokens",
    [
        signs(NIR),
        signs(NIR, step=24),
        signs(NIR)[::-1],
        sorted(signs(NIR), key=lambda token: token.text),
        signs(NIR.replace(" ", ""), step=0, down=20),
        signs(NIR.replace(" ", ""), step=0, down=-20),
        signs(NIR[:10]) + signs(NIR[10:].strip(), top=124),
        signs(NIR.replace(" ", "")),
        [*signs(NIR[:10]), Token(">", 80, 124, 90, 140), *signs(NIR[10:].strip(), top=124)],
    ],
    ids=["line", "spaced", "backwards", "by value", "downwards", "upwards", "two lines", "close", "quoted"],
)
def test_a_number_is_found_in_whatever_order_it_was_drawn(tokens: list[Token]) -> None:
    assert sorted(covered(tokens)) == sorted(NIR.replace(" ", ""))


def test_what_stands_beside_a_number_stays() -> None:
    around = signs("Assuree", top=60) + signs("le 12", left=420) + signs("SIRET", top=140)

    assert covered(signs(NIR) + around) == NIR.replace(" ", "")


def test_an_amount_at_the_end_of_a_line_is_no_beginning_of_a_number() -> None:
    table = signs("235  74,17  123,30") + signs("3444627332262 Article", top=124)

    assert covered(table) == ""


def test_two_columns_are_no_number_together() -> None:
    table = signs("2 69 05", left=100) + signs("49 588", left=600) + signs("157 80", left=1200)

    assert covered(table) == ""


@pytest.mark.parametrize(
    ("left", "top", "is_hidden"),
    [(340, 100, True), (560, 100, True), (100, 124, True), (100, 140, True), (100, 400, False)],
    ids=["beside", "at the far right", "below", "a line below", "elsewhere"],
)
def test_the_key_of_a_hidden_number_is_hidden_wherever_it_stands_near(left: float, top: float, is_hidden: bool) -> None:
    number = signs("NIR 2 69 05 49 588 157")
    between = signs("Somme due en euros", left=100, top=300)
    key = signs("80", left=left, top=top)

    assert covered([*number, *between, *key]).endswith("80") is is_hidden


def test_a_slanting_number_is_hidden_sign_by_sign_and_not_what_stands_beside_it() -> None:
    number = [Token(sign, 100 + 12 * at, 100 + 12 * at, 112 + 12 * at, 118 + 12 * at) for at, sign in enumerate(NIR)]
    slanting = [token for token in number if token.text != " "]
    above, below = signs("rien", left=300, top=100), signs("rien", left=100, top=330)

    assert covered([*slanting, *above, *below]) == NIR.replace(" ", "")


def test_two_digits_that_are_not_its_key_stay_beside_a_number() -> None:
    assert covered([*signs("NIR 2 69 05 49 588 157"), *signs("75", left=560)]) == "2690549588157"


def test_a_box_reaches_half_a_sign_further_and_a_quarter_above_and_below() -> None:
    [box] = hidden_among(signs(NIR), words=False)

    assert (box.left, box.right) == (95, 100 + 10 * len(NIR) + 5)
    assert (box.top, box.bottom) == (96, 120)
    assert (box.kind, box.certain) == (Mark.NIR, True)


def test_whole_words_are_hidden_since_a_machine_gives_signs_no_sure_place() -> None:
    assert covered(words("n°2690549588157 80 fin"), words=True) == "n°269054958815780"


@pytest.mark.parametrize(
    "read",
    [
        "2 69 O5 49 588 l57 80",
        "2 69 05 49 588 157 8O",
        "Z 69 05 49 588 157 80",
        "2 69 13 49 588 157 80",
        "69 05 49 588 157 80",
        "2 69 05 49 588 15 80",
        "Numero de securite sociale 2|6|9]0|5 |4|9|5|8|8|1|5|7",
        "immatriculation : 26905A9588157 8O",
        "2 24 /2 46 @1 301 04",
    ],
)
def test_a_number_that_was_read_wrongly_is_hidden_too(read: str) -> None:
    spans = blurred.find(read)

    assert spans
    assert sum(sign.isdecimal() for start, end in spans for sign in read[start:end]) >= 9


@pytest.mark.parametrize(
    "read",
    [
        "Tel. 01 42 33 44 55 ou 06 12 34 56 78",
        "assuree, appelez le O1 42 33 44 55",
        "SIRET 732 829 320 00074",
        "securite sociale, SIRET 732 829 320 OOO74",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
        "le 12 05 2026 a 10 30",
        "100 200 300 400 500",
        "12 rue de la Paix 75002 Paris",
        "dossier 2026 10 00012",
    ],
)
def test_other_numbers_are_not_taken_for_one_that_was_read_wrongly(read: str) -> None:
    assert blurred.find(read) == []


@given(st.lists(st.tuples(st.sampled_from("0123456789A-"), st.integers(0, 400), st.integers(0, 400)), max_size=40))
def test_any_tokens_are_read_without_losing_or_doubling_one(placed: list[tuple[str, int, int]]) -> None:
    tokens = [Token(sign, x, y, x + 8, y + 12) for sign, x, y in placed]

    for reading in readings(tokens, words=False):
        there = [owner for owner in reading.owners if owner >= 0]
        assert len(reading.text) == len(reading.owners)
        assert len(there) == len(set(there)), "no sign stands twice"
    assert readings(tokens, words=False)[0].text.count("-") == sum(token.text == "-" for token in tokens)
    assert sorted(place for row in rows_of(tokens) for place in row) == list(range(len(tokens)))
    hidden_among(tokens, words=False)
