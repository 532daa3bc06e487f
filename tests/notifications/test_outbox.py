"""Promising a mail."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import scope
from accounts.models import Association
from notifications import actions, registry
from notifications.models import Notice, NoticeState
from notifications.registry import NoticeKind, UnknownKind
from tests.notifications.conftest import KIND, Matter, Promise, address

pytestmark = pytest.mark.django_db


def queue(key: str, now: datetime) -> bool:
    return actions.queue(kind=KIND, dedupe_key=key, ids={"person": 1}, at=now)


def test_the_same_promise_is_made_once(association: Association, matter: Matter, now: datetime) -> None:
    with scope.enter(association.pk):
        assert queue("deadline:7:missed:2026-11-22", now) is True
        assert queue("deadline:7:missed:2026-11-22", now) is False
        assert queue("deadline:7:missed:2026-11-29", now) is True

        assert Notice.objects.count() == 2


def test_many_promises_count_only_the_new_ones(association: Association, matter: Matter, now: datetime) -> None:
    rows = [actions.NoticeRow(kind=KIND, dedupe_key=f"n:{number}", ids={"person": number}) for number in range(700)]
    with scope.enter(association.pk):
        assert actions.queue_many(rows[:300], at=now) == 300
        assert actions.queue_many(rows, at=now) == 400
        assert actions.queue_many([], at=now) == 0


def test_another_association_may_use_the_same_key(
    association: Association, other_association: Association, matter: Matter, now: datetime
) -> None:
    for one in (association, other_association):
        with scope.enter(one.pk):
            assert queue("case:1", now) is True
            assert Notice.objects.count() == 1


def test_a_promise_needs_a_scope(matter: Matter, now: datetime) -> None:
    with pytest.raises(scope.OutOfScope):
        queue("case:1", now)


def test_a_promise_of_an_unknown_kind_is_a_mistake(association: Association, matter: Matter, now: datetime) -> None:
    with scope.enter(association.pk), pytest.raises(UnknownKind):
        actions.queue(kind="nothing", dedupe_key="x", ids={}, at=now)


def test_two_kinds_cannot_share_a_key(matter: Matter) -> None:
    kind = registry.kind_of(KIND)
    registry.register(kind)

    with pytest.raises(ValueError, match=KIND):
        registry.register(
            NoticeKind(
                key=KIND,
                templates="other",
                still_holds=kind.still_holds,
                context=kind.context,
                recipient=kind.recipient,
            )
        )
    assert registry.all_kinds() == [kind]


def test_the_row_holds_ids_and_no_address_or_name(promise: Promise) -> None:
    [notice] = promise()

    with scope.enter(notice.association_id), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_notice")
        dump = repr(cursor.fetchall())
    assert address(1) not in dump
    assert "Zqnom" not in dump
    assert notice.message_id.endswith("@localhost>")


@pytest.mark.parametrize(
    "change",
    [
        {"state": NoticeState.SENT},
        {"state": NoticeState.SENDING},
        {"state": NoticeState.DROPPED},
        {"reason": "no_address"},
    ],
)
def test_the_database_refuses_half_a_state(promise: Promise, change: dict[str, str]) -> None:
    [notice] = promise()

    with scope.enter(notice.association_id), pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**change)
