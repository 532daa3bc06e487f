"""A volunteer arrives: invited by mail in the browser, up to their first desk page."""

import re

import pytest
import time_machine
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.notifications.conftest import Sink

GUEST = "zqguest@exemple.invalid"
PASSWORD = "neuf tilleuls sous la pluie"


@pytest.mark.usefixtures("seeded")
def test_an_invited_volunteer_reaches_the_desk(open_page: OpenPage, sink: Sink, clock: time_machine.Traveller) -> None:
    coordinator, guest = open_page(), open_page()
    steps.sign_in(coordinator, steps.volunteer("coordination"), clock=clock)
    coordinator.goto("/desk/equipe/")
    steps.follow(coordinator, "Inviter quelqu’un")
    steps.fill(coordinator, "Prénom et nom", "Zqguest Dupont")
    steps.fill(coordinator, "Adresse e-mail", GUEST)
    coordinator.get_by_label("Bénévole :").check()
    steps.press(coordinator, "Envoyer l’invitation")
    steps.see(coordinator, GUEST, "Réponse attendue")

    [mail] = steps.mails_to(sink, GUEST)
    link = re.search(r"https?://\S+/invitation/\S+", mail)
    assert link
    guest.goto(link.group())
    steps.see(guest, GUEST, "Votre rôle : Bénévole.")
    steps.fill(guest, "Votre mot de passe", PASSWORD)
    guest.get_by_label("Je garde pour moi").check()
    steps.press(guest, "Rejoindre l’équipe")

    steps.follow(guest, "Installer l’application")
    guest.get_by_text("Je ne peux pas le photographier").click()
    secret = guest.locator("#secret").inner_text()
    steps.fill(guest, "Les six chiffres", steps.totp(secret))
    steps.press(guest, "Enregistrer cette application")
    expect(guest.get_by_role("main").get_by_role("code")).to_have_count(8)
    steps.follow(guest, "aller à l’espace bénévoles")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Maintenant")

    coordinator.goto("/desk/equipe/")
    steps.see(coordinator, "Zqguest Dupont", "Aucune. Une invitation part")
    coordinator.goto(link.group())
    expect(coordinator.get_by_role("heading", level=1)).not_to_contain_text("vous invite")
