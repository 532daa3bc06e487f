"""One mail a day for whoever asked for it: one row, one Message-ID, nothing lost wherever it stops."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Association, User
from notifications import actions, gathering, registry
from notifications.actions import LEASE
from notifications.models import DropReason, MailChoice, Notice, NoticeState
from notifications.registry import NoticeKind, Recipient
from notifications.rules.kinds import DIGESTS, Audience
from notifications.rules.modes import Choice, Mode
from tests import factories
from tests.notifications.conftest import KIND, Matter, Sink, delivered, die, reread

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = Choice(mode=Mode.DIGEST, digest_at=18)
ADDRESS = "zq-lea@exemple.invalid"
Tell = Callable[..., list[Notice]]


@pytest.fixture
def reader(association: Association) -> User:
    return factories.make_user(email=ADDRESS)


@pytest.fixture
def tell(association: Association, matter: Matter, reader: User, now: datetime) -> Tell:
    """`tell(3)`: promises so many news to the reader, who wants them in the evening unless told otherwise."""
    registry.register(
        NoticeKind(
            key=DIGESTS[Audience.TEAM],
            templates="notifications/mail/sign_in_code",
            still_holds=lambda notice: Notice.objects.all().held_by(notice.pk).exists(),
            context=lambda notice: {"code": f"COUNT{Notice.objects.all().held_by(notice.pk).count()}"},
            recipient=lambda notice: matter.recipients[1],
        )
    )

    def told(
        count: int = 1, *, choice: Choice = EVENING, at: datetime = now, leave_by: datetime | None = None
    ) -> list[Notice]:
        rows = []
        with scope.enter(association.pk):
            actions.choose(reader, audience=Audience.TEAM, choice=choice)
            for _ in range(count):
                number = len(matter.recipients) + 1
                matter.recipients[number] = Recipient(ADDRESS, "Zq", "fr", user=reader.pk)
                rows.append(
                    actions.NoticeRow(kind=KIND, dedupe_key=f"news:{number}", ids={"person": number}, leave_by=leave_by)
                )
            assert actions.queue_many(rows, at=at) == count
            return list(Notice.objects.filter(kind=KIND).order_by("pk"))[-count:]

    return told


def evening(now: datetime) -> datetime:
    return now.replace(hour=18)


def text_of(sink: Sink) -> str:
    body = sink.messages[0].get_body(("plain",))
    return str(body.get_content()) if body else ""


def states(association: Association) -> dict[str, int]:
    with scope.enter(association.pk):
        rows = list(Notice.objects.filter(kind=KIND).values_list("state", flat=True))
    return {state: rows.count(state) for state in set(rows)}


def digest_row(association: Association) -> Notice:
    with scope.enter(association.pk):
        row: Notice = Notice.objects.get(kind=DIGESTS[Audience.TEAM])
        return row


def test_three_news_are_one_mail_in_the_evening(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell(3)

    assert delivered(now) == {"held": 3}
    assert delivered(evening(now) - timedelta(minutes=1)) == {}
    assert delivered(evening(now)) == {"sent": 1}

    assert sink.addresses == [ADDRESS]
    assert "COUNT3" in text_of(sink)
    assert states(association) == {NoticeState.SENT: 3}
    assert digest_row(association).state == NoticeState.SENT
    assert delivered(evening(now) + timedelta(hours=1)) == {}


def test_what_comes_after_the_days_mail_is_the_next_days(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell()
    delivered(now)
    delivered(evening(now))
    tell(at=evening(now) + timedelta(minutes=5))

    assert delivered(evening(now) + timedelta(minutes=10)) == {"held": 1}
    assert delivered(evening(now) + timedelta(days=1)) == {"sent": 1}


def test_killed_after_the_250_it_doubles_one_mail_with_the_same_id_and_loses_nothing(
    association: Association, sink: Sink, tell: Tell, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(3)
    delivered(now)
    with monkeypatch.context() as patched:
        patched.setattr(actions, "_mark_sent", die)
        with pytest.raises(SystemExit):
            actions.deliver(now=evening(now))

    assert states(association) == {NoticeState.HELD: 3}
    assert delivered(evening(now) + LEASE + timedelta(minutes=1)) == {"sent": 1}
    first, second = (message["Message-ID"] for message in sink.messages)
    assert first == second == digest_row(association).message_id
    assert states(association) == {NoticeState.SENT: 3}


def test_killed_while_it_gathers_it_takes_up_the_others_later(
    association: Association, sink: Sink, tell: Tell, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(3)
    real, calls = gathering.hold, list[int]()

    def dies_at_the_second(*args: Any, **how: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            die()
        return real(*args, **how)

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "hold", dies_at_the_second)
        with pytest.raises(SystemExit):
            actions.deliver(now=now)

    assert delivered(now + LEASE + timedelta(minutes=1)) == {"held": 2}
    assert delivered(evening(now)) == {"sent": 1}
    assert "COUNT3" in text_of(sink)


@pytest.fixture
def taken(tell: Tell, association: Association, now: datetime) -> Notice:
    """One that a process is about to put into the day's mail."""
    [notice] = tell()
    with scope.enter(association.pk):
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.SENDING, attempts=1, lease_until=now + LEASE)
    return reread(notice)


def held(notice: Notice, reader: User, now: datetime) -> bool:
    return gathering.hold(notice, Recipient(ADDRESS, user=reader.pk), leaves_at=evening(now), now=now)


@pytest.mark.parametrize(
    "meanwhile",
    [{"lease_until": datetime(2026, 1, 1, tzinfo=UTC)}, {"state": NoticeState.DEAD, "lease_until": None}],
    ids=["taken up", "ended"],
)
def test_what_somebody_else_took_up_or_ended_meanwhile_is_not_held(
    taken: Notice, reader: User, now: datetime, meanwhile: dict[str, Any]
) -> None:
    with scope.enter(taken.association_id):
        Notice.objects.filter(pk=taken.pk).update(**meanwhile)
    stood = reread(taken)

    assert held(taken, reader, now) is False
    assert (reread(taken).state, reread(taken).digest_id) == (stood.state, None)


@pytest.mark.parametrize(
    "ended",
    [
        {"state": NoticeState.SENDING, "lease_until": datetime(2026, 1, 1, tzinfo=UTC)},
        {"state": NoticeState.SENT, "sent_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"state": NoticeState.DROPPED, "reason": DropReason.STALE},
    ],
    ids=lambda ended: str(ended["state"]),
)
def test_a_days_mail_that_was_taken_up_or_ended_holds_nothing_more(
    taken: Notice, tell: Tell, association: Association, reader: User, now: datetime, ended: dict[str, Any]
) -> None:
    tell()
    delivered(now)
    with scope.enter(association.pk):
        Notice.objects.filter(kind=DIGESTS[Audience.TEAM]).update(**ended)

    assert held(taken, reader, now) is False
    assert reread(taken).state == NoticeState.SENDING


def test_each_reader_has_a_days_mail_of_their_own(
    taken: Notice, association: Association, reader: User, now: datetime
) -> None:
    other = factories.make_user(email="zq-autre@exemple.invalid")
    with scope.enter(association.pk):
        gathering._digest(taken, Recipient(ADDRESS, user=other.pk), leaves_at=evening(now), now=now)

    assert held(taken, reader, now) is True
    with scope.enter(association.pk):
        mail = reread(taken).digest
    assert mail
    assert mail.subject_ids == {"user": str(reader.pk)}


def test_a_days_mail_leaves_in_time_for_all_that_it_holds(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    for days in (3, 2, 4):
        tell(leave_by=now + timedelta(days=days))
    tell(leave_by=now - timedelta(days=1))  # too late already: that hurries nobody

    assert delivered(now) == {"held": 4}
    assert digest_row(association).leave_by == now + timedelta(days=2)


def test_a_days_mail_whose_reader_is_gone_lets_go_of_what_it_held(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell(2)
    delivered(now)

    with scope.enter(association.pk):
        gathering.sort_out(digest_row(association), None, now=evening(now))
        rows = Notice.objects.filter(kind=KIND).values_list("state", "next_try_at", "attempts")

        assert set(rows) == {(NoticeState.WAITING, evening(now), 0)}


def test_what_was_wrong_with_one_before_is_forgotten_once_it_left(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    [notice] = tell()
    delivered(now)
    with scope.enter(association.pk):
        Notice.objects.filter(pk=notice.pk).update(error_class="smtp_451")

    assert delivered(evening(now)) == {"sent": 1}
    assert reread(notice).error_class == ""


def test_what_is_not_true_any_more_is_left_out(
    association: Association, sink: Sink, tell: Tell, matter: Matter, now: datetime
) -> None:
    [first, *_] = tell(3)
    delivered(now)
    matter.holds = lambda notice: notice.pk != first.pk

    assert delivered(evening(now)) == {"sent": 1}
    assert "COUNT2" in text_of(sink)
    assert (reread(first).state, reread(first).reason) == (NoticeState.DROPPED, DropReason.STALE)


def test_without_a_true_word_left_no_mail_leaves(
    association: Association, sink: Sink, tell: Tell, matter: Matter, now: datetime
) -> None:
    tell(2)
    delivered(now)
    matter.holds = lambda _notice: False

    assert delivered(evening(now)) == {"dropped": 1}
    assert sink.messages == []
    assert states(association) == {NoticeState.DROPPED: 2}


def test_refused_it_lets_go_of_what_it_held_and_each_ends_as_a_task_of_its_own(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell(2)
    delivered(now)
    sink.replies[ADDRESS] = "550 5.1.1 no such user"

    assert delivered(evening(now)) == {"dead": 3}

    with scope.enter(association.pk):
        assert [row.kind for row in Notice.objects.all().unsent()] == [KIND, KIND]


def test_given_up_after_eight_deaths_it_lets_go_of_what_it_held(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell(2)
    delivered(now)
    with scope.enter(association.pk):
        Notice.objects.filter(pk=digest_row(association).pk).update(
            state=NoticeState.SENDING, attempts=8, lease_until=evening(now)
        )

    later = evening(now) + timedelta(minutes=1)
    assert delivered(later) == {"dead": 1, "sent": 2}
    assert states(association) == {NoticeState.SENT: 2}


def test_a_deferred_one_is_tried_again_with_all_that_it_holds(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell(2)
    delivered(now)
    sink.replies[ADDRESS] = "451 later"

    assert delivered(evening(now)) == {"failed": 1}
    sink.replies.clear()
    assert delivered(evening(now) + timedelta(minutes=3)) == {"sent": 1}
    assert states(association) == {NoticeState.SENT: 2}


def test_what_the_mail_under_way_cannot_take_waits_and_leaves_by_itself(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    tell()
    delivered(now)
    with scope.enter(association.pk):
        Notice.objects.filter(pk=digest_row(association).pk).update(attempts=1)
    tell()

    assert delivered(now + timedelta(minutes=1)) == {"held": 1}
    assert delivered(evening(now)) == {"sent": 2}


def test_whoever_chose_otherwise_meanwhile_gets_each_as_they_chose(
    association: Association, sink: Sink, tell: Tell, reader: User, now: datetime
) -> None:
    tell(2)
    delivered(now)
    with scope.enter(association.pk):
        actions.choose(reader, audience=Audience.TEAM, choice=Choice())

    assert delivered(evening(now)) == {"dropped": 1, "sent": 2}
    assert states(association) == {NoticeState.SENT: 2}


def test_what_would_come_too_late_leaves_at_once(sink: Sink, tell: Tell, now: datetime) -> None:
    tell(leave_by=now + timedelta(hours=2))

    assert delivered(now) == {"sent": 1}


def test_quiet_hours_hold_a_mail_until_their_end_and_cost_no_try(sink: Sink, tell: Tell, now: datetime) -> None:
    [notice] = tell(choice=Choice(quiet_from=7, quiet_until=13))

    assert delivered(now) == {"held": 1}
    assert reread(notice).attempts == 0
    assert delivered(now.replace(hour=12, minute=59)) == {}
    assert delivered(now.replace(hour=13)) == {"sent": 1}


def test_whoever_wants_none_gets_none_but_the_last_days(
    association: Association, sink: Sink, tell: Tell, now: datetime
) -> None:
    [plain] = tell(choice=Choice(mode=Mode.NONE))
    assert delivered(now) == {"dropped": 1}
    assert reread(plain).reason == DropReason.UNWANTED
    with scope.enter(association.pk):
        assert not Notice.objects.all().unsent().exists(), "it is no task: they chose it"

    tell(choice=Choice(mode=Mode.NONE), leave_by=now + timedelta(days=2))
    assert delivered(now) == {"sent": 1}


def test_an_urgent_kind_asks_nobody(
    sink: Sink, tell: Tell, matter: Matter, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = registry.kind_of(KIND)
    urgent = NoticeKind(
        key=KIND,
        templates=kind.templates,
        still_holds=kind.still_holds,
        context=kind.context,
        recipient=kind.recipient,
        urgent=True,
    )
    monkeypatch.setitem(registry._kinds, KIND, urgent)
    tell(choice=Choice(mode=Mode.NONE, quiet_from=7, quiet_until=13))

    assert delivered(now) == {"sent": 1}


def test_a_choice_holds_in_one_association_and_as_one_reader(
    association: Association, other_association: Association, reader: User
) -> None:
    with scope.enter(association.pk):
        actions.choose(reader, audience=Audience.TEAM, choice=EVENING)
        actions.choose(reader, audience=Audience.TEAM, choice=EVENING)
        assert MailChoice.objects.count() == 1
        actions.forget_choice(reader, audience=Audience.MEMBER)
        assert MailChoice.objects.count() == 1
    with scope.enter(other_association.pk):
        assert not MailChoice.objects.exists()
