"""Eight at the same instant, each over a connection of its own; and what they left in the journals."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Barrier

from django.db import connections
from django.db.models import Model

from accounts import scope
from accounts.actions import AlreadyAsked, InvitationClosed, SentBefore
from accounts.fields import forget_keys
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.roles import Role
from cases.actions import AlreadyDone, NotReady, StaleCase
from cases.models import Campaign, Case, CaseEvent
from cases.rules.lifecycle import Impossible
from notifications.models import Notice
from observatory.actions import AlreadyMeasured
from tests import factories

RACERS = 8
# What whoever comes second is told.
TOO_LATE = (
    AlreadyAsked,
    AlreadyDone,
    AlreadyMeasured,
    Impossible,
    InvitationClosed,
    NotReady,
    SentBefore,
    StaleCase,
)

Act = Callable[[], object]
# Reads what the act is about, as each request does, before the start.
Load = Callable[[], Act]


@dataclass(frozen=True, slots=True)
class World:
    """A team and a campaign, committed."""

    association: Association
    campaign: Campaign
    team: Sequence[Membership]
    today: date
    now: datetime

    @property
    def by(self) -> Membership:
        return self.team[0]

    def case(self, *, email: str | None = None, sent: int | None = 30) -> Case:
        return factories.make_case(
            self.campaign, by=self.by.user, today=self.today, at=self.now, email=email, sent=sent
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """`prepare` makes what one round is about. `shares`: who comes second is given the winner's row, told by its id.
    `silent`: nobody is told whether they won; what is left behind tells.
    """

    prepare: Callable[[World], Load]
    shares: bool = False
    silent: bool = False


@dataclass
class Round:
    """What became of eight at once. `traces`: new rows of the journals, by kind."""

    won: list[object] = field(default_factory=list)
    traces: Counter[str] = field(default_factory=Counter)


def make_world(*, today: date, now: datetime) -> World:
    association = factories.make_association()
    team = [factories.make_membership(association, Role.COORDINATOR) for _ in range(RACERS + 1)]
    campaign = factories.make_campaign(association, today=today)
    return World(association, campaign, team, today, now)


def alone(world: World, race: Race) -> Counter[str]:
    """What one of them leaves, with nobody beside: nothing more may be left by eight."""
    load = race.prepare(world)
    before = traces(world)
    with scope.enter(world.association.pk):
        assert is_win(load()())
    return traces(world) - before


def run(world: World, race: Race) -> Round:
    load = race.prepare(world)
    before, start = traces(world), Barrier(RACERS)

    def take_part() -> object:
        try:
            with scope.enter(world.association.pk):
                act = load()
                start.wait(timeout=30)
                return act()
        except TOO_LATE:
            return None
        finally:
            forget_keys()
            connections.close_all()

    with ThreadPoolExecutor(RACERS) as pool:
        outcomes = [future.result(timeout=60) for future in [pool.submit(take_part) for _ in range(RACERS)]]
    return Round([outcome for outcome in outcomes if is_win(outcome)], traces(world) - before)


def is_win(outcome: object) -> bool:
    return outcome is not None and outcome is not False


def winners(done: Round, race: Race) -> int:
    if race.silent:
        return done.traces.total()
    return len({getattr(won, "pk", won) for won in done.won}) if race.shares else len(done.won)


def traces(world: World) -> Counter[str]:
    """Events of cases, entries of the audit log and promised mails, by kind."""
    found: Counter[str] = Counter()
    with scope.enter(world.association.pk):
        models: list[type[Model]] = [CaseEvent, AuditEntry, Notice]
        for model in models:
            kinds = model._default_manager.order_by("pk").values_list("kind", flat=True)
            found.update(f"{model.__name__} {kind}" for kind in kinds)
    return found


def on(model: type[Model], pk: object, act: Callable[..., object], *related: str) -> Load:
    """Each racer reads the row for itself, then acts on it."""

    def load() -> Act:
        row = model._default_manager.select_related(*related).get(pk=pk)
        return lambda: act(row)

    return load
