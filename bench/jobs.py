"""What is measured against what, with the goals of docs/reference/benchmarks.md."""

import io
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import scope
from accounts.access import associations_at_work
from bench.ground import Ground, plans
from bench.measure import Comparison, Fact, Side
from bench.rivals import floor, openings, sweeps, writes
from bench.undoing import undone
from cases import actions
from cases.access import TIMELINE
from cases.models import Case, Deadline
from tests.people import signed_in, signed_in_by_code
from vault.box import store
from vault.rules import stream

_PAGES = 4
_WRITES = 10
_KIB = 1024
_SIZES = (64, 512, 2048)  # KiB; a sealed page is some 100
_NOT_WORK = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET CONSTRAINTS")


class Unmeasurable(RuntimeError):
    """What stands on the ground is not what the job is about."""


def queue(ground: Ground) -> list[Comparison]:
    """A volunteer's «Maintenant», as it opens in the morning."""
    at_work = _quick(signed_in(ground.user, association=ground.association))
    return [_page(ground, "queue", at_work, reverse("desk:now"), goal=2.0, statements=8, bytes_=40_000)]


def case(ground: Ground) -> list[Comparison]:
    """A case's page whose timeline is full."""
    chosen = _open_case(ground)
    with scope.enter(ground.association.pk):
        for number in range(TIMELINE):
            text = f"Appelé, personne ne répond ({number})."
            actions.add_note(chosen, text=text, today=ground.today, at=ground.at, by=ground.user)
    at_work = _quick(signed_in(ground.user, association=ground.association))
    url = reverse("desk:case", args=[chosen.reference])
    return [_page(ground, "case", at_work, url, goal=1.5, statements=10)]


def member(ground: Ground) -> list[Comparison]:
    """A member's home."""
    user = _open_case(ground).member.user
    if user is None:
        raise Unmeasurable("The member of the chosen case has no account.")
    browser = _quick(signed_in_by_code(user, association=ground.association))
    return [_page(ground, "member", browser, reverse("portal:home"), goal=1.2, statements=8, bytes_=25_000)]


def _quick(browser: Client) -> Client:
    """The same session in a client that does not read the pages."""
    client = Client()
    client.cookies = browser.cookies
    return client


def _open_case(ground: Ground) -> Case:
    """One that waits for the addressee, handed to the volunteer, of a member with an account."""
    with scope.enter(ground.association.pk):
        rows = Case.objects.open().filter(assigned_to=ground.user, state="awaiting", member__user__isnull=False)
        found: Case | None = rows.select_related("member__user").order_by("pk").first()
    if found is None:
        raise Unmeasurable("Too few rows: no open case of the volunteer waits for an answer.")
    return found


def _page(
    ground: Ground, name: str, browser: Client, url: str, *, goal: float, statements: int, bytes_: int | None = None
) -> Comparison:
    def ours() -> bytes:
        return _content(browser, url)

    bare, address = floor.browser(), f"/floor/{ground.association.pk}/"
    return Comparison(
        name=name,
        rival="F, a bare view of 50 rows",
        goal=goal,
        ours=Side(run=ours, units=_PAGES),
        theirs=Side(
            run=lambda: _content(bare, address),
            before=lambda: floor.let_rows_be_seen(ground.association.pk),
            units=_PAGES,
        ),
        facts={
            "bytes": Fact(len(ours()), bytes_),
            "statements": Fact(count(ours), statements),
        },
    )


def _content(browser: Client, url: str) -> bytes:
    response = browser.get(url)
    if response.status_code != 200:
        raise Unmeasurable(f"{url} answered {response.status_code}.")
    return response.content


def count(work: Callable[[], object]) -> int:
    """How many statements it sends, without those that open and end transactions."""
    sent: list[str] = []

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        work()
    return sum(1 for sql in sent if not sql.startswith(_NOT_WORK))


def sweep(ground: Ground) -> list[Comparison]:
    """A night with a twentieth of the cases due, against raw statements and a loop; then a night with nothing."""
    due = _make_due(ground, wanted=max(1, ground.rows // 20))
    today, at, empty = ground.today, ground.at, ground.today - timedelta(days=1)
    ours = undone(lambda: actions.sweep(today=today, at=at))
    raw = undone(lambda: sweeps.raw(today=today, at=at))
    loop = undone(lambda: sweeps.loop(today=today, at=at))
    facts = {"due": Fact(due), "statements": Fact(count(ours)), "statements of the rival": Fact(count(raw))}
    looped = facts | {"statements of the rival": Fact(count(loop))}

    def night() -> None:
        actions.sweep(today=empty, at=at)

    def look() -> None:
        sweeps.select(today=empty)

    nothing = {"statements": Fact(count(night)), "statements of the rival": Fact(count(look))}
    return [
        Comparison(
            name="sweep/raw",
            rival="four raw statements",
            goal=2.0,
            ours=Side(run=ours, before=ground.tidy),
            theirs=Side(run=raw, before=ground.tidy),
            facts=facts,
        ),
        Comparison(
            name="sweep/loop",
            rival="row by row through the ORM",
            goal=1 / 30,
            ours=Side(run=ours, before=ground.tidy),
            theirs=Side(run=loop, before=ground.tidy),
            facts=looped,
        ),
        Comparison(
            name="sweep/empty",
            rival="the SELECT alone",
            goal=3.0,
            ours=Side(run=night, units=20),
            theirs=Side(run=look, units=20),
            facts=nothing,
        ),
    ]


def _make_due(ground: Ground, *, wanted: int) -> int:
    """Let that many running deadlines end yesterday; returns how many are due in all. The chain is up to date."""
    yesterday, total = ground.today - timedelta(days=1), 0
    with scope.enter(ground.association.pk):
        running = Deadline.objects.all().running().filter(due__gt=yesterday).exclude(bound="info").order_by("pk")
        Deadline.objects.filter(pk__in=list(running.values_list("pk", flat=True)[:wanted])).update(due=yesterday)
    for association_id in associations_at_work():
        with scope.enter(association_id):
            while actions.chain_events():
                pass
            total += Deadline.objects.all().overdue(ground.today).count()
    return total


def bulk(ground: Ground) -> list[Comparison]:
    """A hundredth of the cases, opened at once and one by one."""
    wanted = list(plans(ground, start=0, number=max(3, min(200, ground.rows // 100)), key="nouveau"))

    def at_once() -> None:
        with scope.enter(ground.association.pk):
            actions.create_cases(ground.campaign, wanted, by=ground.user, today=ground.today)

    def one_by_one() -> None:
        with scope.enter(ground.association.pk):
            openings.one_by_one(ground.campaign, wanted, by=ground.user)

    ours, theirs = undone(at_once), undone(one_by_one)
    return [
        Comparison(
            name="bulk",
            rival="opened one by one",
            goal=1 / 3,
            ours=Side(run=ours, before=ground.tidy),
            theirs=Side(run=theirs, before=ground.tidy),
            facts={
                "cases": Fact(len(wanted)),
                "statements": Fact(count(ours)),
                "statements of the rival": Fact(count(theirs)),
            },
        )
    ]


def seal(ground: Ground) -> list[Comparison]:
    """A document onto the disk so that it stays: sealed in chunks as the vault does it, and raw."""
    return [_write(ground, size=size) for size in _SIZES]


def _write(ground: Ground, *, size: int) -> Comparison:
    """By the wall: it is the disk that is waited for. What was written before is removed outside the measure."""
    plain, key = secrets.token_bytes(size * _KIB), secrets.token_bytes(32)
    home = f"{ground.association.pk}/bench"
    folder = Path(default_storage.path(home))

    def empty() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def ours() -> None:
        prefix = secrets.token_bytes(stream.PREFIX_BYTES)
        store.write(f"{home}/{uuid4().hex}", stream.seal(io.BytesIO(plain), key=key, place=b"bench", prefix=prefix))

    def theirs() -> None:
        writes.raw(plain, key=key, path=folder / uuid4().hex)

    return Comparison(
        name=f"seal/{size}K",
        rival="SHA-256, AES-GCM in one piece, fsync",
        goal=1 / 0.6,
        ours=Side(run=ours, before=empty, units=_WRITES),
        theirs=Side(run=theirs, before=empty, units=_WRITES),
        clock=time.perf_counter,
    )


JOBS: dict[str, Callable[[Ground], Sequence[Comparison]]] = {
    "queue": queue,
    "case": case,
    "member": member,
    "sweep": sweep,
    "bulk": bulk,
    "seal": seal,
}
