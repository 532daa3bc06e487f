"""What the platform writes on its standard error."""

import io
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from config.logs import Discreet, masked


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler with the platform's filter writes."""
    handler = logging.StreamHandler(written := io.StringIO())
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    handler.addFilter(Discreet())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def test_every_handler_has_the_filter() -> None:
    logging_settings: dict[str, Any] = settings.LOGGING
    assert logging_settings["filters"]["discreet"]["()"] == "config.logs.Discreet"
    assert all("discreet" in handler["filters"] for handler in logging_settings["handlers"].values())


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("/invitation/s3cr3t/", "/invitation/…"),
        ("Not Found: /invitation/s3cr3t/ and more", "Not Found: /invitation/… and more"),
        ("/desk/equipe/inviter/", "/desk/equipe/inviter/"),
        ('"GET /desk/dossiers/?q=zq+nom&page=2 HTTP/1.1"', '"GET /desk/dossiers/?… HTTP/1.1"'),
        ("Not Found: /desk/dossiers/zq-nom/note/", "Not Found: /desk/dossiers/…/note/"),
        ("Not Found: /desk/dossiers/BADU-KEVI-TOR/note/", "Not Found: /desk/dossiers/BADU-KEVI-TOR/note/"),
        ("Bad Request: /desk/dossiers/nouveau/", "Bad Request: /desk/dossiers/nouveau/"),
        (ValueError("zq nom"), "ValueError"),
        (404, 404),
    ],
)
def test_a_token_is_masked(value: object, left: object) -> None:
    assert masked(value) == left


@pytest.mark.django_db
def test_an_unknown_invitation_leaves_no_token_in_the_log(client: Client, written: io.StringIO) -> None:
    response = client.get("/invitation/zq-s3cr3t/")

    assert response.status_code >= 400
    assert "/invitation/" in written.getvalue()
    assert "zq-s3cr3t" not in written.getvalue()


@pytest.mark.parametrize("refusal", [PermissionDenied("no"), Http404("no")])
def test_an_ordinary_refusal_has_no_traceback(refusal: Exception, written: io.StringIO) -> None:
    _log_raised(refusal)

    assert "Traceback" not in written.getvalue()


def test_a_mistake_of_ours_keeps_its_traceback(written: io.StringIO) -> None:
    _log_raised(ZeroDivisionError("ours"))

    assert "Traceback" in written.getvalue()
    assert written.getvalue().rstrip().endswith("ZeroDivisionError")


def test_the_words_of_a_mistake_are_not_told_nor_those_of_its_causes(written: io.StringIO) -> None:
    """A database repeats the row that it refuses, a parser what it could not read."""
    first, second, third = KeyError("zq-first"), ValueError("zq-second"), RuntimeError("zq-third")
    third.__cause__, second.__context__ = second, first
    _log_raised(third)

    assert "zq-" not in written.getvalue()
    told = [line for line in written.getvalue().splitlines() if line.startswith("builtins.")]
    assert told == ["builtins.KeyError", "builtins.ValueError", "builtins.RuntimeError"]
    assert "_log_raised" in written.getvalue()


def test_a_task_that_fails_tells_its_name_and_no_word(written: io.StringIO) -> None:
    """The shape of Celery's own records: one mapping for all places."""
    told = {"name": "cases.sweep", "id": "1", "exc": "ValueError('zq-word')", "args": "['zq-arg']", "traceback": "zq"}
    text, failed = "Task %(name)s[%(id)s] raised unexpected: %(exc)s %(args)s %(traceback)s", ValueError("zq-word")
    logging.getLogger("django.request").error(text, told, exc_info=failed)

    assert "zq" not in written.getvalue()
    assert "Task cases.sweep[1] raised unexpected: ValueError … …" in written.getvalue()


def test_a_wrong_answer_is_an_ordinary_event_of_no_case(written: io.StringIO) -> None:
    logger = logging.getLogger("django.request")
    for path in ("/desk/dossiers/OPP-7K3D-9Q2M/clore/", "/espace/OPP-7K3D-9Q2M/accord/", "/desk/dossiers/nouveau/"):
        logger.warning("Unprocessable Entity: %s", path, extra={"status_code": 422})

    assert written.getvalue().splitlines() == [
        "INFO Unprocessable Entity: /desk/dossiers/…/clore/",
        "INFO Unprocessable Entity: /espace/…/accord/",
        "INFO Unprocessable Entity: /desk/dossiers/nouveau/",
    ]


def _log_raised(raised: Exception) -> None:
    try:
        raise raised
    except Exception:
        logging.getLogger("django.request").warning("Refused: %s", "/", exc_info=sys.exc_info())
