"""Messages that were never meant to be read: nothing raises, nothing takes long, who wrote is known all the same."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules.inbound import Sort, letters, read
from cases.rules.inbound.letters import MAX_PARTS, MAX_SIGNS
from tests.cases.inbound import shapes
from tests.cases.inbound.shapes import MEMBER, crlf, letter

TO = "reponse@opposable.example"
_TEXT = "Content-Type: text/plain; charset"
_BROKEN = {
    "a comment within a comment": ("", "Cc: " + "(" * 1500),
    "a comment that does not end": ("", "Cc: " + "(" * 5),
    "a charset in pieces": (f"{_TEXT}*=utf-8''utf-8", ""),
    "a charset in a charset": (f"{_TEXT}*=a\0b''utf-8", ""),
    "a charset with NUL": (f'{_TEXT}="a\0b"', ""),
    "a charset for names of hosts": (f"{_TEXT}=idna", ""),
    "a charset that raises": (f"{_TEXT}=undefined", ""),
    "a charset with an accent": (f"{_TEXT}=é", ""),
    "a charset of code": (f"{_TEXT}=unicode_escape", ""),
    "a report without a part": ("Content-Type: message/delivery-status; charset*=utf-8''utf-8", ""),
}


@pytest.mark.parametrize(("kind", "more"), _BROKEN.values(), ids=_BROKEN)
def test_a_header_that_breaks_the_parser_costs_no_letter(kind: str, more: str) -> None:
    told = [f"From: {MEMBER}", f"To: {TO}", *filter(None, (kind, more))]
    found = read(crlf("\n".join(told)) + "\r\n\r\nDéjà".encode())

    assert (found.sender, found.recipients[:1], found.sort) == (MEMBER, (TO,), Sort.PERSON)
    assert "message/" in kind or found.text == "Déjà"


@pytest.mark.parametrize("depth", [1, 100, 1500])
def test_a_sender_in_comments_without_end_is_found(depth: int) -> None:
    found = read(crlf(f"From: {'(' * depth} {MEMBER}\nTo: {TO}\n\nBonjour"))

    assert (found.sender, found.text) == (MEMBER, "Bonjour")


def test_html_that_breaks_the_parser_leaves_its_words() -> None:
    found = read(crlf(f"From: {MEMBER}\nContent-Type: text/html\n\n<p>Bonjour <![foo[ Camille</p>"))

    assert found.text.startswith("Bonjour")
    assert found.text.endswith("Camille")


def test_of_what_breaks_it_as_nobody_foresaw_the_headers_are_read() -> None:
    """A number of five thousand digits, which Python refuses to read."""
    kind = f"Content-Type: text/plain; name*{'9' * 5000}=a"
    raw = crlf(f"Return-Path: <{MEMBER}>\nFrom: C <{MEMBER}>\nTo: {TO}\nSubject: Bonjour\n{kind}\n\nBonjour")
    found = read(raw)

    assert (found.sender, found.recipients, found.subject, found.left_out) == (MEMBER, (TO,), "Bonjour", 1)
    assert (found.sort, found.may_be_told) == (Sort.PERSON, True)
    assert found.identity == read(raw).identity


_HUGE = {
    "text": (_TEXT + "=utf-8", "", "abcé efgh\n" * 400_000),
    "copies": ("", ("Cc: " + "a@exemple.invalid, " * 100 + "\n") * 2000, "Bonjour"),
    "a charset of names": (f"{_TEXT}=punycode", "", "a" * 200_000 + "-" + "a9b8" * 20_000),
    "html in parts": (
        "Content-Type: multipart/mixed; boundary=b",
        "",
        ("--b\nContent-Type: text/html\n\n" + "<p>a" * 20_000 + "\n") * 30,
    ),
}


@pytest.mark.parametrize(("kind", "more", "text"), _HUGE.values(), ids=_HUGE)
def test_the_work_ends_with_what_is_kept(kind: str, more: str, text: str) -> None:
    """Each of these took from four seconds to a minute when all of it was looked at."""
    raw = f"From: {MEMBER}\n{more}{kind or _TEXT}\n\n{text}".encode()
    began = time.process_time()
    found = read(raw)

    assert time.process_time() - began < 3
    assert found.sender == MEMBER
    assert 0 < len(found.text) <= MAX_SIGNS


def test_a_text_that_is_cut_within_a_sign_keeps_its_charset() -> None:
    raw = crlf(f"From: {MEMBER}\nContent-Type: text/plain; charset=utf-8\n\na") + ("é" * MAX_SIGNS * 5).encode()

    assert read(raw).text == "a" + "é" * (MAX_SIGNS - 1)


def test_ten_thousand_parts_are_not_looked_at() -> None:
    parts = b"--b\r\nContent-Type: image/png; name=a\r\n\r\nx\r\n" * 10_000
    raw = crlf(f"From: {MEMBER}\nContent-Type: multipart/mixed; boundary=b") + b"\r\n\r\n" + parts + b"--b--"
    found = read(raw)

    assert len(found.attached) + found.left_out <= MAX_PARTS
    assert found.left_out > 0


def test_nesting_without_end_leaves_the_headers() -> None:
    raw = crlf(f"From: {MEMBER}\nSubject: Bonjour\nMessage-ID: <n@exemple.invalid>")
    for depth in range(3000):
        raw += f'\r\nContent-Type: multipart/mixed; boundary="b{depth}"\r\n\r\n--b{depth}'.encode()
    found = read(raw)

    assert (found.sender, found.subject, found.text) == (MEMBER, "Bonjour", "")
    assert found.left_out == 1


def test_of_too_much_only_the_beginning_is_read_and_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MAX_BYTES", 2000)
    message = letter()
    message.add_attachment(b"x" * 3000, maintype="image", subtype="png", filename="a.png", cte="7bit")
    found = read(bytes(message))

    assert (found.text.splitlines()[0], found.attached, found.left_out) == ("Bonjour,", (), 1)


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"\r\n\r\n", b"Bonjour", b"From: \r\n", b"Content-Type: multipart/mixed\r\n\r\n"]
)
def test_next_to_nothing_is_read_as_nothing(raw: bytes) -> None:
    found = read(raw)

    assert (found.sender, found.recipients, found.answers) == ("", (), ())
    assert found.identity == read(raw).identity


@given(st.binary(max_size=3000))
def test_whatever_comes_is_read(raw: bytes) -> None:
    assert read(raw).sort in Sort


@given(st.binary(max_size=600), st.sampled_from(sorted(shapes.BOUNCES)), st.integers(0, 2000))
def test_a_report_that_is_broken_anywhere_is_read(noise: bytes, shape: str, at: int) -> None:
    raw = shapes.BOUNCES[shape]()
    found = read(raw[:at] + noise + raw[at + len(noise) :])

    assert found.sort in Sort
    assert found.report is None or len(found.report.code) < 13
