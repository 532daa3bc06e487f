"""One Merkle root a day and association, over what moved since the one before; nothing moved, no root.

Its leaves: where each case's chain ended that went on, each justificatif that no root covered yet, and the root before.
So the newest root stands for all that ever was.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, transaction
from django.db.models import F, OuterRef, Q, Subquery

from accounts import scope
from accounts.access import associations_at_work
from accounts.models import Association
from cases.actions.chaining import chain_events
from cases.models import Case, CaseEvent, EvidenceLeaf, EvidenceRoot, Justificatif
from cases.rules import evidence, merkle
from cases.rules.evidence import Leaf, LeafKind

_BATCH = 1000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Rooted:
    """What one run did: new roots, the leaves that they cover, associations that wait for the next run."""

    roots: int = 0
    leaves: int = 0
    set_aside: int = 0


def root_all(*, today: date, at: datetime) -> Rooted:
    """The day's root of every association at work. Run again on the same day it adds none."""
    done = Rooted()
    for pk in associations_at_work():
        try:
            made = _root_one(pk, today=today, at=at)
        except DatabaseError as error:  # one association's trouble must not leave the others unproved
            _log.error("Association %s has no root yet: %s", pk, type(error).__name__)
            done.set_aside += 1
            continue
        if made:
            done.roots += 1
            done.leaves += made.size
    return done


def _root_one(association_id: int, *, today: date, at: datetime) -> EvidenceRoot | None:
    while True:
        with scope.enter(association_id):
            if not chain_events():
                break
    with scope.enter(association_id):
        return make_root(association_id, today=today, at=at)


@transaction.atomic
def make_root(association_id: int, *, today: date, at: datetime) -> EvidenceRoot | None:
    """Of the association in scope, whose events are chained; None when there is one from today on, or nothing moved.

    The association's row is locked first: two runs at once make one root.
    """
    Association.objects.select_for_update(of=("self",), no_key=True).get(pk=association_id)
    before = EvidenceRoot.objects.order_by("day").last()
    if before and before.day >= today:
        return None
    moved = [*_journals(association_id), *_justificatifs(association_id)]
    if not moved:
        return None
    rows = [*_root_before(association_id, before), *moved]
    root: EvidenceRoot = EvidenceRoot.objects.create(
        association_id=association_id,
        day=today,
        size=len(rows),
        root=merkle.root_of([row.digest for row in rows]).hex(),
        made_at=at,
    )
    for number, row in enumerate(rows):
        row.root, row.number = root, number
    EvidenceLeaf.objects.bulk_create(rows, batch_size=_BATCH)
    return root


def _root_before(association_id: int, before: EvidenceRoot | None) -> Iterator[EvidenceLeaf]:
    if before:
        content = evidence.root_leaf(day=before.day.isoformat(), root=before.root)
        yield EvidenceLeaf(association_id=association_id, kind=LeafKind.ROOT, content=content)


def _journals(association_id: int) -> Iterator[EvidenceLeaf]:
    """Where the chains of the cases that went on end now. One query: two looks at an index for each case."""
    own = OuterRef("pk")
    ends = CaseEvent.objects.filter(case=own, place__isnull=False).order_by("-place")
    covered = EvidenceLeaf.objects.filter(case=own, place__isnull=False).order_by("-place")
    cases = Case.objects.annotate(
        place=Subquery(ends.values("place")[:1]),
        head=Subquery(ends.values("hash")[:1]),
        covered=Subquery(covered.values("place")[:1]),
    )
    went_on = cases.filter(Q(covered=None) | Q(place__gt=F("covered")), place__isnull=False).order_by("pk")
    for pk, place, head in went_on.values_list("pk", "place", "head"):
        content = evidence.journal_leaf(case=pk, place=place, hash_=head)
        yield EvidenceLeaf(
            association_id=association_id, kind=LeafKind.JOURNAL, case_id=pk, place=place, content=content
        )


def _justificatifs(association_id: int) -> Iterator[EvidenceLeaf]:
    """Those that no root covered yet; one whose file was destroyed before files were cleaned proves nothing."""
    covered = EvidenceLeaf.objects.filter(justificatif__isnull=False).values("justificatif")
    proving = Justificatif.objects.filter(~Q(fingerprint="") | Q(sealed_file__isnull=False))
    for row in proving.exclude(pk__in=covered).select_related("sealed_file").order_by("pk"):
        kind = LeafKind.FINGERPRINT if row.fingerprint else LeafKind.FILE
        yield EvidenceLeaf(
            association_id=association_id, kind=kind, case_id=row.case_id, justificatif=row, content=_leaf(row)
        )


def _leaf(row: Justificatif) -> Leaf:
    if row.sealed_file is None:
        return evidence.fingerprint_leaf(case=row.case_id, justificatif=row.pk, fingerprint=row.fingerprint)
    return evidence.file_leaf(
        case=row.case_id,
        justificatif=row.pk,
        pdf=row.sealed_file.sha256_pdf,
        cipher=row.sealed_file.sha256_cipher,
    )
