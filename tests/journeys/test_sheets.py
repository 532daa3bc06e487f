"""What is printed: one A4 for each channel of each procedure, in both languages; in large type too."""

import io
import re

import pikepdf
from django.conf import settings
from playwright.sync_api import Page, expect

from procedures import registry
from tests.calculations import CALCULATIONS, calculate
from tests.journeys.conftest import OpenPage
from tests.journeys.test_ways import fits
from tests.whole import share

SHEETS = [(one.key, channel.key) for one in registry.all_current() for channel in one.channels]


def pages_of(page: Page) -> int:
    printed = page.pdf(format="A4")
    with pikepdf.open(io.BytesIO(printed)) as paper:
        return len(paper.pages)


def speak(page: Page, platform: str, language: str) -> None:
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": platform}])


def test_each_channel_of_each_procedure_fits_on_one_sheet(open_page: OpenPage, platform: str) -> None:
    page = open_page()
    counted = {}
    for language in ("fr", "en"):
        speak(page, platform, language)
        for key, channel in SHEETS:
            page.goto(f"/demarches/{key}/?moyen={channel}")
            expect(page.locator("html")).to_have_attribute("lang", language)
            counted[key, channel, language] = pages_of(page)

    assert len(counted) >= 14
    assert {sheet: count for sheet, count in counted.items() if count != 1} == {}


def test_the_large_type_needs_no_script_and_is_large_on_paper_too(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 375, "height": 700})
    for key, channel in share(SHEETS, 0, of=2):
        here = f"/demarches/{key}/?moyen={channel}"
        page.goto(here)
        sizes = [size_of(page, "screen"), size_of(page, "print")]
        page.get_by_role("main").get_by_role("link", name="En gros caractères").click()
        back = page.get_by_role("main").get_by_role("link", name="En caractères ordinaires")
        expect(back).to_be_visible()

        fits(page)
        assert size_of(page, "screen") > 1.3 * sizes[0]
        assert size_of(page, "print") == 24 > sizes[1]  # pixels, that is 18 points
        back.click()
        page.wait_for_url(re.compile(re.escape(here) + "$"))


def size_of(page: Page, media: str) -> float:
    """Of the words of a step, in pixels. The browser stays on the screen."""
    page.emulate_media(media=media)  # type: ignore[arg-type]  # one of the two that exist
    size = page.locator(".numbered p").first.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    page.emulate_media(media="null")
    return float(size)


def test_an_answer_fits_on_two_sheets_without_its_questions(open_page: OpenPage) -> None:
    page = open_page()
    for name in ("in-time", "perhaps", "too-late", "never"):
        page.emulate_media(media="screen")
        page.goto("/calculateur/")
        calculate(page, CALCULATIONS[name])
        page.emulate_media(media="print")

        expect(page.get_by_role("button")).to_have_count(0)
        assert pages_of(page) <= 2, name
