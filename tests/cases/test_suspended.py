"""A suspended association: nobody works there, and nothing is kept for longer because of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from accounts.models import Association, Membership
from cases import access, actions
from cases.models import Case, CaseEvent, Deadline, InboundMail
from cases.rules.lifecycle import State
from notifications import registry, smtp
from notifications.models import Notice
from tests import factories
from tests.cases.conftest import OpenOne

DAY = timedelta(days=1)


@pytest.fixture
def suspended(open_one: OpenOne, in_scope: Membership) -> Case:
    """Open, at work, its last day to act is tomorrow."""
    case = open_one(email="Zq-adherente@exemple.invalid")
    Association.objects.filter(pk=in_scope.association_id).update(is_active=False)
    return case


@pytest.fixture
def days(suspended: Case, in_scope: Membership) -> tuple[date, date]:
    """The last one of work, the last one at all."""
    terms = access.terms_of(Association.objects.get(pk=in_scope.association_id))
    return terms.archives_on(suspended.expected_until), terms.purges_on(suspended.expected_until)


def test_its_cases_are_archived_announced_and_let_go(suspended: Case, days: tuple[date, date], now: datetime) -> None:
    worked, kept = days

    assert actions.sweep(today=worked + DAY, at=now) == actions.Sweep(archived=1)
    assert actions.sweep(today=kept - 30 * DAY, at=now) == actions.Sweep(announced=1, notices=1)
    assert actions.sweep(today=kept - 7 * DAY, at=now) == actions.Sweep(announced=1, notices=1)
    factories.send_waiting(on=kept - 7 * DAY)
    assert actions.sweep(today=kept + DAY, at=now, dry_run=True) == actions.Sweep(let_go=1)
    assert actions.sweep(today=kept + DAY, at=now) == actions.Sweep(let_go=1)

    suspended.refresh_from_db()
    assert suspended.state == State.ERASED
    assert not CaseEvent.objects.filter(hash="").exists()


def test_mail_that_nobody_attached_is_destroyed_there_too(
    open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    factories.make_mail(open_one(email="Zq-adherente@exemple.invalid"), doubtful=True, at=now)
    assert InboundMail.objects.exists()
    Association.objects.filter(pk=in_scope.association_id).update(is_active=False)

    actions.sweep(today=today, at=now + 30 * DAY)

    assert not InboundMail.objects.exists()


def test_nothing_is_missed_there(suspended: Case, today: date, now: datetime) -> None:
    late = today + 3 * DAY

    assert actions.sweep(today=late, at=now, dry_run=True) == actions.Sweep()
    assert actions.sweep(today=late, at=now) == actions.Sweep()
    assert not Deadline.objects.missed().exists()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("part", ["text", "html"])
def test_the_mail_sends_nobody_to_a_closed_space(
    suspended: Case, days: tuple[date, date], now: datetime, language: str, part: str
) -> None:
    actions.sweep(today=days[0] + DAY, at=now)
    actions.sweep(today=days[1] - 7 * DAY, at=now)
    notice = Notice.objects.get(kind="case_expires")
    kind = registry.kind_of(notice.kind)
    recipient = kind.recipient(notice)
    assert recipient
    assert recipient.reply_to == ""
    reader = replace(recipient, language=language)

    def words() -> str:
        context = kind.context(notice)
        mail = smtp.written(reader, templates=kind.templates, context=context, message_id=notice.message_id)
        return str(mail.body if part == "text" else mail.alternatives[0][0])

    assert "/espace/" not in words()
    assert {"fr": "espace est fermé", "en": "space is closed"}[language] in words()
    Association.objects.update(is_active=True)
    assert "/espace/" in words()
