"""A real mail server on loopback that remembers, refuses or hangs as told, and a kind of notice about nothing."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.mail.utils import DNS_NAME

from accounts import scope
from accounts.models import Association
from notifications import actions, registry
from notifications.models import Notice
from notifications.registry import NoticeKind, Recipient
from tests.cluster import free_port


@dataclass
class Sink:
    """What the server received, and what it answers: `replies` by address, else 250."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)
    replies: dict[str, str] = field(default_factory=dict)
    sender_reply: str = ""
    data_reply: Callable[[], str] = lambda: ""
    hang: float = 0

    @property
    def connections(self) -> int:
        return len(self.peers)

    @property
    def addresses(self) -> list[str]:
        return sorted(str(message["To"]) for message in self.messages)

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, host: str, answers: list[str]
    ) -> list[str]:
        self.peers.add(session.peer)
        session.host_name = host
        return answers

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.sender_reply:
            return self.sender_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = self.replies.get(address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        if self.hang:
            await asyncio.sleep(self.hang)
        reply = self.data_reply()
        if reply:
            return reply
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def sink(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    sink = Sink(port=free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", True)  # its own words hold addresses
    monkeypatch.setattr(DNS_NAME, "_fqdn", "localhost", raising=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 5
    yield sink
    controller.stop()


@dataclass
class Matter:
    """What the notices of a test are about; its functions may be replaced."""

    recipients: dict[int, Recipient] = field(default_factory=dict)
    holds: Callable[[Notice], bool] = lambda notice: True
    context: Callable[[Notice], Mapping[str, Any]] = lambda notice: {"code": f"N{notice.subject_ids['person']}"}

    def does_hold(self, notice: Notice) -> bool:
        return self.holds(notice)

    def words(self, notice: Notice) -> Mapping[str, Any]:
        return self.context(notice)

    def recipient(self, notice: Notice) -> Recipient | None:
        return self.recipients.get(notice.subject_ids["person"])


KIND = "news"


@pytest.fixture
def matter(monkeypatch: pytest.MonkeyPatch) -> Matter:
    """Registers the kind `news`, alone."""
    matter = Matter()
    monkeypatch.setattr(registry, "_kinds", {})
    registry.register(
        NoticeKind(
            key=KIND,
            templates="notifications/mail/sign_in_code",
            still_holds=matter.does_hold,
            context=matter.words,
            recipient=matter.recipient,
        )
    )
    return matter


def address(number: int) -> str:
    return f"zq{number}@exemple.invalid"


Promise = Callable[..., list[Notice]]


@pytest.fixture
def promise(association: Association, matter: Matter, now: Any) -> Promise:
    """`promise(3)` queues mails to three persons; gives the rows."""

    def promised(count: int = 1, *, of: Association = association, at: Any = now) -> list[Notice]:
        rows = []
        for _ in range(count):
            number = len(matter.recipients) + 1
            matter.recipients[number] = Recipient(address(number), "Zqnom Dupont", "fr")
            rows.append(actions.NoticeRow(kind=KIND, dedupe_key=f"news:{number}", ids={"person": number}))
        with scope.enter(of.pk):
            assert actions.queue_many(rows, at=at) == count
            return list(Notice.objects.order_by("pk"))[-count:]

    return promised


def reread(notice: Notice) -> Notice:
    with scope.enter(notice.association_id):
        fresh: Notice = Notice.objects.get(pk=notice.pk)
        return fresh


def delivered(now: datetime, **how: Any) -> dict[str, int]:
    """What was not zero in the report."""
    return {name: count for name, count in actions.deliver(now=now, **how).as_dict().items() if count}


def die(*args: object) -> None:
    raise SystemExit
