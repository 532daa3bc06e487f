"""Codes and invitations: sent at once, in either language, and telling nothing to who reads over a shoulder."""

import logging
import re
from typing import Any

import pytest

from notifications import actions, smtp
from notifications.registry import Recipient
from notifications.rules.kinds import Words
from tests.notifications.conftest import Sink

CODE = {"code": "4827 3956"}
INVITATION: dict[str, Any] = {
    "association_name": "L'entraide & Cie",
    "roles": ["Bénévole", "Coordination"],
    "link": "https://exemple.invalid/invitation/abc?x=1&y=2",
}
MAILS: list[tuple[str, dict[str, Any]]] = [("sign_in_code", CODE), ("invitation", INVITATION)]
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
    assert [words(key, context, "fr").subject for key, context in MAILS] == ["Votre code", "Une invitation"]
    assert [words(key, context, "en").subject for key, context in MAILS] == ["Your code", "An invitation"]


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


def send(recipient: Recipient | None) -> bool:
    return actions.send_now(recipient, templates="notifications/mail/sign_in_code", context=CODE)


def test_nobody_gets_nothing_but_the_server_is_asked_all_the_same(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    reach = smtp.Courier.open

    def watched(courier: smtp.Courier) -> Any:
        opened.append("open")
        return reach(courier)

    monkeypatch.setattr(smtp.Courier, "open", watched)

    assert send(None) is True

    assert sink.messages == []
    assert opened == ["open"]


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
    assert send(None) is False
