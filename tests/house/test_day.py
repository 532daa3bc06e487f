"""After a whole day of use, whoever takes what is kept learns nobody's name, address, number, note or secret.

People come in by every door and do what they do; a robot types a secret into every field of every page; programs call;
mails go out; things go wrong. Then each place where something stays is searched, in every spelling (search.py), for
hundreds of canaries, and at last for one that is put into each of them, so that a search of nothing would be seen.
"""

import logging
import os
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.conf import LazySettings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

import cases.actions
import notifications.actions
from accounts import scope
from accounts.models import Association, Membership
from cases.models import Case
from config import celery
from tests import factories
from tests.house import robot, stores
from tests.house.permissions import PEOPLE
from tests.house.search import dump_of_database, forms_of, found_in
from tests.house.world import World, address, addresses, make_world
from tests.notifications.conftest import Sink, sink
from tests.people import signed_in, signed_in_by_code
from tests.whole import WHOLE

__all__ = ["sink"]

REDIS = os.environ.get("TEST_REDIS_URL", "")
CACHE_NUMBER = 15
AT_LEAST = 200
# What ends the day for whoever asks.
SHY = {"portal:leave", "portal:quick_exit", "account_logout", "desk:member_revoke", "desk:sessions", "set_language"}

# Those of PEOPLE whom different doors let in; who else types, types on the same pages.
TYPISTS = ("nobody", "member", "volunteer", "coordinator")


@dataclass
class Canaries:
    """All share one mark, so that one search finds any of them; telephone numbers cannot."""

    mark: str
    planted: list[str]

    def make(self, column: str, kind: str = "text") -> str:
        """Stands in for `factories.plant`."""
        token = self.mark + "".join(random.choices(string.ascii_lowercase, k=6))
        made = {
            "text": f"Zq{token}",
            "email": f"zq{token}@exemple.invalid",
            "phone": f"0699{random.randrange(10**6):06d}",
        }
        self.planted.append(made[kind])
        factories.PLANTED[column].append(made[kind])
        return made[kind]

    def found(self, haystack: bytes) -> list[str]:
        folded = haystack.lower()
        if any(form in folded for form in forms_of(self.mark)):
            return found_in(haystack, self.planted) or [self.mark]
        return found_in(haystack, [one for one in self.planted if one.isdigit()])


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> Canaries:
    made = Canaries(mark="".join(random.choices("bcdfghjkqxz", k=12)), planted=[])
    monkeypatch.setattr(factories, "plant", made.make)
    return made


@pytest.fixture
def services(settings: LazySettings) -> Iterator[None]:
    """The broker that stands, and on the leg that has Redis the cache of production in it."""
    celery.make_file_broker_folders()
    if REDIS:
        place = f"{REDIS.rpartition('/')[0]}/{CACHE_NUMBER}"
        settings.CACHES = {"default": {"BACKEND": "config.cache.SturdyCache", "LOCATION": place}}
    yield
    current_app.control.purge()
    cache.clear()


@dataclass
class Day:
    """Nine to five in one association, with the neighbour's beside it."""

    world: World
    canaries: Canaries
    sink: Sink
    today: date
    now: datetime

    @property
    def association(self) -> Association:
        return self.world.home.association

    def secret(self) -> str:
        return self.canaries.make("typed by a robot")

    def member_of(self, case: Case) -> Client:
        with scope.enter(case.association_id):
            user = case.member.user
        assert user
        return signed_in_by_code(user, association=self.association)

    def run(self) -> None:
        self.people_come_in()
        followed = self.work_at_the_desk()
        self.lists_and_programs()
        self.type_into_everything()
        self.nights_and_mails()
        self.forget(followed[0])

    def people_come_in(self) -> None:
        """By a code, a wrong code, a password, a wrong one; by a card that is none."""
        for case in self.world.home.cases.values():
            browser = Client()
            with scope.enter(case.association_id):
                email = case.member.email
            browser.post("/espace/entrer/", {"who": email}, headers=robot.talkative(self.secret()))
            browser.post("/espace/code/", {"code": self.secret()})
            browser.post("/espace/code/", {"code": "0000 0000"})
        for who in (self.secret(), f"{self.secret()}@exemple.invalid", "BADU KEVI TORA"):
            Client().post("/espace/entrer/", {"who": who})
        for email, password in [
            (self.world.home.team["volunteer"].user.email, factories.PASSWORD),
            (self.world.home.team["volunteer"].user.email, self.secret()),
            (f"{self.secret()}@exemple.invalid", self.secret()),
        ]:
            entering = {"login": email, "password": password, "next": f"/desk/?q={self.secret()}"}
            Client().post(reverse("account_login"), entering, headers=robot.talkative(self.secret()))

    def work_at_the_desk(self) -> list[Case]:
        """Thirty cases with what happens in them; every third is about a child, every fifth gets a document."""
        by = self.world.home.team["coordinator"].user
        opened = []
        for number in range(30):
            is_child = number % 3 == 0
            case = factories.make_case(
                self.world.home.campaign,
                by=by,
                today=self.today,
                at=self.now,
                sent=30 + number,
                procedure=factories.CHILD if is_child else factories.OPPOSITION,
                beneficiary=factories.new_child() if is_child else None,
            )
            factories.make_note(case, by=by, at=self.now)
            if number % 2:
                factories.make_attempt(case, by=by, today=self.today, at=self.now)
            if number % 5 == 0:
                factories.make_justificatif(case, by=by, today=self.today, at=self.now)
            opened.append(case)
        for _ in range(5):
            factories.make_invitation(self.association, by=by, at=self.now)
        self.read_and_change(opened[:4])
        return opened

    def read_and_change(self, opened: list[Case]) -> None:
        desk = signed_in(self.world.home.team["coordinator"].user, association=self.association)
        for case in opened:
            page = f"/desk/dossiers/{case.reference}/"
            desk.get(page)
            desk.get("/desk/dossiers/", {"q": self.secret()})
            for _ in robot.visit(desk, f"{page}coordonnees/", secret=self.secret()):
                pass
            self.member_of(case).get(f"/espace/{case.reference}/?q={self.secret()}")

    def lists_and_programs(self) -> None:
        """A list with names is asked for, approved and taken; a program reads with a token of its own."""
        asker, approver = (self.world.home.team[name] for name in ("coordinator", "second coordinator"))
        asked = factories.make_export(asker, at=self.now)
        with scope.enter(self.association.pk):
            assert cases.actions.approve_export(asked, by=approver, seen=asked.count, at=self.now)
            asked.refresh_from_db()
            taken = cases.actions.take_export(
                asked, by=asker, head=["Nom"], cells=lambda case: [case.member.last_name], at=self.now
            )
        assert self.canaries.mark.encode() in taken
        _, text = factories.make_token(asker, at=self.now)
        for path in ("/api/v1/cases/", "/api/v1/cases/BADU-KEVI-TOR/"):
            Client().get(path, headers={"authorization": f"Bearer {text}", "user-agent": self.secret()})
            for _ in robot.call(Client(), path, secret=self.secret()):
                pass

    def type_into_everything(self) -> None:
        """Every page as several people, each with a secret of its own; nothing of it may end in a failure of ours."""
        failed, sent = [], 0
        assert SHY - {name for name, _ in addresses()} == set(), "these addresses are gone: what has taken their place?"
        typists = PEOPLE if WHOLE else TYPISTS
        for person in typists:
            for name, places in addresses():
                if name in SHY or name.startswith("demo:"):
                    continue
                browser, path = self.world.browser_of(person), address(name, places, self.world.home.parts["first"])
                for asked, answer in robot.visit(browser, path, secret=self.secret()):
                    failed += [f"{person}: {asked}"] if answer.status_code == 500 else []
                    sent += not asked.startswith("GET")
        assert sent > 30 * len(typists)
        assert failed == []

    def nights_and_mails(self) -> None:
        """The sweep, twice; every task is asked for through the broker; mails leave, one of them refused."""
        for days in (1, 20):
            cases.actions.sweep(today=self.today + timedelta(days=days), at=self.now + timedelta(days=days))
        for entry in celery.BEAT_TABLE.values():
            current_app.send_task(entry["task"])
        self.sink.replies = {self.world.home.team["volunteer"].user.email: "550 5.1.1 no such user"}
        notifications.actions.deliver(now=self.now + timedelta(days=20))
        notifications.actions.deliver(now=self.now + timedelta(days=21))

    def forget(self, case: Case) -> None:
        with scope.enter(case.association_id):
            cases.actions.erase_case(Case.objects.get(pk=case.pk), today=self.today, at=self.now, by=None)

    def break_things(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Errors whose words repeat what somebody typed."""
        desk = signed_in(self.world.home.team["coordinator"].user, association=self.association)
        desk.raise_request_exception = False
        for name, path in [
            ("web.desk.views.queue.access.queue_for", "/desk/"),
            ("web.public.views.procedure_line", "/demarches/"),
            ("procedures.registry.all_current", "/api/v1/procedures/"),
        ]:
            monkeypatch.setattr(name, raising(f"Failing row contains ({self.secret()})."))
            asked = {} if path.startswith("/api/") else {"q": self.secret()}
            assert desk.get(path, asked, headers=robot.talkative(self.secret())).status_code == 500


def raising(words: str) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(words)

    return fail


@pytest.fixture
def day(
    transactional_db: None,
    services: None,
    canaries: Canaries,
    clock: time_machine.Traveller,
    sink: Sink,
    association: Association,
    other_association: Association,
    today: date,
    now: datetime,
) -> Day:
    world = make_world(association, other_association, today=today, at=now)
    return Day(world=world, canaries=canaries, sink=sink, today=today, now=now)


def kept(written: str, sink: Sink) -> dict[str, bytes]:
    """Every store."""
    found = {
        "database": dump_of_database(),
        "files": stores.files(),
        "logs": written.encode(),
        "mails": stores.mails(sink),
    }
    return found | ({"redis": stores.redis_dump(REDIS)} if REDIS else {})


@pytest.mark.reads_all
@pytest.mark.slow
def test_after_a_whole_day_no_store_tells_what_people_typed(
    day: Day, sink: Sink, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    with stores.logs() as written:
        with monkeypatch.context() as broken:
            day.break_things(broken)
        day.run()
        left = kept(written.getvalue(), sink)

        assert len(set(day.canaries.planted)) >= AT_LEAST
        assert {store: day.canaries.found(content)[:3] for store, content in left.items()} == {
            store: [] for store in left
        }
        assert min(len(content) for content in left.values()) > 1_000, "a store was not read"
        assert len(sink.messages) > 10
        assert len(list(Path(settings.VAR_DIR, "sealed").rglob("*"))) > 5

        marked = plant_everywhere(day)
        again = kept(written.getvalue(), sink)
    assert {store: found_in(again[store], [one])[:1] for store, one in marked.items()} == {
        store: [one] for store, one in marked.items()
    }


def plant_everywhere(day: Day) -> dict[str, str]:
    """One canary in each store, by the ways that the platform itself has to it: the search must find them."""
    marked = {store: day.canaries.make(store) for store in ("database", "files", "logs", "mails")}
    factories.make_association(name=marked["database"])
    if REDIS:
        del marked["files"]
        marked["redis"] = day.canaries.make("redis")
        cache.set("found", marked["redis"])
    else:
        current_app.send_task("nobody.listens", args=[marked["files"]])
    logging.getLogger("celery.worker").warning("%s", marked["logs"])
    EmailMessage("Zq", marked["mails"], to=["zq@exemple.invalid"]).send()
    return marked


def test_the_mark_finds_each_kind_of_canary(canaries: Canaries) -> None:
    text, email, phone = (canaries.make("x", kind) for kind in ("text", "email", "phone"))

    assert canaries.found(f"a {text.upper()} b".encode()) == [text]
    assert canaries.found(email.encode("utf-16-le").hex().encode()) == [email]
    assert canaries.found(phone.encode()) == [phone]
    assert canaries.found(b"nothing of the kind") == []


def test_the_server_writes_no_line_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn would write each address with its query, its Referer and its browser."""
    monkeypatch.setattr("config.cores.forbid", lambda: None)  # the limit would stay, and other tests raise it
    from config import serving

    assert serving.accesslog is None


def test_a_robot_types_everywhere(volunteer: Membership) -> None:
    html = (
        '<form method="post" action="/x/"><input type="hidden" name="t" value="1"><input name="a"><textarea name="b">'
        '</textarea><select name="c"><option value=""></option><option value="k"></option></select>'
        '<input type="email" name="d"><input type="radio" name="e" value="r"><input type="file" name="f"></form>'
    )

    [form] = robot.forms_of(html, secret="zq")

    assert (form.method, form.action) == ("post", "/x/")
    file = form.fields.pop("f")
    assert file.name == "zq.pdf"
    assert b"zq" in file.read()
    assert form.fields == {"t": "1", "a": "zq", "b": "zq", "c": "k", "d": "zq@exemple.invalid", "e": "r"}
