"""Have an authority date the day's roots (RFC 3161). Only a hash leaves; a missing authority is asked again later."""

import base64
import logging
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from accounts import scope
from accounts.access import associations_at_work
from cases.models import EvidenceRoot
from cases.rules import tokens
from cases.rules.tokens import Authority, BadAuthority, BadToken

WITHIN = 15  # seconds for the connection, and for each reading
AT_ONCE = 40  # roots of one run: a long silence is made up for in a few
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Stamped:
    """What one run did. `waiting`: roots without a token after it."""

    stamped: int = 0
    waiting: int = 0


class NoAnswer(OSError):
    """The authority cannot be reached, or refuses. Asked again at the next run."""


class _Stay(HTTPRedirectHandler):
    """An authority is the one that was configured: no other address gets the credentials or the hash."""

    def redirect_request(self, *args: object, **kwargs: object) -> NoReturn:
        raise NoAnswer("it sends elsewhere")


def stamp_all() -> Stamped:
    """Ask for a token of each root that has none, the oldest first. Without a configured authority nothing is asked."""
    if not settings.TSA_URL:
        return Stamped()
    waiting = [root for pk in associations_at_work() for root in _unstamped(pk)]
    done = Stamped(waiting=len(waiting))
    try:
        for root in waiting[:AT_ONCE]:
            _stamp(root, authority=authority())
            done.stamped += 1
            done.waiting -= 1
    except (OSError, HTTPException, BadToken, BadAuthority) as error:
        _log.warning("No token from the time-stamping authority: %s", type(error).__name__)
    return done


def _unstamped(association_id: int) -> list[EvidenceRoot]:
    with scope.enter(association_id):
        return list(EvidenceRoot.objects.all().unstamped())


def authority() -> Authority:
    """Whom TSA_CA_FILE trusts. Raises OSError and BadAuthority."""
    return tokens.authority_of(Path(settings.TSA_CA_FILE).read_bytes())


def _stamp(root: EvidenceRoot, *, authority: Authority) -> None:
    """Asked outside any transaction; what does not verify is not kept."""
    asked = tokens.ask_about(root.statement)
    answer = _answer(asked.as_bytes())
    instant = tokens.stamped_at(answer, statement=root.statement, authority=authority, asked=asked)
    with scope.enter(root.association_id):
        EvidenceRoot.objects.all().stamp(root.pk, token=answer, at=instant)


def _answer(asked: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    if settings.TSA_CREDENTIALS:
        headers["Authorization"] = "Basic " + base64.b64encode(settings.TSA_CREDENTIALS.encode()).decode()
    request = Request(settings.TSA_URL, data=asked, headers=headers)  # noqa: S310  its scheme is checked at start
    try:
        with build_opener(_Stay).open(request, timeout=WITHIN) as response:
            if response.status != HTTPStatus.OK:
                raise NoAnswer(f"it answers {response.status}")
            return bytes(response.read(tokens.LONGEST + 1))
    except URLError as error:
        raise NoAnswer(str(error.reason)) from error
