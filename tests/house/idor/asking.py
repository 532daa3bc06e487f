"""One person's browser: each request is undone after it, and what it would have left behind is handed back."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection, transaction
from django.template import Template
from django.test import Client

from accounts.models import SignIn
from tests.house.idor.findings import Answer, Request
from tests.house.idor.rows import Rows

_WRITES = re.compile(
    r'\b(?:INSERT(?: OR \w+)? INTO|DELETE FROM|UPDATE(?=\s+\S+\s+SET\b))\s+(?:ONLY )?"?(\w+)"?', re.IGNORECASE
)
# Sessions and codes: rows of a browser, not of an association.
_OF_BROWSERS = {"django_session", "accounts_signincode"}


@contextmanager
def _plain_rendering() -> Iterator[None]:
    """Templates are not noted with a copy of what they were given, as Django's test client would: nobody asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
        yield


def _text(content: bytes) -> str:
    """What stands in an answer; of a ZIP what stands in its files, for its sums differ with any id in them."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(f"{name}\n{_text(archive.read(name))}" for name in archive.namelist())


class Browser:
    def __init__(self, rows: Rows, person: str) -> None:
        self.rows = rows
        self.person = person
        house = rows.world.browser_of(person)
        rows.now |= rows.read([SignIn, Authenticator])  # the rows of this browser stand from now on
        self._cookies = {name: morsel.value for name, morsel in house.cookies.items()}
        self._client = Client(raise_request_exception=False)
        self._client.defaults |= house.defaults
        self.asked = 0

    def ask(self, request: Request) -> Answer:
        self.asked += 1
        self._client.cookies = SimpleCookie(self._cookies)
        tables: set[str] = set()

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            tables.update(_WRITES.findall(sql))
            return execute(sql, params, many, context)

        with transaction.atomic():
            with connection.execute_wrapper(note), _plain_rendering():
                response = self._send(request)
                content = b"".join(response) if response.streaming else response.content
            changes = [] if connection.needs_rollback else self.rows.changes(tables - _OF_BROWSERS)
            transaction.set_rollback(True)
        cache.clear()
        headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.items()))
        cookies = "\n".join(sorted(response.cookies.output(header="").split("\n")))
        return Answer(response.status_code, f"{headers}\n{cookies}", _text(content), changes)

    def _send(self, request: Request) -> Any:
        if request.method == "POST":
            for value in request.data.values():
                if hasattr(value, "seek"):
                    value.seek(0)
            return self._client.post(request.url, request.data)
        return getattr(self._client, request.method.lower())(request.url)
