"""The requests of one person: every address by every method with every kind of key, in paths, bodies and queries."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import cache
from inspect import getsourcefile, unwrap
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.house.idor.asking import Browser
from tests.house.idor.findings import Answer, Finding, Kind, Request, judge, oracle
from tests.house.idor.forms import Data, Form, forms_in, shown_since, ways_to_fill
from tests.house.idor.keys import Foreign, is_free_text, twin
from tests.house.idor.reach import Reach
from tests.house.idor.rows import Owner, Rows
from tests.house.permissions import OPEN, TABLE
from tests.house.world import SHARED_PLACES, address, addresses, part_of

OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
PUBLIC = {name for name, (get, _) in TABLE.items() if get == OPEN}
# Names under which a body might smuggle an id that its form does not ask for.
SMUGGLED = (
    "member",
    "case",
    "reference",
    "campaign",
    "user",
    "to",
    "same_as",
    "beneficiary",
    "pk",
    "id",
    "assigned_to",
)
# Everybody's own account has the same forms: these few try what they take.
_OF_PEOPLE = ("desk", "portal", "api", "invitation")
_ACCOUNTS = ("nobody", "member", "volunteer", "stranger")
# The views read the same from a query whoever asks: of those at work, who may see least and who may see most.
_BY_QUERY = ("nobody", "member", "volunteer", "coordinator", "bearer", "stranger")
# Others' keys: a neighbour's in the same association, another association's.
KINDS = ("second", "other")
_NOT_AN_ID = set(SHARED_PLACES) | {"period", "name"}
_ASKED_OF_A_QUERY = re.compile(r"\bGET(?:\.get\(|\[)\"(\w+)\"|\basked\[\"(\w+)\"\]")
# What a form has to be given that it does not tell: a box, and the part of one's own that goes in.
_KNOWN = {"desk:canary": {"reference": "made up"}}
Parts = dict[str, Any]
Asked = tuple[Request, Answer]


def _all(_: str) -> bool:
    return True


class Matrix:
    """`only`: the addresses to ask about, all of them unless told. `findings` fills as it runs.

    `compares`: the kinds of others' keys whose answers are held against what is answered for nothing, and which are
    tried in queries and by other methods too. What is asked with other kinds is judged by what it does and says.
    """

    def __init__(
        self,
        rows: Rows,
        signs: dict[str, set[tuple[Owner, str]]],
        person: str,
        *,
        today: date,
        compares: Collection[str] = KINDS,
    ) -> None:
        world = rows.world
        self.compares = compares
        self.rows, self.signs, self.person, self.today = rows, signs, person, today
        self.reach, self.browser = Reach.of(person, world), Browser(rows, person)
        self.invited = Reach.by_invitation(person, world)
        self.findings: list[Finding] = []
        self.taken: set[str] = set()
        self._twins: dict[str, Any] = {}
        self._answers: dict[tuple[Any, ...], Asked] = {}
        self.keys = self.reach.keys(world)
        self.forms: dict[str, tuple[str, Form]] = {}
        self.filled: dict[str, Data] = {}
        self.searches: dict[str, Form] = {}
        self.queried: dict[str, set[str]] = defaultdict(set)
        self.foreign = {kind: self._foreign(kind) for kind in KINDS if kind in self.keys}

    def _foreign(self, kind: str) -> Foreign:
        world, mine = self.rows.world, self.rows.world.side_of(self.person)
        side = mine if kind == "second" else world.home if self.person == "stranger" else world.other
        [case] = [case for case in side.cases.values() if case.reference == self.keys[kind]["reference"]]
        return Foreign(self.rows, mine, side, case, is_away=kind == "other")

    @property
    def asked(self) -> int:
        return self.browser.asked

    def run(self, only: Callable[[str], bool] = _all, *, looks: Callable[[str], bool] | None = None) -> list[Finding]:
        """Of the addresses `only` these, whose forms are looked for on the same ones unless told where."""
        known = [(name, places) for name, places in addresses() if name in TABLE]
        chosen = [(name, places) for name, places in known if only(name)]
        for name, places in known:
            if (looks or only)(name):
                self._look(name, places)
        for name in [name for name in self.forms if only(name)]:
            self._send(name)
        for name, places in chosen:
            self._with_own_key(name, places)
            if self.person in _BY_QUERY and (name not in PUBLIC or self.person == "nobody"):
                self._with_queries(name, places)
            if name not in PUBLIC:
                self._with_keys_of_others(name, places)
        for name in self.filled:
            if name.partition(":")[0] in _OF_PEOPLE or self.person in _ACCOUNTS:
                self._with_bodies(name)
        return self.findings

    def _ask(self, method: str, name: str, key: str, url: str, data: Data | None = None) -> Asked:
        request = Request(self.person, method, name, key, url, data or {})
        answer = self.browser.ask(request)
        reach = self.invited if name == "invitation" else self.reach
        self.findings += judge(self.rows, reach, self.signs, request, answer)
        return request, answer

    def _look(self, name: str, places: frozenset[str]) -> None:
        """The page itself, and the forms that stand on it."""
        url = address(name, places, self.keys["own"])
        _, answer = self._ask("GET", name, "own", url)
        if answer.status != 200 or "text/html" not in answer.headers:
            return
        for form in forms_in(answer.body):
            target = urljoin(url, form.action)
            found = _name_of(target)
            if found and form.method == "post":
                self._keep(found, target, form)
            elif found:
                self.searches.setdefault(found, form)

    def _keep(self, name: str, target: str, form: Form) -> None:
        """The longest of several to one address; when they differ by their buttons only, one with all of these."""
        kept = self._form(name)
        if kept.boxes.keys() == form.boxes.keys() and self.forms.get(name, ("",))[0] == target:
            kept.buttons += form.buttons
        elif len(form.boxes) >= len(kept.boxes):
            self.forms[name] = target, form

    def _form(self, name: str) -> Form:
        return self.forms[name][1] if name in self.forms else Form("post", "")

    def _send(self, name: str) -> None:
        """Fill the form until it is taken: the same is then sent with other people's keys."""
        _, form = self.forms[name]
        for way in ways_to_fill(form, self.today):
            data = way | self._known(name)
            self.filled.setdefault(name, data)
            if self._is_taken(name, data):
                return

    def _known(self, name: str) -> Data:
        """What no form tells, and somebody at work knows."""
        return {box: self.keys["own"][part] for box, part in _KNOWN.get(name, {}).items()}

    def _is_taken(self, name: str, data: Data) -> bool:
        """Sent, and once more with what the answer shows to be confirmed."""
        url, _ = self.forms[name]
        _, answer = self._ask("POST", name, "own", url, data)
        confirmed = shown_since(data, body=answer.body) if not answer.changes else data
        if confirmed != data:
            data = confirmed
            _, answer = self._ask("POST", name, "own", url, data)
        if answer.status not in {200, 302} or not answer.changes:
            return False
        self.filled[name] = data
        self.taken.add(name)
        return True

    def _with_own_key(self, name: str, places: frozenset[str]) -> None:
        """The other methods are asked with own keys by the permission table."""
        url = address(name, places, self.keys["own"])
        if name not in self.filled:
            self._ask("POST", name, "own", url, self._data("POST", name))

    def _data(self, method: str, name: str) -> Data | None:
        if method != "POST":
            return None
        bare = {"association": str(self.rows.world.side_of(self.person).association.pk)}
        return self.filled.get(name, bare)

    def _with_keys_of_others(self, name: str, places: frozenset[str]) -> None:
        own = {place: self.keys["own"].get(part_of(name, place)) for place in places - _NOT_AN_ID}
        for kind, foreign in self.keys.items():
            there = {place: foreign.get(part_of(name, place)) for place in own}
            differing = [place for place in own if there[place] != own[place]]
            if kind == "own" or not differing or "token" in differing:
                continue
            self._compare(name, places, kind, there)
            if len(differing) > 1:  # my case, and a file of another's
                self._compare(name, places, f"own case, {kind}", there | {"reference": own.get("reference")})

    def _compare(self, name: str, places: frozenset[str], kind: str, there: Parts) -> None:
        mine = self.keys["own"].get("reference")
        nothing = {place: value if value == mine else self._twin(place, value) for place, value in there.items()}
        words = [(str(value), str(nothing[place])) for place, value in there.items()]
        url, nowhere = (self._address(name, places, parts) for parts in (there, nothing))
        answers = {}
        for method in ("GET", "POST"):
            one = self._ask(method, name, kind, url, self._data(method, name))
            if self._compared(kind):
                other = self._once(method, name, nowhere, self._data(method, name))
                answers[method] = other[1].status
                self.findings += oracle(one, other, words)
        if "other" in self.compares and kind == "other":
            self._by_other_methods(name, kind, url, answers)

    def _compared(self, kind: str) -> bool:
        """`second`, `own case, second`, `second in q`."""
        return any(one in kind for one in self.compares)

    def _by_other_methods(self, name: str, kind: str, url: str, nothing: dict[str, int]) -> None:
        """None says more than GET or POST say of nothing."""
        for method in OTHER_METHODS:
            request, answer = self._ask(method, name, kind, url)
            said = {nothing["GET"]} if method == "HEAD" else {405, *nothing.values()}
            if answer.status not in said and (method, answer.status) != ("OPTIONS", 200):
                self.findings.append(Finding(Kind.ORACLE, request, f"{answer.status}, but {nothing} for nothing"))

    def _twin(self, place: str, value: Any) -> Any:
        return self._twins.setdefault(place, twin(value))

    def _once(self, method: str, name: str, url: str, data: Data | None, *boxes: str) -> Asked:
        """What is answered for nothing does not depend on whose key it is compared with."""
        key = (method, url, boxes)
        if key not in self._answers:
            self._answers[key] = self._ask(method, name, "nothing", url, data)
        return self._answers[key]

    def _address(self, name: str, places: frozenset[str], parts: Parts) -> str:
        return address(name, places, self.keys["own"] | {part_of(name, place): value for place, value in parts.items()})

    def _with_bodies(self, name: str) -> None:
        """Each box of my own form with what is another's, and names that it does not ask for."""
        url, form = self.forms[name]
        free = [box.name for box in form.boxes.values() if is_free_text(box)]
        smuggled = [one for one in SMUGGLED if one not in form.boxes]
        for kind, foreign in self.foreign.items():
            for box in form.asking():
                for number, pair in enumerate(foreign.values(box)):
                    self._compare_bodies(name, url, f"{kind} in {box.name}", {box.name: pair}, number)
            self._compare_bodies(name, url, f"{kind} in every text", dict.fromkeys(free, foreign.words[3]))
            self._compare_bodies(name, url, f"{kind} smuggled", dict.fromkeys(smuggled, foreign.words[3]))
            pks = (str(foreign.case.pk), str(twin(foreign.case.pk)))
            self._compare_bodies(name, url, f"{kind} smuggled", dict.fromkeys(smuggled, pks), 1)

    def _compare_bodies(self, name: str, url: str, kind: str, put: dict[str, tuple[str, str]], number: int = 0) -> None:
        if not put:
            return
        buttons = {button for button, _ in self.forms[name][1].buttons}
        pressed = buttons if buttons & put.keys() else set()  # one button at a time
        bare = {box: value for box, value in self.filled[name].items() if box not in pressed}
        filled, nobodys = (bare | {box: pair[at] for box, pair in put.items()} for at in (0, 1))
        one = self._ask("POST", name, kind, url, filled)
        if not self._compared(kind):
            return
        other = self._once("POST", name, url, nobodys, *put, str(number))
        words = {(str(filled[box]), str(other[0].data[box])) for box in put}
        self.findings += oracle(one, other, words)

    def _with_queries(self, name: str, places: frozenset[str]) -> None:
        """What the view reads from a query, filled with what is another's. A number only says where a list goes on."""
        url = address(name, places, self.keys["own"])
        self._by_search(name, url)
        for parameter in parameters_of(url):
            self.queried[name].add(parameter)
            for kind, foreign in self._in_queries():
                for value in (foreign.words[3][0], foreign.side.campaign.slug)[: 1 + foreign.is_away]:
                    nothing = self._twin(value[:8] if value.startswith("campagne") else "reference", value)
                    asked, nowhere = (f"{url}?{urlencode({parameter: text})}" for text in (value, nothing))
                    one = self._ask("GET", name, f"{kind} in ?{parameter}", asked)
                    self.findings += oracle(one, self._once("GET", name, nowhere, None), [(value, nothing)])
                for number in (f"{foreign.case.pk}", f"b.2000-01-01.{foreign.case.pk}") if foreign.is_away else ():
                    self._ask("GET", name, f"{kind} in ?{parameter}", f"{url}?{urlencode({parameter: number})}")

    def _in_queries(self) -> list[tuple[str, Foreign]]:
        return [(kind, foreign) for kind, foreign in self.foreign.items() if kind in self.compares]

    def _by_search(self, name: str, url: str) -> None:
        """Each box of a form that is sent by GET. Whoever watches over a whole association looks for all of its own."""
        boxes = self.searches[name].boxes.values() if name in self.searches else []
        for kind, foreign in self._in_queries():
            for box in [] if self.reach.runs_team and kind == "second" else boxes:
                self.queried[name].add(box.name)
                for value, nothing in foreign.typed(box):
                    asked, nowhere = (f"{url}?{urlencode({box.name: text})}" for text in (value, nothing))
                    one = self._ask("GET", name, f"{kind} in ?{box.name}", asked)
                    self.findings += oracle(one, self._once("GET", name, nowhere, None), [(value, nothing)])


def _name_of(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def parameters_of(url: str) -> list[str]:
    """The names that the module of this address's view reads from a query; for a case also its doors."""
    found = resolve(url)
    path = Path(getsourcefile(_view(found.func)) or "")
    doors = _read_from_queries(str(path.with_name("doors.py"))) if "reference" in found.kwargs else []
    return sorted({*_read_from_queries(str(path)), *doors})


def _view(function: Any) -> Any:
    return getattr(function, "view_class", None) or getattr(function, "cls", None) or unwrap(function)


@cache
def _read_from_queries(path: str) -> list[str]:
    if "/web/" not in path or not Path(path).is_file():
        return []
    found: Iterator[tuple[str, str]] = (match.groups() for match in _ASKED_OF_A_QUERY.finditer(Path(path).read_text()))  # type: ignore[misc]  # two groups
    return sorted({first or second for first, second in found})
