"""What a file is, by its content."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault import samples
from vault.rules import sniff
from vault.rules.refusals import SENTENCES, Code, Refused
from vault.rules.sniff import Kind

WHOLE = {Kind.PDF: samples.pdf(), Kind.JPEG: samples.jpeg(), Kind.PNG: samples.png()}


@pytest.mark.parametrize("kind", Kind)
def test_a_whole_file_is_known_by_its_content(kind: Kind) -> None:
    assert sniff.kind_of(WHOLE[kind][:64]) is kind
    assert sniff.flaw_of(kind, WHOLE[kind]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>attestation.pdf</body></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"PK\x03\x04" + b"\x00" * 60,
        b"GIF89a" + b"\x00" * 60,
        b"\x00" * 64,
        b"<html>" + b" " * 40 + b"%PDF-1.7",
        b"%PDF-9",
        b"\xff\xd8",
    ],
    ids=["html", "svg", "zip", "gif", "zeros", "pdf-inside-html", "pdf-of-no-version", "two-bytes"],
)
def test_anything_else_has_no_kind(data: bytes) -> None:
    assert sniff.kind_of(data[:64]) is None


def test_a_pdf_may_begin_with_a_byte_order_mark() -> None:
    assert sniff.kind_of(b"\xef\xbb\xbf%PDF-1.4") is Kind.PDF


@pytest.mark.parametrize("kind", Kind)
def test_a_file_cut_anywhere_is_damaged(kind: Kind) -> None:
    whole = WHOLE[kind]

    for length in range(12, len(whole) - 3):
        assert sniff.flaw_of(kind, whole[:length]) is Code.DAMAGED, length


def test_a_pdf_that_asks_for_a_password_is_refused_as_such() -> None:
    assert sniff.flaw_of(Kind.PDF, samples.locked_pdf()) is Code.LOCKED


def test_a_changed_byte_in_a_png_is_noticed() -> None:
    changed = bytearray(samples.png())
    changed[20] ^= 1

    assert sniff.flaw_of(Kind.PNG, bytes(changed)) is Code.DAMAGED


@pytest.mark.parametrize(("kind", "make"), [(Kind.PNG, samples.png), (Kind.JPEG, samples.jpeg)])
def test_a_flood_of_pixels_is_refused_without_decoding(kind: Kind, make: Callable[[int, int], bytes]) -> None:
    assert sniff.flaw_of(kind, make(60_000, 60_000)) is Code.PICTURE_TOO_LARGE
    assert sniff.flaw_of(kind, make(6_000, 10_000)) is None
    assert sniff.flaw_of(kind, make(0, 10)) is Code.DAMAGED


def test_what_a_phone_appends_to_its_photo_does_no_harm() -> None:
    assert sniff.flaw_of(Kind.JPEG, samples.jpeg() + b"MotionPhoto" * 9) is None


@given(kind=st.sampled_from(Kind), tail=st.binary(max_size=300))
def test_no_bytes_make_the_check_fail_otherwise(kind: Kind, tail: bytes) -> None:
    head = {Kind.PDF: b"%PDF-1.7", Kind.JPEG: b"\xff\xd8\xff", Kind.PNG: b"\x89PNG\r\n\x1a\n"}[kind]

    assert sniff.flaw_of(kind, head + tail) in {None, *Code}


@pytest.mark.parametrize("code", Code)
def test_every_refusal_says_what_to_do_in_both_languages(code: Code) -> None:
    refusal = Refused(code)

    assert refusal.say("fr") != refusal.say("en")
    assert len(re.split(r"\. |\u00a0: |, puis ", SENTENCES[code].fr)) >= 2
    assert refusal.status in {413, 422, 429, 503, 507}
    assert str(refusal) == code.value
