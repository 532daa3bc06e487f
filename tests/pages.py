"""What no page may hold: inline handlers, styles and scripts, signs of a template left over, doubled ids."""

import re
from html.parser import HTMLParser

LEFT_OVER = re.compile(r"\{\{|\{%|%\}|\{#")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.faults += [f"<{tag}> has the inline handler {name}" for name in given if name.startswith("on")]
        if "style" in given:
            self.faults.append(f"<{tag}> has an inline style")
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.faults.append(f"a bare <{tag}>")
        if (given.get("href") or given.get("action") or "").strip().lower().startswith("javascript:"):
            self.faults.append(f"<{tag}> runs javascript")
        if given.get("id") in self.ids:
            self.faults.append(f"two elements have the id «{given['id']}»")
        self.ids.add(given.get("id") or "")
        self.ids.discard("")

    def handle_data(self, data: str) -> None:
        if LEFT_OVER.search(data):
            self.faults.append(f"signs of a template are left over: {data.strip()[:60]}")


def fault_in(html: str) -> str:
    """The first fault of a page or a fragment, "" when there is none."""
    page = Page()
    page.feed(html)
    page.close()
    if re.match(r"\s*<!doctype", html, re.IGNORECASE) and not re.search(r"<html[^>]*\slang=", html):
        page.faults.append("<html> names no language")
    return page.faults[0] if page.faults else ""
