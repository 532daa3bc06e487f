"""A number that is written nowhere cannot be sent through any box of any page: refused, explained, and shown back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.test import Client

from procedures import registry
from tests.house.filling import tenant_models
from tests.house.robot import Form, forms_of
from tests.house.tree import ROOT
from tests.house.world import World, address, addresses
from vault.rules.detector import Seen, seen_in
from web.parts import forms as parts
from web.parts import nowhere

TEXTS = {
    Seen.NIR: "185057800604830",
    Seen.CARD: "carte Vitale n° 8025000012",
    Seen.CODE: "code provisoire 482913",
}
# Boxes whose text is kept nowhere, or is refused for what it is not; the page, the box, and why no sentence of ours.
OTHERWISE = {
    ("desk:now", "q"): "looked for, never kept",
    ("desk:cases", "q"): "looked for, never kept",
    ("desk:open", "q"): "looked for, never kept",
    ("account_login", "login"): "only an address is taken",
    ("portal:login", "who"): "only an address or twelve signs are taken",
    ("portal:login", "site"): "for programs: whoever fills it gets nothing",
    ("portal:report", "reference"): "refused by itself, whatever the detector says of it",
    ("desk:audit", "dossier"): "a filter of a list",
    ("desk:canary", "reference"): "only a reference that exists is taken",
    ("desk:token_new", "networks"): "only networks are taken",
    ("mfa_reauthenticate", "code"): "only the factor's code is taken",
    **{
        (page, side): "only a percentage is taken"
        for page in ("portal:deposit", "desk:deposit")
        for side in ("left", "top", "width", "height")
    },
    **{(page, "salt"): "only the 64 signs of a salt are taken" for page in ("portal:prove", "desk:prove")},
}
QUERIES = {"portal:report": "?moyen=phone"}  # the way on which a reference is asked for
READERS = ("nobody", "member", "volunteer", "coordinator")
UNDONE = {"portal:leave", "portal:quick_exit", "account_logout", "set_language"}  # they end the session
_PARTS_OF_DATES = re.compile(r"_(?:day|month|year)$")
_SECRET = re.compile(r"<input[^>]*type=\"password\"[^>]*name=\"(\w+)\"|<input[^>]*name=\"(\w+)\"[^>]*type=\"password\"")


@dataclass(frozen=True, slots=True)
class Box:
    """One box for text on one page, with what else its form sends."""

    page: str
    name: str
    form: Form
    path: str
    browser: Client

    def texts(self) -> dict[Seen, str]:
        """What is typed; into the box of an address only what looks like one."""
        if self.form.fields[self.name] == "typed":
            return TEXTS
        return {Seen.NIR: f"{TEXTS[Seen.NIR]}@exemple.invalid"}

    @property
    def key(self) -> tuple[str, str]:
        return self.page, self.name


def boxes(world: World) -> Iterator[Box]:
    """Each once, by the first reader who sees it."""
    seen = set()
    for person in READERS:
        browser = world.browser_of(person)
        for name, places in addresses():
            path = address(name, places, world.home.parts["first"]) + QUERIES.get(name, "")
            page = None if name in UNDONE or name.startswith(("demo:", "public:styleguide")) else browser.get(path)
            if page is None or page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
                continue
            for box in _boxes_of(page.content.decode(), name, path, browser):
                if (name, box.name) not in seen:
                    seen.add((name, box.name))
                    yield box


def _boxes_of(html: str, page: str, path: str, browser: Client) -> Iterator[Box]:
    mark = "typed"
    secrets = {one or other for one, other in _SECRET.findall(html)}
    for form in forms_of(html, secret=mark):
        for name, typed in form.fields.items():
            is_text = isinstance(typed, str) and typed in {mark, f"{mark}@exemple.invalid"}
            if is_text and name not in secrets and not _PARTS_OF_DATES.search(name):
                yield Box(page, name, form, form.action or path, browser)


def kept() -> dict[str, list[Any]]:
    """Every row of every association, but for what is noted about reading."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in tenant_models()
        if model._meta.label != "accounts.AuditEntry"
    }


def send(box: Box, text: str) -> Any:
    fields = {name: "" if typed == "typed" else typed for name, typed in box.form.fields.items()} | {box.name: text}
    ask = box.browser.post if box.form.method == "post" else box.browser.get
    return ask(box.path, fields)


def error_at(html: str, name: str) -> str:
    """The sentence that is tied to the box."""
    match = re.search(rf'id="id_{name}_error"[^>]*>(.*?)</(?:p|ul|div)>', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", match[1])).strip() if match else ""


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_no_box_of_any_page_takes_such_a_number(world: World) -> None:
    tried, passed = set(), []
    for box in boxes(world):
        tried.add(box.key)
        before = kept()
        for seen, text in box.texts().items():
            answer = send(box, text)
            html = answer.content.decode()
            is_told = nowhere.sentence(seen) in error_at(html, box.name) and text in unescape(html)
            is_refused = answer.status_code == 422 and is_told
            before, earlier = kept(), before
            if before != earlier or not (is_refused or box.key in OTHERWISE):
                passed.append((*box.key, seen.value, answer.status_code, error_at(html, box.name)))

    assert not passed, "\n".join(map(str, passed))
    assert len(tried - OTHERWISE.keys()) > 15
    assert OTHERWISE.keys() - tried == set(), "these boxes are gone"


def all_forms(form: type[forms.BaseForm] = forms.BaseForm) -> set[type[forms.BaseForm]]:
    return {form}.union(*(all_forms(one) for one in form.__subclasses__()))


def test_every_form_of_ours_looks_at_what_is_typed() -> None:
    import_module(settings.ROOT_URLCONF)  # a class is known once its page is
    ours = {one for one in all_forms() if one.__module__.startswith("web.")}

    assert len(ours) > 30
    shown = [one for one in ours if not one.__subclasses__()]  # the others are mixins
    assert [one for one in shown if not issubclass(one, parts.HouseForm)] == []


def test_only_the_box_of_a_password_is_not_looked_at() -> None:
    class Asked(parts.HouseForm, forms.Form):
        line = forms.CharField(required=False)
        lines = forms.CharField(required=False, widget=forms.Textarea)
        address = forms.EmailField(required=False)
        link = forms.URLField(required=False, assume_scheme="https")
        hidden = forms.CharField(required=False, widget=forms.HiddenInput)
        pattern = forms.RegexField(r".*", required=False)
        password = forms.CharField(required=False, widget=forms.PasswordInput)

    number = TEXTS[Seen.NIR]
    typed = dict.fromkeys(("line", "lines", "hidden", "pattern", "password"), number)
    form = Asked(typed | {"address": f"{number}@exemple.invalid", "link": f"https://exemple.invalid/{number}"})

    assert set(form.errors) == {"line", "lines", "address", "link", "hidden", "pattern"}


def test_no_definition_of_a_procedure_holds_such_a_number() -> None:
    files = list((ROOT / "procedures" / "definitions").rglob("*.toml"))

    assert len(files) >= len(registry.all_current())
    assert [path.name for path in files if seen_in(path.read_text(encoding="utf-8"))] == []
