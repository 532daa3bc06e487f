"""What operators learn of the outbox: how many notices stand where, and since when one is late."""

from datetime import datetime, timedelta

import pytest

from accounts import scope
from accounts.models import Association
from notifications.access import outbox
from notifications.models import DropReason, Notice, NoticeState
from notifications.smtp import new_message_id

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def write(association: Association, now: datetime, **values: object) -> Notice:
    """A notice in the outbox, waiting for its turn since `now`."""
    message_id = new_message_id()
    plain = {"kind": "news", "dedupe_key": message_id, "message_id": message_id, "next_try_at": now, "created_at": now}
    with scope.enter(association.pk):
        return Notice.objects.create(association_id=association.pk, **(plain | values))


def test_an_empty_outbox_is_told_as_such(association: Association, now: datetime) -> None:
    found = outbox(now=now)

    assert found.states == {NoticeState.WAITING: 0, NoticeState.SENDING: 0, NoticeState.DEAD: 0}
    assert found.oldest_due is None


def test_notices_of_every_association_are_counted_by_state(
    association: Association, other_association: Association, now: datetime
) -> None:
    write(association, now + MINUTE)
    write(association, now - 9 * MINUTE)
    write(other_association, now - 5 * MINUTE, state=NoticeState.SENDING, lease_until=now + MINUTE)
    write(other_association, now, state=NoticeState.DEAD)
    write(other_association, now, state=NoticeState.DEAD, answered_at=now)
    write(association, now, state=NoticeState.SENT, sent_at=now)
    write(association, now, state=NoticeState.DROPPED, reason=DropReason.STALE)

    found = outbox(now=now)

    assert found.states == {NoticeState.WAITING: 2, NoticeState.SENDING: 1, NoticeState.DEAD: 1}
    assert found.oldest_due == now - 9 * MINUTE


def test_a_days_mail_that_was_given_up_is_nobodys_task_and_not_counted(association: Association, now: datetime) -> None:
    write(association, now, state=NoticeState.DEAD, kind="digest_member")
    write(association, now, state=NoticeState.DEAD, kind="digest_team")
    write(association, now + MINUTE, kind="digest_team")

    assert outbox(now=now).states == {NoticeState.WAITING: 1, NoticeState.SENDING: 0, NoticeState.DEAD: 0}


def test_what_a_dead_process_had_taken_is_due_again(association: Association, now: datetime) -> None:
    write(association, now - 8 * MINUTE, state=NoticeState.SENDING, lease_until=now - MINUTE)
    write(association, now - 5 * MINUTE)

    assert outbox(now=now).oldest_due == now - 8 * MINUTE


def test_what_waits_for_its_associations_hours_is_not_late(
    association: Association, other_association: Association, now: datetime
) -> None:
    afternoon = {"sends_from": 14, "sends_until": 18, "time_zone": "Europe/Paris"}
    Association.objects.filter(pk=association.pk).update(**afternoon)
    write(association, now - 9 * MINUTE)
    write(other_association, now - 2 * MINUTE)

    assert outbox(now=now).oldest_due == now - 2 * MINUTE


def test_an_association_that_is_suspended_sends_nothing_and_is_not_counted(
    association: Association, now: datetime
) -> None:
    write(association, now - 9 * MINUTE)
    Association.objects.filter(pk=association.pk).update(is_active=False)

    assert sum(outbox(now=now).states.values()) == 0
    assert outbox(now=now).oldest_due is None
