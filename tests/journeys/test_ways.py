"""Other ways through the same pages: by keyboard alone, without scripts, on a phone with a printed card."""

import re

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import actions
from accounts.access import user_by_card
from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from web.demo.seed import CARDS

PHONE = {"viewport": {"width": 375, "height": 700}, "has_touch": True, "is_mobile": True}
MANY = 200


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus says this."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if re.search(name, page.evaluate(NAME_OF_FOCUS)):
            expect(page.locator(":focus")).to_be_in_viewport()
            return
    raise AssertionError(f"Tab never reaches «{name}».")


NAME_OF_FOCUS = """() => {
    const it = document.activeElement;
    const label = it.labels && it.labels[0] ? it.labels[0].textContent : "";
    return (it.getAttribute("aria-label") || label || it.textContent).replace(/\\s+/g, " ").trim();
}"""


@pytest.mark.usefixtures("seeded")
def test_the_keyboard_alone_signs_in_and_opens_a_case(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    page, one = open_page(), steps.volunteer("benevole")
    keys = page.keyboard
    page.goto("/desk/")
    keys.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    keys.press("Enter")
    tab_to(page, "^Adresse e-mail")
    keys.type(one.email)
    keys.press("Tab")
    keys.type(one.password)
    keys.press("Enter")
    expect(page.get_by_label("Votre code")).to_be_visible()
    tab_to(page, "^Votre code")
    keys.type(steps.totp(one.totp_secret))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Maintenant")

    tab_to(page, "^Ouvrir un dossier")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nouveau dossier")
    tab_to(page, "^Prénom")
    keys.type("Zqclavier")
    tab_to(page, "^Pour soi")
    keys.press("Space")
    tab_to(page, "^S’opposer à Mon espace santé pour un enfant")
    keys.press("ArrowDown")  # to « S’opposer », which it also chooses
    tab_to(page, "^Par lettre")
    keys.press("ArrowDown")
    keys.press("ArrowDown")  # never received
    tab_to(page, "^Ouvrir le dossier")
    keys.press("Enter")
    steps.see(page, "Le dossier est ouvert.", "Zqclavier")


@pytest.mark.usefixtures("seeded")
def test_nothing_needs_a_script(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    page = open_page(java_script_enabled=False)
    for address in ("/", "/deux-voies/", "/demarches/", "/chiffres/", "/confidentialite/", "/accessibilite/", "/demo/"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/demarches/")
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    steps.sign_in(page, steps.volunteer("benevole"), clock=clock)
    page.locator(".queue a").first.click()
    page.locator("details.menu").get_by_text("Autres actions").click()
    page.get_by_role("link", name="Ajouter une note").first.click()
    steps.fill(page, "Votre note", "Zqnote sans script")
    steps.press(page, "Garder la note")
    steps.see(page, "La note est gardée.", "Zqnote sans script")
    page.goto("/desk/apercu/")
    page.goto("/desk/dossiers/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.usefixtures("seeded")
def test_a_printed_card_is_enough_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    page.goto("/espace/")
    steps.fill(page, "Votre adresse e-mail", CARDS[0])
    steps.press(page, "Continuer")
    expect(page.locator("main .button--primary")).to_be_in_viewport()
    page.locator("main .button--primary").click()
    page.get_by_label("Par téléphone").check()
    steps.press(page, "Continuer")
    go_through_the_steps(page)
    steps.answer(page, "Qu’est-ce que cela a donné ?", "C’est fait, et on me l’a confirmé")
    steps.answer(page, "Avez-vous demandé le justificatif ?", "Oui, je l’ai demandé ou téléchargé")
    steps.answer(page, "Quel jour ?", "Aujourd’hui")
    steps.press(page, "Noter ma démarche")
    steps.see(page, "C’est noté, merci.", "Il manque le justificatif")

    steps.follow(page, "J’ai reçu le justificatif")
    steps.send_and_keep(page)
    steps.see(page, "Votre justificatif est arrivé")


@pytest.mark.usefixtures("seeded")
def test_a_card_of_the_desks_gives_way_to_ones_own_code_without_a_script(open_page: OpenPage) -> None:
    owner = user_by_card(CARDS[1])
    assert owner
    actions.set_card_code(owner, code=CARDS[1], is_new=True, at=timezone.now())
    page = open_page(**PHONE, java_script_enabled=False)

    enter_by_card(page, CARDS[1])
    steps.see(page, "Voici votre nouveau code.")
    own = page.locator(".card_code__code").inner_text()
    fits(page)
    steps.press(page, "J’ai noté mon nouveau code")
    steps.see(page, "Désormais, vous entrez avec votre nouveau code.")
    page.get_by_role("button", name="Me déconnecter").click()

    enter_by_card(page, CARDS[1])
    steps.see(page, "Ce code de carte ne va pas.")
    enter_by_card(page, own)
    expect(page.get_by_role("button", name="Me déconnecter")).to_be_visible()


def enter_by_card(page: Page, code: str) -> None:
    page.goto("/espace/")
    steps.fill(page, "Votre adresse e-mail", code)
    steps.press(page, "Continuer")


def go_through_the_steps(page: Page) -> None:
    for _ in range(MANY):
        fits(page)
        button = page.locator("main .button--primary")
        is_last = button.inner_text() == "C’est fait"
        button.click()
        if is_last:
            expect(page.get_by_role("heading", level=1)).to_have_text("Racontez ce qui s’est passé.")
            return
    raise AssertionError("The steps never end.")


def fits(page: Page) -> None:
    page.wait_for_load_state()  # a page that has only begun has no width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide for a phone."
