"""Is the journal sound? Each case's events replay to its state, and its chain holds. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter

from accounts import scope
from accounts.access import associations_at_work
from cases.actions.chaining import link_of
from cases.models import Case, CaseEvent
from cases.rules.chain import first_break
from cases.rules.lifecycle import MOVES, EventKind, Impossible, replay

_CHUNK = 2000


@dataclass(slots=True)
class Soundness:
    """`misplaced`: cases whose events lead elsewhere; `broken`: the first event, case by case, that does not follow."""

    associations: int = 0
    cases: int = 0
    chained: int = 0
    misplaced: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not (self.misplaced or self.broken)


def check_cases() -> Soundness:
    """Every association at work, each in its own scope."""
    found = Soundness()
    for association_id in associations_at_work():
        with scope.enter(association_id):
            found.associations += 1
            _check_states(found)
            _check_chains(found)
    return found


def _check_states(found: Soundness) -> None:
    led = dict(_states_by_events())
    for pk, state in Case.objects.order_by("pk").values_list("pk", "state").iterator(chunk_size=_CHUNK):
        found.cases += 1
        if led.get(pk) != state:
            found.misplaced.append(pk)


def _states_by_events() -> Iterator[tuple[int, str]]:
    """Where the moves lead: they are written under the case's lock, hence in the order of their ids."""
    moves = CaseEvent.objects.filter(kind__in=MOVES).order_by("case_id", "pk").values_list("case_id", "kind")
    for case_id, rows in groupby(moves.iterator(chunk_size=_CHUNK), key=itemgetter(0)):
        try:
            yield case_id, str(replay(EventKind(kind) for _, kind in rows))
        except Impossible:
            continue


def _check_chains(found: Soundness) -> None:
    events = CaseEvent.objects.all().chained().defer("note").iterator(chunk_size=_CHUNK)
    for _, rows in groupby(events, key=attrgetter("case_id")):
        links = [link_of(event) for event in rows]
        found.chained += len(links)
        if at := first_break(links):
            found.broken.append(at)
