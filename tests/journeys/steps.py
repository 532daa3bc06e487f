"""What people do again and again in a browser."""

import re
import time
from datetime import date

import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from playwright.sync_api import FilePayload, Locator, Page, expect

import cases.tasks
import vault.tasks
from accounts.access import memberships_of, user_by_email
from tests import papers
from tests.notifications.conftest import Sink
from tests.people import HouseClient, signed_in
from web.demo.people import VOLUNTEERS, DemoVolunteer

PERIOD = 30
PHOTO: FilePayload = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": papers.photo()}


def volunteer(key: str) -> DemoVolunteer:
    return next(one for one in VOLUNTEERS if one.key == key)


def totp(secret: str) -> str:
    """What an authenticator shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))


def sign_in(page: Page, one: DemoVolunteer, *, clock: time_machine.Traveller) -> None:
    """Password, then the code of a period that was not used yet."""
    clock.shift(PERIOD)
    page.goto("/desk/")
    fill(page, "Adresse e-mail", one.email)
    fill(page, "Mot de passe", one.password)
    press(page, "Continuer")
    fill(page, "Votre code", totp(one.totp_secret))
    press(page, "Entrer")
    expect(page.get_by_role("navigation", name="Navigation principale").first).to_be_attached()


def become(page: Page, who: HouseClient, *, home: str) -> None:
    """The page's browser becomes this person's, who is in already."""
    session = who.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": home}])


def at_work(page: Page, key: str, *, home: str) -> None:
    """At the desk's first page as this volunteer, for whom entering is not what is tried."""
    user = user_by_email(volunteer(key).email)
    assert user
    [membership] = memberships_of(user)
    become(page, signed_in(user, association=membership.association), home=home)
    page.goto("/desk/")
    expect(page.get_by_role("navigation", name="Navigation principale").first).to_be_attached()


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_role("main").get_by_role("textbox", name=re.compile(f"^{re.escape(label)}")).fill(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def answer(page: Page, question: str, choice: str) -> None:
    """Tick one of the visible answers to a question."""
    group(page, question).get_by_label(choice, exact=True).check()


def group(page: Page, question: str) -> Locator:
    return page.get_by_role("group", name=re.compile(f"^{re.escape(question)}"))


def type_date(page: Page, question: str, day: date) -> None:
    """Day, month and year, each in its box."""
    boxes = group(page, question).get_by_role("textbox")
    for box, number in zip(boxes.all(), (day.day, day.month, day.year), strict=True):
        box.fill(str(number))


def see(page: Page, *sentences: str) -> None:
    """Each of these stands in the page's main part."""
    for sentence in sentences:
        expect(page.get_by_role("main")).to_contain_text(sentence)


def mails_to(sink: Sink, address: str) -> list[str]:
    """The plain bodies of what arrived for this address, the oldest first."""
    bodies = [message.get_body(("plain",)) for message in sink.messages if address in str(message["To"])]
    return [body.get_content() for body in bodies if body]


def code_in(mail: str) -> str:
    """The eight digits of a sign-in mail."""
    found = re.search(r"\b(\d{4})\s?(\d{4})\b", mail)
    assert found, "The mail holds no code."
    return "".join(found.groups())


def enter_by_mail(page: Page, sink: Sink, address: str) -> None:
    """As a member: the address, then the code of the mail that really came."""
    page.goto("/espace/")
    fill(page, "Votre adresse e-mail", address)
    press(page, "Continuer")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tapez le code")
    fill(page, "Votre code", code_in(mails_to(sink, address)[-1]))
    press(page, "Entrer")


def send_and_keep(page: Page, *files: FilePayload) -> None:
    """From the form of a deposit to what is kept of it, the machine's work in between done at once."""
    page.locator('input[type="file"][multiple]').set_input_files(files or [PHOTO])
    press(page, "Envoyer ce document")
    stands(page, "Votre document est arrivé.")
    vault.tasks.analyse()
    stands(page, "Vérifiez ce qui est caché.")
    press(page, "Garder ce document")
    stands(page, "Nous mettons votre document à l’abri.")
    cases.tasks.seal()
    see(page, "Votre document est gardé, à l’abri.")


def stands(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
