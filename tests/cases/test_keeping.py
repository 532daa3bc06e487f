"""Into the archive, announced, let go: each on its day, once, and never against somebody who takes it up again."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.http import Http404

from accounts.models import Association, DataKey, Membership
from cases import access, actions
from cases.access import Access
from cases.actions import NewBeneficiary, NewFact
from cases.models import BeneficiaryKind, Case, CaseEvent, ConsentKind, Deadline
from cases.rules.keeping import FIRST_NOTICE, LAST_NOTICE
from cases.rules.lifecycle import State
from notifications import registry
from notifications.models import Notice, NoticeState
from tests import factories
from tests.cases.conftest import OPPOSITION, OpenOne

COMPLAINT = "cnil/plainte"
DAY = timedelta(days=1)


@pytest.fixture
def closed(open_one: OpenOne, in_scope: Membership, today: date, now: datetime) -> Case:
    """Given up on the day on which it was opened; its last day to act is tomorrow."""
    case = open_one(email="Zq-adherente@exemple.invalid")
    return actions.close_case(case, outcome="abandoned", today=today, at=now, by=in_scope.user)


def sweep(now: datetime, today: date) -> tuple[int, int, int, int]:
    done = actions.sweep(today=today, at=now)
    assert done.set_aside == 0
    factories.send_waiting(on=today)
    return done.archived, done.announced, done.let_go, done.notices


def terms(in_scope: Membership) -> Any:
    return access.terms_of(Association.objects.get(pk=in_scope.association_id))


def days_of(case: Case, in_scope: Membership) -> tuple[date, date]:
    """The last one of work, the last one at all."""
    case.refresh_from_db()
    kept = terms(in_scope)
    return kept.archives_on(case.expected_until), kept.purges_on(case.expected_until)


def archived(case: Case, in_scope: Membership, now: datetime) -> date:
    """Sweeps it into the archive; its last day at all."""
    last_of_work, last = days_of(case, in_scope)
    assert sweep(now, last_of_work + DAY)[0] == 1
    return last


def test_a_case_is_counted_from_its_last_deadline_or_act(closed: Case, in_scope: Membership, today: date) -> None:
    dues = Deadline.objects.filter(case=closed, met_on=None, void_on=None).exclude(bound="info")
    latest = max(day for row in dues for day in (row.due, row.due_latest) if day)

    assert closed.expected_until == max(latest, today)


def test_it_leaves_the_team_the_day_after_its_last_day_of_work(
    closed: Case, in_scope: Membership, coordinator: Membership, now: datetime
) -> None:
    last, _ = days_of(closed, in_scope)
    assert sweep(now, last)[0] == 0
    assert access.case_for(in_scope, closed.reference, to=Access.CONSULT) == closed

    assert sweep(now, last + DAY)[0] == 1
    assert sweep(now, last + DAY)[0] == 0

    for reader in (in_scope, coordinator):
        assert not access.cases_of(reader).filter(pk=closed.pk).exists()
        assert access.search(reader, closed.reference, at=now) == []
        with pytest.raises(Http404):
            access.case_for(reader, closed.reference, to=Access.CONSULT)
    with pytest.raises(Http404):
        access.case_for(in_scope, closed.reference, to=Access.CONSULT_ARCHIVED)
    assert access.case_for(coordinator, closed.reference, to=Access.CONSULT_ARCHIVED) == closed
    for task in (Access.WORK, Access.ADD_JUSTIFICATIF):
        with pytest.raises(Http404):
            access.case_for(coordinator, closed.reference, to=task)


def test_its_member_reads_it_as_before(closed: Case, in_scope: Membership, now: datetime) -> None:
    archived(closed, in_scope, now)
    user = closed.member.user
    assert user

    assert access.case_for(user, closed.reference, to=Access.CONSULT) == closed
    assert closed in access.household(user)


def test_only_who_runs_the_association_has_the_list_of_the_archive(
    closed: Case, in_scope: Membership, coordinator: Membership, now: datetime
) -> None:
    archived(closed, in_scope, now)

    assert access.archived_cases(coordinator) == [closed]
    with pytest.raises(Http404):
        access.archived_cases(in_scope)


def test_reading_what_is_archived_needs_a_reason_even_of_who_followed_it(
    closed: Case, in_scope: Membership, coordinator: Membership, now: datetime
) -> None:
    assert closed.assigned_to_id == in_scope.user_id
    assert not access.needs_reason(closed, reader=in_scope.user)

    archived(closed, in_scope, now)

    closed.refresh_from_db()
    assert access.needs_reason(closed, reader=in_scope.user)
    assert access.needs_reason(closed, reader=coordinator.user)


def test_whoever_acts_in_it_takes_it_out_of_the_archive(closed: Case, in_scope: Membership, now: datetime) -> None:
    purged = archived(closed, in_scope, now)
    sweep(now, purged - 20 * DAY)
    user = closed.member.user
    assert user

    case = actions.reopen_case(closed, today=purged - DAY, at=now, by=user)

    assert (case.archived_on, case.purge_told, case.touched_on) == (None, None, purged - DAY)
    assert case.expected_until >= purged - DAY
    assert CaseEvent.objects.filter(case=case, kind="case_returned", by=user).count() == 1
    assert sweep(now, purged + DAY)[2] == 0


def test_the_person_is_told_thirty_and_seven_days_before_and_then_it_goes(
    closed: Case, in_scope: Membership, now: datetime
) -> None:
    purged = archived(closed, in_scope, now)

    assert sweep(now, purged - 31 * DAY) == (0, 0, 0, 0)
    assert sweep(now, purged - 30 * DAY) == (0, 1, 0, 1)
    assert sweep(now, purged - 29 * DAY) == (0, 0, 0, 0)
    assert sweep(now, purged - 7 * DAY) == (0, 1, 0, 1)
    assert sweep(now, purged) == (0, 0, 0, 0)
    assert sweep(now, purged + DAY) == (0, 0, 1, 0)

    closed.refresh_from_db()
    assert closed.state == State.ERASED
    assert not DataKey.objects.filter(subject__in=[closed.subject, closed.member.subject]).exists()
    assert CaseEvent.objects.get(case=closed, kind="case_erased").payload == {"cause": "retention"}
    assert CaseEvent.objects.filter(case=closed, kind="erasure_announced", payload__by="mail").count() == 2


def test_after_a_long_outage_the_notice_comes_first_and_a_week_is_left(
    closed: Case, in_scope: Membership, now: datetime
) -> None:
    _, purged = days_of(closed, in_scope)
    back = purged + 90 * DAY

    assert sweep(now, back) == (1, 1, 0, 1)
    assert sweep(now, back + 7 * DAY) == (0, 0, 0, 0)
    assert sweep(now, back + 8 * DAY) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("state", "days_ago", "goes"), [("waiting", None, 0), ("sent", 6, 0), ("sent", 7, 1), ("dead", None, 1)]
)
def test_a_mail_that_is_under_way_has_told_nobody_yet(
    closed: Case, in_scope: Membership, now: datetime, state: str, days_ago: int | None, goes: int
) -> None:
    """What is dead has been the team's to tell by hand, for as long."""
    purged = archived(closed, in_scope, now)
    sweep(now, purged - 7 * DAY)
    Notice.objects.filter(kind="case_expires").update(state=NoticeState.WAITING, sent_at=None)
    if days_ago is None:
        Notice.objects.filter(kind="case_expires").update(state=state)
    else:
        factories.send_waiting(on=purged + DAY - days_ago * DAY)

    assert actions.sweep(today=purged + DAY, at=now).let_go == goes


def test_whoever_has_no_address_is_told_by_hand(
    open_one: OpenOne, in_scope: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    case = actions.close_case(open_one(), outcome="abandoned", today=today, at=now, by=in_scope.user)
    purged = archived(case, in_scope, now)

    assert sweep(now, purged - 30 * DAY) == (0, 1, 0, 0)

    assert CaseEvent.objects.get(case=case, kind="erasure_announced").payload == {"by": "desk", "stage": FIRST_NOTICE}
    assert access.to_tell_by_hand(access.archived_cases(coordinator)) == [case]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_mail_says_neither_what_nor_of_whom(
    closed: Case, in_scope: Membership, now: datetime, language: str
) -> None:
    purged = archived(closed, in_scope, now)
    sweep(now, purged - 7 * DAY)
    notice = Notice.objects.get(kind="case_expires")
    kind = registry.kind_of(notice.kind)

    assert kind.still_holds(notice)
    recipient = kind.recipient(notice)
    assert recipient
    assert recipient.email == "Zq-adherente@exemple.invalid"
    assert kind.context(notice)["days"] == -LAST_NOTICE
    assert closed.reference not in str(kind.context(notice))


def test_the_mail_is_dropped_when_it_was_taken_up_again(closed: Case, in_scope: Membership, now: datetime) -> None:
    purged = archived(closed, in_scope, now)
    sweep(now, purged - 7 * DAY)
    actions.reopen_case(closed, today=purged - DAY, at=now, by=in_scope.user)
    notice = Notice.objects.get(kind="case_expires")

    assert not registry.kind_of(notice.kind).still_holds(notice)


def test_an_association_that_keeps_for_less_lets_go_sooner(closed: Case, in_scope: Membership, now: datetime) -> None:
    _, by_default = days_of(closed, in_scope)
    Association.objects.filter(pk=in_scope.association_id).update(active_months=1, archive_months=2)

    purged = archived(closed, in_scope, now)

    assert purged < by_default - 300 * DAY
    sweep(now, purged - 7 * DAY)
    assert sweep(now, purged + DAY)[2] == 1


@pytest.fixture
def complaint(closed: Case, in_scope: Membership, today: date, now: datetime) -> Callable[..., Case]:
    """Of the same person, after the closed case."""

    def opened(*, consents: list[ConsentKind]) -> Case:
        return actions.open_case_for(
            closed.member,
            campaign=closed.campaign,
            procedure=COMPLAINT,
            beneficiary=closed.beneficiary,
            consents=consents,
            today=today,
            at=now,
            by=in_scope.user,
        )

    return opened


def test_a_pending_complaint_that_the_person_asked_for_stops_it(
    closed: Case, complaint: Callable[..., Case], in_scope: Membership, now: datetime
) -> None:
    complaint(consents=[ConsentKind.HANDLING, ConsentKind.MANDATE])
    _, purged = days_of(closed, in_scope)

    assert sweep(now, purged + 4000 * DAY)[0::2] == (0, 0)
    kept = access.keeping_of(
        Case.objects.all().with_complaints().get(pk=closed.pk), terms=terms(in_scope), today=purged
    )
    assert kept
    assert kept.is_pending


@pytest.mark.parametrize(
    ("opened", "sent", "is_kept"), [(-1, None, True), (0, None, True), (1, -3, True), (1, None, False), (1, 1, False)]
)
def test_what_it_stands_on_stays_in_whatever_order_they_were_written_down(
    open_one: OpenOne, in_scope: Membership, today: date, now: datetime, opened: int, sent: int | None, is_kept: bool
) -> None:
    """`opened`, `sent`: days from the complaint's opening, of a case that was written down after it."""
    complaint = open_one(procedure=COMPLAINT, sent=None)
    case = actions.open_case_for(
        complaint.member,
        campaign=complaint.campaign,
        procedure=OPPOSITION,
        beneficiary=complaint.beneficiary,
        today=today + opened * DAY,
        at=now,
        by=in_scope.user,
    )
    if sent is not None:
        fact = NewFact(kind="sent", earliest=today + sent * DAY, known_by="postmark")
        case = actions.record_facts(case, [fact], today=today + DAY, at=now, by=in_scope.user)
    last_of_work, _ = days_of(case, in_scope)

    sweep(now, last_of_work + DAY)

    case.refresh_from_db()
    assert (case.archived_on is None) is is_kept


def test_a_complaint_that_nobody_agreed_to_stops_nothing(
    open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    mere = open_one(procedure=COMPLAINT, sent=None, consents=[])
    assert mere.state == State.PREPARING
    last_of_work, _ = days_of(mere, in_scope)

    assert sweep(now, last_of_work + DAY)[0] == 1


def test_after_a_complaint_it_is_kept_for_five_years(
    closed: Case, complaint: Callable[..., Case], in_scope: Membership, today: date, now: datetime
) -> None:
    ended = complaint(consents=[ConsentKind.HANDLING])
    actions.close_case(ended, outcome=_any_outcome(ended), today=today, at=now, by=in_scope.user)
    _, plain = days_of(closed, in_scope)
    sweep(now, plain + DAY)

    assert sweep(now, plain + DAY) == (0, 0, 0, 0)
    kept = access.keeping_of(Case.objects.all().with_complaints().get(pk=closed.pk), terms=terms(in_scope), today=plain)
    assert kept
    assert kept.purges_on == terms(in_scope).purges_on(closed.expected_until, has_complaint=True)
    sweep(now, kept.purges_on - 7 * DAY)
    assert sweep(now, kept.purges_on + DAY)[2] >= 1


def _any_outcome(case: Case) -> str:
    from procedures import registry as procedures

    return procedures.current(case.procedure).outcomes[0].key


def test_another_persons_complaint_stops_nothing(
    closed: Case, open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    open_one(procedure=COMPLAINT, sent=None, email="Zq-autre@exemple.invalid")

    archived(closed, in_scope, now)

    closed.refresh_from_db()
    assert closed.archived_on


def test_a_decoy_is_kept(closed: Case, in_scope: Membership, now: datetime) -> None:
    Case.objects.filter(pk=closed.pk).update(is_canary=True)
    _, purged = days_of(closed, in_scope)

    assert sweep(now, purged + 400 * DAY)[0::2] == (0, 0)


def test_the_others_stay_untouched(
    closed: Case, open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    child = NewBeneficiary(kind=BeneficiaryKind.CHILD, first_name="Zq-lou", birth_year="2016", ground="agrees")
    other = actions.open_case_for(
        closed.member,
        campaign=closed.campaign,
        procedure="mon-espace-sante/opposition-enfant",
        beneficiary=child,
        today=today,
        at=now,
        by=in_scope.user,
    )
    Case.objects.filter(pk=other.pk).update(expected_until=today + 700 * DAY)
    purged = archived(closed, in_scope, now)
    sweep(now, purged - 7 * DAY)

    assert sweep(now, purged + DAY)[2] == 1
    other.refresh_from_db()
    assert other.state != State.ERASED
    assert DataKey.objects.filter(subject__in=[other.subject, closed.member.subject]).count() == 2
