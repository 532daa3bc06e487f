"""The sealed form: nothing moved, cut, added or changed opens."""

import io
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vault.rules import stream
from vault.rules.stream import CHUNK_BYTES, TAG_BYTES, Damaged

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PLACE = b"1|subject|file"
PREFIX = b"prefix7"
HEAD = len(stream.MAGIC) + stream.PREFIX_BYTES
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


class Trickle(io.BytesIO):
    """A source that gives a few bytes at a time, as a network does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 1000))


def sealed(plain: bytes) -> bytes:
    return b"".join(stream.seal(io.BytesIO(plain), key=KEY, place=PLACE, prefix=PREFIX))


def opened(data: bytes, *, key: bytes = KEY, place: bytes = PLACE) -> bytes:
    return b"".join(stream.unseal(io.BytesIO(data), key=key, place=place))


def test_the_sealed_form_is_laid_out_as_it_is_written() -> None:
    """Read by hand, chunk by chunk: what another version, or somebody without us, would open."""
    plain = b"a" * (64 * 1024) + b"the end"
    kept = sealed(plain)
    first, last = kept[11 : 11 + 64 * 1024 + 16], kept[11 + 64 * 1024 + 16 :]

    assert kept[:11] == b"OPV1" + PREFIX
    assert AESGCM(KEY).decrypt(PREFIX + b"\0\0\0\0" + b"\0", first, PLACE) == plain[: 64 * 1024]
    assert AESGCM(KEY).decrypt(PREFIX + b"\0\0\0\1" + b"\1", last, PLACE) == b"the end"


SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]


@pytest.mark.parametrize("size", SIZES)
def test_every_length_comes_back_as_it_was(size: int) -> None:
    plain = bytes(index % 251 for index in range(size))

    assert opened(sealed(plain)) == plain
    assert len(sealed(plain)) == stream.sealed_size(size)


@given(plain=st.binary(max_size=500))
def test_the_sealed_form_shows_nothing(plain: bytes) -> None:
    data = sealed(plain)

    assert opened(data) == plain
    assert len(plain) < 8 or plain not in data


def test_a_source_that_trickles_is_sealed_the_same() -> None:
    plain = b"x" * (CHUNK_BYTES + 7)

    trickled = b"".join(stream.seal(Trickle(plain), key=KEY, place=PLACE, prefix=PREFIX))

    assert trickled == sealed(plain)
    assert b"".join(stream.unseal(Trickle(trickled), key=KEY, place=PLACE)) == plain


THREE = sealed(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c" * CHUNK_BYTES)
FIRST, SECOND, THIRD = (THREE[HEAD + n * SEALED_CHUNK : HEAD + (n + 1) * SEALED_CHUNK] for n in range(3))


@pytest.mark.parametrize(
    "tampered",
    [
        THREE[: HEAD + 2 * SEALED_CHUNK],
        THREE[: HEAD + SEALED_CHUNK],
        THREE[:HEAD],
        THREE[:-1],
        THREE[: HEAD - 1],
        THREE[:6],
        b"",
        THREE + b"\x00",
        THREE + THIRD,
        THREE[:HEAD] + SECOND + FIRST + THIRD,
        THREE[:HEAD] + FIRST + THIRD,
        THREE[:HEAD] + SECOND + THIRD,
        THREE[:HEAD] + FIRST + FIRST + THIRD,
        b"OPV2" + THREE[4:],
        THREE[:6] + b"\x00" + THREE[7:],
        THREE[:5000] + bytes([THREE[5000] ^ 1]) + THREE[5001:],
        THREE[:-1] + bytes([THREE[-1] ^ 1]),
    ],
    ids=[
        *("cut at a border", "cut at the first border", "only the head", "cut by one", "cut in the head"),
        *("cut in the prefix", "empty"),
        *("one more byte", "one more chunk", "swapped", "without the second", "without the first", "doubled"),
        *("other magic", "other prefix", "a changed bit", "a changed tag"),
    ],
)
def test_what_was_tampered_with_does_not_open(tampered: bytes) -> None:
    with pytest.raises(Damaged):
        opened(tampered)


@pytest.mark.parametrize("take", [{"key": OTHER_KEY}, {"place": b"2|subject|file"}])
def test_another_key_or_place_does_not_open(take: dict[str, bytes]) -> None:
    with pytest.raises(Damaged):
        opened(THREE, **take)


def test_no_chunk_is_given_before_it_is_verified() -> None:
    broken = THREE[: HEAD + SEALED_CHUNK] + bytes(SEALED_CHUNK) + THIRD
    given_out: list[bytes] = []

    def read_all() -> None:
        given_out.extend(stream.unseal(io.BytesIO(broken), key=KEY, place=PLACE))

    _expect_damage(read_all)
    assert b"".join(given_out) in {b"", b"a" * CHUNK_BYTES}


def _expect_damage(act: Callable[[], None]) -> None:
    with pytest.raises(Damaged):
        act()
