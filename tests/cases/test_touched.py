"""Whatever is done in a case begins its months anew, and takes it out of the archive."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Association, Membership, User
from cases import actions
from cases.actions import NewFact
from cases.models import Case, CaseEvent, Deadline, InboundMail
from tests import factories
from tests.cases.conftest import OpenOne

Act = Callable[[Case, date, datetime, User], object]


def _note(case: Case, day: date, at: datetime, by: User) -> object:
    return actions.add_note(case, text="Zq-rappelée", today=day, at=at, by=by)


def _card(case: Case, day: date, at: datetime, by: User) -> object:
    assert case.member.user_id
    User.objects.filter(pk=case.member.user_id).update(email_index="")
    return actions.renew_card(case, today=day, at=at, by=by)


def _attached(case: Case, day: date, at: datetime, by: User) -> object:
    factories.make_mail(case, doubtful=True, at=at)
    return actions.attach_mail(InboundMail.objects.get(case=case), case, today=day, at=at, by=by)


def _answer(case: Case, _day: date, at: datetime, _by: User) -> object:
    return factories.make_mail(case, at=at)


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("act", [_note, _card, _attached, _answer])
def test_whatever_is_done_in_it_counts(
    open_one: OpenOne, in_scope: Membership, now: datetime, today: date, act: Act, archived: bool
) -> None:
    case = open_one(email="Zq-adherente@exemple.invalid")
    days = timedelta(days=200)
    if archived:
        Case.objects.filter(pk=case.pk).update(archived_on=today + timedelta(days=100), purge_told=-30)

    act(case, today + days, now + days, in_scope.user)

    case = Case.objects.get(pk=case.pk)
    assert (case.touched_on, case.expected_until) == (today + days, today + days)
    assert (case.archived_on, case.purge_told) == (None, None)
    assert CaseEvent.objects.filter(case=case, kind="case_returned").exists() is archived


def test_a_members_answer_counts_on_the_day_of_the_place(
    open_one: OpenOne, in_scope: Membership, now: datetime, today: date
) -> None:
    """In La Réunion the day after has begun when it is evening in Paris."""
    case = open_one(email="Zq-adherente@exemple.invalid")
    Association.objects.filter(pk=in_scope.association_id).update(time_zone="Indian/Reunion")

    factories.make_mail(case, at=now.replace(hour=21))

    assert Case.objects.get(pk=case.pk).touched_on == today + timedelta(days=1)


def test_a_date_that_stays_is_not_written_again(
    open_one: OpenOne, in_scope: Membership, now: datetime, today: date
) -> None:
    """A note leaves every date as it is; another first day writes those that count from it, each once."""
    case = open_one()
    stood = _dates(case)

    assert _dates_written(lambda: _note(case, today, now, in_scope.user)) == 0
    assert _dates(case) == stood

    letter = NewFact(kind="sent", earliest=today - timedelta(days=30), known_by="postmark")
    case = Case.objects.get(pk=case.pk)
    written = _dates_written(lambda: actions.record_facts(case, [letter], today=today, at=now, by=in_scope.user))
    changed = sum(new != old for new, old in zip(_dates(case), stood, strict=True))
    assert written == changed > 0


def _dates(case: Case) -> list[dict[str, object]]:
    return [dict(row) for row in Deadline.objects.filter(case=case).order_by("pk").values()]


def _dates_written(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return sum(query["sql"].startswith(f'UPDATE "{Deadline._meta.db_table}"') for query in asked)
