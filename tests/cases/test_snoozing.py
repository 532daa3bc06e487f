"""Set aside, or to be told again: a reason, who, until when, and what ends it before."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from accounts.models import Membership
from accounts.rules.roles import Role
from cases import access, actions
from cases.actions import AlreadyDone
from cases.models import AttemptResult, Case, Reminder, StopWhen
from cases.rules.lifecycle import Impossible
from notifications import registry
from notifications.models import Notice
from tests import factories
from tests.cases.conftest import OpenOne

DAY = date(2026, 12, 1)


@pytest.fixture
def case(open_one: OpenOne) -> Case:
    return open_one(sent=None)


def _remind(case: Case, by: Membership, *, at: datetime, until: date = DAY, to_team: bool = False) -> Reminder:
    return actions.set_reminder(
        case, until=until, reason="Rappeler la banque", for_user=None if to_team else by.user, at=at, by=by.user
    )


def _call(case: Case, by: Membership, *, today: date, at: datetime) -> Case:
    return actions.record_attempt(
        case,
        channel="phone",
        made_on=today,
        result=AttemptResult.FAILED,
        justificatif_asked=False,
        today=today,
        at=at,
        by=by.user,
    )


# Set aside


def test_a_case_that_is_set_aside_says_who_why_and_until_when(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    actions.hold(case, until=DAY, reason=" Elle est en voyage ", today=today, at=now, by=in_scope.user)

    [row] = access.reminders_of(case)
    assert (row.snoozes, row.until, row.event.note, row.event.by) == (True, DAY, "Elle est en voyage", in_scope.user)
    case.refresh_from_db()
    assert case.held_until == DAY


@pytest.mark.parametrize(("stop", "held"), [(StopWhen.ATTEMPT, None), (StopWhen.NOTHING, DAY)])
def test_what_was_waited_for_brings_the_case_back(
    case: Case, in_scope: Membership, today: date, now: datetime, stop: StopWhen, held: date | None
) -> None:
    actions.hold(case, until=DAY, reason="Elle appelle", stop_when=stop, today=today, at=now, by=in_scope.user)

    _call(case, in_scope, today=today, at=now)

    case.refresh_from_db()
    assert case.held_until == held
    assert len(access.reminders_of(case)) == (1 if held else 0)


def test_only_the_last_one_stands(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    for days in (5, 9):
        actions.hold(case, until=today + timedelta(days=days), today=today, at=now, by=in_scope.user)

    [row] = access.reminders_of(case)
    assert row.until == today + timedelta(days=9)


def test_two_that_stand_are_refused_by_the_database(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    actions.hold(case, until=DAY, today=today, at=now, by=in_scope.user)
    [row] = access.reminders_of(case)

    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_on_its_day_a_case_is_not_set_aside_any_more(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    actions.hold(case, until=DAY, today=today, at=now, by=in_scope.user)

    actions.sweep(today=DAY - timedelta(days=1), at=now)
    assert len(access.reminders_of(case)) == 1

    actions.sweep(today=DAY, at=now)
    assert access.reminders_of(case) == []


def test_taken_up_again_nothing_stands(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    actions.hold(case, until=DAY, today=today, at=now, by=in_scope.user)
    actions.hold(case, until=None, today=today, at=now, by=in_scope.user)

    assert access.reminders_of(case) == []


def test_a_form_sent_twice_sets_aside_once(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    token = uuid4()
    actions.hold(case, until=DAY, token=token, today=today, at=now, by=in_scope.user)

    with pytest.raises(AlreadyDone):
        actions.hold(case, until=DAY, token=token, today=today, at=now, by=in_scope.user)


# To be told again


def test_it_shows_on_its_day_to_whom_it_is_for(case: Case, in_scope: Membership, now: datetime) -> None:
    mine = _remind(case, in_scope, at=now)
    team = _remind(case, in_scope, at=now, to_team=True)

    assert access.reminders_due(in_scope, today=DAY - timedelta(days=1)) == []
    assert access.reminders_due(in_scope, today=DAY) == [mine, team]


def test_a_colleague_sees_the_teams_only(case: Case, in_scope: Membership, now: datetime) -> None:
    colleague = factories.make_membership(in_scope.association, Role.REFERENT, at=now)
    _remind(case, in_scope, at=now)
    team = _remind(case, in_scope, at=now, to_team=True)

    assert access.reminders_due(colleague, today=DAY) == [team]


def test_whoever_may_not_see_the_case_sees_no_reminder_of_it(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    in_scope.association.team_sees_all = False
    in_scope.association.save(update_fields=["team_sees_all"])
    actions.assign(case, to=in_scope.user, today=today, at=now, by=in_scope.user)
    _remind(case, in_scope, at=now, to_team=True)
    other = factories.make_membership(in_scope.association, Role.VOLUNTEER, at=now)

    assert access.reminders_due(other, today=DAY) == []


def test_a_reminder_of_another_case_is_not_found(
    case: Case, open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    row = _remind(case, in_scope, at=now)

    with pytest.raises(Http404):
        access.reminder_for(open_one(), row.pk)


def test_it_ends_once(case: Case, in_scope: Membership, now: datetime) -> None:
    row = _remind(case, in_scope, at=now)

    assert actions.end_reminder(row, at=now, by=in_scope.user)
    assert not actions.end_reminder(row, at=now, by=in_scope.user)
    assert access.reminders_due(in_scope, today=DAY) == []


def test_the_end_of_the_case_ends_it(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    _remind(case, in_scope, at=now)

    actions.close_case(case, outcome="abandoned", today=today, at=now, by=in_scope.user)

    assert access.reminders_of(case) == []


def test_a_closed_case_takes_none(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    actions.close_case(case, outcome="abandoned", today=today, at=now, by=in_scope.user)

    with pytest.raises(Impossible):
        _remind(case, in_scope, at=now)


def test_whoever_left_is_given_none(case: Case, in_scope: Membership, now: datetime) -> None:
    gone = factories.make_membership(in_scope.association, Role.VOLUNTEER, at=now)
    Membership.objects.filter(pk=gone.pk).update(revoked_at=now)

    with pytest.raises(Impossible):
        actions.set_reminder(case, until=DAY, reason="Zq", for_user=gone.user, at=now, by=in_scope.user)


def test_the_reminders_of_whoever_leaves_become_the_teams(case: Case, in_scope: Membership, now: datetime) -> None:
    gone = factories.make_membership(in_scope.association, Role.VOLUNTEER, at=now)
    row = _remind(case, gone, at=now)

    actions.let_go(gone, by=in_scope.user, at=now)

    assert access.reminders_due(in_scope, today=DAY) == [row]


def test_no_mail_goes_to_whoever_may_not_see_the_case_any_more(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    other = factories.make_membership(in_scope.association, Role.VOLUNTEER, at=now)
    _remind(case, other, at=now)
    in_scope.association.team_sees_all = False
    in_scope.association.save(update_fields=["team_sees_all"])
    actions.assign(case, to=in_scope.user, today=today, at=now, by=in_scope.user)
    actions.sweep(today=DAY, at=now)

    notice = Notice.objects.get(kind="reminder_due")

    assert registry.kind_of(notice.kind).recipient(notice) is None


def test_a_mail_is_promised_once_on_its_day(case: Case, in_scope: Membership, now: datetime) -> None:
    row = _remind(case, in_scope, at=now)
    _remind(case, in_scope, at=now, to_team=True)

    assert actions.sweep(today=DAY - timedelta(days=1), at=now).notices == 0
    assert actions.sweep(today=DAY, at=now).notices == 1
    assert actions.sweep(today=DAY, at=now).notices == 0

    notice = Notice.objects.get(kind="reminder_due")
    kind = registry.kind_of(notice.kind)
    assert kind.still_holds(notice)
    assert kind.recipient(notice)
    actions.end_reminder(row, at=now, by=in_scope.user)
    assert not kind.still_holds(notice)
