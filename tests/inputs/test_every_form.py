"""Every form of the platform with bad words, days, keys and fields, and sent again: nothing breaks, nothing is lost."""

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.house.idor.findings import Answer
from tests.house.idor.forms import Box
from tests.house.idor.matrix import SMUGGLED
from tests.inputs.answers import QUICK_EXIT as QUICK_EXIT_SITE
from tests.inputs.answers import is_page, is_sound, kept_in, leads_away, leads_to, runs
from tests.inputs.pages import Everything, Found, columns, effects
from tests.whole import WHOLE, share, turn
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
# Columns that a form might be made to write by naming them.
COLUMNS = (
    "state",
    "outcome",
    "closed_at",
    "is_staff",
    "is_superuser",
    "association_id",
    "by",
    "at",
    "subject",
    "email_index",
)
# What the form does is done to one row, whoever sends it how often: its token is not read.
_BY_ROW = ("member_reset", "member_revoke", "invitation_again", "figures_measure")
ONCE_BY_THEIR_ROW = {(f"desk:{name}", "token") for name in _BY_ROW}
# A zone that is not there is a new one: more is hidden, nothing is shown.
HIDES_MORE = {("desk:deposit", "zone"), ("portal:deposit", "zone")}
# To refuse an export needs no count (what approves does: tests/web/desk/test_exports.py).
COUNTED_TO_APPROVE = {("desk:export", "seen")}
# The last one stands: sent twice, it is chosen twice.
LAST_STANDS = {"desk:password"}
# Members' forms that hold a version as all of theirs do, and add what no colleague's change makes wrong.
OF_NO_VERSION = {"portal:erase", "portal:mails", "portal:continue", "portal:upload", "portal:fingerprint"}
# Takes an address alone: other words are refused before versions are compared.
OF_ADDRESSES = {"desk:address"}
# Asked for only when somebody with this address or number is known already.
ASKED_SOMETIMES = {"desk:open": {"same_as"}}
# Takes no token, so that it reads no field: the way out must not fail.
QUICK_EXIT = "portal:quick_exit"
# Buttons alone: of their fields only the token against forgery is read, for which Django's test client is not asked.
READ_NOTHING = {QUICK_EXIT, "portal:leave", "portal:copy"}

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


WORDS = {
    "script": SCRIPT,
    "template": TEMPLATE,
    "link": LINK,
    "emoji": EMOJI,
    "right-to-left": RIGHT_TO_LEFT,
    "several-lines": SEVERAL_LINES,
    "long": LONG,
    "nul": NUL,
}


@pytest.mark.parametrize("name", WORDS)
def test_odd_words_in_every_box_run_nowhere_and_come_back_as_typed(everything: Everything, name: str) -> None:
    """Each form with one of the eight: as it is taken, and as it is refused for another reason."""
    findings: Findings = []
    text = WORDS[name]
    asked = [found for found in everything.forms if found.texts()]
    for found in share(asked, list(WORDS).index(name), of=len(WORDS)):
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
FAR = [("1", "1", "1900"), ("31", "12", "2100")]


def on_day(found: Found, day: tuple[str, str, str]) -> dict[str, str]:
    return {f"{name}_{part}": text for name in found.days() for part, text in zip(PARTS, day, strict=True)}


def test_a_day_that_is_none_is_refused_in_every_box_and_nothing_is_written(everything: Everything) -> None:
    findings: Findings = []
    asked = [found for found in everything.forms if found.days()]
    for place, found in enumerate(asked):
        for day in turn(IMPOSSIBLE, place):
            answer, wrong = sent(everything, found, on_day(found, day))
            typed = kept_in(answer, f"{found.days()[0]}_year")
            findings += wrong + [f"{found}: {day} was taken"] * bool(effects(answer))
            findings += [f"{found}: {day} is not shown again"] * (len(day[2]) == 4 and day[2] not in typed)

    assert not findings, "\n".join(findings)
    assert len(asked) > 7


def test_a_day_at_the_ends_of_time_breaks_nothing(everything: Everything) -> None:
    findings: Findings = []
    for place, found in enumerate(found for found in everything.forms if found.days()):
        for day in turn(FAR, place):
            _, wrong = sent(everything, found, on_day(found, day))
            findings += wrong

    assert not findings, "\n".join(findings)


# Keys


NO_KEYS = (
    "abc",
    "",
    "-1",
    "1.5",
    "null",
    "[]",
    "٣٣٣",
    "9" * 30,
    "9" * 5000,
    "2\0",
    "../../etc/passwd",
    "%00",
    "1 OR 1=1",
)


def asks_for_its_own(found: Found, box: Box) -> bool:
    if box.kind == "checkbox" or (box.name == "version" and found.name in OF_NO_VERSION):
        return False
    return (found.name, box.name) not in ONCE_BY_THEIR_ROW | HIDES_MORE | COUNTED_TO_APPROVE


def test_a_key_of_another_kind_is_refused_in_every_box_and_nothing_is_written(everything: Everything) -> None:
    """Its own key in each box is what makes the form right: with nonsense there nothing of it happens.

    A tick is a tick, whatever its value says.
    """
    nonsense = cycle(NO_KEYS)
    findings: Findings = []
    for place, found in enumerate(everything.forms):
        boxes = [box for box in found.choices() if box.name != "csrfmiddlewaretoken"]
        for box in share(boxes, place, of=4):
            for key in islice(nonsense, 2 if WHOLE else 1):
                answer, wrong = sent(everything, found, {box.name: key})
                findings += wrong
                if key and asks_for_its_own(found, box) and effects(answer):
                    findings.append(f"{found}: {key[:20]} was taken for {box.name}")

    assert not findings, "\n".join(findings)


# Names


def test_names_that_no_form_asks_for_change_nothing_more(everything: Everything) -> None:
    smuggled = dict.fromkeys((*SMUGGLED, *COLUMNS), "1")
    findings: Findings = []
    for found in share(everything.forms, 0, of=6):
        known = found.form.boxes.keys() | ASKED_SOMETIMES.get(found.name, set())
        extra = {name: value for name, value in smuggled.items() if name not in known}
        plain, more = everything.ask(found, {}), everything.ask(found, extra)
        if (plain.status, columns(effects(plain))) != (more.status, columns(effects(more))):
            findings.append(f"{found}: {plain.status} and {more.status}, {columns(effects(more))}")

    assert not findings, "\n".join(findings)


def test_ten_thousand_fields_are_refused_everywhere_with_a_sentence(everything: Everything) -> None:
    body = urlencode({f"field{number}": "x" for number in range(10_000)}).encode()
    findings: Findings = []
    for found in share([found for found in everything.forms if found.name not in READ_NOTHING], 1, of=6):
        answer = everything.send(found, body)
        if answer.status != 400 or effects(answer) or "Rien n’a été enregistré" not in answer.body:
            findings.append(f"{found}: {answer.status}")

    assert not findings, "\n".join(findings)


def test_many_fields_keep_nobody_from_the_quick_exit(everything: Everything) -> None:
    body = urlencode({f"field{number}": "x" for number in range(10_000)}).encode()
    [way_out] = [found for found in everything.forms if found.name == QUICK_EXIT]

    answer = everything.send(way_out, body)

    assert (answer.status, leads_to(answer)) == (302, QUICK_EXIT_SITE)


# Half a surrogate, bytes of no encoding, an overlong nothing, signs beyond the last plane.
BYTES = [b"%ED%A0%80", b"%FF%FE", b"%C0%80", b"%00", b"%F4%90%80%80", "😀𝔘".encode()]


@pytest.mark.parametrize("number", range(len(BYTES)))
def test_bytes_that_are_no_text_break_no_form(everything: Everything, number: int) -> None:
    findings: Findings = []
    sign = BYTES[number]
    for found in share([found for found in everything.forms if found.texts()], number, of=len(BYTES)):
        fixed = {name: value for name, value in found.filled.items() if name not in found.texts()}
        words = b"&".join(name.encode() + b"=Un+" + sign for name in found.texts())
        answer = everything.send(found, urlencode(fixed, doseq=True).encode() + b"&" + words)
        findings += [] if is_sound(answer) else [f"{found}: {answer.status}"]

    assert not findings, "\n".join(findings)


# Sent again


def test_a_form_that_is_sent_twice_acts_once(everything: Everything) -> None:
    asked = [found for found in everything.forms if "token" in found.form.boxes and found.is_taken]
    asked = [found for found in asked if found.name not in LAST_STANDS]
    findings: Findings = []
    for found in share(asked, 2, of=6):
        statuses, again = everything.browsers[found.person].twice(found.with_data({}))
        findings += [f"{found}: {statuses}, again {again}"] if again or max(statuses) >= 500 else []

    assert not findings, "\n".join(findings)
    assert len(asked) > 25


def test_a_form_upon_an_older_case_says_so_and_keeps_what_was_typed(everything: Everything) -> None:
    asked = [found for found in everything.forms if "version" in found.form.boxes and found.is_taken]
    asked = [found for found in asked if found.name not in OF_NO_VERSION | OF_ADDRESSES]
    findings: Findings = []
    for found in asked:
        words = dict.fromkeys(found.texts(), "Ce que j’ai écrit")
        answer, wrong = sent(everything, found, words | {"version": "0"})
        findings += wrong + lost(found, answer, "Ce que j’ai écrit")
        findings += [f"{found}: {answer.status}"] if answer.status != 409 or effects(answer) else []

    assert not findings, "\n".join(findings)
    assert len(asked) > 4
