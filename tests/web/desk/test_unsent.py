"""A mail that did not leave is a task of whoever follows the case, of the team where nobody does, of coordinators."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import notifications.actions
from accounts import scope
from accounts.models import Membership
from cases.actions import assign, close_case
from cases.models import Case, Deadline
from notifications.models import Notice, NoticeState
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.conftest import OpenOne, answers

NOW = reverse("desk:now")
HEADING = "Messages qui ne sont pas partis"


def unsent_of(case: Case, now: datetime, **how: Any) -> Notice:
    with scope.enter(case.association_id):
        deadline = Deadline.objects.filter(case=case).latest("pk")
    return factories.make_unsent(case.association, at=now, deadline=deadline.pk, **how)


def page_of(notice: Notice) -> str:
    return reverse("desk:unsent", args=[notice.pk])


def reread(notice: Notice) -> Notice:
    with scope.enter(notice.association_id):
        fresh: Notice = Notice.objects.get(pk=notice.pk)
        return fresh


def told(client: HouseClient, url: str = NOW) -> str:
    return str(client.get(url).content.decode())


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("smtp_550", "refuse l’adresse"),
        ("smtp_451", "après huit essais"),
        ("denied_554", "après huit essais"),
        ("TimeoutError", "après huit essais"),
        ("TemplateDoesNotExist", "un défaut de la plateforme"),
        ("", "pas d’adresse e-mail"),
    ],
)
def test_it_says_about_whom_why_and_what_to_do_and_no_address(
    case: Case, at_work: HouseClient, now: datetime, code: str, why: str
) -> None:
    notice = unsent_of(case, now, code=code)
    [address] = factories.PLANTED["cases.Member.email"][-1:]

    assert HEADING in told(at_work)
    for page in (told(at_work), told(at_work, page_of(notice))):
        assert case.reference in page
        assert why in page
        assert address not in page
    assert "Appelez la personne" in told(at_work, page_of(notice))


def test_nothing_is_shown_where_every_mail_left(case: Case, at_work: HouseClient) -> None:
    assert HEADING not in told(at_work)


def test_try_again_takes_it_off_the_desk_and_sends_it(case: Case, at_work: HouseClient, now: datetime) -> None:
    notice = unsent_of(case, now, code="")

    response = at_work.post(page_of(notice), answers(case, answer="again"))

    assert response.headers["Location"] == NOW
    fresh = reread(notice)
    assert (fresh.state, fresh.reason, fresh.attempts) == (NoticeState.WAITING, "", 0)
    assert HEADING not in told(at_work)


def test_settled_takes_it_off_the_desk_and_sends_nothing(case: Case, at_work: HouseClient, now: datetime) -> None:
    notice = unsent_of(case, now)

    at_work.post(page_of(notice), answers(case, answer="settled"))

    fresh = reread(notice)
    assert fresh.state == NoticeState.DEAD
    assert fresh.answered_at == now
    assert HEADING not in told(at_work)
    assert notifications.actions.deliver(now=now + timedelta(days=1)).sent == 0


def test_a_second_answer_finds_nothing_to_answer(case: Case, at_work: HouseClient, now: datetime) -> None:
    notice = unsent_of(case, now)
    at_work.post(page_of(notice), answers(case, answer="settled"))

    assert at_work.post(page_of(notice), answers(case, answer="again")).status_code == 404
    assert reread(notice).state == NoticeState.DEAD


def test_no_answer_is_asked_for_again_and_nothing_happens(case: Case, at_work: HouseClient, now: datetime) -> None:
    notice = unsent_of(case, now)

    response = at_work.post(page_of(notice), answers(case, answer="burn"))

    assert response.status_code == 422
    assert reread(notice).answered_at is None


def test_a_mail_of_nobodys_case_is_the_teams_task(
    case: Case, volunteer: Membership, colleague: Membership, coordinator: Membership, now: datetime
) -> None:
    with scope.enter(case.association_id):
        assign(case, to=None, today=now.date(), at=now, by=volunteer.user)
    unsent_of(case, now)

    for reader in (volunteer, colleague, coordinator):
        assert HEADING in told(signed_in(reader.user, association=reader.association))


def test_a_colleague_and_another_association_neither_see_nor_answer_it(
    case: Case, volunteer: Membership, colleague: Membership, stranger: Membership, now: datetime
) -> None:
    assert case.assigned_to_id == volunteer.user_id
    notice = unsent_of(case, now)

    for reader in (colleague, stranger):
        client = signed_in(reader.user, association=reader.association)
        assert HEADING not in told(client)
        assert client.get(page_of(notice)).status_code == 404
        typed = answers(case, answer="settled") | {"association": reader.association_id}
        assert client.post(page_of(notice), typed).status_code == 404
    assert reread(notice).answered_at is None


def test_a_mail_to_somebody_of_the_team_is_the_coordinations(
    case: Case, at_work: HouseClient, coordinator: Membership, now: datetime
) -> None:
    notice = factories.make_unsent(case.association, at=now, kind="security_alert", membership=1, alert=1)
    client = signed_in(coordinator.user, association=coordinator.association)

    assert "Une personne de l’équipe" in told(client)
    assert "prévenez-la vous-même" in told(client, page_of(notice))
    assert HEADING not in told(at_work)
    assert at_work.get(page_of(notice)).status_code == 404


def test_what_said_that_the_archive_ends_is_the_coordinations_task(
    case: Case, at_work: HouseClient, coordinator: Membership, today: date, now: datetime
) -> None:
    """Otherwise a person is erased who never heard of it."""
    notice = factories.make_unsent(case.association, at=now, kind="case_expires", case=case.pk, stage=-30)
    with scope.enter(case.association_id):
        Case.objects.filter(pk=case.pk).update(archived_on=today)
    client = signed_in(coordinator.user, association=coordinator.association)

    page = told(client)
    assert case.reference in page
    assert "La fin de conservation du dossier approche." in page
    assert HEADING not in told(at_work)
    assert at_work.get(page_of(notice)).status_code == 404


def test_the_end_of_a_case_answers_its_tasks_and_no_others(
    case: Case, volunteer: Membership, open_one: OpenOne, today: date, now: datetime
) -> None:
    other = open_one()
    ended, standing = unsent_of(case, now), unsent_of(other, now)
    named = factories.make_unsent(case.association, at=now, kind="case_expires", case=case.pk, stage=-30)

    with scope.enter(case.association_id):
        close_case(case, outcome="abandoned", today=today, at=now, by=volunteer.user)

    assert [reread(notice).answered_at for notice in (ended, named, standing)] == [now, now, None]


def test_the_day_of_a_promise_is_the_desks_own(case: Case, at_work: HouseClient, now: datetime) -> None:
    """At 22:30 UTC it is tomorrow in Paris."""
    notice = unsent_of(case, datetime(2026, 10, 19, 22, 30, tzinfo=UTC))

    assert "mardi 20\N{NO-BREAK SPACE}octobre 2026" in told(at_work, page_of(notice))
    assert "19\N{NO-BREAK SPACE}octobre" not in told(at_work, page_of(notice))


def test_what_is_about_a_row_that_is_gone_is_nobodys(case: Case, coordinator: Membership, now: datetime) -> None:
    notice = factories.make_unsent(case.association, at=now, deadline=10**9)
    client = signed_in(coordinator.user, association=coordinator.association)

    assert HEADING not in told(client)
    assert client.get(page_of(notice)).status_code == 404


def test_the_page_costs_the_same_with_one_and_with_twenty(case: Case, at_work: HouseClient, now: datetime) -> None:
    unsent_of(case, now)
    told(at_work)
    with CaptureQueriesContext(connection) as one:
        told(at_work)
    for _ in range(19):
        unsent_of(case, now)

    with CaptureQueriesContext(connection) as twenty:
        assert told(at_work).count(case.reference) >= 20
    assert len(twenty) == len(one)
