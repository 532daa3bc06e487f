"""Codes and invitations: sent at once, in either language, and telling nothing to who reads over a shoulder."""

import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts import fields
from notifications import actions, smtp
from notifications.actions import Letter, direct
from notifications.registry import Recipient
from notifications.rules.kinds import Words
from tests.notifications.conftest import Sink

CODE = {"code": "4827 3956"}
INVITATION: dict[str, Any] = {
    "association_name": "L'entraide & Cie",
    "roles": ["Bénévole", "Coordination"],
    "link": "https://exemple.invalid/invitation/abc?x=1&y=2",
}
MAILS: list[tuple[str, dict[str, Any]]] = [("sign_in_code", CODE), ("sign_in_unknown", {}), ("invitation", INVITATION)]
TELLING = re.compile(r"sant[ée]|health|dossier|oppos|médical|medical|case|patient|dup", re.IGNORECASE)


def words(key: str, context: dict[str, Any], language: str) -> Words:
    return smtp.words_of(f"notifications/mail/{key}", language=language, context={"language": language, **context})


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("key", "context"), MAILS)
def test_a_direct_mail_is_neutral_and_complete(key: str, context: dict[str, Any], language: str) -> None:
    mail = words(key, context, language)

    for text in (mail.subject, mail.text, mail.html):
        assert not TELLING.search(text), text
    assert mail.subject
    assert "\n" not in mail.subject
    assert f'<html lang="{language}">' in mail.html
    assert "<img" not in mail.html


def test_the_subjects_say_nothing() -> None:
    assert [words(key, context, "fr").subject for key, context in MAILS] == [
        "Votre code",
        "Votre code",
        "Une invitation",
    ]
    assert [words(key, context, "en").subject for key, context in MAILS] == ["Your code", "Your code", "An invitation"]


@pytest.mark.parametrize(("language", "life"), [("fr", "10\N{NO-BREAK SPACE}minutes"), ("en", "10 minutes")])
def test_the_code_stands_in_both_twins_with_its_life(language: str, life: str) -> None:
    mail = words("sign_in_code", CODE, language)

    for text in (mail.text, mail.html):
        assert CODE["code"] in text
        assert life in text


@pytest.mark.parametrize(("language", "life"), [("fr", "72\N{NO-BREAK SPACE}heures"), ("en", "72 hours")])
def test_an_invitation_says_who_what_and_how_long(language: str, life: str) -> None:
    mail = words("invitation", INVITATION, language)

    assert INVITATION["association_name"] in mail.text
    assert "Bénévole, Coordination" in mail.text
    assert INVITATION["link"] in mail.text
    assert life in mail.text


def test_only_the_html_twin_is_escaped() -> None:
    mail = words("invitation", INVITATION | {"association_name": "<script>alert(1)</script> & l'asso"}, "fr")

    assert "l’association <script>alert(1)</script> & l'asso" in mail.text
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


def test_a_subject_stays_one_line(tmp_path: Any, settings: Any) -> None:
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    for name, text in [("subject.fr.txt", "{{ word }}\nBcc: x\n"), ("body.fr.txt", "t"), ("body.fr.html", "h")]:
        (tmp_path / name).write_text(text)

    built = smtp.words_of(".", language="fr", context={"word": "Un\r\nTo: y"})

    assert built.subject == "Un To: y Bcc: x"


def test_a_code_is_sent_at_once(sink: Sink) -> None:
    assert send(Recipient("zq@exemple.invalid", "Zq Dupont", "en")) is True

    [message] = sink.messages
    assert message["Subject"] == "Your code"
    assert message["Message-ID"].endswith("@localhost>")
    assert "Dupont" not in message.as_string()


def send(recipient: Recipient) -> bool:
    return actions.send_now(recipient, templates="notifications/mail/sign_in_code", context=CODE)


def test_an_unknown_address_gets_a_mail_without_a_code(sink: Sink) -> None:
    known, unknown = words("sign_in_code", CODE, "fr"), words("sign_in_unknown", {}, "fr")

    assert unknown.subject == known.subject
    assert not re.search(r"\d", unknown.text)
    assert actions.send_now(Recipient("zq@exemple.invalid"), templates="notifications/mail/sign_in_unknown", context={})
    assert sink.messages[0]["To"] == "zq@exemple.invalid"


def letter() -> Letter:
    return Letter(Recipient("zq@exemple.invalid"), "notifications/mail/sign_in_code", CODE)


@pytest.fixture
def threads(settings: Any) -> Iterator[None]:
    settings.MAIL_THREADS = 1
    direct._threads.cache_clear()
    yield
    direct._threads().shutdown()
    direct._threads.cache_clear()


def test_a_mail_beside_the_request_leaves_in_another_thread(sink: Sink, threads: None) -> None:
    wrote_in: list[str] = []

    def write() -> Letter:
        wrote_in.append(threading.current_thread().name)
        return letter()

    assert actions.send_soon(write, unsent=int)
    direct._threads().shutdown(wait=True)

    assert len(sink.messages) == 1
    assert wrote_in[0].startswith("mail")


def test_what_goes_wrong_beside_the_request_is_logged_without_words(
    threads: None, caplog: pytest.LogCaptureFixture
) -> None:
    told = list[int]()

    def write() -> Letter:
        raise KeyError("zq@exemple.invalid")

    for _ in range(direct.WAITING_MAILS + 1):
        assert actions.send_soon(write, unsent=lambda: told.append(1))
        direct._threads().submit(int).result()

    assert len(told) == direct.WAITING_MAILS + 1
    assert "mail not sent: KeyError" in caplog.text
    assert "zq" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_a_thread_opened_and_read_for_a_mail_does_not_stay_with_it(sink: Sink, threads: None) -> None:
    def write() -> Letter:
        connection.ensure_connection()
        fields._keys()[uuid4()] = b"a key"
        return letter()

    def left() -> tuple[bool, int]:
        return connection.connection is not None, len(fields._keys())

    assert actions.send_soon(write, unsent=int)

    assert direct._threads().submit(left).result() == (False, 0)
    assert len(sink.messages) == 1


def test_the_queue_is_bounded(threads: None, monkeypatch: pytest.MonkeyPatch, sink: Sink) -> None:
    monkeypatch.setattr(direct, "_places", threading.BoundedSemaphore(2))
    go = threading.Event()

    def write() -> Letter:
        go.wait(5)
        return letter()

    taken = [actions.send_soon(write, unsent=int) for _ in range(4)]
    go.set()
    direct._threads().shutdown(wait=True)

    assert taken == [True, True, False, False]
    assert len(sink.messages) == 2


@pytest.mark.parametrize("reply", ["550 no such user", "451 try later"])
def test_a_mail_that_the_server_did_not_take_is_told(sink: Sink, settings: Any, reply: str) -> None:
    settings.MAIL_THREADS, told = 0, list[str]()
    assert actions.send_soon(letter, unsent=lambda: told.append("taken"))
    assert told == []
    sink.replies["zq@exemple.invalid"] = reply

    assert actions.send_soon(letter, unsent=lambda: told.append("refused"))
    assert told == ["refused"]


def test_a_mail_that_the_server_may_have_taken_is_not(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that breaks at the end: whoever holds the server could else have any number of mails sent."""
    settings.MAIL_THREADS, told = 0, list[str]()

    def break_off(self: smtp.Courier, message: object) -> None:
        raise smtp.Lost("ConnectionResetError")

    monkeypatch.setattr(smtp.Courier, "carry", break_off)

    assert actions.send_soon(letter, unsent=lambda: told.append("refused"))
    assert told == []


# It sleeps by select: libfaketime refuses the kernel call of time.sleep.
PROGRAM = """
import select
import django
django.setup()
from notifications import actions
def write():
    select.select([], [], [], 0.3)
    print("written", flush=True)
    raise SystemError
for _ in range(3):
    actions.send_soon(write, unsent=int)
print("over", flush=True)
"""


def test_a_process_that_ends_sends_first_what_waits() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "MAIL_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment | {"VAR_DIR": folder},
            capture_output=True,
            text=True,
            check=True,
        )

    assert ran.stdout.split() == ["over", "written", "written", "written"]


@pytest.mark.parametrize("reply", ["550 no such user", "451 try later"])
def test_a_code_that_could_not_be_sent_says_so_without_the_address(
    sink: Sink, reply: str, caplog: pytest.LogCaptureFixture
) -> None:
    sink.replies["zq@exemple.invalid"] = reply

    with caplog.at_level(logging.DEBUG):
        assert send(Recipient("zq@exemple.invalid")) is False
    assert "zq" not in caplog.text
    assert f"smtp_{reply[:3]}" in caplog.text


@pytest.mark.parametrize("address", ["a@b.invalid\r\nBcc: c@d.invalid", "no at sign", "é\x00@exemple.invalid"])
def test_an_impossible_address_is_no_error(sink: Sink, address: str) -> None:
    assert send(Recipient(address)) in {True, False}

    assert all("Bcc" not in message for message in sink.messages)


def test_a_server_that_is_away_is_told(sink: Sink, settings: Any) -> None:
    settings.EMAIL_PORT = 1

    assert send(Recipient("zq@exemple.invalid")) is False
