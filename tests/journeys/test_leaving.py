"""Somebody comes into the room: the page is gone at once, the session too, and going back shows nothing."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_vault import Cast, cast
from tests.people import signed_in

__all__ = ["cast"]

WEATHER = "https://www.meteofrance.com/"
SUN = "<!doctype html><title>Météo</title><h1>Demain, du soleil</h1>"

Phone = Callable[..., Page]


@pytest.fixture
def phone(cast: Cast, platform: str, browser: Browser) -> Iterator[Phone]:
    """`phone()` is the page of a member who is in. It may go to one other site, which is not really asked."""
    contexts = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(
            base_url=platform, locale="fr-FR", viewport={"width": 375, "height": 740}, **options
        )
        contexts.append(context)
        context.route(f"{WEATHER}**", lambda route: route.fulfill(body=SUN, content_type="text/html"))
        page = context.new_page()
        steps.become(page, cast.member(), home=platform)
        page.goto("/espace/")
        expect(page.get_by_role("main").locator(".eyebrow").first).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()


def is_out(page: Page) -> None:
    """The weather; nothing of the case is left behind it, neither in the window nor at the server."""
    expect(page).to_have_url(WEATHER)
    expect(page.get_by_role("heading")).to_have_text("Demain, du soleil")
    for _ in range(3):
        page.go_back()
        shows_nothing(page)
    page.goto("/espace/")
    shows_nothing(page)
    expect(page).to_have_url(re.compile("/espace/entrer/"))


def shows_nothing(page: Page) -> None:
    html = page.content()
    assert "Mes documents" not in html
    assert "Ce qui s’est passé" not in html


def quit_button(page: Page) -> Any:
    return page.get_by_role("button", name="Quitter vite")


def test_one_press_leaves_for_the_weather(phone: Phone) -> None:
    """From every open page of the browser, blank at once: on a slow line the other site takes its time, and meanwhile
    there is nothing to read, not even a title. It is not told where from."""
    page, seen = phone(), list[str]()
    other = page.context.new_page()
    other.goto("/espace/")

    def noted(title: str) -> None:
        seen.append(title)

    page.expose_function("blank", noted)
    page.evaluate(
        """() => new MutationObserver(() => document.body.childElementCount || window.blank(document.title))
            .observe(document.body, {childList: true})"""
    )
    with page.expect_request(f"{WEATHER}**") as asked:
        quit_button(page).click()

    assert "referer" not in asked.value.all_headers()
    expect(other).to_have_url(WEATHER)
    is_out(page)
    assert seen == ["…"]


def test_one_press_is_enough_without_scripts(phone: Phone) -> None:
    page = phone(java_script_enabled=False)
    with page.expect_event("requestfailed", lambda request: request.url == WEATHER):
        quit_button(page).click()
    expect(page).not_to_have_url(re.compile("/espace/"))
    page.goto(WEATHER)  # what a redirect leads to is not routed, and the tests have no network

    is_out(page)


def test_escape_twice_leaves_by_keyboard(phone: Phone) -> None:
    page = phone()
    expect(page.get_by_role("contentinfo")).to_contain_text("deux fois la touche Échap")
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(WEATHER)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    is_out(page)


def test_back_shows_nothing_to_whoever_comes_after_a_member(open_page: OpenPage, cast: Cast) -> None:
    page = open_page()
    cast.enter(page, cast.member())
    page.goto("/espace/")
    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_be_visible()
    page.get_by_role("button", name="Me déconnecter").click()
    steps.see(page, "Vous êtes sorti de votre dossier.")

    page.go_back()

    shows_nothing(page)
    expect(page).to_have_url(re.compile("/espace/entrer/"))


def test_back_shows_nothing_to_whoever_comes_after_a_volunteer(open_page: OpenPage, cast: Cast) -> None:
    page = open_page()
    cast.enter(page, signed_in(cast.volunteer.user, association=cast.volunteer.association))
    page.goto("/desk/dossiers/")
    page.locator("main a[href^='/desk/dossiers/']").first.click()
    page.wait_for_url(re.compile("/desk/dossiers/[^/]+/"))
    address = page.url
    page.get_by_role("navigation").get_by_role("button", name="Me déconnecter").locator("visible=true").click()
    expect(page).not_to_have_url(address)

    page.go_back()

    expect(page).to_have_url(re.compile("/compte/connexion/"))
