"""What a report says of an address, and what only looks like one."""

import pytest

from cases.rules.inbound import Sort, read
from tests.cases.inbound import shapes
from tests.cases.inbound.shapes import MEMBER, NOTICE_ID, SENT_AS, crlf, letter, original


@pytest.mark.parametrize("shape", shapes.BOUNCES)
def test_a_report_names_what_did_not_arrive_and_to_whom(shape: str) -> None:
    found = read(shapes.BOUNCES[shape]())

    assert found.sort is Sort.BOUNCE
    assert found.report
    assert NOTICE_ID in found.report.ids
    assert MEMBER in found.report.recipients
    assert found.report.is_hard


@pytest.mark.parametrize(
    ("status", "action", "is_hard"),
    [
        ("5.1.1", "failed", True),
        ("5.2.1", "failed", True),
        ("5.4.4", "failed", True),
        ("5.4.1", "failed", True),
        ("5.2.2", "failed", False),  # full
        ("5.7.1", "failed", False),  # displeased
        ("5.3.4", "failed", False),  # too large
        ("4.4.7", "failed", False),  # given up after days
        ("4.2.0", "delayed", False),
        ("5.1.1", "delayed", False),
    ],
)
def test_only_what_says_that_the_address_is_none_is_hard(status: str, action: str, is_hard: bool) -> None:
    report = read(shapes.postfix(status=status, action=action)).report

    assert report
    assert report.is_hard is is_hard
    assert report.code == status


def test_a_report_that_the_mail_arrived_is_no_failure() -> None:
    found = read(shapes.gmail(status="2.0.0", action="delivered"))

    assert (found.sort, found.report) == (Sort.ROBOT, None)


@pytest.mark.parametrize(
    ("told", "code", "is_hard"),
    [
        ("552-5.2.2 The account is over quota", "5.2.2", False),
        ("552 mailbox full", "552", False),
        ("554 5.7.1 Spam", "5.7.1", False),
        ("554 rejected", "554", False),
        ("550 5.1.1 no such user", "5.1.1", True),
        ("550 no such user", "550", True),
        ("551 user not local", "551", True),
        ("553 sorry", "553", True),
        ("550 5.1.8 sender rejected", "5.1.8", False),
        ("550 5.4.1 access denied", "5.4.1", True),
        ("nobody knows", "5.0.0", False),
        ("host mx [5.1.0.2] is away", "5.0.0", False),
    ],
)
def test_a_status_that_says_nothing_leaves_it_to_the_servers_words(told: str, code: str, is_hard: bool) -> None:
    """Exim writes 5.0.0 of everything."""
    raw = shapes.postfix(status="5.0.0").replace(
        b"Diagnostic-Code: smtp; 550 5.0.0 <camille@exemple.invalid>: Recipient address rejected",
        f"Diagnostic-Code: smtp; {told}".encode(),
    )
    report = read(raw).report

    assert report
    assert (report.code, report.is_hard) == (code, is_hard)


@pytest.mark.parametrize(
    ("said", "code", "is_hard"),
    [
        ("la limite est de 500 Mo.", "", False),
        ("Connection to mx port 587 timed out, we will retry.", "", False),
        ("Exim 4.96.2 gave up at 192.5.1.1", "", False),
        ("Remote host said: 550 no such user", "550", True),
        ("SMTP error: 552 full", "552", False),
        ("It failed:\n   550 unknown", "550", True),
        ("(#5.1.1)", "5.1.1", True),
        ("421 try again later", "421", False),
    ],
)
def test_a_number_within_a_sentence_is_no_reply(said: str, code: str, is_hard: bool) -> None:
    raw = crlf(
        f"Return-Path: <>\nFrom: mailer-daemon@exemple.invalid\nTo: {SENT_AS}\nSubject: Mail non remis\n\n"
        f"{MEMBER} :\n{said}\n\n{original()}"
    )
    report = read(raw).report

    assert report
    assert (report.ids, MEMBER in report.recipients) == ((NOTICE_ID,), True)
    assert (report.code, report.is_hard) == (code, is_hard)


def test_a_letter_about_a_report_is_a_letter() -> None:
    from_office = letter(sender="postmaster@petite-asso.invalid", subject="Lettre non remise au ministère")
    named = letter(x_failed_recipients=MEMBER)
    carried = crlf(
        f"Return-Path: <{MEMBER}>\nFrom: {MEMBER}\nSubject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
        "Voici ce que je reçois\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        "Action: failed\nStatus: 5.1.1\n\n--b--"
    )

    for raw in (bytes(from_office), bytes(named), carried):
        assert (read(raw).sort, bool(read(raw).report)) == (Sort.PERSON, True)


def test_a_report_whose_server_gives_a_sender_is_no_letter() -> None:
    raw = shapes.gmail().replace(b"Return-Path: <>", b"Return-Path: <x@exemple.invalid>")
    for mark in (b"Auto-Submitted: auto-replied\r\n", b"mailer-daemon@"):
        raw = raw.replace(mark, b"postmaster@" if b"@" in mark else b"", 1)

    assert read(raw).sort is Sort.BOUNCE
