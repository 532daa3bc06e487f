"""A volunteer with a passkey in a real browser, whose authenticator is Chromium's own, virtual one."""

import re
from typing import Any

import pytest
import time_machine
from playwright.sync_api import CDPSession, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_vault import Cast, cast
from tests.people import signed_in

__all__ = ["cast"]

DESK = re.compile(r"/desk/$")


def give_authenticator(page: Page, **changes: Any) -> tuple[CDPSession, str]:
    """A telephone's fingerprint reader, say; its passkeys are found without a name."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **changes,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, added["authenticatorId"]


def sign_out(page: Page) -> None:
    page.goto("/compte/deconnexion/")
    steps.press(page, "Me déconnecter")
    page.wait_for_url("**/")


def enrol(page: Page, kind: str) -> None:
    page.goto("/compte/facteur/")
    page.get_by_role("link", name=re.compile("clé d’accès$")).first.click()
    page.get_by_label(kind).check()
    steps.press(page, "Créer la clé d’accès")
    steps.see(page, "La clé d’accès est en place")


@pytest.mark.usefixtures("seeded")
def test_a_passkey_is_made_opens_the_desk_and_confirms(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    page, one = open_page(), steps.volunteer("coordination")
    devtools, authenticator = give_authenticator(page)
    steps.sign_in(page, one, clock=clock)
    enrol(page, "Un ordinateur")
    steps.see(page, "Un ordinateur", "créée le 23 novembre 2026")
    [credential] = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"

    # The same device is told that it has one.
    page.goto("/compte/facteur/cles/")
    page.get_by_label("Un ordinateur").check()
    steps.press(page, "Créer la clé d’accès")
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("Cet appareil a déjà une clé d’accès ici.")

    # In by it alone.
    sign_out(page)
    page.goto("/desk/")
    steps.press(page, "Entrer avec ma clé d’accès")
    page.wait_for_url(DESK)
    expect(page.get_by_role("heading", level=1)).to_have_text("Maintenant")

    # Once more, before roles are changed.
    clock.shift(301)
    page.goto("/desk/equipe/")
    page.get_by_role("main").get_by_role("link", name="Rôles").first.click()
    steps.see(page, "Vous allez changer ce qu’un collègue peut lire et faire.")
    steps.press(page, "Utiliser ma clé d’accès")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Les rôles d")

    # As the second step after the password.
    sign_out(page)
    page.goto("/desk/")
    steps.fill(page, "Adresse e-mail", one.email)
    steps.fill(page, "Mot de passe", one.password)
    steps.press(page, "Continuer")
    steps.press(page, "Utiliser ma clé d’accès")
    page.wait_for_url(DESK)


def test_a_device_that_does_not_know_its_holder_opens_nothing(open_page: OpenPage, cast: Cast) -> None:
    page = open_page()
    devtools, authenticator = give_authenticator(page)
    cast.enter(page, signed_in(cast.volunteer.user, association=cast.volunteer.association))
    enrol(page, "Un téléphone ou une tablette")
    sign_out(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})

    page.goto("/desk/")
    steps.press(page, "Entrer avec ma clé d’accès")

    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("La clé d’accès n’a pas répondu.")
    page.goto("/desk/")
    expect(page).to_have_url(re.compile("/compte/connexion/"))


def test_a_browser_that_knows_no_passkeys_says_so(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script("delete window.PublicKeyCredential")

    page.goto("/compte/connexion/")

    steps.see(page, "Ce navigateur ne connaît pas les clés d’accès.")
    expect(page.get_by_role("button", name="Entrer avec ma clé d’accès")).to_have_count(0)
