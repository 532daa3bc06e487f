"""A case that follows another, on the desk: links both ways, one timeline, each opening recorded."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.fields import forget_keys
from accounts.models import AuditEntry, Membership
from cases import actions
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.conftest import OpenOne, address, answers

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def former(case: Case, volunteer: Membership, now: datetime) -> Case:
    """The case that `following` goes on from, with a note."""
    factories.make_note(case, by=volunteer.user, at=now)
    return case


@pytest.fixture
def following(former: Case, volunteer: Membership, today: date, now: datetime) -> Case:
    return _converted(former, by=volunteer, today=today, at=now + timedelta(hours=1))


def _converted(case: Case, *, by: Membership, today: date, at: datetime) -> Case:
    with scope.enter(case.association_id):
        return actions.convert_case(case, procedure=factories.CLOSURE, today=today, at=at, by=by.user)


def _page(browser: HouseClient, case: Case, language: str = "fr") -> str:
    browser.cookies["django_language"] = language
    return browser.get(address("case", case)).content.decode()


def _readings(case: Case) -> list[str]:
    with scope.enter(case.association_id):
        rows = AuditEntry.objects.filter(kind="case_consulted", about="case", about_id=str(case.pk)).order_by("pk")
        return [row.why for row in rows]


def test_each_page_leads_to_the_other(former: Case, following: Case, at_work: HouseClient) -> None:
    new, old = _page(at_work, following), _page(at_work, former)

    assert f"Suite du dossier {former.reference}, S’opposer" in new
    assert f'href="{address("case", former)}?de=recherche"' in new
    assert f"Continué dans {following.reference}, Clôture" in old
    assert f'href="{address("case", following)}?de=recherche"' in old
    assert "Suite du dossier" not in old
    assert "Continué dans" not in new


def test_in_english_too(former: Case, following: Case, at_work: HouseClient) -> None:
    assert f"Goes on from case {former.reference}" in _page(at_work, following, "en")
    assert f"Continued in {following.reference}" in _page(at_work, former, "en")
    assert f"Former case {former.reference}" in _page(at_work, following, "en")


def test_what_happened_before_stands_below_and_is_marked(
    former: Case, following: Case, at_work: HouseClient, volunteer: Membership, now: datetime
) -> None:
    note = factories.make_note(former, by=volunteer.user, at=now + timedelta(days=2))
    forget_keys()

    page = _page(at_work, following)

    mark = f"Dossier précédent {former.reference}, S’opposer"
    assert page.index("Dossier ouvert.") < page.index(mark)
    assert note in page[page.index(mark) :]
    assert note not in page[: page.index(mark)]
    assert "Continué par une autre démarche." in page


def test_a_case_alone_has_no_mark_and_no_link(case: Case, at_work: HouseClient) -> None:
    page = _page(at_work, case)

    assert "timeline__origin" not in page
    assert "Suite du dossier" not in page


def test_reading_what_happened_before_is_opening_the_former_case(
    former: Case, following: Case, at_work: HouseClient, volunteer: Membership
) -> None:
    _page(at_work, following)

    assert _readings(former) == _readings(following) == ["assigned"]
    with scope.enter(former.association_id):
        told = CaseEvent.objects.get(case=former, kind=EventKind.CASE_CONSULTED)
    assert (told.by_id, told.payload) == (volunteer.user_id, {"why": "assigned"})


def test_a_former_case_of_which_nothing_is_shown_was_not_opened(
    former: Case, following: Case, at_work: HouseClient, volunteer: Membership, now: datetime
) -> None:
    for minutes in range(60):
        factories.make_note(following, by=volunteer.user, at=now + timedelta(hours=2, minutes=minutes))

    page = at_work.get(address("case", following))
    assert _readings(former) == []
    assert "timeline__origin" not in page.content.decode()

    older = at_work.get(page.context["older_url"])
    assert _readings(former) == ["assigned"]
    assert f"Dossier précédent {former.reference}" in older.content.decode()


def test_a_former_case_that_a_colleague_follows_shows_nothing_before_a_reason_is_said(
    former: Case, following: Case, colleague: Membership, desk: Desk, now: datetime
) -> None:
    with scope.enter(former.association_id):
        [note] = [event.note for event in CaseEvent.objects.filter(case=former, kind="note_added")]
        Case.objects.filter(pk=following.pk).update(assigned_to=colleague.user)
    theirs = desk(colleague)

    before = _page(theirs, following)
    assert note not in before
    assert "timeline__origin" not in before
    assert _readings(former) == []

    theirs.post(address("reason", former), answers(former, reason="Sa bénévole est absente"))
    assert note in _page(theirs, following)
    assert _readings(former) == ["reason"]


def test_whoever_may_not_see_the_former_case_finds_neither_name_nor_event_of_it(
    former: Case, following: Case, colleague: Membership, desk: Desk
) -> None:
    colleague.association.team_sees_all = False
    colleague.association.save(update_fields=["team_sees_all"])
    with scope.enter(former.association_id):
        [note] = [event.note for event in CaseEvent.objects.filter(case=former, kind="note_added")]
        Case.objects.filter(pk=following.pk).update(assigned_to=colleague.user)
    theirs = desk(colleague)

    page = _page(theirs, following)

    assert following.reference in page
    assert former.reference not in page
    assert note not in page
    assert _readings(former) == []
    assert theirs.get(address("case", former)).status_code == 404


def test_a_following_case_that_one_may_not_see_is_not_named(
    former: Case, following: Case, colleague: Membership, desk: Desk
) -> None:
    colleague.association.team_sees_all = False
    colleague.association.save(update_fields=["team_sees_all"])
    with scope.enter(former.association_id):
        Case.objects.filter(pk=former.pk).update(assigned_to=colleague.user)

    assert following.reference not in _page(desk(colleague), former)


def test_a_place_in_somebody_elses_timeline_is_no_place_in_this_one(
    following: Case, open_one: OpenOne, at_work: HouseClient
) -> None:
    other = open_one()
    with scope.enter(other.association_id):
        event = CaseEvent.objects.filter(case=other).order_by("pk")[0]

    assert at_work.get(address("events", following), {"avant": event.pk}).status_code == 404


def test_a_chain_of_three_takes_as_many_queries_as_one_of_two(
    former: Case,
    following: Case,
    volunteer: Membership,
    today: date,
    now: datetime,
    clock: time_machine.Traveller,
) -> None:
    third = _converted(following, by=volunteer, today=today, at=now + timedelta(hours=2))
    counts = []
    for case in (following, third):
        browser = signed_in(volunteer.user, association=volunteer.association)
        forget_keys()
        with CaptureQueriesContext(connection) as asked:
            page = _page(browser, case)
        counts.append((page.count("Dossier précédent") > 0, len(asked)))
        clock.shift(3600)  # another opening

    assert counts[0] == counts[1]
    assert f"Dossier précédent {former.reference}" in page
    assert f"Dossier précédent {following.reference}" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "(une règle ou un jour férié a changé)"), ("en", "(a rule or a holiday has changed)")],
)
def test_a_day_that_a_rule_moved_says_so(
    case: Case, at_work: HouseClient, now: datetime, language: str, said: str
) -> None:
    payload: dict[str, Any] = {"key": "opposer", "before": "2026-11-24", "after": "2026-11-25", "cause": "rule"}
    with scope.enter(case.association_id):
        CaseEvent.objects.record(case, EventKind.DEADLINE_MOVED, at=now, by=None, **payload)

    assert said in _page(at_work, case, language)
