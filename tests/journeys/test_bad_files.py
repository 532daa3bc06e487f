"""Bad files in a real browser, whatever their names say: refused with their sentence, and no name is shown or kept."""

from random import Random

from playwright.sync_api import FilePayload, expect

import vault.tasks
from accounts import scope
from tests.journeys import steps
from tests.journeys.conftest import OpenPage
from tests.journeys.test_vault import Cast, cast, files_of
from tests.journeys.test_ways import PHONE
from tests.vault import samples
from tests.vault.corpus import hostile
from vault.models import Deposit, DepositState

__all__ = ["cast"]

NO_KIND = "ni un PDF, ni une photo"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# What is sent, under which name, and what the person reads.
BAD: dict[str, tuple[str, bytes, str]] = {
    "SVG script": ("../../etc/zqname.svg", SCRIPT, NO_KIND),
    "HTML as .pdf": ("\u202efdp.zqname.pdf", b"<!doctype html><script>alert(1)</script>", NO_KIND),
    "zip bomb docx": ("zqname.docx", hostile.office(Random(1)), NO_KIND),
    "EICAR": ("zqname.jpg.exe", EICAR, NO_KIND),
    "pixel flood": ("zqname" * 30 + ".png", hostile.just_too_large_png(Random(1)), "plus de 60 millions de points"),
    "encrypted PDF": ("zqname 269054958815780.pdf", hostile.locked(user="ouvre-toi")(Random(1)), "Ce PDF est protégé"),
    "cut upload": ("zqname;x=.pdf", samples.pdf()[:60], "abîmé"),
}


def test_a_bad_file_is_refused_with_what_to_do(open_page: OpenPage, cast: Cast) -> None:
    page = open_page(**PHONE)
    cast.enter(page, cast.member())
    for count, (called, content, sentence) in enumerate(BAD.values(), start=1):
        page.goto(cast.upload)
        sent: FilePayload = {"name": called, "mimeType": "application/pdf", "buffer": content}

        files_of(page).set_input_files(sent)
        steps.press(page, "Envoyer ce document")
        steps.stands(page, "Votre document est arrivé.")
        vault.tasks.analyse()
        page.reload()  # it would ask by itself in a while

        steps.see(page, sentence)
        expect(page.get_by_role("main")).not_to_contain_text("zqname")
        with scope.enter(cast.case.association_id):
            deposits = [(one.state, one.pieces) for one in Deposit.objects.all()]
        assert deposits == [(DepositState.REFUSED, [])] * count


def test_an_empty_file_is_said_before_anything_waits(open_page: OpenPage, cast: Cast) -> None:
    page = open_page(**PHONE)
    cast.enter(page, cast.member())
    page.goto(cast.upload)

    files_of(page).set_input_files({"name": "vide.pdf", "mimeType": "application/pdf", "buffer": b""})
    steps.press(page, "Envoyer ce document")

    steps.see(page, "vide")
    with scope.enter(cast.case.association_id):
        assert not Deposit.objects.exclude(state=DepositState.OPEN).exists()
