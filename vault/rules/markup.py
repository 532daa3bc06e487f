"""What a reader sees of HTML: the words of a letter, without what is never shown."""

import html.parser
import re
from collections.abc import Sequence

_BREAKS = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"})
_MARK = re.compile(r"<[^<>]{0,2000}>")
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append("  ")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in _UNSEEN and self.unseen > 0
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            before = " " if data[:1].isspace() and self.pieces and not self.pieces[-1][-1:].isspace() else ""
            words = " ".join(data.split())
            self.pieces.append(before + words + (" " if words and data[-1:].isspace() else ""))


def seen(marked: str) -> str:
    """The words without their marks; a line for each block. Of what the parser gives up on, whatever is in no mark."""
    reader = _Reader()
    try:
        reader.feed(marked)
    except (AssertionError, RecursionError):
        return _MARK.sub(" ", marked)
    return "".join(reader.pieces)
