"""Every page, light and wide or dark and on a phone: no fault for axe, nothing too wide, no policy broken.

Of each page the suite reads one state, the first of one, the second of the next; WHOLE=1 reads all of them in both.

With TEST_SHOTS=folder, as `make shots` sets it, each page is also pictured there; TEST_SHOTS_ONLY=pattern picks some.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Error, Page

from tests import stage as stages
from tests.gallery import GALLERY
from tests.journeys.conftest import OpenPage
from tests.pictures import Picture, press
from tests.stage import Stage
from tests.whole import turn

SHOTS = os.environ.get("TEST_SHOTS", "")
ONLY = re.compile(os.environ.get("TEST_SHOTS_ONLY", ""))
HEIGHT = 800
Look = tuple[int, Literal["light", "dark"]]
LOOKS: tuple[Look, ...] = ((1280, "light"), (375, "dark"))
# axe leaves target sizes out until told otherwise.
# Nothing is fetched anew for rules about films and turned screens, of which there are none.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, "preload": False}
SHARES = 2  # of the gallery, so that two workers read it at once
AXE = Axe()


@pytest.fixture
def stage(platform: str, today: date, now: datetime) -> Stage:
    return stages.set_up(today=today, at=now)


@dataclass(slots=True)
class Visitor:
    """Walks the gallery and notes what is wrong, all of it."""

    open_page: OpenPage
    stage: Stage
    home: str
    pages: dict[str, Page] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def visit(self, picture: Picture) -> None:
        page = self.page_of(picture)
        looks = self.looks(picture)
        self.turn(page, looks[0])
        if picture.error:
            show_error(page, picture)
        response = page.goto(picture.address(self.stage))
        if response and response.status != picture.status:
            self.findings.append(f"{picture.name}: answers {response.status}")
        if picture.act:
            picture.act(page)
        for button in picture.press:
            press(page, button)
        if not picture.act and not picture.press and page.url != urljoin(self.home, picture.address(self.stage)):
            self.findings.append(f"{picture.name}: sent on to {page.url}")
        for look in looks:
            self.look(page, picture, look)

    def looks(self, picture: Picture) -> list[Look]:
        if SHOTS:
            return [(width, theme) for theme in ("light", "dark") for width in (1280, 375)]
        return turn(LOOKS, GALLERY.index(picture) // SHARES)

    def turn(self, page: Page, look: Look) -> None:
        page.set_viewport_size({"width": look[0], "height": HEIGHT})
        page.emulate_media(color_scheme=look[1])

    def page_of(self, picture: Picture) -> Page:
        """One browser a person; a new one for whoever is unknown and does something."""
        key = picture.name if picture.act else picture.who
        if key not in self.pages:
            page = self.open_page(reduced_motion="reduce")
            if picture.who:
                session = self.stage.cookies[picture.who]
                page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.home}])
            page.add_init_script(AXE.axe_script)  # in every page of it: handing it over anew each time is slow
            self.pages[key] = page
        return self.pages[key]

    def look(self, page: Page, picture: Picture, look: Look) -> None:
        self.turn(page, look)
        width, theme = look
        where = f"{picture.name} at {width}, {theme}"
        if look in LOOKS:
            self.findings += [f"{where}: {fault}" for fault in axe_faults(page)]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            self.findings.append(f"{where}: {over} pixels too wide ({page.evaluate(WIDEST)})")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{picture.name}-{width}-{theme}.png", full_page=True)


def asked() -> list[Picture]:
    pictures = [one for one in GALLERY if ONLY.search(one.name)]
    if SHOTS:
        return pictures
    pages: dict[str, list[Picture]] = {}
    for one in pictures:
        pages.setdefault(one.view or one.name, []).append(one)
    return [one for place, states in enumerate(pages.values()) for one in turn(states, place)]


WIDEST = """() => {
    const outside = [...document.querySelectorAll("main *, header *, footer *")]
        .filter((it) => it.getBoundingClientRect().right > innerWidth + 1);
    return outside.slice(0, 3).map((it) => it.tagName.toLowerCase() + "." + it.className).join(", ");
}"""


def axe_faults(page: Page) -> Iterator[str]:
    for violation in page.evaluate("options => axe.run(options)", AXE_OPTIONS)["violations"]:
        places = "; ".join(str(node["target"][0]) for node in violation["nodes"][:3])
        yield f"{violation['id']}: {violation['help']} ({len(violation['nodes'])} times: {places})"


def show_error(page: Page, picture: Picture) -> None:
    """The page for an error, without making the error."""
    body = render_to_string(f"{picture.error}.html")
    page.route(f"**/{picture.error}/", lambda route: route.fulfill(body=body, content_type="text/html"))


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_can_be_read_by_everybody(open_page: OpenPage, stage: Stage, platform: str, share: int) -> None:
    visitor = Visitor(open_page, stage, platform)

    for picture in asked()[share::SHARES]:
        try:
            visitor.visit(picture)
        except Error as failed:
            visitor.findings.append(f"{picture.name}: {failed}")

    assert not visitor.findings, "\n".join(visitor.findings)


def test_the_reader_does_find_faults(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(AXE.axe_script)
    page.goto("/")
    page.locator("main").evaluate("main => main.append(document.createElement('input'))")

    assert [fault.split(":")[0] for fault in axe_faults(page)] == ["label"]
