"""The main job, from a letter to a published figure, in real browsers."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page, expect

from cases.tasks import sweep
from notifications.tasks import deliver
from tests.journeys import steps
from tests.journeys.conftest import OpenPage, done_by_worker
from tests.notifications.conftest import Sink

MEMBER = "zqodette@exemple.invalid"


@pytest.mark.usefixtures("seeded", "worker")
def test_from_a_letter_to_a_missed_deadline_told_once(
    open_page: OpenPage, sink: Sink, clock: time_machine.Traveller, today: date
) -> None:
    desk, phone = open_page(), open_page(viewport={"width": 375, "height": 740})
    steps.sign_in(desk, steps.volunteer("benevole"), clock=clock)
    reference = open_case(desk, letter=today - timedelta(days=41))
    steps.see(desk, "24 novembre 2026")

    record_call_without_confirmation(desk)
    upload(desk)
    steps.see(desk, "justificatif demandé", "À vérifier", "24 novembre 2026")

    steps.enter_by_mail(phone, sink, MEMBER)
    sees_one_sentence_and_one_button(phone)

    assert len(steps.mails_to(sink, MEMBER)) == 1  # the sign-in code
    clock.shift(timedelta(days=2))
    call_command("sweep_deadlines", today=str(today + timedelta(days=2)))
    with done_by_worker(sweep):
        sweep.delay()
    for _ in range(2):
        with done_by_worker(deliver):
            deliver.delay()

    [_, told] = steps.mails_to(sink, MEMBER)
    assert reference in told
    assert "Zqodette" not in told
    steps.sign_in(desk, steps.volunteer("benevole"), clock=clock)
    desk.goto(f"/desk/dossiers/{reference}/")
    steps.see(desk, "Délai dépassé")
    steps.enter_by_mail(phone, sink, MEMBER)
    sees_one_sentence_and_one_button(phone)


@pytest.mark.usefixtures("seeded")
def test_a_figure_is_measured_reviewed_published_and_seen(open_page: OpenPage, clock: time_machine.Traveller) -> None:
    coordinator, delegate, anybody = open_page(), open_page(), open_page()
    steps.sign_in(coordinator, steps.volunteer("coordination"), clock=clock)
    coordinator.goto("/desk/chiffres/")
    steps.follow(coordinator, "Mesurer : Issue des démarches")
    steps.press(coordinator, "Mesurer, une fois pour toutes")
    steps.see(coordinator, "La suite revient à un délégué aux données")
    title = coordinator.get_by_role("heading", level=1).inner_text()

    steps.sign_in(delegate, steps.volunteer("donnees"), clock=clock)
    delegate.goto("/desk/chiffres/")
    steps.follow(delegate, title)
    anybody.goto("/chiffres/")
    steps.see(anybody, "Aucun chiffre n’est encore publié.")
    steps.press(delegate, "J’ai relu ces nombres")
    steps.press(delegate, "Publier ces nombres")

    steps.follow(delegate, "voir la page publique")
    anybody.goto("/chiffres/")
    steps.follow(anybody, title)
    steps.see(anybody, title, "La méthode")
    expect(anybody.get_by_role("table", name=title).get_by_role("row")).not_to_have_count(0)
    with anybody.expect_download() as file:
        steps.follow(anybody, "CSV")
    assert file.value.path().read_text(encoding="utf-8-sig").count("\n") > 2


def open_case(page: Page, *, letter: date) -> str:
    """For somebody new, from a dated letter; the new case's reference."""
    steps.follow(page, "Ouvrir un dossier")
    steps.fill(page, "Prénom", "Zqodette")
    steps.fill(page, "Courriel", MEMBER)
    for choice in ("Pour soi", "S’opposer à Mon espace santé", "Par lettre"):
        page.get_by_label(choice, exact=True).check()
    steps.type_date(page, "Date du courrier", letter)
    page.get_by_label("Connue par").select_option(label="le cachet de la poste")
    page.get_by_label("Nous suivons votre dossier").check()
    steps.press(page, "Ouvrir le dossier")
    steps.see(page, "Le dossier est ouvert. Dernier jour")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def record_call_without_confirmation(page: Page) -> None:
    steps.follow(page, "Commencer l’appel")
    steps.answer(page, "Le conseiller, ou le site, a-t-il confirmé ?", "C’est demandé, mais rien n’est confirmé")
    steps.press(page, "Enregistrer la démarche")
    steps.see(page, "Répondez avant de finir")  # the justificatif: mandatory
    steps.answer(page, "Le justificatif a-t-il été demandé ?", "Oui")
    steps.press(page, "Enregistrer la démarche")
    steps.see(page, "La démarche est enregistrée")


def upload(page: Page) -> None:
    steps.follow(page, "Déposer un document")
    steps.group(page, "Quel document envoyez-vous").get_by_role("radio").first.check()
    steps.send_and_keep(page)


def sees_one_sentence_and_one_button(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator("main .button--primary")).to_have_count(1)
    expect(page.locator("main .button--primary")).to_be_in_viewport()
