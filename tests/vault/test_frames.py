"""What a boxed process may say: nothing beyond its bounds is believed."""

import io
import json
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.box import frames
from vault.box.frames import BadFrame, Glyph, Page, Spent
from vault.rules.refusals import Code, Refused

PAGE = Page(2, 1, (595.0, 842.0), drawn=True, glyphs=(Glyph("é", 0.25, 0.5, 0.5, 0.75),), pixels=bytes(range(6)))
USED = Spent(cpu=0.5, memory=1024)


def told(*pieces: bytes) -> Callable[[int], bytes]:
    return io.BytesIO(b"".join(pieces)).read


def page_frames(page: Page = PAGE, **changes: object) -> list[bytes]:
    """A page's frames, its description changed."""
    about, *rest = frames.write_page(page)
    described = json.loads(about[5:]) | changes
    content = json.dumps(described).encode()
    return [struct.pack(">cI", b"P", len(content)) + content, *rest]


def test_a_page_comes_through_as_it_was() -> None:
    spent = Spent()
    read = told(frames.write_header(1), *frames.write_page(PAGE), frames.write_end(USED))

    assert frames.read_header(read, spent) == 1
    assert frames.read_page(read, spent) == PAGE
    frames.read_end(read, spent)
    assert spent == USED


def test_a_refusal_comes_through_with_what_it_cost() -> None:
    spent = Spent()

    with pytest.raises(Refused) as refusal:
        frames.read_header(told(frames.write_refusal(Code.LOCKED, used=USED)), spent)

    assert (refusal.value.code, spent) == (Code.LOCKED, USED)


@pytest.mark.parametrize("code", [Code.QUOTA, Code.CLOSED, Code.EXPIRED, Code.VIRUS])
def test_a_box_gives_no_reason_that_is_not_its_own(code: Code) -> None:
    with pytest.raises(BadFrame):
        frames.read_header(told(frames.write_refusal(code, used=USED)), Spent())


@pytest.mark.parametrize("pages", [0, -1, 31, 10**12, "3", None, 1.0, True])
def test_a_number_of_pages_has_bounds(pages: object) -> None:
    content = json.dumps({"pages": pages}).encode()

    with pytest.raises(BadFrame):
        frames.read_header(told(struct.pack(">cI", b"H", len(content)) + content), Spent())


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 0},
        {"width": 16_001},
        {"width": 3},
        {"height": -1},
        {"width": 15_000, "height": 15_000},
        {"glyphs": 60_001},
        {"glyphs": 0},
        {"glyphs": "1"},
        {"points": [595]},
        {"points": [595, "842"]},
        {"points": [0.5, 842]},
        {"points": [float("nan"), 842]},
        {"points": [1e9, 842]},
    ],
)
def test_a_page_that_is_not_what_it_says_is_no_page(changes: dict[str, object]) -> None:
    with pytest.raises(BadFrame):
        frames.read_page(told(*page_frames(PAGE, **changes)), Spent())


def test_a_glyph_beside_the_page_is_brought_to_its_edge_and_a_wild_one_refused() -> None:
    outside = Page(2, 1, (9.0, 9.0), drawn=True, glyphs=(Glyph("1", -5, 0.5, 7, 0.75),), pixels=bytes(6))
    wild = Page(2, 1, (9.0, 9.0), drawn=True, glyphs=(Glyph("1", float("nan"), 0, 1, 1),), pixels=bytes(6))

    assert frames.read_page(told(*frames.write_page(outside)), Spent()).glyphs == (Glyph("1", 0.0, 0.5, 1.0, 0.75),)
    with pytest.raises(BadFrame):
        frames.read_page(told(*frames.write_page(wild)), Spent())


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_frame_that_stops_is_no_frame(cut: int) -> None:
    whole = b"".join(frames.write_page(PAGE))

    with pytest.raises(BadFrame):
        frames.read_page(told(whole[:-cut]), Spent())


@pytest.mark.parametrize("used", [Spent(cpu=-1.0), Spent(cpu=1e9), Spent(cpu=0.1, memory=-1), Spent(memory=1 << 50)])
def test_what_was_used_has_bounds(used: Spent) -> None:
    with pytest.raises(BadFrame):
        frames.read_end(told(frames.write_end(used)), Spent())


def test_nothing_follows_the_end() -> None:
    with pytest.raises(BadFrame):
        frames.read_end(told(frames.write_end(USED), b"x"), Spent())


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else_happens(noise: bytes) -> None:
    for reads in (frames.read_header, frames.read_page, frames.read_end):
        with pytest.raises((BadFrame, Refused)):
            reads(told(noise), Spent())
