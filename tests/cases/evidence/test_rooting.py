"""One root a day over what moved, once, and never changed."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.actions import proving
from cases.models import Case, CaseEvent, EvidenceLeaf, EvidenceRoot, Justificatif
from cases.rules import evidence, merkle
from cases.rules.evidence import LeafKind
from tests import factories
from tests.cases.conftest import OpenOne

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def leaves_of(root: EvidenceRoot) -> list[EvidenceLeaf]:
    return list(EvidenceLeaf.objects.all().of(root))


def newest() -> EvidenceRoot:
    found = EvidenceRoot.objects.order_by("day").last()
    assert found
    return found


def test_the_root_covers_each_chains_end_and_each_justificatif(
    justificatif: Justificatif, open_one: OpenOne, today: date, now: datetime
) -> None:
    other = open_one()

    done = actions.root_all(today=today, at=now)

    root = newest()
    leaves, file = leaves_of(root), justificatif.sealed_file
    assert file
    assert (done.roots, done.leaves, root.size) == (1, 3, 3)
    assert [(leaf.kind, leaf.case_id) for leaf in leaves] == [
        ("journal", justificatif.case_id),
        ("journal", other.pk),
        ("file", justificatif.case_id),
    ]
    assert leaves[2].content == [
        "file", justificatif.case_id, justificatif.pk, file.sha256_pdf, file.sha256_cipher,
    ]  # fmt: skip
    last = CaseEvent.objects.all().chained().filter(case=other).last()
    assert last
    assert leaves[1].content == ["journal", other.pk, last.place, last.hash]
    assert root.root == merkle.root_of([leaf.digest for leaf in leaves]).hex()


def test_the_same_day_again_adds_nothing(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    actions.root_all(today=today, at=now)
    factories.make_note(case, by=in_scope.user, at=now)

    again = actions.root_all(today=today, at=now)

    assert (again.roots, EvidenceRoot.objects.count()) == (0, 1)


def test_the_next_day_covers_what_moved_and_the_root_before(
    case: Case, open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    open_one()
    actions.root_all(today=today, at=now)
    first = newest()
    factories.make_note(case, by=in_scope.user, at=now)

    actions.root_all(today=today + DAY, at=now + DAY)

    before, moved = leaves_of(newest())
    assert before.content == ["root", today.isoformat(), first.root]
    assert (moved.kind, moved.case_id) == (LeafKind.JOURNAL, case.pk)


def test_a_day_on_which_nothing_moved_has_no_root(case: Case, today: date, now: datetime) -> None:
    actions.root_all(today=today, at=now)

    assert actions.root_all(today=today + DAY, at=now + DAY).roots == 0
    assert newest().day == today


def test_no_root_is_made_for_a_day_that_is_over(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    actions.root_all(today=today, at=now)
    factories.make_note(case, by=in_scope.user, at=now)

    assert actions.root_all(today=today - DAY, at=now).roots == 0


def test_each_association_has_a_root_of_its_own(case: Case, stranger: Membership, today: date, now: datetime) -> None:
    there = factories.make_campaign(stranger.association, today=today)
    factories.make_case(there, by=stranger.user, today=today, at=now)

    assert actions.root_all(today=today, at=now).roots == 2
    assert EvidenceLeaf.objects.count() == 1
    with scope.enter(stranger.association_id):
        assert not EvidenceLeaf.objects.filter(case=case).exists()


def test_roots_and_leaves_are_never_changed(case: Case, today: date, now: datetime) -> None:
    actions.root_all(today=today, at=now)

    for rows in (EvidenceRoot.objects.all(), EvidenceLeaf.objects.all()):
        with pytest.raises(TypeError, match="append-only"):
            rows.delete()
    with pytest.raises(TypeError, match="append-only"):
        EvidenceRoot.objects.update(root="0" * 64)
    for change in (newest().save, newest().delete):
        with pytest.raises(TypeError, match="append-only"):
            change()


@pytest.mark.postgres
def test_the_database_lets_a_root_take_one_token_and_nothing_else(case: Case, today: date, now: datetime) -> None:
    actions.root_all(today=today, at=now)
    root = newest()

    assert EvidenceRoot.objects.all().stamp(root.pk, token=b"first", at=now)
    assert not EvidenceRoot.objects.all().stamp(root.pk, token=b"second", at=now)
    for change in ("token = '\\x00'", "root = 'x'", "stamped_at = NULL"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_evidenceroot SET {change}")


def stood(case: Case, *, day: date, at: datetime, hash_: str, root: str = "") -> None:
    """A root of before, whose journal was another then."""
    leaf = EvidenceLeaf(association_id=case.association_id, kind="journal", case=case, place=1, number=0)
    leaf.content = evidence.journal_leaf(case=case.pk, place=1, hash_=hash_)
    leaf.root = EvidenceRoot.objects.create(
        association_id=case.association_id, day=day, size=1, root=root or leaf.digest.hex(), made_at=at
    )
    leaf.save()


def test_a_chain_that_was_made_anew_as_a_whole_is_told_by_the_roots(case: Case, today: date, now: datetime) -> None:
    actions.chain_events()
    first = CaseEvent.objects.get(case=case, place=1)
    stood(case, day=today, at=now, hash_=first.hash)
    assert proving.check_cases().uncovered == []

    stood(case, day=today + DAY, at=now, hash_="0" * 64)

    found = proving.check_cases()
    assert (found.broken, found.roots, found.uncovered) == ([], 2, [str(today + DAY)])


def test_a_root_that_is_not_that_of_its_leaves_is_told(case: Case, today: date, now: datetime) -> None:
    actions.chain_events()
    first = CaseEvent.objects.get(case=case, place=1)

    stood(case, day=today, at=now, hash_=first.hash, root="0" * 64)

    assert proving.check_cases().uncovered == [str(today)]
