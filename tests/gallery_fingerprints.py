"""Pictures of files that stay with their owner: noting a fingerprint, its receipt, proving the file."""

from collections.abc import Iterator

from playwright.sync_api import FilePayload, Page, expect

from tests.pictures import Picture
from tests.stage_kept import CONTENT, SALT

STORY = "kept_at_home"
FILE: FilePayload = {"name": "justificatif.pdf", "mimeType": "application/pdf", "buffer": CONTENT}
_MEMBER = f"member:{STORY}"
_CASE: dict[str, str | int] = {"reference": STORY}
_DOCUMENT: dict[str, str | int] = {"reference": STORY, "pk": f"{STORY}.document"}


def choose(page: Page, file: FilePayload = FILE) -> None:
    page.locator("[data-kept-file]").set_input_files(file)


def note(page: Page) -> None:
    choose(page)
    page.get_by_role("button", name="Noter l’empreinte").click()
    expect(page.get_by_role("heading", name="Gardez ce reçu")).to_be_focused()


def note_without_script(page: Page) -> None:
    """As the form goes where no script stands in its way."""
    choose(page)
    with page.expect_navigation():
        page.locator("[data-kept-form]").evaluate("form => form.submit()")


def choose_nothing(page: Page) -> None:
    page.get_by_role("button", name="Noter l’empreinte").click()
    expect(page.locator("[data-kept-error]")).to_be_visible()


def compare(page: Page, *, salt: bytes) -> None:
    choose(page)
    page.locator("[data-proof-salt]").fill(salt.hex())
    page.get_by_role("button", name="Comparer").click()
    expect(page.get_by_role("status").filter(has_text="fichier")).to_be_visible()


def _right(page: Page) -> None:
    compare(page, salt=SALT)


def _wrong(page: Page) -> None:
    compare(page, salt=b"\x03" * 32)


def _sent_empty(page: Page) -> None:
    with page.expect_navigation():
        page.locator("[data-proof-form]").evaluate("form => form.submit()")


def fingerprints() -> Iterator[Picture]:
    noting = {"view": "portal:fingerprint", "who": _MEMBER, "places": _CASE}
    yield Picture(name="portal-fingerprint", **noting)  # type: ignore[arg-type]  # the keywords are its own
    for name, act in (("error", choose_nothing), ("noted", note), ("receipt", note_without_script)):
        yield Picture(name=f"portal-fingerprint-{name}", act=act, **noting)  # type: ignore[arg-type]  # the same
    proving = {"view": "portal:prove", "who": _MEMBER, "places": _DOCUMENT}
    yield Picture(name="portal-prove", **proving)  # type: ignore[arg-type]  # the same
    for name, act in (("yes", _right), ("no", _wrong), ("error", _sent_empty)):
        yield Picture(name=f"portal-prove-{name}", act=act, **proving)  # type: ignore[arg-type]  # the same
    yield Picture(name="desk-prove", view="desk:prove", who="benevole", places=_DOCUMENT)
    yield Picture(name="desk-check-fingerprint", view="desk:check", who="benevole", places=_DOCUMENT)
