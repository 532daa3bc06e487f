"""The forms of a page as its HTML tells them, filled as somebody would who wants them to be taken."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories
from tests.vault.samples import pdf

Data = dict[str, Any]


@dataclass
class Box:
    """One name of a form: what stands in it, and what may be chosen."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    method: str
    action: str
    boxes: dict[str, Box] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def asking(self) -> list[Box]:
        """Its boxes, and its buttons that say something."""
        return [*self.boxes.values(), *(Box(name, "hidden", value) for name, value in self.buttons if name and value)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select: Box | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("method", "get").lower(), given.get("action", ""))
            self.forms.append(self._open)
        elif self._open is not None:
            self._take(tag, given)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        assert self._open
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if tag == "option" and self._select:
            self._select.options.append(given.get("value", ""))
            if "selected" in given:
                self._select.value = given.get("value", "")
        elif tag == "button" or kind == "submit":
            self._open.buttons.append((name, given.get("value", "")))
        elif tag in {"input", "select", "textarea"} and name:
            box = self._open.boxes.setdefault(name, Box(name, kind))
            if kind in {"radio", "checkbox"}:
                box.options.append(given.get("value", "on"))
            else:
                box.value = given.get("value", "")
            self._select = box if tag == "select" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_in(html: str) -> list[Form]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.forms


def ways_to_fill(form: Form, today: date) -> Iterator[Data]:
    """The likeliest first: each day, each end of the choices, each button."""
    for button, value in dict.fromkeys([button for button in form.buttons if not button[0]] + form.buttons) or [
        ("", "")
    ]:
        for last in (False, True):
            for day in (today, today + timedelta(days=7)):
                data = {box.name: _typed(box, day, last=last) for box in form.boxes.values()}
                yield {name: typed for name, typed in data.items() if typed is not None} | (
                    {button: value} if button else {}
                )


def _typed(box: Box, day: date, *, last: bool) -> Any:
    match box.kind:
        case "hidden":
            return box.value
        case "file":
            return None if box.name == "photo" else SimpleUploadedFile("a.pdf", pdf(), content_type="application/pdf")
        case "radio" | "select":
            known = [option for option in box.options if option]
            return box.value or (known[-1 if last else 0] if known and (last or box.kind == "radio") else "")
        case "checkbox":
            return box.options
        case _:
            return box.value or _words(box, day)


_WORDS = {
    "email": "quelqu.un@exemple.invalid",
    "tel": "0123456789",
    "password": "une autre phrase de passe",
    "search": "Dupont",
    "number": "30",
}
_BY_NAME = {
    "oldpassword": factories.PASSWORD,
    "current": factories.PASSWORD,
    "phone": "0123456789",
    "birth_year": "2015",
    "code": "123456",
    "q": "Dupont",
    "email": _WORDS["email"],
    "who": "quelqu.un@exemple.invalid",
    "login": "quelqu.un@exemple.invalid",
    "networks": "",
    # A place on a page, in percents of it.
    **dict.fromkeys(("left", "top", "width", "height"), "10"),
    # Days that narrow a list, and may be left out.
    **{f"opened_{end}_{part}": "" for end in ("from", "to") for part in ("day", "month", "year")},
}


def _words(box: Box, day: date) -> str:
    if box.name in _BY_NAME:
        return _BY_NAME[box.name]
    part = box.name.rpartition("_")[2]
    if part in {"day", "month", "year"}:
        return str(getattr(day, part))
    return _WORDS.get(box.kind, "Un mot pour la suite")


def shown_since(data: Data, *, body: str) -> Data:
    """What was sent, with what the answer's form holds and it had not: a number to confirm, say."""
    hidden = {box.name: box.value for form in forms_in(body) for box in form.boxes.values() if box.kind == "hidden"}
    return data | {name: value for name, value in hidden.items() if name in data and value and not data[name]}
