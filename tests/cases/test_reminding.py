"""Before a token expires its owner is told, twice; the mail tells a passer-by nothing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

import notifications.actions
from accounts import actions as accounts
from accounts import scope
from accounts.models import Association, Membership
from accounts.rules.roles import Role
from cases.actions import approve_export, sweep
from cases.models import Campaign
from notifications.models import Notice, NoticeState
from notifications.registry import urgent_kinds
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def nights(first: datetime, days: int) -> list[datetime]:
    """What the beat does for so many days, once a day."""
    moments = [first + timedelta(days=day) for day in range(days)]
    for moment in moments:
        sweep(today=moment.date(), at=moment)
    return moments


def promised(association: Association, kind: str = "token_expires") -> list[Notice]:
    with scope.enter(association.pk):
        return list(Notice.objects.filter(kind=kind).order_by("pk"))


def test_an_owner_is_told_fourteen_days_and_two_days_before(coordinator: Membership, now: datetime) -> None:
    token, _ = factories.make_token(coordinator, at=now, days=30)

    nights(now, 35)

    told = promised(coordinator.association)
    assert [(notice.dedupe_key, notice.created_at) for notice in told] == [
        (f"token:{token.pk}:expires:14", now + timedelta(days=16)),
        (f"token:{token.pk}:expires:2", now + timedelta(days=28)),
    ]


def test_the_beat_promises_each_once_however_often_it_runs(coordinator: Membership, now: datetime) -> None:
    factories.make_token(coordinator, at=now, days=30)
    late = now + timedelta(days=20)

    for _ in range(3):
        sweep(today=late.date(), at=late)

    assert len(promised(coordinator.association)) == 1


def test_after_a_fortnight_without_a_beat_only_the_nearest_leaves(coordinator: Membership, now: datetime) -> None:
    token, _ = factories.make_token(coordinator, at=now, days=30)
    late = now + timedelta(days=29)

    sweep(today=late.date(), at=late)

    assert [notice.dedupe_key for notice in promised(coordinator.association)] == [f"token:{token.pk}:expires:2"]


def test_nobody_is_told_of_a_token_that_was_closed_or_whose_owner_left(
    coordinator: Membership, referent: Membership, now: datetime
) -> None:
    closed, _ = factories.make_token(coordinator, at=now, days=30)
    factories.make_token(referent, at=now, days=30)
    with scope.enter(coordinator.association_id):
        accounts.revoke_token(closed, by=coordinator.user, at=now)
        Membership.objects.filter(pk=referent.pk).update(revoked_at=now)

    nights(now, 35)

    assert promised(coordinator.association) == []


@pytest.mark.parametrize("runs_the_house", [True, False])
def test_the_mail_says_when_and_where_and_nothing_of_what(
    coordinator: Membership, now: datetime, runs_the_house: bool
) -> None:
    token, text = factories.make_token(coordinator, at=now, days=30)
    if not runs_the_house:
        with scope.enter(coordinator.association_id):
            Membership.objects.filter(pk=coordinator.pk).update(roles=[Role.VOLUNTEER])
    late = now + timedelta(days=17)
    sweep(today=late.date(), at=late)

    notifications.actions.deliver(now=late)

    [sent] = mail.outbox
    assert sent.to == [coordinator.user.email]
    assert sent.subject == "Un accès arrive bientôt à sa fin"
    body = str(sent.body)
    assert "23 décembre 2026" in body
    assert ("/desk/logiciels/" if runs_the_house else "/desk/compte/") in body
    assert token.label not in body
    assert text not in body


def test_a_token_closed_between_the_promise_and_the_sending_sends_nothing(
    coordinator: Membership, now: datetime
) -> None:
    token, _ = factories.make_token(coordinator, at=now, days=30)
    late = now + timedelta(days=17)
    sweep(today=late.date(), at=late)
    with scope.enter(coordinator.association_id):
        accounts.revoke_token(token, by=coordinator.user, at=late)

    notifications.actions.deliver(now=late)

    assert mail.outbox == []
    assert [notice.state for notice in promised(coordinator.association)] == [NoticeState.DROPPED]


def test_a_reminder_leaves_before_the_end_on_a_day_that_the_association_leaves_out(
    coordinator: Membership, now: datetime
) -> None:
    """It ends on a Wednesday; mails leave on Sundays."""
    Association.objects.filter(pk=coordinator.association_id).update(sends_on="6")
    token, _ = factories.make_token(coordinator, at=now, days=30)
    two_days_before = token.expires_at - timedelta(days=2, hours=-1)
    sweep(today=two_days_before.date(), at=two_days_before)

    notifications.actions.deliver(now=two_days_before)

    assert len(mail.outbox) == 1


# Of lists


@pytest.fixture
def campaign(association: Association, today: date) -> Campaign:
    return factories.make_campaign(association, today=today)


def ask(campaign: Campaign, asker: Membership, *, today: date, now: datetime) -> Any:
    factories.make_case(campaign, by=asker.user, today=today, at=now, sent=None)
    return factories.make_export(asker, at=now)


def test_who_may_approve_is_told_and_then_who_asked(
    campaign: Campaign, referent: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    export = ask(campaign, referent, today=today, now=now)
    notifications.actions.deliver(now=now)
    with scope.enter(referent.association_id):
        assert approve_export(export, by=coordinator, seen=1, at=now)
    notifications.actions.deliver(now=now)

    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        ([coordinator.user.email], "Une demande attend votre avis"),
        ([referent.user.email], "Votre demande a une réponse"),
    ]
    for sent in mail.outbox:
        assert f"/desk/listes/{export.pk}/" in str(sent.body)
        assert export.reason not in str(sent.body)
        assert referent.user.name not in str(sent.body)


def test_decisions_and_alerts_wait_for_no_hour_and_the_rest_does(
    campaign: Campaign, referent: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    night = now + timedelta(hours=13)
    ask(campaign, referent, today=today, now=night)

    notifications.actions.deliver(now=night)

    assert [sent.to for sent in mail.outbox] == [[coordinator.user.email]]
    assert urgent_kinds() == ["account_changed", "export_asked", "export_decided", "security_alert"]


@pytest.mark.parametrize("what", ["decided", "left", "demoted"])
def test_nobody_is_asked_for_what_they_cannot_decide_any_more(
    campaign: Campaign, referent: Membership, coordinator: Membership, today: date, now: datetime, what: str
) -> None:
    export = ask(campaign, referent, today=today, now=now)
    changes: dict[str, dict[str, Any]] = {"left": {"revoked_at": now}, "demoted": {"roles": [Role.VOLUNTEER]}}
    with scope.enter(referent.association_id):
        if what == "decided":
            approve_export(export, by=coordinator, seen=1, at=now)
            Membership.objects.filter(pk=referent.pk).update(revoked_at=now)
        else:
            Membership.objects.filter(pk=coordinator.pk).update(**changes[what])

    notifications.actions.deliver(now=now)

    assert mail.outbox == []
