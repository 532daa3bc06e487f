"""Pictures of what is kept, archived and let go."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.pictures import Picture, press

NO_PAGE_OF_KEEPING = {"portal:copy": "POST only, a download", "portal:keep": "POST only"}


def _shorten(page: Page) -> None:
    for box in page.get_by_role("main").get_by_role("combobox").all():
        box.select_option(index=0)
    press(page, "Garder ce choix")


def keeping() -> Iterator[Picture]:
    yield Picture(name="portal-erase", view="portal:erase", who="member:letter_soon")
    yield Picture(
        name="portal-erase-error", view="portal:erase", who="member:letter_soon", press=("Effacer définitivement",)
    )
    yield Picture(name="desk-keeping", view="desk:keeping", who="fresh:coordination")
    yield Picture(name="desk-keeping-cost", view="desk:keeping", who="fresh:coordination", act=_shorten)
    yield Picture(name="desk-archives", view="desk:archives", who="coordination")
    yield Picture(name="desk-now-unanswered", view="desk:now", who="coordination")
    yield Picture(name="desk-archives-empty", view="desk:archives", who="alone")
    read, unread = {"reference": "archived"}, {"reference": "archived.unread"}
    yield Picture(name="desk-case-archived", view="desk:case", who="fresh:coordination", places=read)
    yield Picture(name="desk-case-return", view="desk:case_return", who="fresh:coordination", places=read)
    yield Picture(name="desk-reason-archived", view="desk:reason", who="coordination", places=unread)
