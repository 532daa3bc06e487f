"""A justificatif from a phone to an accepted proof: with touch, without scripts, by keyboard, over a bad connection."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pypdfium2
import pytest
from django.conf import LazySettings
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

import cases.tasks
import vault.access
import vault.tasks
from accounts import scope
from accounts.models import Membership
from accounts.rules.roles import Role
from cases import access
from cases.models import Case
from tests import factories, papers
from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_gallery import AXE, axe_faults
from tests.journeys.test_ways import PHONE, fits, tab_to
from tests.people import HouseClient, signed_in, signed_in_by_code

PHOTOS: list[FilePayload] = [
    {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": papers.photo(lines)}
    for number, lines in enumerate((papers.FIRST_PAGE, papers.SECOND_PAGE), start=1)
]
DIGITS = "".join(sign for sign in papers.NIR if sign.isdigit())
PREVIEW = "Vérifiez ce qui est caché."


@dataclass(frozen=True, slots=True)
class Cast:
    """A case that waits for its justificatif, its member, and who follows it."""

    case: Case
    volunteer: Membership
    home: str

    @property
    def upload(self) -> str:
        return f"/espace/{self.case.reference}/justificatif/"

    def member(self) -> HouseClient:
        user = self.case.member.user
        assert user
        return signed_in_by_code(user, association=self.volunteer.association)

    def enter(self, page: Page, browser: HouseClient) -> None:
        """The page's browser becomes this person's."""
        steps.become(page, browser, home=self.home)
        page.add_init_script(AXE.axe_script)

    def sealed_text(self) -> Iterator[str]:
        """What a reader of the kept file finds on each page."""
        with scope.enter(self.case.association_id):
            [kept] = access.justificatifs_of(self.case)
            content = b"".join(vault.access.open_plain(access.file_of(kept)))
        with pypdfium2.PdfDocument(content) as paper:
            yield from (page.get_textpage().get_text_bounded() for page in paper)


@pytest.fixture
def cast(platform: str, today: date, now: datetime) -> Cast:
    association = factories.make_association(name="Union des usagers", slug="union")
    volunteer = factories.make_membership(association, Role.VOLUNTEER)
    campaign = factories.make_campaign(association, today=today)
    case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
    return Cast(factories.make_attempt(case, by=volunteer.user, today=today, at=now), volunteer, platform)


def test_two_photos_from_a_phone_become_an_accepted_proof(open_page: OpenPage, cast: Cast) -> None:
    phone, desk = open_page(**PHONE), open_page()
    cast.enter(phone, cast.member())
    phone.goto(cast.upload)
    files_of(phone).set_input_files(PHOTOS)
    steps.see(phone, "Fichier 1", "Fichier 2")
    is_sound(phone)
    steps.press(phone, "Envoyer ce document")
    steps.stands(phone, "Votre document est arrivé.")
    is_sound(phone)

    vault.tasks.analyse()
    steps.stands(phone, PREVIEW)
    steps.see(phone, "Un numéro de sécurité sociale", "Toujours caché")
    drag_by_touch(phone, phone.locator("[data-deposit-page]").first)
    steps.see(phone, "Zone 1")
    expect(phone.get_by_role("status").filter(has_text="L’endroit est caché.")).to_be_attached()
    is_sound(phone)
    shows_pictures(phone, 2)
    steps.press(phone, "Garder ce document")
    steps.stands(phone, "Nous mettons votre document à l’abri.")

    cases.tasks.seal()
    steps.see(phone, "Votre document est gardé, à l’abri.", "L’association le vérifie")
    first, second = cast.sealed_text()
    assert "Gardez ce document" in first
    assert "recours" in second
    assert DIGITS[:9] not in "".join(sign for sign in first + second if sign.isdigit())
    cast.enter(desk, signed_in(cast.volunteer.user, association=cast.volunteer.association))
    desk.goto(f"/desk/dossiers/{cast.case.reference}/")
    steps.follow(desk, "Vérifier le document")
    shows_pictures(desk, 2)
    steps.see(desk, "Ce que la machine a remarqué", "On lit une date.")
    is_sound(desk)
    for question in ("Est-ce le justificatif", "Porte-t-il le nom", "Porte-t-il une date", "Est-il lisible"):
        steps.answer(desk, question, "Oui")
    steps.press(desk, "Enregistrer la vérification")
    steps.see(desk, "Le justificatif est accepté.", "Justificatif ouvert.")


def test_without_a_script_the_forms_do_the_same(open_page: OpenPage, cast: Cast) -> None:
    page = open_page(**PHONE, java_script_enabled=False)
    cast.enter(page, cast.member())
    page.goto(cast.upload)
    files_of(page).set_input_files(PHOTOS)
    steps.press(page, "Envoyer ce document")
    steps.stands(page, "Votre document est arrivé.")

    vault.tasks.analyse()
    steps.stands(page, PREVIEW)  # the page asks again by itself
    steps.follow(page, "Avant, ce que vous avez envoyé")
    shows_pictures(page, 2)
    steps.follow(page, "Après, ce qui sera gardé")
    page.get_by_text("Cacher un endroit en donnant ses mesures").click()
    page.get_by_label("Sur quelle page").select_option("2")
    for label, value in (("bord gauche", "10"), ("Distance du haut", "6,5"), ("Largeur", "45"), ("Hauteur", "3")):
        page.get_by_label(label).fill(value)
    steps.press(page, "Cacher cet endroit")
    steps.see(page, "L’endroit est caché.", "Zone 1, en haut de la page 2")
    page.get_by_label("Laisser visible").check()
    steps.press(page, "Appliquer")
    expect(page.get_by_label("Laisser visible")).to_be_checked()
    steps.press(page, "Retirer")
    steps.see(page, "La zone est retirée")
    fits(page)
    steps.press(page, "Garder ce document")
    steps.stands(page, "Nous mettons votre document à l’abri.")

    cases.tasks.seal()
    steps.see(page, "Votre document est gardé, à l’abri.")


def test_the_keyboard_alone_hides_moves_and_keeps(open_page: OpenPage, cast: Cast) -> None:
    page = open_page()
    keys = page.keyboard
    cast.enter(page, cast.member())
    page.goto(cast.upload)
    files_of(page).set_input_files(PHOTOS[:1])  # the browser's own dialogue
    tab_to(page, "^Envoyer ce document")
    keys.press("Enter")
    steps.stands(page, "Votre document est arrivé.")
    vault.tasks.analyse()
    steps.stands(page, PREVIEW)

    tab_to(page, "^Ajouter une zone au clavier")
    keys.press("Enter")
    said = page.locator("[data-deposit-said]")
    expect(said).to_contain_text("Flèches")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowDown"):
        keys.press(key)
    expect(said).to_have_text("Gauche 29\u00a0%, haut 43\u00a0%, largeur 41\u00a0%, hauteur 7\u00a0%")
    keys.press("Enter")
    steps.see(page, "Zone 1", "gauche 29\u00a0%, haut 43\u00a0%, largeur 41\u00a0%, hauteur 7\u00a0%")
    expect(page.locator(":focus")).to_contain_text("Ajouter une zone au clavier")

    tab_to(page, "^Zone 1$")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(said).to_have_text("La zone est déplacée.")
    steps.see(page, "gauche 29\u00a0%, haut 44\u00a0%")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Zone 1")
    keys.press("Delete")
    expect(page.get_by_text("Zone 1")).to_have_count(0)
    tab_to(page, "^Garder ce document")
    keys.press("Enter")
    steps.stands(page, "Nous mettons votre document à l’abri.")


def test_a_broken_connection_costs_one_piece(open_page: OpenPage, cast: Cast) -> None:
    page = open_page(**PHONE)
    cast.enter(page, cast.member())
    asked: list[int] = []

    def breaks_once(route: Route) -> None:
        asked.append(len(asked))
        if len(asked) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/morceau/", breaks_once)
    page.goto(cast.upload)
    heavy: FilePayload = {**PHOTOS[0], "buffer": PHOTOS[0]["buffer"] + b"\0" * 1_200_000}
    files_of(page).set_input_files(heavy)
    steps.press(page, "Envoyer ce document")

    steps.see(page, "La connexion est coupée.")
    steps.stands(page, "Votre document est arrivé.")
    assert len(asked) == 4  # three pieces, one of them twice


def test_what_is_too_heavy_is_said_before_it_is_sent(open_page: OpenPage, cast: Cast, settings: LazySettings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    page = open_page(**PHONE)
    cast.enter(page, cast.member())
    page.goto(cast.upload)

    files_of(page).set_input_files({**PHOTOS[0], "buffer": b"x" * (settings.UPLOAD_MAX_BYTES + 1)})
    steps.press(page, "Envoyer ce document")

    steps.see(page, "dépasse 25\u00a0Mo")
    steps.stands(page, "Envoyez le justificatif.")
    page.get_by_role("button", name="Retirer 1").click()
    expect(page.get_by_text("dépasse 25")).not_to_be_visible()


def files_of(page: Page) -> Locator:
    return page.locator('input[type="file"][multiple]')


def is_sound(page: Page) -> None:
    """Nothing wider than the screen, no fault for axe."""
    fits(page)
    assert list(axe_faults(page)) == []


def shows_pictures(page: Page, count: int) -> None:
    """So many pages are really there, once one comes to them."""
    pictures = page.locator(".deposit__paper img")
    expect(pictures).to_have_count(count)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("it => it.naturalWidth") > 100


def drag_by_touch(page: Page, paper: Locator) -> None:
    """One finger, from the upper left of the page to its middle."""
    page.get_by_role("button", name="Cacher autre chose").first.click()
    paper.scroll_into_view_if_needed()
    area = paper.bounding_box()
    assert area
    finger = page.context.new_cdp_session(page)
    points = [
        (area["x"] + area["width"] * part, area["y"] + 20 + 12 * turn) for turn, part in enumerate((0.1, 0.3, 0.6))
    ]
    for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), points, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
