"""What operators learn of every association's cases at once: the database counts as the sweep does."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from accounts import scope
from accounts.access import Backlog
from accounts.models import Association, Membership
from cases import access, actions
from cases.models import CaseEvent, Deadline, Decision
from tests import factories
from tests.cases.conftest import OpenOne

LATE = date(2026, 12, 20)


def as_the_sweep_counts(today: date, *associations: Association) -> int:
    found = 0
    for association in associations:
        with scope.enter(association.pk):
            found += Deadline.objects.all().overdue(today).count()
    return found


@pytest.fixture
def elsewhere(other_association: Association, today: date, now: datetime) -> Association:
    """Another association with two late cases."""
    by = factories.make_membership(other_association).user
    campaign = factories.make_campaign(other_association, today=today)
    for sent in (41, 60):
        factories.make_case(campaign, by=by, today=today, at=now, sent=sent)
    return other_association


def test_every_association_is_counted_as_its_sweep_would(
    open_one: OpenOne, in_scope: Membership, elsewhere: Association, today: date, now: datetime
) -> None:
    home = in_scope.association
    cases = [open_one(sent=sent) for sent in (90, 60, 50, 41, 10)]
    by = in_scope.user
    actions.close_case(cases[0], outcome="opposed", today=today, at=now, by=by)
    factories.make_attempt(cases[1], by=by, today=today, at=now)
    factories.make_justificatif(cases[2], by=by, today=today, at=now)
    days = [today + timedelta(days=ahead) for ahead in (0, 2, 14, 30, 90)]

    counted = {day: access.count_overdue(day) for day in days}

    assert counted == {day: as_the_sweep_counts(day, home, elsewhere) for day in days}
    assert counted[days[-1]] > counted[days[1]] > 0


def test_what_was_decided_to_wait_for_asks_again_a_fortnight_later(
    open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    case = open_one()
    flagged_on = date(2026, 11, 25)
    actions.sweep(today=flagged_on, at=now)
    answered = {"answered_on": flagged_on, "decision": Decision.KEEP_WAITING}
    Deadline.objects.filter(case=case, missed_on=flagged_on).update(**answered)

    days = [flagged_on + timedelta(days=later) for later in (13, 14)]

    assert [access.count_overdue(day) for day in days] == [0, 1]
    assert [as_the_sweep_counts(day, in_scope.association) for day in days] == [0, 1]


def test_what_the_sweep_flagged_waits_no_more(open_one: OpenOne, elsewhere: Association, now: datetime) -> None:
    open_one()
    assert access.count_overdue(LATE) == 3

    actions.sweep(today=LATE, at=now)

    assert access.count_overdue(LATE) == 0


def test_an_association_that_is_suspended_is_not_swept_and_not_counted(elsewhere: Association, now: datetime) -> None:
    Association.objects.filter(pk=elsewhere.pk).update(is_active=False)

    assert access.count_overdue(LATE) == 0
    assert access.unchained_events() == Backlog()


def test_events_wait_for_their_place_until_they_are_chained(
    open_one: OpenOne, elsewhere: Association, in_scope: Membership, now: datetime
) -> None:
    open_one()
    events = CaseEvent.objects.count()

    found = access.unchained_events()

    assert found.count > events > 0
    assert found.oldest == now
    actions.sweep(today=now.date(), at=now)
    assert access.unchained_events() == Backlog()


@pytest.mark.postgres
def test_the_functions_of_the_database_tell_counts_and_an_instant_alone(elsewhere: Association) -> None:
    with connection.cursor() as cursor:
        for call in ("cases_overdue('2026-12-20')", "cases_unchained()"):
            cursor.execute(f"SELECT * FROM {call}")
            assert {column.type_code for column in cursor.description or ()} <= {20, 1184}  # bigint, timestamptz
