"""Pictures of a document on its way: sent, analysed, looked at before and after, and how it may end."""

from collections.abc import Callable, Iterator

from playwright.sync_api import FilePayload, Page

from tests import papers
from tests.pictures import Picture

STORY = "depositing"
MEMBER = f"member:{STORY}"

_PARTS = {
    "begin": "JSON for a script",
    "piece": "JSON for a script",
    "finish": "JSON for a script",
    "before": "a picture",
    "after": "a picture",
}
# Addresses that show no page of ours, each with its reason.
PARTS_OF_DEPOSITS = {
    f"{space}:deposit_{name}": reason for space in ("portal", "desk") for name, reason in _PARTS.items()
} | {"desk:sheet": "a picture"}


def choose_photos(page: Page) -> None:
    """Two files, the second one first."""
    photos: list[FilePayload] = [
        {"name": f"photo-{number}.jpg", "mimeType": "image/jpeg", "buffer": papers.photo(lines)}
        for number, lines in enumerate((papers.SECOND_PAGE, papers.FIRST_PAGE), start=1)
    ]
    page.locator('input[type="file"][multiple]').set_input_files(photos)
    page.get_by_role("button", name="Monter 2").click()


def hide_by_numbers(page: Page) -> None:
    """Fills the form of measures, and sends it; the preview comes back with the place hidden."""
    page.get_by_text("Cacher un endroit en donnant ses mesures").click()
    for label, value in (("bord gauche", "10"), ("Distance du haut", "6,5"), ("Largeur", "45"), ("Hauteur", "3")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Cacher cet endroit").click()
    page.get_by_role("button", name="Retirer").first.wait_for()


def _wrong_numbers(page: Page) -> None:
    page.get_by_text("Cacher un endroit en donnant ses mesures").click()
    page.get_by_label("bord gauche").fill("90")
    page.get_by_label("Largeur").fill("45")
    page.get_by_role("button", name="Cacher cet endroit").click()
    page.get_by_text("La zone sort de la page").first.wait_for()


def _draw(page: Page) -> None:
    page.get_by_role("button", name="Cacher autre chose").first.click()


def _mine(name: str, pk: str, *, query: str = "", act: Callable[[Page], None] | None = None) -> Picture:
    places = {"reference": STORY, "pk": pk}
    return Picture(name=f"portal-{name}", view="portal:deposit", who=MEMBER, places=places, query=query, act=act)


def _at_desk(name: str, *, query: str = "") -> Picture:
    places = {"reference": STORY, "pk": "deposit.volunteer"}
    return Picture(name=f"desk-{name}", view="desk:deposit", who="benevole", places=places, query=query)


def deposits() -> Iterator[Picture]:
    yield Picture(
        name="portal-upload-chosen", view="portal:upload", who=MEMBER, places={"reference": STORY}, act=choose_photos
    )
    yield _mine("deposit-waiting", "deposit.waiting")
    yield _mine("deposit-sealing", "deposit.confirmed")
    yield _mine("deposit", "deposit")
    yield _mine("deposit-before", "deposit", query="?vue=avant")
    yield _mine("deposit-draw", "deposit", act=_draw)
    yield _mine("deposit-error", "deposit", act=_wrong_numbers)
    yield _mine("deposit-own", "deposit", act=hide_by_numbers)
    for end in ("unreadable", "review", "expired", "destroyed"):
        yield _mine(f"deposit-{end}", f"deposit.{end}")
    yield Picture(
        name="desk-upload-chosen", view="desk:upload", who="benevole", places={"reference": STORY}, act=choose_photos
    )
    yield _at_desk("deposit")
    yield _at_desk("deposit-before", query="?vue=avant")
