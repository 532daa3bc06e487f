"""What the mail server says at once of a member's address counts as a mail that came back."""

from datetime import timedelta

import pytest

import notifications.actions
from accounts import scope
from cases.models import Deadline, MailBounce
from notifications.models import Notice, NoticeState
from tests.cases.inbound.conftest import Post
from tests.notifications.conftest import Sink, delivered, sink

__all__ = ["sink"]

pytestmark = pytest.mark.django_db(transaction=True)


def promise(post: Post, count: int, *, kind: str = "deadline_missed") -> None:
    """So many mails about a day of this case that passed."""
    with scope.enter(post.case.association_id):
        deadline = Deadline.objects.filter(case=post.case).latest("pk")
        Deadline.objects.filter(pk=deadline.pk).update(missed_on=post.today)
        for number in range(count):
            key, ids = f"test:{kind}:{number}", {"deadline": deadline.pk}
            notifications.actions.queue(kind=kind, dedupe_key=key, ids=ids, at=post.at)


def bounces(post: Post) -> list[tuple[bool, str]]:
    with scope.enter(post.case.association_id):
        return list(MailBounce.objects.order_by("pk").values_list("is_hard", "code"))


def test_the_second_address_that_the_server_refuses_ends_mails_to_it(post: Post, sink: Sink) -> None:
    promise(post, 2)
    sink.replies[post.email] = "550 5.1.1 no such user"

    assert delivered(post.at) == {"dead": 2}
    assert bounces(post) == [(True, "550")] * 2
    assert not post.member().takes_mail
    assert len(post.events("mail_stopped")) == 1


def test_an_address_that_is_refused_without_a_reason_is_not_called_wrong_while_the_server_takes_nothing(
    post: Post, sink: Sink
) -> None:
    promise(post, 2)
    sink.replies[post.email] = "550 no"

    for day in range(7):
        assert delivered(post.at + timedelta(days=day)) == {"failed": 2}
    assert delivered(post.at + timedelta(days=7)) == {"dead": 2}

    assert bounces(post) == []
    assert post.member().takes_mail


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.2.2 mailbox full",
        "554 5.7.1 Relay access denied",
        "451 later",
        "550 5.1.0 <nouvelles@opposable.example>: Sender address rejected: User unknown in virtual mailbox table",
        "553 5.1.8 Domain of sender address does not exist",
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit",
        "504 5.5.2 <a1b2c3>: Helo command rejected: need fully-qualified hostname",
        "550 Sender verify failed",
    ],
)
def test_a_full_box_or_a_relay_says_nothing_of_the_address(answer: str, post: Post, sink: Sink) -> None:
    promise(post, 2)
    sink.replies[post.email] = answer

    delivered(post.at)

    assert bounces(post) == []
    assert post.member().takes_mail


def test_a_refused_mail_to_the_team_ends_no_mail_to_the_member(post: Post, sink: Sink) -> None:
    promise(post, 2, kind="answer_overdue")
    sink.replies[post.by.user.email] = "550 5.1.1 no such user"

    assert delivered(post.at) == {"dead": 2}
    assert bounces(post) == []


def test_whatever_fails_there_stops_no_mail(post: Post, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_told: object) -> None:
        raise OSError

    monkeypatch.setattr("notifications.registry._hearers", [broken])
    promise(post, 1)
    sink.replies[post.email] = "550 5.1.1 no such user"

    assert delivered(post.at) == {"dead": 1}
    with scope.enter(post.case.association_id):
        assert Notice.objects.latest("pk").state == NoticeState.DEAD
