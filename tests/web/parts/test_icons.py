import re
from pathlib import Path

from web.parts.icons import NAMES, POINTING, icon

ROOT = Path(__file__).resolve().parents[3]


def test_the_sprite_holds_exactly_the_named_drawings() -> None:
    sprite = (ROOT / "web/static/img/icons.svg").read_text(encoding="utf-8")

    assert set(re.findall(r'<symbol id="([a-z]+)"', sprite)) == NAMES
    assert POINTING <= NAMES


def test_an_icon_is_decoration_and_escapes_its_name() -> None:
    assert 'aria-hidden="true"' in icon("phone")
    assert "#phone" in icon("phone")
    assert "icon--turns" in icon("right")
    assert "<b>" not in icon("<b>")


def test_templates_ask_only_for_drawings_that_exist() -> None:
    asked = set()
    for path in (ROOT / "web/templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'{% icon "([^"]*)" %}', text)) | set(re.findall(r'\bicon="([^"]*)"', text))

    assert asked <= NAMES
