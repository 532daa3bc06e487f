"""Somebody leaves a page open and goes: when the session has ended, the screen shows nothing of the file any more."""

import re
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from web.demo.seed import CARDS

pytestmark = pytest.mark.usefixtures("seeded")


def at_case(page: Page) -> None:
    """A member's own page, whose clock the test moves."""
    page.clock.install()
    page.goto("/espace/")
    steps.fill(page, "Votre adresse e-mail", CARDS[0])
    steps.press(page, "Continuer")
    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_be_visible()


def passes(page: Page, clock: time_machine.Traveller, **time: int) -> None:
    clock.shift(timedelta(**time))
    page.clock.fast_forward(int(timedelta(**time).total_seconds() * 1000))


def test_a_members_page_closes_by_itself_after_a_pause(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    page = open_page()
    at_case(page)
    expect(page.get_by_role("contentinfo")).to_contain_text("il faudra entrer de nouveau")

    passes(page, clock, minutes=10)
    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_be_visible()
    passes(page, clock, minutes=20)  # more than the pause, counted from now: something may have been asked for late

    expect(page).to_have_url(re.compile("/espace/entrer/"))
    expect(page.get_by_role("status").filter(has_text="sans rien faire")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_have_count(0)


def test_a_page_stays_as_long_as_another_one_is_used(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    """Both stand on the same session, and what is being written in one is not lost for the other's sake."""
    page = open_page()
    at_case(page)
    other = page.context.new_page()

    passes(page, clock, minutes=10)
    other.goto("/espace/connexions/")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    passes(page, clock, minutes=10)

    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_be_visible()
    expect(page).to_have_url(re.compile("/espace/"))
