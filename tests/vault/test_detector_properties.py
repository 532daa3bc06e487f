"""Whatever the number and the writing: found where it stands, and nothing else is."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.vault.numbers import INNOCENTS, WRITINGS, fifteen, thirteen
from tests.whole import WHOLE
from vault.rules.detector import Seen, find, mask, seen_in

_AROUND = st.sampled_from(
    [
        ("", ""),
        ("Mme Trucmuche ", ", née à Lyon."),
        ("NIR", ""),
        ("n°", "."),
        ("(", ")"),
        ("né le 5/05/1985, ", " à Paris"),
        ("Nous avons lu « ", " ». Merci de répondre sous 15 jours."),
        ("06 12 34 56 78\n", "\n75011 Paris"),
    ]
)
_FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
_SOME = settings(_FEW, max_examples=60 if WHOLE else 25)
_MANY = settings(_FEW, max_examples=300 if WHOLE else 100)


@pytest.mark.parametrize("writing", WRITINGS)
@_FEW
@given(number=fifteen, around=_AROUND)
def test_a_number_with_its_key_is_found_in_any_writing_with_its_exact_place(
    writing: str, number: str, around: tuple[str, str]
) -> None:
    written = WRITINGS[writing](number)
    assume(not (around[0][-1:].isalpha() and written[0].isalpha()))  # a letter at the end of a word is its own
    text = around[0] + written + around[1]

    [hit] = find(text)

    assert (hit.kind, text[hit.start : hit.end]) == (Seen.NIR, written)


@pytest.mark.parametrize("sign", [" ", ".", "-", "\u00a0", "\u202f", "/", "\n", "|"])
@_FEW
@given(number=thirteen())
def test_thirteen_signs_in_their_groups_are_found_without_a_key(sign: str, number: str) -> None:
    written = sign.join((number[0], number[1:3], number[3:5], number[5:7], number[7:10], number[10:]))

    [hit] = find(f"voici {written} voilà")

    assert not hit.certain
    assert hit.start == 6
    assert hit.end == 6 + len(written)


@_FEW
@given(number=thirteen())
def test_thirteen_signs_in_a_row_are_found_after_a_word_that_says_so_alone(number: str) -> None:
    assert seen_in(f"Numéro de sécurité sociale : {number}") is Seen.NIR
    assert find(number, context="N° d’assurée :")[0].end == 13
    assert find(f"Article {number} en stock") == []


@pytest.mark.parametrize("kind", INNOCENTS)
@_SOME
@given(data=st.data())
def test_a_number_of_another_kind_stays(kind: str, data: Any) -> None:
    written = data.draw(INNOCENTS[kind])

    assert find(f"Voici : {written}, merci.") == []
    assert find(written) == []


_CHECKED = ("SIRET", "French account", "phone", "phone from abroad", "bank card", "RPPS")


@pytest.mark.parametrize("kind", _CHECKED)
@_SOME
@given(data=st.data())
def test_two_numbers_of_other_kinds_beside_each_other_stay(kind: str, data: Any) -> None:
    first = data.draw(INNOCENTS[kind])
    second = data.draw(INNOCENTS[data.draw(st.sampled_from(_CHECKED))])

    assert find(f"{first} {second}") == []


@_FEW
@given(number=fifteen, writing=st.sampled_from(sorted(WRITINGS)))
def test_what_is_masked_holds_nothing_any_more_and_keeps_its_length(number: str, writing: str) -> None:
    text = f"Bonjour, {WRITINGS[writing](number)} est mon numéro."

    masked = mask(text)

    assert seen_in(masked) is None
    assert len(masked) == len(text)
    assert masked.startswith("Bonjour, •")
    assert masked.endswith("• est mon numéro.")


@_MANY
@given(text=st.text(), context=st.text(max_size=90))
def test_hits_lie_in_the_text_in_order_and_apart(text: str, context: str) -> None:
    hits = find(text, context=context)

    places = [place for hit in hits for place in (hit.start, hit.end)]
    assert places == sorted(places)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


@_MANY
@given(text=st.text("0123456789OIlSB |./-\n", max_size=120))
def test_hits_among_digits_lie_in_order_and_apart(text: str) -> None:
    hits = find(text)

    places = [place for hit in hits for place in (hit.start, hit.end)]
    assert places == sorted(places)
    assert all(hit.start < hit.end for hit in hits)
