"""Saved e-mails with a number in their subject, body or attachments."""

from collections.abc import Callable, Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from random import Random

from tests.vault.corpus import camera, cards, digits
from tests.vault.corpus.draw import Paper
from tests.vault.corpus.layouts import labelled, spaced
from tests.vault.corpus.letters import letter, name
from tests.vault.corpus.truth import Document, Ending, Recipe, Secret

Written = Callable[[EmailMessage, str, Random], None]
WORDS = ("Bonjour", "opposition", "conseillers", "Cordialement")
BODY = (
    "Bonjour,\n\nVotre opposition a été enregistrée par nos conseillers le 12 mars 2025.\n{line}\n\n"
    "Gardez ce message avec vos papiers : il fait foi de votre démarche.\n\nCordialement,\nLe service des imaginaires\n"
)
HTML = (
    "<!doctype html><html><head><title>Essai</title><style>p {{ color: #333 }}</style></head><body>"
    "<h1>Caisse d’essai</h1><p>Bonjour,</p><p>Votre opposition a été <b>enregistrée</b> par nos conseillers.</p>"
    "<table><tr><td>Dossier</td><td>E-2025-118</td></tr><tr><td>N° de sécurité sociale</td><td>{line}</td></tr></table>"
    "<p>Cordialement,<br>Le service des imaginaires</p></body></html>"
)


def plain(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(BODY.format(line=f"Numéro de sécurité sociale : {spaced(number)}"), cte="quoted-printable")


def in_base64(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(BODY.format(line=f"N° SS {number}"), cte="base64")


def html(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(HTML.format(line=spaced(number)), subtype="html", cte="quoted-printable")


def html_entities(message: EmailMessage, number: str, random: Random) -> None:
    """Each digit is an entity in an element of its own."""
    cut = "".join(f"<span>&#{ord(sign)};</span>" for sign in number)
    message.set_content(HTML.format(line=cut), subtype="html", cte="quoted-printable")


def alternative(message: EmailMessage, number: str, random: Random) -> None:
    plain(message, number, random)
    message.add_alternative(HTML.format(line=spaced(number)), subtype="html")


def latin(message: EmailMessage, number: str, random: Random) -> None:
    body = BODY.format(line=f"Assuré n° {spaced(number)}").replace("’", "'")
    message.set_content(body, charset="iso-8859-1", cte="quoted-printable")


def in_subject(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(BODY.format(line=""))
    message.replace_header("Subject", f"Votre dossier {spaced(number)}, numéro de sécurité sociale")


def in_headers(message: EmailMessage, number: str, random: Random) -> None:
    """Where no reader shows it."""
    message.set_content(BODY.format(line=""))
    message["X-Dossier"] = number
    message["References"] = f"<{number}@exemple.invalid>"


def in_address(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(BODY.format(line=""))
    message.replace_header("To", Address(f"Assuré {spaced(number)}", "temoin", "exemple.invalid"))


def with_pdf(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(BODY.format(line="L’attestation est jointe."))
    paper = Paper()
    cards.attestation(paper.sheet(), random, number=number)
    message.add_attachment(paper.written(), maintype="application", subtype="pdf", filename="attestation.pdf")


def with_picture(message: EmailMessage, number: str, random: Random) -> None:
    message.set_content(BODY.format(line="La photo est jointe."))
    paper = Paper()
    cards.attestation(paper.sheet(), random, number=number)
    [shot] = camera.shots_of(paper, dpi=200, grey=True)
    picture = camera.saved([shot.pixels], "JPEG", quality=75)
    message.add_attachment(picture, maintype="image", subtype="jpeg", filename=f"{number}.jpg")


def with_inline_picture(message: EmailMessage, number: str, random: Random) -> None:
    """The body shows a picture that comes with it."""
    paper = Paper()
    strip = paper.sheet(300, 40)
    strip.figures(spaced(number), 10, 26, before="NIR ", font="Dj", size=14)
    [shot] = camera.shots_of(paper, dpi=200, grey=True)
    message.set_content(HTML.format(line='<img src="cid:numero@exemple.invalid">'), subtype="html")
    picture = camera.saved([shot.pixels], "PNG")
    message.add_related(picture, maintype="image", subtype="png", cid="<numero@exemple.invalid>")


def forwarded(message: EmailMessage, number: str, random: Random) -> None:
    """A mail in a mail."""
    inner = begun(random)
    plain(inner, number, random)
    message.set_content(BODY.format(line="Voir le message transféré."))
    message.add_attachment(inner)


def replied(message: EmailMessage, number: str, random: Random) -> None:
    """In the quoted part, cut by the mark of the quotation."""
    first, rest = spaced(number)[:8], spaced(number)[8:]
    message.set_content(BODY.format(line=f"> Mon numéro de sécurité sociale est le {first}\n> {rest}, merci."))


def clean(message: EmailMessage, number: str, random: Random) -> None:
    siret, phone = digits.luhn(random, 14), digits.phone(random)
    line = f"SIRET {siret}, dossier 2025-118, téléphone {digits.cut(phone, '2222')}"
    message.set_content(BODY.format(line=line))


MAILS: dict[str, Written] = {
    "plain": plain,
    "base64": in_base64,
    "html": html,
    "html-entities": html_entities,
    "alternative": alternative,
    "latin": latin,
    "subject": in_subject,
    "headers": in_headers,
    "address": in_address,
    "pdf": with_pdf,
    "picture": with_picture,
    "inline-picture": with_inline_picture,
    "forwarded": forwarded,
    "replied": replied,
    "clean": clean,
}


def begun(random: Random) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Caisse d’essai", "ne-pas-repondre", "exemple.invalid")
    message["To"] = Address(name(random), "temoin", "exemple.invalid")
    message["Subject"] = "Votre opposition est enregistrée (spécimen)"
    message["Date"] = "Wed, 12 Mar 2025 09:30:00 +0100"
    message["Message-ID"] = f"<{random.randrange(10**9)}@exemple.invalid>"
    return message


def written_out(message: EmailMessage) -> bytes:
    """With the same boundaries every time."""
    for number, part in enumerate(message.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=-essai-{number}")
    return message.as_bytes()


def recipe(title: str, written: Written) -> Recipe:
    def make(random: Random) -> Document:
        message, number = begun(random), digits.nir(random)
        written(message, number, random)
        secrets = () if written is clean else (Secret(number),)
        data = written_out(message)
        return Document(data, ".eml", secrets, (), Ending.SEALED, words=WORDS, framed=False)

    return Recipe(f"mail-{title}", make)


def as_text(random: Random) -> Document:
    """A letter attached as a PDF to an empty mail."""
    message, paper = begun(random), Paper()
    sheet = paper.sheet()
    labelled(sheet, random, 50, letter(sheet, random))
    message.set_content("\n")
    message.add_attachment(paper.written(), maintype="application", subtype="pdf", filename="lettre.pdf")
    [secret] = paper.secrets
    return Document(written_out(message), ".eml", (Secret(secret.number),), framed=False)


def recipes() -> Iterator[Recipe]:
    for title, written in MAILS.items():
        yield recipe(title, written)
    yield Recipe("mail-empty-with-pdf", as_text)
