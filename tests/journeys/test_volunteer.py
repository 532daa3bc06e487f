"""A volunteer's whole life: invited, in by a passkey, at work, its telephone lost, let in again by two, gone."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_gallery import AXE, axe_faults
from tests.journeys.test_main_job import open_case
from tests.journeys.test_passkeys import give_authenticator, sign_out
from tests.notifications.conftest import Sink

GUEST = "zqguest@exemple.invalid"
NAME = "Zqguest Dupont"
PASSWORD = "neuf tilleuls sous la pluie"
LETTER = date(2026, 11, 10)


def readable(page: Page, title: str) -> None:
    """Axe finds nothing on this page, once it has come: a click alone leaves the page before still standing."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    page.wait_for_load_state()
    assert list(axe_faults(page)) == [], page.url


def opened(open_page: OpenPage) -> Page:
    page = open_page()
    page.add_init_script(AXE.axe_script)
    return page


def line_of(page: Page, name: str, link: str) -> None:
    """Follow what stands in this person's line of a table."""
    page.get_by_role("row", name=re.compile(name)).get_by_role("link", name=re.compile(f"^{link}")).click()


def is_at_work(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Maintenant")


def link_in(mail: str, part: str) -> str:
    found = re.search(rf"https?://\S+{part}\S*", mail)
    assert found, f"The mail leads to no {part}."
    return found.group()


@pytest.mark.usefixtures("seeded")
def test_a_volunteers_whole_life(open_page: OpenPage, platform: str, sink: Sink, clock: time_machine.Traveller) -> None:
    first, second, guest = opened(open_page), opened(open_page), opened(open_page)
    steps.at_work(first, "coordination", home=platform)
    make_second_coordinator(first)
    clock.shift(timedelta(days=8))  # it takes two who have coordinated for a week
    steps.at_work(first, "coordination", home=platform)
    steps.at_work(second, "referent", home=platform)

    invite(first)
    accept(guest, link_in(steps.mails_to(sink, GUEST)[-1], "/invitation/"))
    devtools, telephone = give_authenticator(guest)
    enrol(guest)
    works(guest)

    sign_out(guest)
    guest.goto("/desk/")
    steps.press(guest, "Entrer avec ma clé d’accès")
    is_at_work(guest)

    # The telephone is lost, and the password alone opens nothing.
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": telephone})
    sign_out(guest)
    by_password(guest)
    readable(guest, "Montrez que c’est bien vous")
    guest.goto("/desk/")
    expect(guest.get_by_role("heading", level=1)).not_to_have_text("Maintenant")

    ask_reset(first)
    approve_reset(second)
    assert len(steps.mails_to(sink, GUEST)) >= 2, "who is concerned was told"

    guest.context.clear_cookies()
    by_password(guest)
    give_authenticator(guest)
    enrol(guest)
    guest.goto("/desk/")
    is_at_work(guest)

    let_go(first)
    guest.goto("/desk/dossiers/")
    expect(guest.get_by_role("heading", level=1)).not_to_contain_text("Dossiers")
    assert "Zqodette" not in guest.content()


def make_second_coordinator(page: Page) -> None:
    page.goto("/desk/equipe/")
    line_of(page, "Camille Démo", "Rôles")
    page.get_by_label("Coordination :").check()
    steps.press(page, "Changer les rôles")
    steps.see(page, "Les rôles sont changés")


def invite(page: Page) -> None:
    page.goto("/desk/equipe/")
    readable(page, "Équipe")
    steps.follow(page, "Inviter quelqu’un")
    steps.fill(page, "Prénom et nom", NAME)
    steps.fill(page, "Adresse e-mail", GUEST)
    page.get_by_label("Bénévole :").check()
    steps.press(page, "Envoyer l’invitation")
    steps.see(page, GUEST, "Réponse attendue")


def accept(page: Page, link: str) -> None:
    page.goto(link)
    steps.see(page, GUEST, "Votre rôle : Bénévole.")
    readable(page, "vous invite dans son équipe")
    steps.fill(page, "Votre mot de passe", PASSWORD)
    page.get_by_label("Je garde pour moi").check()
    steps.press(page, "Rejoindre l’équipe")


def enrol(page: Page) -> None:
    page.goto("/compte/facteur/")
    readable(page, "Protégez votre entrée")
    page.get_by_role("link", name=re.compile("clé d’accès$")).first.click()
    readable(page, "Créez une clé d’accès")
    page.get_by_label("Un téléphone ou une tablette").check()
    steps.press(page, "Créer la clé d’accès")
    expect(page.get_by_role("main").get_by_role("code")).to_have_count(8)
    readable(page, "Vos codes de secours")


def works(page: Page) -> None:
    page.goto("/desk/")
    reference = open_case(page, letter=LETTER)
    page.goto(f"/desk/dossiers/{reference}/")
    page.locator("details.menu").get_by_text("Autres actions").click()
    page.get_by_role("link", name="Ajouter une note").first.click()
    steps.fill(page, "Votre note", "Zqnote de la permanence")
    steps.press(page, "Garder la note")
    steps.see(page, "La note est gardée.")


def by_password(page: Page) -> None:
    page.goto("/desk/")
    steps.fill(page, "Adresse e-mail", GUEST)
    steps.fill(page, "Mot de passe", PASSWORD)
    steps.press(page, "Continuer")


def ask_reset(page: Page) -> None:
    page.goto("/desk/equipe/")
    line_of(page, NAME, "Facteur perdu")
    readable(page, "a perdu son deuxième facteur")
    steps.press(page, "Demander la réinitialisation")
    steps.see(page, NAME)


def approve_reset(page: Page) -> None:
    page.goto("/desk/equipe/")
    steps.follow(page, "Voir la demande")
    steps.see(page, NAME, "Dominique Démo")
    readable(page, "Retirer ce qui protège le compte")
    steps.press(page, "Accepter la réinitialisation")


def let_go(page: Page) -> None:
    page.goto("/desk/equipe/")
    line_of(page, NAME, "Retirer l’accès")
    readable(page, "Retirer l’accès de")
    steps.press(page, "Retirer l’accès")
    expect(page.get_by_role("table").first).not_to_contain_text(NAME)


@pytest.mark.usefixtures("seeded")
def test_a_coordinator_finds_who_opened_a_case_and_why(open_page: OpenPage, platform: str) -> None:
    bao, camille, coordinator = open_page(), opened(open_page), opened(open_page)
    steps.at_work(bao, "benevole", home=platform)
    reference = open_case(bao, letter=LETTER)
    page = f"/desk/dossiers/{reference}/"

    steps.at_work(camille, "referent", home=platform)
    camille.goto(page)
    steps.see(camille, "Ce dossier est suivi par quelqu’un", "Bao Démo")
    readable(camille, "suivi par quelqu’un")
    camille.get_by_role("main").get_by_role("textbox").fill("Zqraison : elle appelle, Bao est absent")
    steps.press(camille, "Ouvrir le dossier")
    steps.see(camille, reference)

    steps.at_work(coordinator, "coordination", home=platform)
    coordinator.get_by_role("navigation").get_by_role("link", name="Sécurité").locator("visible=true").click()
    readable(coordinator, "Sécurité")
    coordinator.goto("/desk/securite/journal/")
    readable(coordinator, "Journal")
    coordinator.get_by_text("Chercher dans le journal").click()
    steps.fill(coordinator, "Quel dossier", reference)
    coordinator.get_by_label("Qui ?").select_option(label="Camille Démo")
    steps.press(coordinator, "Chercher")

    found = coordinator.get_by_role("table").get_by_role("row").filter(has_text=reference)
    expect(found.first).to_contain_text("Camille Démo")
    expect(coordinator.get_by_role("main")).to_contain_text("suivi par quelqu’un d’autre, raison notée dans le dossier")
    assert "Zqodette" not in coordinator.content(), "the log names no member"
    assert "Zqraison" not in coordinator.content(), "the reason stays in the case"
    readable(coordinator, "Journal")
