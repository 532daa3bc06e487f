"""Layouts, catalogue and error pages, as they reach a browser."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

pytestmark = [pytest.mark.urls("tests.web.parts.urls"), pytest.mark.django_db]

FORBIDDEN = (
    re.compile(r"\sstyle=", re.IGNORECASE),
    re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    re.compile(r"\son[a-z]+=", re.IGNORECASE),
)


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


def assert_sound(html: str) -> None:
    assert html.lstrip().startswith("<!doctype html>")
    assert '<html lang="fr"' in html
    assert "{{" not in html
    assert "{%" not in html
    assert "data:" not in html
    assert not [pattern.pattern for pattern in FORBIDDEN if pattern.search(html)]
    assert len(ids(html)) == len(set(ids(html)))
    assert html.count("<h1") <= 2


@pytest.mark.parametrize("register", ["public", "member", "desk"])
def test_the_catalogue_shows_every_component_in_each_register(visitor: Client, register: str) -> None:
    page = visitor.get("/styleguide/", {"registre": register})

    assert page.status_code == 200
    assert_sound(page.content.decode())
    assert f'<body class="{register}">' in page.content.decode()


def test_an_unknown_register_is_the_first_one(visitor: Client) -> None:
    assert '<body class="public">' in visitor.get("/styleguide/", {"registre": '"><b>'}).content.decode()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nowhere/", 404, "Rien n’est perdu"),
        ("/conflict/", 409, "Quelque chose a changé"),
        ("/large/", 413, "Ce fichier est trop lourd."),
        ("/kept-nowhere/", 422, "votre texte y est encore"),
        ("/expired/", 403, "restée ouverte trop longtemps"),
        ("/refused/", 403, "Votre rôle ne l’ouvre pas."),
    ],
)
def test_an_error_says_what_remains_possible(visitor: Client, address: str, status: int, words: str) -> None:
    page = visitor.get(address)

    assert page.status_code == status
    assert words in page.content.decode().replace("\u00a0", " ")
    assert_sound(page.content.decode())


def test_a_program_whose_text_no_column_takes_is_told_in_its_own_shape(visitor: Client) -> None:
    answer = visitor.get("/api/kept-nowhere/")

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "personal_number"
    assert "Effacez-le" in answer.json()["error"]["message"]


def test_a_failure_of_ours_needs_neither_database_nor_context(django_assert_num_queries: Any) -> None:
    from web.parts import errors

    with django_assert_num_queries(0), translation.override("fr"):
        page = errors.server_error(RequestFactory().get("/"))

    assert page.status_code == 500
    assert "Vous n’y êtes pour rien." in page.content.decode()
    assert_sound(page.content.decode())


def test_the_desk_names_the_page_that_is_open_and_links_only_what_exists(visitor: Client) -> None:
    html = visitor.get("/bureau/cases/").content.decode()

    assert_sound(html)
    assert re.search(r'href="/bureau/cases/" aria-current="page"', html)
    assert "Chiffres" not in html


def test_a_member_can_leave_quickly(visitor: Client) -> None:
    html = visitor.get("/adherent/").content.decode()

    assert_sound(html)
    assert "Quitter vite" in html
    assert "data-quick-exit" in html


def test_the_language_is_changed_by_a_form_that_comes_back_here(visitor: Client) -> None:
    html = visitor.get("/adherent/").content.decode()
    assert re.search(r'<button[^>]*name="language" value="en" lang="en">English</button>', html)

    page = visitor.post("/langue/", {"language": "en", "next": "/adherent/"}, follow=True)

    assert '<html lang="en"' in page.content.decode()


def test_every_page_says_whose_site_it_is_not(visitor: Client) -> None:
    for address in ("/", "/bureau/", "/adherent/", "/connexion/", "/nowhere/"):
        assert "un site de l’État" in visitor.get(address).content.decode(), address


@override_settings(DEMO=True)
def test_the_demonstration_says_so(visitor: Client) -> None:
    assert "données de démonstration" in visitor.get("/").content.decode()


@override_settings(DEMO=False)
def test_a_real_site_does_not_speak_of_a_demonstration(visitor: Client) -> None:
    assert '<span class="demo">' not in visitor.get("/adherent/").content.decode()


def test_signing_in_speaks_plain_french_and_keeps_what_was_typed(visitor: Client) -> None:
    page = visitor.post("/connexion/", {"login": "nobody@example.org", "password": "wrong"})

    html = page.content.decode()
    assert_sound(html)
    assert "Entrer dans l’espace bénévoles" in html
    assert 'value="nobody@example.org"' in html
    assert 'role="alert"' in html


def test_a_form_from_a_page_that_is_too_old_is_explained() -> None:
    strict = Client(enforce_csrf_checks=True)

    page = strict.post("/langue/", {"language": "en"})

    assert page.status_code == 403
    assert "restée ouverte trop longtemps" in page.content.decode()
