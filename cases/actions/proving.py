"""Is the journal sound? Events replay to their case's state, chains hold, roots cover what stands. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter

from django.db.models import OuterRef, Subquery

from accounts import scope
from accounts.access import associations_at_work
from cases.actions.chaining import link_of
from cases.models import Case, CaseEvent, EvidenceLeaf, EvidenceRoot
from cases.rules import merkle
from cases.rules.chain import first_break
from cases.rules.evidence import LeafKind
from cases.rules.lifecycle import MOVES, EventKind, Impossible, replay

_CHUNK = 2000


@dataclass(slots=True)
class Soundness:
    """`misplaced`: cases whose events lead elsewhere; `broken`: the first event, case by case, that does not follow.

    `uncovered`: days whose root is not that of its leaves, or whose leaves are not what stands in the journals.
    """

    associations: int = 0
    cases: int = 0
    chained: int = 0
    misplaced: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    roots: int = 0
    uncovered: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not (self.misplaced or self.broken or self.uncovered)


def check_cases() -> Soundness:
    """Every association at work, each in its own scope."""
    found = Soundness()
    for association_id in associations_at_work():
        with scope.enter(association_id):
            found.associations += 1
            _check_states(found)
            _check_chains(found)
            _check_roots(found)
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


def _check_roots(found: Soundness) -> None:
    """A chain that was made anew as a whole follows; the roots of before tell."""
    before: EvidenceRoot | None = None
    for root in EvidenceRoot.objects.order_by("day"):
        own = CaseEvent.objects.filter(case=OuterRef("case"), place=OuterRef("place")).values("hash")
        leaves = EvidenceLeaf.objects.all().of(root)
        heads = dict(leaves.annotate(head=Subquery(own)).values_list("pk", "head"))
        is_whole = bool(heads) and merkle.root_of([leaf.digest for leaf in leaves]).hex() == root.root
        if not is_whole or any(not _stands(leaf, heads[leaf.pk], before) for leaf in leaves):
            found.uncovered.append(root.day.isoformat())
        found.roots += 1
        before = root


def _stands(leaf: EvidenceLeaf, head: str | None, before: EvidenceRoot | None) -> bool:
    match leaf.content:
        case [LeafKind.JOURNAL.value, int(case), int(place), str(hash_)]:
            return (case, place, hash_) == (leaf.case_id, leaf.place, head)
        case [LeafKind.ROOT.value, str(day), str(hash_)]:
            return before is not None and (day, hash_) == (before.day.isoformat(), before.root)
    return True
