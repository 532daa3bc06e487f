"""What an answer says to whoever sent nonsense: does it explain itself, does it give back what was typed?"""

import json
import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.house.idor.findings import Answer
from tests.house.idor.forms import forms_in
from tests.inputs.pages import REFUSALS

# Where a page says what is wrong: at a box, above a form, or in the place of the page.
_SAID = re.compile(r'class="field__error|class="error_summary|role="alert"|class="sentence"|role="status"')
_IS_HTML = re.compile(r"^Content-Type: text/html", re.MULTILINE)
_IS_JSON = re.compile(r"^Content-Type: application/json", re.MULTILINE)
_LOCATION = re.compile(r"^Location: (.*)$", re.MULTILINE)
OURS = "https://ici.invalid/"
QUICK_EXIT = "https://www.meteofrance.com/"


class _Scripts(HTMLParser):
    """Scripts without a source, handlers and links that run: none of ours has one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("a bare script")
        self.found += [f"{name} of {tag}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            if (given.get(name) or "").strip().lower().startswith("javascript:"):
                self.found.append(f"a {name} that runs")


def runs(html: str) -> list[str]:
    """What of a page would run that does not stand in a file of ours."""
    reader = _Scripts()
    reader.feed(html)
    reader.close()
    return reader.found


def is_page(answer: Answer) -> bool:
    return bool(_IS_HTML.search(answer.headers))


def is_sound(answer: Answer) -> bool:
    """No fault of ours; a refusal says why, in a page or in the API's shape."""
    if answer.status not in {200, 201, 204, 302} | REFUSALS:
        return False
    return answer.status < 400 or is_explained(answer)


def is_explained(answer: Answer) -> bool:
    if _IS_JSON.search(answer.headers):
        told = json.loads(answer.body)
        return bool(told.get("error", told))
    return is_page(answer) and bool(_SAID.search(answer.body))


def leads_to(answer: Answer) -> str:
    """Where a redirect goes, "" when it is none."""
    found = _LOCATION.search(answer.headers)
    return found[1].strip() if found else ""


def leads_away(answer: Answer) -> bool:
    """To another site than ours: only the quick exit does."""
    target = leads_to(answer)
    there = urlsplit(urljoin(OURS, target.replace("\\", "/")))
    return bool(target) and f"{there.scheme}://{there.netloc}/" != OURS and target != QUICK_EXIT


def kept_in(answer: Answer, name: str) -> list[str]:
    """What stands in the boxes of this name on the page: what was typed comes back to be corrected."""
    inputs = [box.value for form in forms_in(answer.body) for box in form.boxes.values() if box.name == name]
    areas = re.findall(rf'<textarea[^>]*name="{re.escape(name)}"[^>]*>(.*?)</textarea>', answer.body, re.DOTALL)
    return [*inputs, *(_plain(area) for area in areas)]


def _plain(area: str) -> str:
    return unescape(area).removeprefix("\r\n").removeprefix("\n")
