"""Somebody who types the same secret into every field of every page, and says it wherever a browser can."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from django.test import Client

from tests.vault.samples import pdf

WAYS_OUT = ("/langue/", "/espace/quitter/", "/espace/sortir/", "/compte/deconnexion/")


@dataclass(slots=True)
class Form:
    action: str
    method: str
    fields: dict[str, Any] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page with what is asked: what is hidden or chosen as it stands first, the rest typed."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.secret, self.forms, self._choosing = secret, list[Form](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(action=given.get("action", ""), method=given.get("method", "get").lower()))
        elif self.forms and given.get("name") and tag in {"input", "textarea", "select", "button"}:
            self._choosing = given["name"] if tag == "select" else ""
            self.forms[-1].fields.setdefault(given["name"], self._answer(tag, given))
        elif tag == "option" and self._choosing and not self.forms[-1].fields[self._choosing]:
            self.forms[-1].fields[self._choosing] = given.get("value", "")

    def _answer(self, tag: str, given: dict[str, str]) -> Any:
        kind = "text" if tag == "textarea" else given.get("type", "")
        if tag in {"select", "button"} or kind in {"hidden", "radio", "checkbox", "submit"}:
            return given.get("value", "on") if tag != "select" else ""
        if kind == "file":
            file = io.BytesIO(pdf(self.secret.encode()))
            file.name = f"{self.secret}.pdf"
            return file
        return f"{self.secret}@exemple.invalid" if kind == "email" else self.secret


def forms_of(html: str, *, secret: str) -> list[Form]:
    reader = Forms(secret)
    reader.feed(html)
    return reader.forms


def talkative(secret: str) -> dict[str, str]:
    """Headers that say it too; a program's token among them."""
    return {
        "user-agent": f"Mozilla/5.0 ({secret}) Firefox/145.0",
        "referer": f"https://elsewhere.example/?q={secret}",
        "accept-language": f"fr, {secret}",
        "x-forwarded-for": "192.0.2.7",
        "x-request-id": secret,
    }


def visit(browser: Client, path: str, *, secret: str) -> Iterator[tuple[str, Any]]:
    """Open the page, with the secret in the query, and send each of its forms; every answer with what was asked."""
    query = f"?q={quote(secret)}&next=/{secret}&{secret}=1"
    browser.raise_request_exception = False
    page = browser.get(f"{path}{query}", headers=talkative(secret))
    yield f"GET {path}", page
    if not page.get("Content-Type", "").startswith("text/html"):
        return
    for form in forms_of(page.content.decode(), secret=secret):
        target = form.action or path
        if not target.startswith("/") or target.startswith(WAYS_OUT):
            continue
        ask = browser.post if form.method == "post" else browser.get
        yield f"{form.method} {target}", ask(target, form.fields, headers=talkative(secret))


def call(browser: Client, path: str, *, secret: str) -> Iterator[tuple[str, Any]]:
    """As a program: a wrong token, a body that nobody asked for."""
    browser.raise_request_exception = False
    headers = talkative(secret) | {"authorization": f"Bearer {secret}"}
    yield f"GET {path}", browser.get(path, {"campaign": secret, secret: "1"}, headers=headers)
    yield f"POST {path}", browser.post(path, {"note": secret}, content_type="application/json", headers=headers)
