"""An authority dates the roots; without it they stand all the same, and it is asked again."""

import base64
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from cases import actions
from cases.models import Case, EvidenceRoot
from cases.rules import tokens
from config.settings.given import refuse_half_an_authority
from tests.cases.evidence.authority import Tsa, found_authority, reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(case: Case, today: date, now: datetime) -> EvidenceRoot:
    actions.root_all(today=today, at=now)
    return EvidenceRoot.objects.get()


def again(root: EvidenceRoot) -> EvidenceRoot:
    return EvidenceRoot.objects.get(pk=root.pk)


def test_a_root_is_dated_once(root: EvidenceRoot, tsa: Tsa) -> None:
    done = [actions.stamp_all() for _ in range(2)]

    found = again(root)
    assert found.token
    trusted = tokens.authority_of(tsa.root.read_bytes())
    assert found.stamped_at == tokens.stamped_at(bytes(found.token), statement=root.statement, authority=trusted)
    assert [(one.stamped, one.waiting) for one in done] == [(1, 0), (0, 0)]
    assert len(tsa.asked) == 1


def test_a_hash_leaves_and_nothing_else(root: EvidenceRoot, tsa: Tsa) -> None:
    actions.stamp_all()

    [asked] = tsa.asked
    assert root.root.encode() not in asked
    assert root.day.isoformat().encode() not in asked
    assert len(asked) < 100
    assert tsa.heads[0]["Content-Type"] == "application/timestamp-query"
    assert "Authorization" not in tsa.heads[0]


def test_credentials_go_with_the_question(root: EvidenceRoot, tsa: Tsa, settings: Any) -> None:
    settings.TSA_CREDENTIALS = "nous:secret"

    actions.stamp_all()

    assert tsa.heads[0]["Authorization"] == "Basic " + base64.b64encode(b"nous:secret").decode()


@pytest.mark.parametrize("status", [302, 401, 500])
def test_an_authority_that_refuses_is_asked_again_later(root: EvidenceRoot, tsa: Tsa, status: int) -> None:
    tsa.status = status
    refused = actions.stamp_all()
    tsa.status = 200

    assert (refused.stamped, refused.waiting) == (0, 1)
    assert actions.stamp_all().stamped == 1
    assert len(tsa.asked) == 2  # it was not followed elsewhere


def test_an_authority_that_cannot_be_reached_leaves_the_root_standing(
    root: EvidenceRoot, tsa: Tsa, settings: Any
) -> None:
    settings.TSA_URL = "http://127.0.0.1:9/"

    assert actions.stamp_all().waiting == 1
    assert again(root).token is None


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30" * 70_000])
def test_what_is_no_token_is_not_kept(root: EvidenceRoot, tsa: Tsa, answer: bytes) -> None:
    tsa.answer = lambda _query: answer

    assert actions.stamp_all().stamped == 0
    assert again(root).token is None


def test_an_answer_to_another_question_is_not_kept(root: EvidenceRoot, tsa: Tsa, authority_folder: Path) -> None:
    old = reply(authority_folder, tokens.ask_about(root.statement).as_bytes())
    tsa.answer = lambda _query: old

    assert actions.stamp_all().stamped == 0
    assert again(root).token is None


def test_a_token_of_another_authority_is_not_kept(root: EvidenceRoot, tsa: Tsa, tmp_path: Path) -> None:
    found_authority(tmp_path / "other")
    tsa.answer = partial(reply, tmp_path / "other")

    assert actions.stamp_all().stamped == 0
    assert again(root).token is None


def test_without_an_authority_nothing_is_asked(root: EvidenceRoot, tsa: Tsa, settings: Any) -> None:
    settings.TSA_URL = ""

    assert actions.stamp_all().stamped == 0
    assert tsa.asked == []


def test_a_file_that_holds_no_root_dates_nothing(root: EvidenceRoot, tsa: Tsa, settings: Any, tmp_path: Path) -> None:
    for content in ("no certificate", (tsa.folder / "signer.pem").read_text()):
        (tmp_path / "ca.pem").write_text(content)
        settings.TSA_CA_FILE = str(tmp_path / "ca.pem")

        assert actions.stamp_all().stamped == 0


def test_a_token_says_when_and_for_which_text(authority_folder: Path) -> None:
    trusted = tokens.authority_of((authority_folder / "root.pem").read_bytes())
    token = reply(authority_folder, tokens.ask_about(b"one text").as_bytes())

    assert tokens.stamped_at(token, statement=b"one text", authority=trusted).tzinfo == UTC
    for wrong, text in ((token, b"another text"), (token[:-1], b"one text"), (token + b"\x00", b"one text")):
        with pytest.raises(tokens.BadToken):
            tokens.stamped_at(wrong, statement=text, authority=trusted)


@pytest.mark.parametrize(
    ("url", "credentials", "said"),
    [
        ("ftp://tsa.example", "", "TSA_URL"),
        ("https://", "", "TSA_URL"),
        ("http://tsa.example", "a:b", "TSA_CREDENTIALS"),
        ("", "a:b", "TSA_CREDENTIALS"),
    ],
)
def test_half_an_authority_is_refused_at_start(url: str, credentials: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()

    with pytest.raises(ImproperlyConfigured, match=said):
        refuse_half_an_authority(url, ca_file=str(tmp_path / "ca.pem"), credentials=credentials)


def test_an_authority_without_its_certificates_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="TSA_CA_FILE"):
        refuse_half_an_authority("https://tsa.example", ca_file=str(tmp_path / "none.pem"), credentials="")

    refuse_half_an_authority("", ca_file="", credentials="")
    refuse_half_an_authority("http://localhost:8080/tsa", ca_file=__file__, credentials="a:b")
