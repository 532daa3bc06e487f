"""Nothing that a relative sees in passing tells what it is about: titles, mails in a list, names of files, addresses.

A shared phone shows a page's title, its address in the history and the files that it saved; a shared mailbox shows a
sender, a subject and the first words. What stands below, once a page or a mail is open, is another matter.
"""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client
from django.urls import get_resolver

from notifications.smtp import words_of
from procedures.registry import all_current
from tests.house.test_notices import FOLDERS, LANGUAGES, templates_of
from tests.house.tree import ROOT
from tests.house.world import World, address, addresses

# What nobody must read over a shoulder. French and English; the roots stand for their families.
TELL_TALE = (
    "santé|health|medic|médic|medec|médec|hospital|hôpital|vitale|sécurité.sociale|caisse|ameli|assurance|insurance|"
    "dossier|record|refus|oppos|clôtur|clotur|closure|retard|relance|réclam|plainte|complain|droit|rights|patient|"
    "34.?22|association|bénévol|volunteer"
)
TELLING = re.compile(rf"\b(?:{TELL_TALE})|\b(?-i:MES|DMP|NIR|CPAM)\b", re.IGNORECASE)
# A phone shows two lines of each mail in its list, about ninety signs; a locked screen up to four.
PREVIEW = 150
TAG = re.compile(r"<(style|title|head)\b.*?</\1>|<[^>]+>", re.DOTALL)
HEAD = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def telling(text: str, *more: str) -> list[str]:
    """The words of a text that tell; `more`: names that must not stand there either."""
    found = TELLING.findall(text)
    return found + [one for one in more if one.lower() in text.lower()]


def names_of_procedures() -> list[str]:
    return [text for one in all_current() for text in (one.title.say("fr"), one.title.say("en"))]


def path_of(world: World, name: str) -> str:
    """With the ids of the first member's case."""
    return address(name, dict(addresses())[name], world.home.parts["first"])


@pytest.mark.parametrize(
    "text",
    ["Mon dossier · Opposable", "Votre refus", "Mon espace santé", "MES", "Union : nouvelles", "Clôturer", "La CPAM"],
)
def test_the_search_finds_what_tells(text: str) -> None:
    assert telling(text, "Union")


def test_the_search_lets_ordinary_words_pass() -> None:
    assert not telling("Mon espace, votre code, entrer, des nouvelles pour vous, message reçu, page introuvable")


# Pages.


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a_member_has_a_telling_title(world: World, language: str) -> None:
    """Also the title of a printed sheet and of a bookmark. Two people see pages that fail as well."""
    pages = [path_of(world, name) for name, _ in addresses() if name.startswith("portal:")]
    pages += ["/espace/BADU-KEVI-TOR/", "/espace/nulle-part/du-tout/"]
    titles = set()
    for person in ("nobody", "member", "not my case", "stranger"):
        browser = world.browser_of(person)
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for page in pages:
            answers = [browser.get(page)]
            if person in {"nobody", "member"}:
                answers.append(world.browser_of(person).post(page))
            titles |= {unescape(found) for answer in answers for found in HEAD.findall(body_of(answer))}

    assert len(titles) >= 4
    told = {title: telling(title, world.home.association.name, *names_of_procedures()) for title in titles}
    assert {title: words for title, words in told.items() if words} == {}


def body_of(answer: Any) -> str:
    return answer.content.decode() if answer.get("Content-Type", "").startswith("text/html") else ""


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_nothing_else_in_the_head_of_a_page_names_it(world: World) -> None:
    """No preview for messengers, no name for the home screen, no word for search engines."""
    html = world.browser_of("member").get("/espace/").content.decode()
    head = html[: html.index("</head>")]

    for sign in ("og:", "twitter:", "application-name", "apple-mobile-web-app", 'rel="manifest"', 'name="description"'):
        assert sign not in head
    assert 'content="noindex"' in head
    icon = (ROOT / "web" / "static" / "img" / "favicon.svg").read_text(encoding="utf-8")
    assert not re.search(r"<(title|desc|metadata)\b", icon)


def test_nothing_pops_up_on_a_locked_screen() -> None:
    """No notification of a browser: there is neither a service worker nor a manifest that could ask for one."""
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "web" / "static" / "js").glob("*.js"))

    assert "showNotification" not in scripts
    assert "new Notification" not in scripts
    assert "serviceWorker" not in scripts
    assert not list((ROOT / "web" / "static").rglob("*.webmanifest"))


def test_no_address_of_a_members_page_tells() -> None:
    [members] = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", "") == "portal"]
    routes = [str(members.pattern) + str(entry.pattern) for entry in members.url_patterns]  # type: ignore[union-attr]  # a resolver

    assert len(routes) > 10
    told = {route: telling(re.sub(r"<[^>]+>", "", route)) for route in routes}
    assert {route: words for route, words in told.items() if words} == {}


def test_no_cookie_tells() -> None:
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)

    assert not telling(" ".join(names))


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_no_file_that_is_saved_tells(world: World) -> None:
    for name, person in (("portal:file", "member"), ("desk:file", "volunteer")):
        answer = world.browser_of(person).get(path_of(world, name))
        saved = answer["Content-Disposition"]
        assert saved.startswith("attachment; filename=")
        assert not telling(saved, world.home.association.name, world.home.cases["first"].reference)


# Mails.


class Anything(str):
    """A variable of a mail: a telling text, whose attributes are telling texts."""

    __slots__ = ()

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("_") or name in {"resolve_expression", "as_sql"}:
            raise AttributeError(name)
        return self


TOLD = Anything("Association de santé Opposition")
DAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
SPOKEN = {"link": "https://exemple.invalid/x/", "code": "1234 5678", "language": "fr", "days": "7"}


def spoken_in(folder: Path) -> dict[str, Any]:
    """Each variable that a folder's templates name, with a value that tells."""
    texts = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    named = re.findall(r"(?:\{\{|\bif|\bwith|\bin)\s+(?:not\s+)?(?:\w+=)?([a-z_]+)", texts)
    days = re.findall(r"([a-z_]+)\|(?:date|plain_words|words)", texts)
    return {name: TOLD for name in named if name != "block"} | dict.fromkeys(days, DAY) | SPOKEN


def first_words(text: str) -> str:
    return " ".join(unescape(TAG.sub(" ", text)).split())[:PREVIEW]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS, ids=templates_of)
def test_no_mail_tells_in_a_list(folder: Path, language: str) -> None:
    """Its subject, and its first words in text and in HTML, whatever the association and its people are called."""
    words = words_of(templates_of(folder), language=language, context=spoken_in(folder))

    shown = {"subject": words.subject, "text": first_words(words.text), "html": first_words(words.html)}
    shown["title"] = " ".join(HEAD.findall(words.html))
    assert {part: telling(text, *names_of_procedures()) for part, text in shown.items()} == {part: [] for part in shown}


def test_the_preview_of_a_mail_is_really_searched() -> None:
    told = engines["django"].from_string("Bonjour, {{ association.name }}").render({"association": TOLD})

    assert telling(first_words(told)) == ["Association", "santé", "Oppos"]
    assert first_words("<title>Santé</title><p>Bonjour&nbsp;: <b>vous</b></p>") == "Bonjour : vous"


def test_no_sender_tells() -> None:
    example = re.search(r"^EMAIL_FROM=(.+) <", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)

    assert example
    assert not telling(example[1])
    assert not telling(settings.DEFAULT_FROM_EMAIL)


@pytest.mark.django_db
def test_a_public_page_is_not_hidden() -> None:
    """They explain the right to anyone, so they name it: the pages above are silent by choice, not by accident."""
    assert telling(" ".join(HEAD.findall(Client().get("/deux-voies/").content.decode())))
