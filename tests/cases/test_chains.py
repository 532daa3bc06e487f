"""A case that follows another, as far as each reader may see: the links, and one joined timeline."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.fields import forget_keys
from accounts.models import AuditEntry, Membership, User
from accounts.rules.audit import AuditKind, Why
from cases import access, actions
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from tests.cases.conftest import CLOSURE, OpenOne

HOUR = timedelta(hours=1)


def converted(case: Case, *, today: date, at: datetime, by: User) -> Case:
    return actions.convert_case(case, procedure=CLOSURE, today=today, at=at, by=by)


@pytest.fixture
def chain(open_one: OpenOne, in_scope: Membership, today: date, now: datetime) -> list[Case]:
    """Three cases of one person, each following the one before; the oldest first."""
    first = open_one(sent=60, email="Zq-adherente@exemple.invalid")
    actions.add_note(first, text="Zq-premier", today=today, at=now, by=in_scope.user)
    second = converted(first, today=today, at=now + HOUR, by=in_scope.user)
    third = converted(second, today=today, at=now + 2 * HOUR, by=in_scope.user)
    return [first, second, third]


def _events(reader: Membership | User, case: Case, *, at: datetime, **asked: int) -> list[CaseEvent]:
    joined = access.chain_of(reader, case, at=at).joined
    return access.timeline(case, joined=joined, **asked)[0]


def _owners(events: list[CaseEvent]) -> list[int]:
    """The cases of the events, one after the other."""
    return list(dict.fromkeys(event.case_id for event in events))


def test_former_cases_are_found_from_the_nearest_on(chain: list[Case], in_scope: Membership, now: datetime) -> None:
    first, second, third = chain

    last, middle = (access.chain_of(in_scope, case, at=now) for case in (third, second))

    assert (last.former, last.following) == ([second, first], [])
    assert (middle.former, middle.following) == ([first], [third])


def test_another_case_of_the_same_person_is_no_part_of_it(
    chain: list[Case], in_scope: Membership, today: date, now: datetime
) -> None:
    other = actions.open_case_for(
        chain[0].member,
        campaign=chain[0].campaign,
        procedure=CLOSURE,
        beneficiary=chain[0].beneficiary,
        today=today,
        at=now,
        by=in_scope.user,
    )

    found = access.chain_of(in_scope, other, at=now)

    assert (found.former, found.following, found.joined) == ([], [], [])


def test_former_events_stand_below_whatever_happened_later_there(
    chain: list[Case], in_scope: Membership, now: datetime
) -> None:
    first, second, third = chain
    access.consult(first, reader=in_scope.user, why=Why.SEARCH, at=now + 9 * HOUR)

    events = _events(in_scope, third, at=now)

    assert _owners(events) == [third.pk, second.pk, first.pk]
    assert {event.case.reference for event in events} == {case.reference for case in chain}
    assert events[-1].kind == EventKind.CASE_OPENED


def test_notes_of_former_cases_can_be_read(chain: list[Case], in_scope: Membership, now: datetime) -> None:
    forget_keys()

    assert "Zq-premier" in {event.note for event in _events(in_scope, chain[2], at=now)}


def test_an_erased_former_case_shows_that_it_was_and_no_note(
    chain: list[Case], in_scope: Membership, today: date, now: datetime
) -> None:
    actions.erase_case(chain[0], today=today, at=now, by=in_scope.user)
    forget_keys()

    events = _events(in_scope, chain[2], at=now)

    assert chain[0].pk in _owners(events)
    assert {event.note for event in events if event.case_id == chain[0].pk} == {""}


def test_pages_go_on_across_cases_without_a_gap_or_a_double(
    chain: list[Case], in_scope: Membership, now: datetime
) -> None:
    joined = access.chain_of(in_scope, chain[2], at=now).joined
    whole, end = access.timeline(chain[2], joined=joined)
    assert end is None

    leafed, before = access.timeline(chain[2], joined=joined, limit=2)
    while before:
        more, before = access.timeline(chain[2], joined=joined, before=before, limit=2)
        leafed += more

    assert [event.pk for event in leafed] == [event.pk for event in whole]
    assert len(_owners(leafed)) == 3


def test_an_event_of_a_case_that_is_not_joined_is_no_place_to_go_on_from(
    chain: list[Case], open_one: OpenOne, in_scope: Membership
) -> None:
    other = CaseEvent.objects.filter(case=open_one()).order_by("pk")[0]

    with pytest.raises(Http404):
        access.timeline(chain[2], before=other.pk)


def test_a_former_case_that_the_reader_may_not_see_ends_the_chain(
    chain: list[Case], colleague: Membership, now: datetime
) -> None:
    first, second, third = chain
    Case.objects.filter(pk__in=[first.pk, third.pk]).update(assigned_to=None)
    colleague.association.team_sees_all = False

    found = access.chain_of(colleague, third, at=now)

    assert second not in access.cases_of(colleague)
    assert (found.former, found.joined) == ([], [])
    assert _owners(_events(colleague, third, at=now)) == [third.pk]


def test_a_following_case_that_the_reader_may_not_see_is_not_named(
    chain: list[Case], colleague: Membership, now: datetime
) -> None:
    Case.objects.filter(pk=chain[0].pk).update(assigned_to=None)
    colleague.association.team_sees_all = False

    assert access.chain_of(colleague, chain[0], at=now).following == []


def test_what_a_colleague_follows_is_joined_only_once_a_reason_was_said_there(
    chain: list[Case], referent: Membership, now: datetime
) -> None:
    first, second, third = chain
    Case.objects.filter(pk__in=[second.pk, third.pk]).update(assigned_to=referent.user)
    third.refresh_from_db()

    before = access.chain_of(referent, third, at=now)
    actions.say_why(first, reason="Zq-remplacement", at=now, by=referent.user)
    after = access.chain_of(referent, third, at=now)
    much_later = access.chain_of(referent, third, at=now + 13 * HOUR)

    assert [one.former for one in (before, after, much_later)] == [[second, first]] * 3
    assert [one.joined for one in (before, after, much_later)] == [[second], [second, first], [second]]


def test_a_member_reads_their_own_chain_and_a_neighbour_nothing_of_it(
    chain: list[Case], open_one: OpenOne, now: datetime
) -> None:
    member, neighbour = chain[2].member.user, open_one(email="Zq-voisine@exemple.invalid").member.user
    assert member
    assert neighbour

    assert access.chain_of(member, chain[2], at=now).joined == [chain[1], chain[0]]
    assert access.chain_of(neighbour, chain[2], at=now).former == []


def test_another_association_finds_nothing_of_it(chain: list[Case], stranger: Membership, now: datetime) -> None:
    with scope.enter(stranger.association_id):
        found = access.chain_of(stranger, chain[2], at=now)

    assert (found.former, found.following, found.joined) == ([], [], [])


def test_several_openings_are_each_recorded_with_their_reason(
    chain: list[Case], in_scope: Membership, now: datetime
) -> None:
    opened = [(chain[0], Why.REASON), (chain[1], Why.ASSIGNED)]

    for at in (now + HOUR, now + HOUR):
        access.consult_all(opened, reader=in_scope.user, at=at)

    entries = AuditEntry.objects.filter(kind=AuditKind.CASE_CONSULTED).order_by("pk")
    assert [(one.about_id, one.why) for one in entries] == [(str(case.pk), why) for case, why in opened * 2]
    told = CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED, at=now + HOUR).order_by("case_id")
    assert [(one.case_id, one.payload) for one in told] == [(case.pk, {"why": why}) for case, why in opened]


def test_a_former_case_that_is_a_decoy_raises_its_alert(chain: list[Case], in_scope: Membership, now: datetime) -> None:
    chain[0].is_canary = True

    access.consult_all([(case, Why.ASSIGNED) for case in chain], reader=in_scope.user, at=now)

    [alert] = AuditEntry.objects.filter(kind=AuditKind.CANARY_READ)
    assert alert.about_id == str(chain[0].pk)


def test_a_chain_of_three_takes_as_many_queries_as_one_of_two(
    chain: list[Case], in_scope: Membership, now: datetime
) -> None:
    counts = []
    access.chain_of(in_scope, chain[0], at=now)  # the association's choice is at hand before counting
    for case in chain[1:]:
        forget_keys()
        with CaptureQueriesContext(connection) as asked:
            found = access.chain_of(in_scope, case, at=now)
            events, _ = access.timeline(case, joined=found.joined)
            former = access.former_on(events, but=case)
            access.consult_all([(one, Why.ASSIGNED) for one in former], reader=in_scope.user, at=now)
        counts.append((len(former), len(asked)))

    assert [number for number, _ in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


def test_nothing_opened_is_nothing_recorded(chain: list[Case], in_scope: Membership, now: datetime) -> None:
    with CaptureQueriesContext(connection) as asked:
        access.consult_all([], reader=in_scope.user, at=now)

    assert len(asked) == 0
