"""Who asks: volunteers, members, strangers and programs, each as one browser or program with a pause between two pages.

Locust runs this file by itself (`locust -f tests/load/people.py`). LOAD_PLAN names what tests.load.ground printed,
LOAD_SEEN where each answer is noted, a line of JSON: page, milliseconds, statements, what is wrong with it.
"""

import json
import os
import random
import re
import time
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

from locust import FastHttpUser, between, events, task

from tests.load.pages import HEADER, MEMBER, PROGRAM, PUBLIC, VOLUNTEER, Page

PLAN: dict[str, list[Any]] = json.loads(Path(os.environ["LOAD_PLAN"]).read_text(encoding="utf-8"))
SEEN: list[tuple[str, float, int, str]] = []
TURNS = {kind: cycle(found) for kind, found in PLAN.items()}
NETWORKS = iter(f"10.0.{number // 250}.{number % 250 + 1}" for number in range(60_000))
# A token of a form is good when it is the cookie's own; both may be chosen by the browser.
FORM = "a1" * 16
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
ANSWERS_OF_ATTEMPT = {"channel": "phone", "result": "confirmed", "justificatif_asked": "yes"}


class _Browser(FastHttpUser):
    abstract = True
    wait_time = between(0.5, 1.5)
    session = ""
    token = ""

    def on_start(self) -> None:
        self.network = next(NETWORKS)

    def ask(self, page: Page, path: str, *, typed: dict[str, str] | None = None, then: int = 302) -> str:
        """The text of an answer; what it took is noted. A form that was taken leads on (`then`)."""
        headers = {
            "Host": "opposable.example",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.network,
            "Referer": "https://opposable.example/",
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        elif self.session:
            headers["Cookie"] = f"__Host-session={self.session}; __Host-csrf={FORM}"
        elif typed is not None:
            headers["Cookie"] = f"__Host-csrf={FORM}"
        method, expected = ("GET", 200) if typed is None else ("POST", then)
        started = time.perf_counter()
        with self.client.request(
            method, path, name=page.name, headers=headers, data=typed, allow_redirects=False, catch_response=True
        ) as answer:
            wrong = "" if answer.status_code == expected else f"{answer.status_code}"
            if wrong:
                answer.failure(wrong)
            else:
                answer.success()
            took = 1000 * (time.perf_counter() - started)
            SEEN.append((page.name, took, int((answer.headers or {}).get(HEADER, -1)), wrong))
            return answer.text or ""

    def choose(self, pages: dict[str, Page]) -> Page:
        return random.choices(list(pages.values()), [page.weight for page in pages.values()])[0]


def hidden(page: str) -> dict[str, str]:
    """What a form sends along, its token replaced by ours."""
    return dict(HIDDEN.findall(page)) | {"csrfmiddlewaretoken": FORM}


class Volunteer(_Browser):
    weight = 5

    def on_start(self) -> None:
        super().on_start()
        mine = next(TURNS["volunteers"])
        self.session, self.cases, self.association = mine["session"], mine["cases"], str(mine["association"])

    @task
    def work(self) -> None:
        page = self.choose(VOLUNTEER)
        case = f"/desk/dossiers/{random.choice(self.cases)}/"
        simple = {"queue": "/desk/", "overview": "/desk/apercu/", "case": case}
        if page.name in simple:
            self.ask(page, simple[page.name])
        elif page.name == "search":
            self.search(page, case)
        elif page.name.startswith("note"):
            self.write(case + "note/", "note", {"text": "Rappelé, rien de neuf."})
        else:
            self.write(case + "demarche/", "attempt", ANSWERS_OF_ATTEMPT)

    def search(self, page: Page, case: str) -> None:
        wanted = case.split("/")[3]
        self.ask(
            page,
            "/desk/dossiers/",
            typed={"csrfmiddlewaretoken": FORM, "association": self.association, "q": wanted},
            then=200,
        )

    def write(self, path: str, what: str, typed: dict[str, str]) -> None:
        form = self.ask(VOLUNTEER[f"{what}: the form"], path)
        day = dict(re.findall(r'name="(made_on_\w+)" value="([^"]*)"', form))
        if form:
            self.ask(VOLUNTEER[f"{what}: written"], path, typed=hidden(form) | day | typed | {"token": str(uuid4())})


class Member(_Browser):
    weight = 2

    def on_start(self) -> None:
        super().on_start()
        mine = next(TURNS["members"])
        self.session, self.case = mine["session"], mine["case"]

    @task
    def look(self) -> None:
        page = self.choose(MEMBER)
        self.ask(page, "/espace/" if page.name == "member: home" else f"/espace/{self.case}/")


class Stranger(_Browser):
    weight = 2

    @task
    def read(self) -> None:
        page = self.choose(PUBLIC)
        paths = {"home": "/", "procedures": "/demarches/", "calculator": "/calculateur/", "figures": "/chiffres/"}
        self.ask(page, paths[page.name])


class Program(_Browser):
    weight = 1

    def on_start(self) -> None:
        super().on_start()
        self.token = next(TURNS["tokens"])

    @task
    def read(self) -> None:
        page = self.choose(PROGRAM)
        self.ask(page, "/api/v1/procedures/" if page.name == "API: procedures" else "/api/v1/cases/")


@events.quitting.add_listener  # type: ignore[untyped-decorator]  # locust ships none for it
def _write(**_: Any) -> None:
    Path(os.environ["LOAD_SEEN"]).write_text("\n".join(map(json.dumps, SEEN)), encoding="utf-8")
