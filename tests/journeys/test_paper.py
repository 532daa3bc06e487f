"""What people take along: one channel of a procedure on one A4, in large type, in both languages."""

import re

from playwright.sync_api import Page, PdfMargins

from procedures.registry import all_current
from tests.journeys.conftest import OpenPage

POINTS_PER_PIXEL = 0.75
AT_LEAST = 12.0
SIZE_OF_STEPS = "() => parseFloat(getComputedStyle(document.querySelector('.numbered p')).fontSize)"


def sheets_of_paper(page: Page) -> int:
    margins: PdfMargins = {"top": "12mm", "bottom": "12mm", "left": "14mm", "right": "14mm"}
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", margin=margins)))


def points_of_type(page: Page) -> float:
    page.emulate_media(media="print")
    pixels: float = page.evaluate(SIZE_OF_STEPS)
    page.emulate_media(media="null")
    return pixels * POINTS_PER_PIXEL


def test_every_channel_fits_on_one_sheet_in_large_type(open_page: OpenPage) -> None:
    for language in ("fr-FR", "en-GB"):
        page = open_page(locale=language)
        for definition in all_current():
            for channel in definition.channels:
                page.goto(f"/demarches/{definition.key}/?moyen={channel.key}")
                assert page.evaluate("document.documentElement.lang") == language[:2]
                assert points_of_type(page) >= AT_LEAST
                assert sheets_of_paper(page) == 1, (language, definition.key, channel.key)
