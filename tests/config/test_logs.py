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
