"""A case of somebody with an address, and the mailbox that its answers come to."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.access.replies import reply_address
from cases.actions import Outcome
from cases.models import Case, CaseEvent, Deadline, InboundMail, Member
from notifications.models import Notice, NoticeState
from notifications.rules.kinds import Audience
from notifications.smtp import new_message_id
from tests import factories
from tests.cases.inbound import shapes
from tests.vault.conftest import pokes, store

__all__ = ["pokes", "store"]


@pytest.fixture(autouse=True)
def mailbox(settings: Any) -> str:
    settings.REPLY_ADDRESS = "reponse@opposable.example"
    settings.VAULT_SAS_KEY = base64.b64encode(b"k" * 32).decode()
    return "reponse@opposable.example"


@dataclass
class Post:
    """A case, who follows it, and the means to write to it."""

    case: Case
    by: Membership
    today: date
    at: datetime

    @property
    def address(self) -> str:
        with scope.enter(self.case.association_id):
            return reply_address(self.case)

    @property
    def email(self) -> str:
        with scope.enter(self.case.association_id):
            member: Member = Member.objects.get(pk=self.case.member_id)
            return str(member.email)

    def letter(self, **told: Any) -> Any:
        return shapes.letter(**({"sender": f"Camille <{self.email}>", "to": self.address} | told))

    def send(self, **told: Any) -> Outcome:
        return actions.receive_mail(bytes(self.letter(**told)), at=self.at)

    @property
    def team_address(self) -> str:
        with scope.enter(self.case.association_id):
            return reply_address(self.case, of=Audience.TEAM)

    def notice(self, *, kind: str = "deadline_missed") -> Notice:
        """One that was sent, to the member unless `kind` says otherwise."""
        with scope.enter(self.case.association_id):
            deadline = Deadline.objects.filter(case=self.case).order_by("pk").first()
            assert deadline
            sent: Notice = Notice.objects.create(
                association_id=self.case.association_id,
                kind=kind,
                dedupe_key=f"test:{Notice.objects.count()}",
                subject_ids={"deadline": deadline.pk},
                state=NoticeState.SENT,
                attempts=1,
                message_id=new_message_id(),
                next_try_at=self.at,
                created_at=self.at,
                sent_at=self.at,
            )
            return sent

    def bounce(self, notice: Notice, *, shape: str = "postfix", **told: Any) -> Outcome:
        raw = shapes.BOUNCES[shape](**({"message_id": notice.message_id, "to": self.email} | told))
        return actions.receive_mail(raw, at=self.at)

    def member(self) -> Member:
        with scope.enter(self.case.association_id):
            found: Member = Member.objects.get(pk=self.case.member_id)
            return found

    def events(self, kind: str) -> list[CaseEvent]:
        with scope.enter(self.case.association_id):
            rows = list(CaseEvent.objects.filter(case=self.case, kind=kind).order_by("pk"))
            _open(rows, "note")
            return rows

    def mails(self, **told: Any) -> list[InboundMail]:
        with scope.enter(self.case.association_id):
            rows = list(InboundMail.objects.filter(**told).order_by("pk"))
            _open(rows, "sender", "sender_name", "title", "text")
            return rows


def _open(rows: Iterable[Any], *columns: str) -> None:
    """Read them while the keys are at hand."""
    for row in rows:
        for column in columns:
            getattr(row, column)


Open = Callable[..., Post]


@pytest.fixture
def open_post(today: date, now: datetime) -> Open:
    def opened(by: Membership, **told: Any) -> Post:
        campaign = factories.make_campaign(by.association, today=today)
        case = factories.make_case(campaign, by=by.user, today=today, at=now, **told)
        return Post(case, by, today, now)

    return opened


@pytest.fixture
def post(volunteer: Membership, open_post: Open) -> Post:
    return open_post(volunteer)
