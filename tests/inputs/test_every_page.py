"""Every page asked with odd addresses, queries, headers and languages: nothing breaks, nothing else is shown."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import NoReverseMatch, reverse

from tests.house.idor.findings import Answer, Request, oracle
from tests.house.idor.matrix import Asked, parameters_of
from tests.house.idor.rows import Rows
from tests.house.permissions import TABLE
from tests.house.world import SHARED_PLACES, World, address, addresses, part_of
from tests.inputs.answers import is_page, is_sound, leads_away, runs
from tests.inputs.pages import READERS, Typist, reader_of
from tests.whole import share, turn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ODD = (
    "-1",
    "0",
    "9" * 40,
    "1e9",
    "\0",
    "a.b.c",
    "b.2026-99-99.1",
    "../..",
    "%F0%9F",
    "é" * 2000,
    "'\"><script>x()</script>",
)
# What a library might take for a page, an order, a connector, an alias, a format.
UNASKED = {
    "page": "-1",
    "offset": "-1",
    "limit": "999999999",
    "order_by": "-password",
    "ordering": "association__slug",
    "_connector": "OR 1=1 OR",
    "_negated": "1",
    "member__email": "a@b.c",
    'x" FROM accounts_user --': "1",
    "format": "admin",
    "fields": "*",
}
AWAY = (
    "https://exemple.invalid/",
    "//exemple.invalid",
    "/\\exemple.invalid",
    "javascript:alert(1)",
    "\t//exemple.invalid",
)
HOSTS = ("ailleurs.invalid", "localhost@ailleurs.invalid", "[::1", "a b", "localhost:99x")
NO_ADDRESS = "\0"
# Asked by machines at whatever name they know, from the machine itself; they make no link.
PROBES = {"healthz", "readyz", "metrics"}
LANGUAGES = (
    "zz-ZZ",
    "*;q=nan",
    "fr;q=1e999",
    "../../etc/passwd",
    "\u0000".encode().hex(),
    "zz-" + "x" * 900,
    "fr,,,;;;",
)


@dataclass(frozen=True, slots=True)
class Page:
    """An address, and whoever may read it. `plain`: asked without anything odd."""

    name: str
    url: str
    browser: Typist

    def ask(self, query: dict[str, str] | None = None) -> tuple[Request, Answer]:
        url = f"{self.url}?{urlencode(query)}" if query else self.url
        asked = Request(self.browser.person, "GET", self.name, "own", url)
        return asked, self.browser.ask(asked)


@dataclass(frozen=True, slots=True)
class Known(Page):
    plain: tuple[Request, Answer]


@pytest.fixture(scope="module")
def pages(world: World, rows: Rows) -> list[Known]:
    """Each address that answers a page or data, asked by the first reader who may."""
    browsers = {person: Typist(rows, person) for person in READERS}
    return list(_pages(world, browsers))


def _pages(world: World, browsers: dict[str, Typist]) -> Iterator[Known]:
    for name, places in addresses():
        reader = reader_of(name) if name in TABLE else None
        if reader:
            page = Page(name, address(name, places, world.home.parts["first"]), browsers[reader])
            yield Known(page.name, page.url, page.browser, plain=page.ask())


def faults(page: Page, answer: Answer, what: Any) -> list[str]:
    wrong = [] if is_sound(answer) else [f"{page.name}: {answer.status} for {str(what)[:60]}"]
    wrong += [f"{page.name}: {one}" for one in (runs(answer.body) if is_page(answer) else [])]
    return wrong + ([f"{page.name} leads away"] if leads_away(answer) else [])


def test_every_page_is_shown_to_whom_the_table_of_permissions_says(pages: list[Known]) -> None:
    assert [f"{page.name}: {page.plain[1].status}" for page in pages if page.plain[1].status != 200] == []
    assert len(pages) > 100


def test_what_people_wrote_runs_on_no_page(pages: list[Known]) -> None:
    """Every name and note of the world holds a script and a template."""
    findings, shown = [], 0
    for page in pages:
        answer = page.plain[1]
        findings += faults(page, answer, "words that would run")
        findings += [f"{page.name}: a template was filled in"] * bool(re.search(r"alert\(2\)[^\s]*49", answer.body))
        shown += "&lt;script&gt;alert(1)" in answer.body

    assert not findings, "\n".join(findings)
    assert shown > 10


def test_names_that_no_page_reads_change_nothing_that_it_shows(pages: list[Known]) -> None:
    findings = []
    for page in share(pages, 0, of=4):
        plain, odd = page.plain, page.ask(UNASKED)
        findings += faults(page, odd[1], UNASKED)
        if page.name.startswith("api:"):
            findings += [f"{page.name}: {odd[1].status}"] if odd[1].status not in {200, 400} else []
        elif plain[1].status != odd[1].status:
            findings.append(f"{page.name}: {odd[1].status}, but {plain[1].status} without")
        else:
            findings += [str(one) for one in oracle(*alike(odd, plain), [])]

    assert not findings, "\n".join(findings)


def alike(odd: Asked, plain: Asked) -> tuple[Asked, Asked]:
    """Both as if they had been asked at the same address, which a page may say of itself."""
    (asked, answer), (before, first) = odd, plain
    told = replace(answer, body=answer.body.replace(escape(asked.url), before.url))
    return (replace(asked, url=NO_ADDRESS), told), (replace(before, url=NO_ADDRESS), first)


def test_names_that_a_page_reads_may_hold_anything(pages: list[Known]) -> None:
    findings, asked = [], 0
    for page in pages:
        for name in parameters_of(page.url):
            for value in turn(ODD, asked):
                asked += 1
                findings += faults(page, page.ask({name: value})[1], {name: value})

    assert not findings, "\n".join(findings)
    assert asked > 20


def test_no_page_leads_to_where_a_query_says(pages: list[Known]) -> None:
    findings = []
    for page, target in zip(share(pages, 0, of=6), cycle(AWAY), strict=False):
        asked = dict.fromkeys(("next", "de", "redirect", "url", "return_to"), target)
        answer = page.ask(asked)[1]
        links = [f'href="{target}"', f"href='{target}'"]
        findings += faults(page, answer, asked) + [f"{page.name} links away" for link in links if link in answer.body]

    assert not findings, "\n".join(findings)


def test_a_number_beyond_every_table_is_nothing(world: World, rows: Rows) -> None:
    """A key that no column can hold is as unknown as any other."""
    findings, asked = [], 0
    parts = world.home.parts["first"]
    browsers = {person: Typist(rows, person) for person in ("coordinator", "member")}
    for name, places in addresses():
        for place in sorted(places - SHARED_PLACES.keys()) if name in TABLE else ():
            for value, url in turn(list(beyond(name, places, place, parts)), asked):
                asked += 1
                browser = browsers["member" if name.startswith("portal:") else "coordinator"]
                answer = Page(name, url, browser).ask()[1]
                if answer.status not in {302, 403, 404, 405, 409}:
                    findings.append(f"{name} with {value[:20]} in {place}: {answer.status}")

    assert not findings, "\n".join(findings)
    assert asked > 60


def beyond(name: str, places: frozenset[str], place: str, parts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is no key of any row, where the pattern of the address takes it: a number, or any word."""
    for value in (2**31, 2**63, 10**40, "\0", "%2e%2e%2f", "é" * 500):
        with suppress(NoReverseMatch):
            yield str(value), address(name, places, parts | {part_of(name, place): value})


def test_another_host_is_refused_with_a_sentence_and_stands_in_no_link(pages: list[Known]) -> None:
    findings = []
    asked = share([page for page in pages if page.name not in PROBES], 1, of=6)
    for page, host in zip(asked, cycle(HOSTS), strict=False):
        answer = page.browser.get(page.url, {"Host": host})
        findings += [f"{page.name} with {host}: {answer.status}"] * (answer.status != 400 or not is_sound(answer))
        forwarded = page.browser.get(
            page.url, {"X-Forwarded-Host": "ailleurs.invalid", "X-Forwarded-For": "'; --, \u0663"}
        )
        findings += [f"{page.name}: the host of a header"] * ("ailleurs.invalid" in forwarded.body + forwarded.headers)
        findings += faults(page, forwarded, "X-Forwarded-Host")

    assert not findings, "\n".join(findings)


def test_a_language_that_is_none_leaves_the_page_in_french(pages: list[Known]) -> None:
    findings = []
    for page, language in zip(share(pages, 2, of=6), cycle(LANGUAGES), strict=False):
        answer = page.browser.get(page.url, {"Accept-Language": language})
        findings += faults(page, answer, language)
        findings += [f"{page.name}: not in French"] * (
            '<html lang="' in answer.body and '<html lang="fr"' not in answer.body
        )

    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("language", ["zz", "", "fr\r\nSet-Cookie: a=b", "../../etc", "en\0", "e" * 100_000])
def test_a_language_that_is_none_is_not_chosen(rows: Rows, language: str) -> None:
    browser = Typist(rows, "nobody")

    answer = browser.raw(
        reverse("set_language"),
        urlencode({"language": language, "next": "//exemple.invalid/"}).encode(),
        "application/x-www-form-urlencoded",
    )

    assert answer.status in {204, 302, 400}
    assert "django_language" not in answer.headers
    assert not leads_away(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_in_a_cookie_that_is_none_leaves_the_page_in_french(rows: Rows, language: str) -> None:
    answer = Typist(rows, "nobody").get(reverse("public:home"), {"Cookie": f"django_language={language}"})

    assert (answer.status, '<html lang="fr"' in answer.body) == (200, True)
