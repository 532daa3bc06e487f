"""Every form of the platform with bad words, days, keys and fields, and sent again: nothing breaks, nothing is lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.house.idor.findings import Answer
from tests.inputs.answers import is_page, is_sound, kept_in, leads_away, runs
from tests.inputs.pages import Everything, Found, effects
from web.parts.forms import visible

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCRIPT = '"></script><script>alert(1)</script><img src=x onerror=alert(2)>'
TEMPLATE = "{{ 7*7 }} {% load nothing %} ${7*7} #{7*7} <%= 7*7 %>"
LINK = "javascript:alert(document.domain)//"
EMOJI = "Zoé 👩\u200d🚀 𝔘 ﷺ"
RIGHT_TO_LEFT = "Un \u202egnp.exe \u2066mot\u2069"
SEVERAL_LINES = "Un mot\r\nBcc: quelqu.un@exemple.invalid\r\n\r\nUn autre"
LONG = "é" * 30_000
NUL = "Un\0 mot"
# Of a code, a percentage or a place on a page nobody needs back what was nonsense; a trap is for programs.
NOT_SHOWN_AGAIN = {"site", "code", "salt", "left", "top", "width", "height"}
NOTHING = {"token": "pas-une-cle"}

PARTS = ("day", "month", "year")

Findings = list[str]


def sent(everything: Everything, found: Found, changed: Mapping[str, Any]) -> tuple[Answer, Findings]:
    """The answer, and what is wrong with it whatever was sent."""
    answer = everything.ask(found, changed)
    wrong = [] if is_sound(answer) else [f"{found}: {answer.status} for {str(dict(changed))[:80]}"]
    if is_page(answer):
        wrong += [f"{found}: {one}" for one in runs(answer.body)]
    if leads_away(answer):
        wrong.append(f"{found}: leads away")
    return answer, wrong


def lost(found: Found, answer: Answer, text: str) -> Findings:
    """The boxes of a refused form that lost what was typed into them, but for signs that nobody sees."""
    if answer.status not in {409, 422} or not is_page(answer):
        return []
    shown = {" ".join(visible(text, lines=True).split()), " ".join(visible(text, lines=False).split())}
    return [
        f"{found}: {name} lost what was typed"
        for name in set(found.texts()) - NOT_SHOWN_AGAIN
        if not shown & {" ".join(kept.split()) for kept in kept_in(answer, name)}
    ]


@pytest.mark.parametrize(
    "text",
    [SCRIPT, TEMPLATE, LINK, EMOJI, RIGHT_TO_LEFT, SEVERAL_LINES, LONG, NUL],
    ids=["script", "template", "link", "emoji", "right-to-left", "several-lines", "long", "nul"],
)
def test_odd_words_in_every_box_run_nowhere_and_come_back_as_typed(everything: Everything, text: str) -> None:
    findings: Findings = []
    asked = [found for found in everything.forms if found.texts()]
    for found in asked:
        words = dict.fromkeys(found.texts(), text)
        for changed in (words, words | NOTHING) if "token" in found.form.boxes else (words,):
            answer, wrong = sent(everything, found, changed)
            findings += wrong + lost(found, answer, text)

    assert not findings, "\n".join(findings)
    assert len(asked) > 15


# Days


IMPOSSIBLE = [
    ("31", "2", "2026"),
    ("1", "1", "0001"),
    ("31", "12", "9999"),
    ("0", "0", "0000"),
    ("-1", "1", "2026"),
    ("١", "١", "٢٠٢٦"),
    ("9" * 5000, "9" * 5000, "9" * 5000),
    ("29", "2", "2100"),
]


def on_day(found: Found, day: tuple[str, str, str]) -> dict[str, str]:
    return {f"{name}_{part}": text for name in found.days() for part, text in zip(PARTS, day, strict=True)}


def test_a_day_that_is_none_is_refused_in_every_box_and_nothing_is_written(everything: Everything) -> None:
    findings: Findings = []
    asked = [found for found in everything.forms if found.days()]
    for found in asked:
        for day in IMPOSSIBLE:
            answer, wrong = sent(everything, found, on_day(found, day))
            typed = kept_in(answer, f"{found.days()[0]}_year")
            findings += wrong + [f"{found}: {day} was taken"] * bool(effects(answer))
            findings += [f"{found}: {day} is not shown again"] * (len(day[2]) == 4 and day[2] not in typed)

    assert not findings, "\n".join(findings)
    assert len(asked) > 7
