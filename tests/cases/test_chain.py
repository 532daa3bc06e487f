from dataclasses import replace

import pytest

from cases.rules.chain import Link, first_break, hash_of


@pytest.fixture
def links() -> list[Link]:
    chained: list[Link] = []
    for number in range(1, 6):
        link = Link(
            case_id=7,
            event_id=number,
            kind="note_added",
            at=f"2026-11-2{number}",
            by="",
            payload={"n": number},
            hash="",
        )
        chained.append(replace(link, hash=hash_of(link, previous=chained[-1].hash if chained else "")))
    return chained


def test_an_untouched_chain_holds(links: list[Link]) -> None:
    assert first_break(links) is None


def test_an_edit_shows(links: list[Link]) -> None:
    links[2] = replace(links[2], payload={"n": 99})

    assert first_break(links) == 3


def test_a_gap_shows(links: list[Link]) -> None:
    del links[1]

    assert first_break(links) == 3


def test_a_swap_shows(links: list[Link]) -> None:
    links[3], links[4] = links[4], links[3]

    assert first_break(links) == 5


def test_an_edit_with_its_own_hash_made_anew_shows_at_the_next(links: list[Link]) -> None:
    edited = replace(links[2], payload={"n": 99})
    links[2] = replace(edited, hash=hash_of(edited, previous=links[1].hash))

    assert first_break(links) == 4
