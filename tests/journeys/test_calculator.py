"""«Ai-je encore le temps ?» by keyboard alone, without scripts, on a phone; the way back keeps what was typed."""

import re

from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_ways import PHONE, fits, tab_to

YES = re.compile("Oui, jusqu’au")


def test_the_keyboard_alone_gets_an_answer_and_reads_its_reasons(open_page: OpenPage) -> None:
    page = open_page()
    keys = page.keyboard
    page.goto("/")
    tab_to(page, "^Calculer ma date")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ai-je encore le temps ?")

    tab_to(page, "^Par une lettre")
    keys.press("ArrowDown")  # by e-mail, which it also chooses
    tab_to(page, "^celle qui est écrite")
    tab_to(page, "^Jour")
    keys.type("20")
    keys.press("Tab")
    keys.type("novembre")
    keys.press("Tab")
    keys.type("2026")
    keys.press("Tab")
    keys.press("Space")  # unfolds what to do when the day is not sure
    expect(page.get_by_label("Jour").nth(1)).to_be_visible()
    tab_to(page, "^Pour moi")
    keys.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(YES)
    steps.see(page, "d’après l’en-tête du courriel")
    tab_to(page, "^Pourquoi cette date")
    keys.press("Enter")
    expect(page.get_by_text("d’après l’en-tête du courriel")).not_to_be_visible()
    tab_to(page, "^S’opposer$")


def test_it_works_without_a_script_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    page.goto("/calculateur/")
    fits(page)
    steps.press(page, "Calculer ma date")
    steps.see(page, "2 réponses sont à corriger")
    fits(page)

    page.get_by_label("Par une lettre").check()
    type_date(page, "13", "10", "2026")
    page.get_by_text("Le jour n’est pas sûr").click()
    type_date(page, "20", "10", "2026", place=1)
    page.get_by_label("Pour mon enfant").check()
    steps.press(page, "Calculer ma date")

    expect(page.get_by_role("heading", level=1)).to_have_text(YES)
    steps.see(page, "Ouvert maintenant, jusqu’à", "Au plus large", "Les deux voies, et ce qu’elles laissent")
    assert page.url.endswith("/calculateur/")
    assert page.context.cookies() == []
    fits(page)

    page.go_back()
    expect(page.get_by_role("button", name="Calculer ma date")).to_be_visible()


def test_an_answer_is_changed_where_it_stands(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/calculateur/")
    page.get_by_label("Par une lettre").check()
    type_date(page, "1", "9", "2026")
    steps.press(page, "Calculer ma date")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Non, les six semaines"))

    page.get_by_text("Changer une réponse").click()
    page.get_by_label("Mois").first.fill("11")
    steps.press(page, "Calculer ma date")

    expect(page.get_by_role("heading", level=1)).to_have_text(YES)


def type_date(page: Page, day: str, month: str, year: str, *, place: int = 0) -> None:
    for label, value in (("Jour", day), ("Mois", month), ("Année", year)):
        page.get_by_label(label, exact=True).nth(place).fill(value)
