"""A clock that jumps keeps no mail for ever and doubles none while one process sends."""

from datetime import datetime, timedelta

import pytest

from tests.notifications.conftest import Promise, Sink, address, delivered, reread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=9), timedelta(days=366)])
def test_what_was_promised_before_a_jump_leaves_once(
    sink: Sink, promise: Promise, now: datetime, jump: timedelta
) -> None:
    promise(at=now)

    delivered(now + jump)
    delivered(now)
    delivered(now + timedelta(days=1))

    assert sink.addresses == [address(1)]


def test_a_pause_that_was_set_by_a_clock_ahead_is_waited_for_and_no_longer(
    sink: Sink, promise: Promise, now: datetime
) -> None:
    [notice] = promise()
    sink.replies[address(1)] = "451 try later"
    ahead = now + timedelta(days=2)
    delivered(ahead)
    sink.replies.clear()

    assert delivered(now) == {}
    assert delivered(reread(notice).next_try_at) == {"sent": 1}
