"""Every page asked with odd addresses, queries, headers and languages: nothing breaks, nothing else is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import NoReverseMatch, reverse

from tests.house.idor.findings import Answer, Request, oracle
from tests.house.idor.matrix import parameters_of
from tests.house.idor.rows import Rows
from tests.house.permissions import TABLE
from tests.house.world import SHARED_PLACES, World, address, addresses, part_of
from tests.inputs.answers import is_page, is_sound, leads_away, runs
from tests.inputs.pages import Typist

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
LANGUAGES = (
    "zz-ZZ",
    "*;q=nan",
    "fr;q=1e999",
    "../../etc/passwd",
    "\u0000".encode().hex(),
    "en-" + "x" * 900,
    "fr,,,;;;",
)


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    url: str
    browser: Typist

    def ask(self, query: dict[str, str] | None = None) -> tuple[Request, Answer]:
        url = f"{self.url}?{urlencode(query)}" if query else self.url
        asked = Request(self.browser.person, "GET", self.name, "own", url)
        return asked, self.browser.ask(asked)


@pytest.fixture(scope="module")
def pages(world: World, rows: Rows) -> list[Page]:
    """Each address that answers a page, a redirect or data, by the first of two readers who may."""
    found = {page.name: page for person in ("coordinator", "member") for page in _pages_of(world, Typist(rows, person))}
    assert len(found) > 70
    return list(found.values())


def _pages_of(world: World, browser: Typist) -> Iterator[Page]:
    for name, places in addresses():
        if name in TABLE:
            page = Page(name, address(name, places, world.home.parts["first"]), browser)
            if page.ask()[1].status == 200:
                yield page


def faults(page: Page, answer: Answer, what: Any) -> list[str]:
    wrong = [] if is_sound(answer) else [f"{page.name}: {answer.status} for {str(what)[:60]}"]
    wrong += [f"{page.name}: {one}" for one in (runs(answer.body) if is_page(answer) else [])]
    return wrong + ([f"{page.name} leads away"] if leads_away(answer) else [])


def test_what_people_wrote_runs_on_no_page(pages: list[Page]) -> None:
    """Every name and note of the world holds a script and a template."""
    findings, shown = [], 0
    for page in pages:
        answer = page.ask()[1]
        findings += faults(page, answer, "words that would run")
        findings += [f"{page.name}: a template was filled in"] * bool(re.search(r"alert\(2\)[^\s]*49", answer.body))
        shown += "&lt;script&gt;alert(1)" in answer.body

    assert not findings, "\n".join(findings)
    assert shown > 10


def test_names_that_no_page_reads_change_nothing_that_it_shows(pages: list[Page]) -> None:
    findings = []
    for page in pages:
        plain, odd = page.ask(), page.ask(UNASKED)
        findings += faults(page, odd[1], UNASKED)
        if page.name.startswith("api:"):
            findings += [f"{page.name}: {odd[1].status}"] if odd[1].status not in {200, 400} else []
        elif plain[1].status != odd[1].status:
            findings.append(f"{page.name}: {odd[1].status}, but {plain[1].status} without")
        else:
            findings += [str(one) for one in oracle(odd, plain, [])]

    assert not findings, "\n".join(findings)


def test_names_that_a_page_reads_may_hold_anything(pages: list[Page]) -> None:
    findings, asked = [], 0
    for page in pages:
        for name in parameters_of(page.url):
            for value in ODD:
                asked += 1
                findings += faults(page, page.ask({name: value})[1], {name: value})

    assert not findings, "\n".join(findings)
    assert asked > 100


def test_no_page_leads_to_where_a_query_says(pages: list[Page]) -> None:
    findings = []
    for page, target in zip(pages, cycle(AWAY), strict=False):
        asked = dict.fromkeys(("next", "de", "redirect", "url", "return_to"), target)
        answer = page.ask(asked)[1]
        links = [f'href="{target}"', f"href='{target}'"]
        findings += faults(page, answer, asked) + [f"{page.name} links away" for link in links if link in answer.body]

    assert not findings, "\n".join(findings)


def test_a_number_beyond_every_table_is_nothing(world: World, rows: Rows) -> None:
    """A key that no column can hold is as unknown as any other."""
    findings, asked = [], 0
    parts = world.home.parts["first"]
    browsers = [Typist(rows, person) for person in ("coordinator", "member")]
    for name, places in addresses():
        for place in places - SHARED_PLACES.keys() if name in TABLE else ():
            for value in (2**31, 2**63, 10**40, "\0", "%2e%2e%2f", "é" * 500):
                try:
                    url = address(name, places, parts | {part_of(name, place): value})
                except NoReverseMatch:
                    continue
                for browser in browsers:
                    asked += 1
                    answer = Page(name, url, browser).ask()[1]
                    if answer.status not in {302, 403, 404, 405, 409}:
                        findings.append(f"{name} with {str(value)[:20]} in {place}: {answer.status}")

    assert not findings, "\n".join(findings)
    assert asked > 100


def test_another_host_is_refused_with_a_sentence_and_stands_in_no_link(pages: list[Page]) -> None:
    findings = []
    for page, host in zip(
        pages, cycle(("exemple.invalid", "localhost@exemple.invalid", "[::1", "a b", "localhost:99x")), strict=False
    ):
        answer = page.browser.get(page.url, {"Host": host})
        findings += [f"{page.name} with {host}: {answer.status}"] * (answer.status != 400 or not is_sound(answer))
        forwarded = page.browser.get(
            page.url, {"X-Forwarded-Host": "exemple.invalid", "X-Forwarded-For": "'; --, \u0663"}
        )
        findings += [f"{page.name}: the host of a header"] * ("exemple.invalid" in forwarded.body + forwarded.headers)
        findings += faults(page, forwarded, "X-Forwarded-Host")

    assert not findings, "\n".join(findings)


def test_a_language_that_is_none_leaves_the_page_in_french(pages: list[Page]) -> None:
    findings = []
    for page, language in zip(pages, cycle(LANGUAGES), strict=False):
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
