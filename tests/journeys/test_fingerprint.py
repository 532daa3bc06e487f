"""A file that never leaves its owner's browser: noted, its receipt saved, known again later; and without a script."""

import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import FilePayload, Page, expect

from tests.gallery_fingerprints import choose
from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_vault import Cast, cast

__all__ = ["cast"]

CONTENT = b"Zq-un-papier-qui-reste-chez-soi " * 50
FILE: FilePayload = {"name": "Zq-monique.pdf", "mimeType": "application/pdf", "buffer": CONTENT}
PHONE = {"width": 375, "height": 740}


def enter(open_page: OpenPage, cast: Cast, **options: object) -> Page:
    """As the member of a case that waits for its document, at their first page."""
    phone = open_page(viewport=PHONE, **options)
    cast.enter(phone, cast.member())
    phone.goto("/espace/")
    return phone


def test_the_browser_makes_the_receipt_and_knows_the_file_again(
    open_page: OpenPage, cast: Cast, tmp_path: Path
) -> None:
    phone = enter(open_page, cast)
    steps.follow(phone, "J’ai reçu le justificatif")
    steps.follow(phone, "Garder le fichier chez moi")
    expect(phone.get_by_text("Le fichier ne quitte pas votre appareil.")).to_be_visible()
    choose(phone, FILE)
    with phone.expect_request(lambda request: request.method == "POST") as posted:
        steps.press(phone, "Noter l’empreinte")
    expect(phone.get_by_text("Ce reçu n’est montré qu’une fois.")).to_be_visible()
    with phone.expect_download() as saved:
        steps.press(phone, "Enregistrer le reçu")

    receipt = saved.value.path().read_text(encoding="utf-8")
    (tmp_path / "recu.txt").write_text(receipt, encoding="utf-8")
    [salt], [fingerprint] = (re.findall(rf"{name}\s: ([0-9a-f]{{64}})", receipt) for name in ("Sel", "Empreinte"))
    body = posted.value.post_data_buffer or b""
    assert hashlib.sha256(bytes.fromhex(salt) + CONTENT).hexdigest() == fingerprint
    assert sorted(parse_qs(body.decode())) == ["csrfmiddlewaretoken", "fingerprint", "kind", "token"]
    assert [secret for secret in (salt.encode(), bytes.fromhex(salt), CONTENT[:20], b"monique") if secret in body] == []
    assert salt not in phone.url

    steps.follow(phone, "Revenir à mon dossier")
    steps.see(phone, "Empreinte seule")
    steps.follow(phone, "Vérifier mon fichier")
    expect(phone.get_by_text("Le calcul se fait dans ce navigateur")).to_be_visible()
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.method))
    choose(phone, FILE)
    phone.locator("[data-proof-receipt]").set_input_files(tmp_path / "recu.txt")
    steps.press(phone, "Comparer")
    expect(phone.get_by_role("status").filter(has_text="C’est bien ce fichier.")).to_be_visible()
    choose(phone, {**FILE, "buffer": CONTENT + b"."})
    steps.press(phone, "Comparer")
    expect(phone.get_by_role("status").filter(has_text="Ce n’est pas ce fichier")).to_be_visible()
    expect(phone.get_by_role("status").filter(has_text="C’est bien ce fichier.")).to_be_hidden()
    assert "POST" not in sent


def test_without_a_script_the_file_is_sent_once_and_the_receipt_comes_back(open_page: OpenPage, cast: Cast) -> None:
    phone = enter(open_page, cast, java_script_enabled=False)
    steps.follow(phone, "J’ai reçu le justificatif")
    steps.follow(phone, "Garder le fichier chez moi")
    expect(phone.get_by_text("Votre fichier sera envoyé une fois.")).to_be_visible()
    choose(phone, FILE)
    phone.get_by_role("button", name="Noter l’empreinte", exact=True).click()
    steps.see(phone, "L’empreinte est notée. Gardez ce reçu.")
    salt = phone.locator("[data-receipt-salt]").inner_text()

    steps.follow(phone, "Revenir à mon dossier")
    steps.follow(phone, "Vérifier mon fichier")
    choose(phone, FILE)
    steps.fill(phone, "Ou le sel", salt)
    steps.press(phone, "Comparer")
    expect(phone.get_by_text("C’est bien ce fichier.")).to_be_visible()
    expect(phone.get_by_text("Ce n’est pas ce fichier")).to_be_hidden()
