"""Every form of every page as four people meet it, filled so that it would be taken, to be spoilt then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction

from tests.house.idor.asking import Browser
from tests.house.idor.findings import Answer, Request
from tests.house.idor.forms import Box, Data, Form
from tests.house.idor.matrix import Asked, Matrix
from tests.house.idor.rows import MODELS, Key, Row, Rows
from tests.house.permissions import PEOPLE, TABLE
from tests.house.world import World, addresses
from tests.whole import WHOLE

# Each page is looked at by the first of them who may; with WHOLE=1 by all.
READERS = ("coordinator", "volunteer", "member", "nobody")
WRITTEN = {"text", "textarea", "search", "email", "tel", "number"}
# What an answer may be to somebody who sends nonsense: never a fault of ours.
REFUSALS = {400, 403, 404, 405, 409, 411, 413, 415, 422, 429}
# Written by whoever reads a page or tries a password: no effect of what they sent.
_BY_LOOKING = {"AuditEntry", "SignIn", "SignInCode"}
_PARTS = ("day", "month", "year")


class Typist(Browser):
    """A browser that may also send a body by itself (`raw`), other headers, and the same form twice."""

    def raw(self, url: str, body: bytes, kind: str, **headers: str) -> Answer:
        return self.ask(Request(self.person, "RAW", "", "", url, {"body": body, "kind": kind, "headers": headers}))

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        return self.ask(Request(self.person, "LOOK", "", "", url, {"headers": headers}))

    def _send(self, request: Request) -> Any:
        match request.method:
            case "RAW":
                sent = request.data
                return self._client.post(request.url, sent["body"], content_type=sent["kind"], headers=sent["headers"])
            case "LOOK":
                return self._client.get(request.url, headers=request.data["headers"])
        return super()._send(request)

    def twice(self, request: Request) -> tuple[tuple[int, int], list[str]]:
        """Both statuses, and what the second sending changed that the first had not."""
        with transaction.atomic():
            self._client.cookies = SimpleCookie(self._cookies)
            first, once = self._send(request).status_code, self.rows.read(MODELS)
            second, after = self._send(request).status_code, self.rows.read(MODELS)
            transaction.set_rollback(True)
        changed = [key for key in once.keys() | after.keys() if once.get(key) != after.get(key)]
        return (first, second), sorted({label(key) for key in changed if key[0].__name__ not in _BY_LOOKING})


class Finder(Matrix):
    """What the matrix of rights does first, alone: it looks at every page, and fills each form until it is taken."""

    def found(self) -> Iterator["Found"]:
        for name, places in addresses():
            if name in TABLE and (WHOLE or reader_of(name) == self.person):
                self._look(name, places)
        for name in self.forms:
            self._send(name)
        for name, (url, form) in self.forms.items():
            yield Found(self.person, name, url, form, self.filled[name], name in self.taken)

    def _ask(self, method: str, name: str, key: str, url: str, data: Data | None = None) -> Asked:
        """Not judged: the matrix of rights does that."""
        request = Request(self.person, method, name, key, url, data or {})
        return request, self.browser.ask(request)


def reader_of(name: str) -> str | None:
    """The first reader who gets a page at this address, as the table of permissions says."""
    gets = dict(zip(PEOPLE, TABLE[name][0].split(), strict=True))
    return next((person for person in READERS if gets[person] == "200"), None)


@dataclass(frozen=True, slots=True)
class Found:
    """One form, and what may be sent by it. `is_taken`: sent so, it changes something."""

    person: str
    name: str
    url: str
    form: Form
    filled: Data
    is_taken: bool

    def __str__(self) -> str:
        return f"{self.person} at {self.name}"

    def texts(self) -> list[str]:
        """Its boxes for words; the parts of a date are not."""
        days = {f"{day}_{part}" for day in self.days() for part in _PARTS}
        return [box.name for box in self.form.boxes.values() if box.kind in WRITTEN and box.name not in days]

    def days(self) -> list[str]:
        """The names of its dates, each of which has three boxes."""
        ends = [name.removesuffix("_day") for name in self.form.boxes if name.endswith("_day")]
        return [name for name in ends if f"{name}_year" in self.form.boxes]

    def choices(self) -> list[Box]:
        """Its boxes and buttons that hold a key: hidden, or one of several choices."""
        return [box for box in self.form.asking() if box.kind in {"hidden", "radio", "select", "checkbox"}]

    def with_data(self, changed: Mapping[str, Any]) -> Request:
        return Request(self.person, "POST", self.name, "own", self.url, self.filled | dict(changed))


@dataclass(frozen=True, slots=True)
class Everything:
    """The world, four people's browsers in it, and each form once: that of the first who meets it."""

    rows: Rows
    browsers: dict[str, Typist]
    forms: list[Found]

    def ask(self, found: Found, changed: Mapping[str, Any]) -> Answer:
        return self.browsers[found.person].ask(found.with_data(changed))

    def send(self, found: Found, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Answer:
        return self.browsers[found.person].raw(found.url, body, kind)


def everything(world: World, *, today: date) -> Everything:
    rows = Rows(world)
    forms: dict[str, Found] = {}
    for person in READERS:
        for found in Finder(rows, {}, person, today=today).found():
            known = forms.get(found.name)
            if known is None or (found.is_taken and not known.is_taken):
                forms[found.name] = replace(found, filled=without_files(found.filled))
    return Everything(rows, {person: Typist(rows, person) for person in READERS}, list(forms.values()))


def without_files(data: Data) -> Data:
    """Files are sent by tests of their own."""
    return {name: value for name, value in data.items() if not hasattr(value, "read")}


def label(key: Key) -> str:
    return str(key[0].__name__)


def effects(answer: Answer) -> list[tuple[Key, Row | None, Row | None]]:
    """What a request changed, beside the record that somebody was here."""
    return [change for change in answer.changes if label(change[0]) not in _BY_LOOKING and not _is_opening(change)]


def _is_opening(change: tuple[Key, Row | None, Row | None]) -> bool:
    (model, _), before, after = change
    is_new = model.__name__ == "CaseEvent" and before is None and after is not None
    return is_new and "CONSULTED" in str((after or {}).get("kind", "")).upper()


def columns(changes: Iterable[tuple[Key, Row | None, Row | None]]) -> list[tuple[str, str]]:
    """[("Case", "state")] of everything that changed, without its values."""
    named = set()
    for key, before, after in changes:
        old, new = before or {}, after or {}
        named |= {(label(key), name) for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return sorted(named)
