"""`receive_mail` as a mail server runs it."""

import io
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

from cases import actions
from cases.actions import Outcome
from cases.management.commands import receive_mail
from tests.cases.inbound import shapes
from tests.cases.inbound.conftest import Post

pytestmark = pytest.mark.django_db(transaction=True)


def piped(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """The exit code, and what stands on stderr."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    try:
        call_command("receive_mail", stderr=said)
    except SystemExit as ended:
        return int(str(ended.code)), said.getvalue()
    return 0, said.getvalue()


def test_a_message_that_is_taken_in_ends_with_0(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    assert piped(bytes(post.letter()), monkeypatch) == (0, "")
    assert piped(bytes(post.letter()), monkeypatch) == (0, "")

    assert len(post.events("mail_received")) == 1


@pytest.mark.parametrize("raw", [shapes.postfix(), bytes(shapes.letter(precedence="junk")), b"", b"\0" * 99])
def test_what_must_not_come_back_ends_with_0(raw: bytes, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what came without a sender nothing goes back, whatever it is."""
    assert piped(raw, monkeypatch) == (0, "")


def test_a_message_for_nobody_may_come_back(
    post: Post, other_association: Any, mailbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = piped(bytes(post.letter(to=mailbox)), monkeypatch)

    assert code == receive_mail.EX_NOUSER
    assert "address takes no mail" in said


@pytest.mark.parametrize("error", [OperationalError("secret words"), OSError("secret words"), KeyError("secret words")])
def test_while_something_is_away_the_mail_server_is_asked_to_come_back(
    error: Exception, post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(receive_mail, "receive_mail", fail)
    with caplog.at_level(logging.INFO):
        code, said = piped(bytes(post.letter()), monkeypatch)

    assert code == receive_mail.EX_TEMPFAIL
    assert said.strip() == f"not now: {type(error).__name__}"
    assert "secret" not in caplog.text


def test_nothing_of_a_message_is_logged_or_said(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for told in (
            {},
            {"sender": "Zqsender <zqsender@exemple.invalid>"},
            {"subject": "Zqsubject", "message_id": None},
        ):
            _, said = piped(bytes(post.letter(text="Zqtext", **told)), monkeypatch)
            assert said == ""

    assert "Zq" not in caplog.text
    assert post.email not in caplog.text


def test_more_than_is_looked_at_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    source = io.BytesIO(b"x" * 5000)
    monkeypatch.setattr(receive_mail, "MAX_BYTES", 1000)

    assert len(receive_mail._read(source)) == 1001
    assert source.read() == b""


def test_of_eight_at_once_one_is_written(post: Post) -> None:
    """On SQLite some are told to come back, as the mail server then does."""
    raw, at = bytes(post.letter()), post.at

    def take(_number: int) -> Outcome:
        try:
            while True:
                try:
                    return actions.receive_mail(raw, at=at)
                except OperationalError:
                    connections.close_all()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(take, range(8)))

    assert sorted(outcomes) == [Outcome.AGAIN] * 7 + [Outcome.FILED]
    assert (len(post.events("mail_received")), len(post.mails())) == (1, 1)


def test_two_hard_bounces_at_once_stop_it_once(post: Post) -> None:
    raws = [shapes.postfix(message_id=post.notice().message_id, to=post.email) for _ in range(8)]
    at = post.at

    def take(raw: bytes) -> Outcome:
        try:
            while True:
                try:
                    return actions.receive_mail(raw, at=at)
                except OperationalError:
                    connections.close_all()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(take, raws)) == {Outcome.BOUNCE}

    assert not post.member().takes_mail
    assert len(post.events("mail_stopped")) == 1
