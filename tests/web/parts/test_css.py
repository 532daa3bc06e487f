"""One sheet, layers instead of force, classes named as their files."""

import re
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from web.parts.bundle import BundledStorage

STATIC = Path(__file__).resolve().parents[3] / "web/static"
CSS = STATIC / "css"
COMPONENTS = sorted((CSS / "components").glob("*.css"))
REGISTERS = {"desk", "member", "public"}


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def test_the_sheet_imports_every_component_in_order() -> None:
    imported = re.findall(r'components/(\w+)\.css"\)', (CSS / "opposable.css").read_text(encoding="utf-8"))

    assert imported == [path.stem for path in COMPONENTS]


def test_nothing_is_important_and_nothing_is_a_data_image() -> None:
    for path in CSS.rglob("*.css"):
        text = without_comments(path.read_text(encoding="utf-8"))

        assert "!important" not in text, path
        assert "data:" not in text, path


def test_a_component_rules_its_own_classes() -> None:
    for path in COMPONENTS:
        rules = re.findall(r"([^{}]+){", without_comments(path.read_text(encoding="utf-8")))
        selectors = [rule for rule in rules if not rule.strip().startswith(("@", "to", "from"))]
        strangers = [rule.strip() for rule in selectors if not re.search(rf"\.{path.stem.removesuffix('s')}", rule)]

        assert not strangers, (path.name, strangers)


def test_both_ways_into_the_dark_have_the_same_colours() -> None:
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    by_system = re.search(r':root:not\(\[data-theme="light"\]\) {(.*?)}', text, re.DOTALL)
    by_choice = re.search(r'\n\[data-theme="dark"\] {(.*?)}', text, re.DOTALL)

    assert by_system
    assert by_choice
    assert by_system[1].split() == by_choice[1].split()


def test_every_token_that_is_used_exists() -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", "".join(p.read_text(encoding="utf-8") for p in CSS.rglob("*.css"))))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", "".join(p.read_text(encoding="utf-8") for p in CSS.rglob("*.css"))))

    assert used <= defined


def test_colours_are_written_in_the_tokens_alone() -> None:
    """But for paper: print, and what must stay dark on white to be scanned."""
    for path in [CSS / "base.css", CSS / "utilities.css", *COMPONENTS]:
        text = re.sub(r"@media print {.*", "", without_comments(path.read_text(encoding="utf-8")), flags=re.DOTALL)
        if path.stem in {"card_code", "qr"}:
            continue
        assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(", text), path


def collected(folder: Path) -> BundledStorage:
    """Our static files as `collectstatic` leaves them in this folder."""
    source = FileSystemStorage(location=STATIC)
    served = BundledStorage(location=folder, base_url="/static/")
    names = [
        path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"}
    ]
    for name in names:
        if not served.exists(name):
            served.save(name, ContentFile((STATIC / name).read_bytes()))
    done = list(served.post_process({name: (source, name) for name in names}))
    assert not [outcome for _, _, outcome in done if isinstance(outcome, Exception)]
    return served


def test_collecting_writes_the_sheet_in_one_piece_with_every_layer(tmp_path: Path, settings: Any) -> None:
    settings.DEBUG = False
    served = collected(tmp_path)

    sheet = (tmp_path / served.stored_name("css/opposable.css")).read_text(encoding="utf-8")
    assert "@import" not in sheet
    assert "@charset" not in sheet
    assert sheet.count("@layer components {") == len(COMPONENTS)
    assert sheet.index("@layer pico, tokens") < sheet.index("@layer pico {") < sheet.index("@layer utilities {")
    assert sheet.count("{") == sheet.count("}")


def test_collecting_twice_leaves_the_same_sheet(tmp_path: Path, settings: Any) -> None:
    settings.DEBUG = False

    assert collected(tmp_path).stored_name("css/opposable.css") == collected(tmp_path).stored_name("css/opposable.css")
