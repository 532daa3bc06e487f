"""A relay that is set up wrong, a run that lasts too long: no mail is given up for what is not its own fault."""

import smtplib
import time
from contextlib import nullcontext
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import Association
from notifications import actions, smtp
from notifications.models import Notice, NoticeState
from notifications.registry import Recipient
from notifications.smtp import Courier, Deferred, Denied, Lost, NoSuchAddress, Rejected, Undelivered, Unreachable
from tests import factories
from tests.notifications.conftest import Matter, Promise, Sink, address, delivered, reread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("answer", ["554 5.7.1 Relay access denied", "550 no"])
def test_a_relay_that_refuses_everybody_buries_no_mail_and_ends_the_run(
    answer: str, sink: Sink, promise: Promise, now: datetime
) -> None:
    notices = promise(20)
    sink.replies = {address(number): answer for number in range(1, 21)}

    assert delivered(now) == {"failed": 5, "postponed": 15}
    assert delivered(now + timedelta(minutes=1, seconds=5)) == {"failed": 5, "postponed": 10}
    assert [reread(notice).attempts for notice in notices] == [1] * 10 + [0] * 10

    sink.replies = {}
    assert delivered(now + timedelta(minutes=10)) == {"sent": 20}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("554 5.7.1 <zq1@exemple.invalid>: Relay access denied", "denied_554"),
        ("550 relay not permitted", "denied_550"),
        ("550 Relaying denied", "denied_550"),
        ("553 not in my list of allowed hosts (#5.7.1)", "denied_553"),
        ("530 Authentication required", "denied_530"),
        ("504 5.5.2 <a1b2c3>: Helo command rejected: need fully-qualified hostname", "denied_504"),
        ("550 5.1.0 <noreply@exemple.invalid>: Sender address rejected: User unknown", "denied_550"),
        ("550 5.1.8 Access denied, bad outbound sender", "denied_550"),
        ("550 Sender verify failed", "denied_550"),
    ],
)
def test_what_a_server_says_of_us_is_tried_again(
    answer: str, code: str, sink: Sink, promise: Promise, now: datetime
) -> None:
    [denied, _] = promise(2)
    sink.replies[address(1)] = answer

    assert delivered(now) == {"sent": 1, "failed": 1}
    assert (reread(denied).state, reread(denied).error_class) == (NoticeState.WAITING, code)


EXPLAINED = "550 5.1.1 unknown, says relay 5.7.example"


@pytest.mark.parametrize(
    ("answer", "many", "report"),
    [
        ("550 no such user", 9, {"sent": 5, "dead": 4}),
        (EXPLAINED, 9, {"sent": 5, "dead": 4}),
        (EXPLAINED, 4, {"dead": 4}),
    ],
)
def test_four_bad_addresses_in_a_row_are_dead_at_once(
    answer: str, many: int, report: dict[str, int], sink: Sink, promise: Promise, now: datetime
) -> None:
    promise(many)
    sink.replies = {address(number): answer for number in range(1, 5)}

    assert delivered(now) == report


@pytest.mark.parametrize(
    "answer",
    [
        "550 no",
        "550 5.0.0 no",
        "552 no",
        "550 <zq5.1.1@exemple.invalid>: no",
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.1.90 daily limit",
        "554 5.3.5 Local configuration error",
    ],
)
def test_few_that_are_refused_without_a_reason_wait_until_the_server_takes_a_mail(
    answer: str, sink: Sink, promise: Promise, now: datetime
) -> None:
    """A relay that refuses everybody so may have fewer than five to refuse."""
    [bad, good] = promise(2)
    sink.replies = {address(number): answer for number in (1, 2)}

    assert delivered(now) == {"failed": 2}

    sink.replies.pop(address(2))
    assert delivered(now + timedelta(minutes=10)) == {"sent": 1, "dead": 1}
    assert [reread(bad).state, reread(good).state] == [NoticeState.DEAD, NoticeState.SENT]


def test_one_that_is_always_refused_without_a_reason_is_dead_after_eight_tries(
    sink: Sink, promise: Promise, now: datetime
) -> None:
    [notice] = promise(1)
    sink.replies[address(1)] = "550 no"

    reports = [delivered(now + timedelta(days=attempt)) for attempt in range(9)]

    assert reports == [{"failed": 1}] * 7 + [{"dead": 1}, {}]
    assert (reread(notice).state, reread(notice).error_class) == (NoticeState.DEAD, "smtp_550")


def test_bad_addresses_between_good_ones_never_end_a_run(sink: Sink, promise: Promise, now: datetime) -> None:
    promise(14)
    sink.replies = {address(number): "550 no such user" for number in range(1, 15, 2)}

    assert delivered(now) == {"sent": 7, "dead": 7}


def test_what_was_refused_before_a_run_was_stopped_is_settled(sink: Sink, promise: Promise, now: datetime) -> None:
    notices = promise(2)
    sink.replies[address(1)] = EXPLAINED

    report = actions.deliver(now=now, limit=1, stops=lambda: sink.connections > 0)

    assert (report.dead, report.sent) == (1, 0)
    assert [reread(one).state for one in notices] == [NoticeState.DEAD, NoticeState.WAITING]


def test_a_run_ends_in_time_however_many_associations_have_a_batch(
    sink: Sink, promise: Promise, now: datetime, association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's hard limit kills after ten minutes; each of these mails takes three."""
    minutes, waiting = [0], list[Notice]()
    for one in (association, factories.make_association(), factories.make_association()):
        waiting += promise(3, of=one)

    def slowly() -> str:
        minutes[0] += 3
        return ""

    start = time.monotonic() + 30
    monkeypatch.setattr(actions, "time", SimpleNamespace(monotonic=lambda: start + minutes[0] * 60))
    sink.data_reply = slowly

    assert delivered(now) == {"sent": 3, "postponed": 3}
    assert minutes == [9]
    left = [reread(notice) for notice in waiting]
    assert [one.attempts for one in left if one.state == NoticeState.WAITING] == [0] * 6


def test_a_worker_whose_time_is_over_says_nothing_about_the_mail_on_its_way(
    sink: Sink, promise: Promise, matter: Matter, now: datetime
) -> None:
    [on_its_way, _] = promise(2)

    def over(_notice: Notice) -> dict[str, Any]:
        raise SoftTimeLimitExceeded

    sound, matter.context = matter.context, over
    with pytest.raises(SoftTimeLimitExceeded):
        actions.deliver(now=now)
    assert (reread(on_its_way).state, reread(on_its_way).error_class) == (NoticeState.SENDING, "")

    matter.context = sound
    assert delivered(now + actions.LEASE + timedelta(minutes=1)) == {"sent": 2}


# What an answer means, by itself


def to_us(code: int, words: str = "no") -> smtplib.SMTPResponseException:
    return smtplib.SMTPResponseException(code, words.encode())


def to_address(code: int, words: bytes | str = b"no") -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"zq@exemple.invalid": (code, words)})  # type: ignore[dict-item]  # str too


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        *((to_us(code), Denied, f"denied_{code}") for code in (530, 534, 535, 538)),
        *((to_address(code), NoSuchAddress, f"smtp_{code}") for code in (550, 551, 553)),
        *((to_address(code), Rejected, f"smtp_{code}") for code in (552, 554)),
        *((to_us(code), Rejected, f"smtp_{code}") for code in (500, 550, 554)),
        *((to_us(code), Deferred, f"smtp_{code}") for code in (420, 450, 499)),
        (to_us(421), Lost, "smtp_421"),
        (smtplib.SMTPServerDisconnected("gone"), Lost, "SMTPServerDisconnected"),
        (smtplib.SMTPSenderRefused(550, b"no", "x"), Denied, "denied_550"),
        (to_address(550, "5.2.2 full"), Rejected, "smtp_550"),
        (to_address(550, b"5.1.1 unknown"), NoSuchAddress, "smtp_550"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_what_an_answer_means(error: smtplib.SMTPException, kind: type[Undelivered], code: str) -> None:
    refusal = Courier()._refusal(error)

    assert (type(refusal), refusal.code, str(refusal)) == (kind, code, code)


@pytest.mark.parametrize(("words", "is_explained"), [("5.1.1 unknown", True), ("no", False), ("5.0.0 no", False)])
def test_a_refusal_is_explained_by_its_status_alone(words: str, is_explained: bool) -> None:
    refusal = Courier()._refusal(to_address(550, words))

    assert isinstance(refusal, Rejected)
    assert refusal.explained is is_explained
    assert Rejected("smtp_550").explained is False


class Line(BaseEmailBackend):
    """A connection that takes everything, or breaks."""

    breaks: ClassVar[type[Exception] | None] = None
    opened: ClassVar[int] = 0

    def open(self) -> None:
        Line.opened += 1

    def close(self) -> None:
        raise OSError("already gone")

    def send_messages(self, messages: Any) -> int:
        if self.breaks:
            raise self.breaks("wire")
        return len(messages)


@pytest.fixture
def line(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Line]:
    settings.EMAIL_BACKEND = f"{Line.__module__}.{Line.__name__}"
    monkeypatch.setattr(Line, "opened", 0)
    monkeypatch.setattr(Line, "breaks", None)
    return Line


def test_a_connection_carries_a_hundred_mails_each_time(line: type[Line]) -> None:
    with Courier() as courier:
        for carried in range(1, 302):
            courier.carry(EmailMessage("x"))
            assert line.opened == -(-carried // 100)


def test_three_connections_lost_in_a_row_end_it_and_an_answer_begins_the_count_anew(
    line: type[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = Courier()
    for end in (Lost, Lost, None, Lost, Lost, Lost, Unreachable):
        monkeypatch.setattr(line, "breaks", ConnectionResetError if end else None)
        with pytest.raises(end) if end else nullcontext() as raised:
            courier.carry(EmailMessage("x"))
        assert raised is None or raised.value.code == (
            "connection_lost" if end is Unreachable else "ConnectionResetError"
        )
    assert line.opened == 5


def test_a_refusal_begins_the_count_of_losses_anew(line: type[Line]) -> None:
    courier = Courier()
    courier._lost("x")
    courier._lost("x")
    courier._refusal(to_us(450))
    courier._lost("x")
    courier._lost("x")

    assert courier.open() is courier.open()


def test_a_mail_says_that_a_machine_wrote_it_and_in_which_language(settings: Any) -> None:
    settings.PUBLIC_ORIGIN = "https://opposable.example:8443"
    recipient = Recipient("zq@exemple.invalid", "Zq", "en")

    written = smtp.written(
        recipient,
        templates="notifications/mail/sign_in_code",
        context={"code": "1"},
        message_id=smtp.new_message_id(),
    )

    headers = written.extra_headers
    assert headers["Message-ID"].endswith("@opposable.example>")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    assert headers["Content-Language"] == "en"


@pytest.mark.parametrize(("reply_to", "says"), [("r@exemple.invalid", "You may answer"), ("", "no need to answer")])
def test_a_mail_says_whether_it_can_be_answered(reply_to: str, says: str) -> None:
    recipient = Recipient("zq@exemple.invalid", "Zq", "en", reply_to=reply_to)

    written = smtp.written(
        recipient, templates="notifications/mail/sign_in_unknown", context={}, message_id=smtp.new_message_id()
    )

    assert written.reply_to == [reply_to] * bool(reply_to)
    assert says in written.body
