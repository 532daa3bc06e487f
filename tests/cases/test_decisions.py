"""What is decided about a case, as actions: each with what it must not do."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from accounts.access import user_by_email
from accounts.models import Membership, User
from cases import access, actions, tallies
from cases.actions import AfterTheDay, Answer, BeforeLetter, NewFact
from cases.models import AttemptResult, Case, CaseEvent, CaseFact, ConsentKind, Deadline, Decision
from cases.rules.lifecycle import EventKind, Impossible, replay
from tests import factories
from tests.cases.conftest import CLOSURE, OpenOne

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"


class Hand:
    """A volunteer who acts on a given day."""

    def __init__(self, user: User, at: datetime) -> None:
        self.user, self.at = user, at

    def on(self, day: date) -> dict[str, object]:
        return {"today": day, "at": self.at, "by": self.user}


@pytest.fixture
def hand(in_scope: Membership, now: datetime) -> Hand:
    return Hand(in_scope.user, now)


def _called(
    case: Case, hand: Hand, *, on: date, asked: bool = True, result: AttemptResult = AttemptResult.CONFIRMED
) -> Case:
    return actions.record_attempt(
        case,
        channel="phone",
        made_on=on,
        result=result,
        justificatif_asked=asked,
        **hand.on(on),  # type: ignore[arg-type]  # keywords in a table
    )


def _deadline(case: Case, key: str) -> Deadline:
    return Deadline.objects.get(case=case, key=key)


def _missed(case: Case, now: datetime, *, on: date) -> Deadline:
    actions.sweep(today=on, at=now)
    return Deadline.objects.all().missed().get(case=case)


def _kinds(case: Case) -> Sequence[EventKind]:
    return [
        EventKind(kind) for kind in CaseEvent.objects.filter(case=case).order_by("pk").values_list("kind", flat=True)
    ]


def test_waiting_longer_brings_the_case_back_after_a_fortnight(
    open_one: OpenOne, hand: Hand, today: date, now: datetime
) -> None:
    case = _called(open_one(sent=10), hand, on=today)
    due = _deadline(case, "justificatif").due
    assert due
    late = due + timedelta(days=1)
    missed = _missed(case, now, on=late)

    actions.answer_missed(missed, Answer(decision=Decision.KEEP_WAITING), **hand.on(late))  # type: ignore[arg-type]  # keywords in a table

    case.refresh_from_db()
    assert case.act_on == late + timedelta(days=14)
    assert actions.sweep(today=late + timedelta(days=13), at=now).flagged == 0
    assert actions.sweep(today=late + timedelta(days=14), at=now).flagged == 1
    assert actions.sweep(today=late + timedelta(days=14), at=now).flagged == 0
    case.refresh_from_db()
    assert case.reason == "missed"


def test_chasing_an_answer_does_not_make_it_less_late(open_one: OpenOne, hand: Hand, today: date) -> None:
    case = _called(open_one(sent=10), hand, on=today)
    first = _deadline(case, "justificatif").due

    case = _called(case, hand, on=today + timedelta(days=20))
    case = _called(case, hand, on=today + timedelta(days=21), asked=False)

    again = _deadline(case, "justificatif")
    assert (again.due, again.void_on) == (first, None)
    assert _deadline(case, "opposer").met_on == today


def test_deciding_to_start_again_lets_a_new_request_start_a_new_month(
    open_one: OpenOne, hand: Hand, today: date, now: datetime
) -> None:
    case = _called(open_one(sent=10), hand, on=today)
    first = _deadline(case, "justificatif").due
    assert first
    late = first + timedelta(days=1)
    actions.answer_missed(_missed(case, now, on=late), Answer(decision=Decision.ACT_AGAIN), **hand.on(late))  # type: ignore[arg-type]  # keywords in a table

    case.refresh_from_db()
    case = _called(case, hand, on=late)

    due = _deadline(case, "justificatif").due
    assert due
    assert due > late


def test_an_act_older_than_its_letter_is_refused_and_writes_nothing(open_one: OpenOne, hand: Hand, today: date) -> None:
    case = open_one(sent=41)
    before = CaseEvent.objects.filter(case=case).count()

    with pytest.raises(BeforeLetter) as refused:
        _called(case, hand, on=date(2020, 11, 23))

    assert refused.value.sent_on == today - timedelta(days=41)
    assert CaseEvent.objects.filter(case=case).count() == before


def test_was_done_before_the_letter_is_refused_and_the_deadline_stays_missed(
    open_one: OpenOne, hand: Hand, today: date, now: datetime
) -> None:
    case = open_one(sent=50)
    missed = _missed(case, now, on=today)

    with pytest.raises(BeforeLetter):
        actions.answer_missed(missed, Answer(decision=Decision.WAS_DONE, done_on=date(2021, 1, 1)), **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    assert Deadline.objects.all().missed().filter(pk=missed.pk).exists()


def test_answering_by_closing_is_one_action_or_none(open_one: OpenOne, hand: Hand, today: date, now: datetime) -> None:
    case = open_one(sent=50)
    missed = _missed(case, now, on=today)

    with pytest.raises(LookupError):
        actions.answer_missed(missed, Answer(decision=Decision.CLOSE, outcome="no such end"), **hand.on(today))  # type: ignore[arg-type]  # keywords in a table
    assert Deadline.objects.all().missed().filter(pk=missed.pk).exists()

    closed = actions.answer_missed(missed, Answer(decision=Decision.CLOSE, outcome="abandoned"), **hand.on(today))  # type: ignore[arg-type]  # keywords in a table
    assert closed
    assert closed.state == "closed"


def test_answering_by_continuing_gives_the_new_case(open_one: OpenOne, hand: Hand, today: date, now: datetime) -> None:
    case = open_one(sent=50)
    missed = _missed(case, now, on=today)

    new = actions.answer_missed(missed, Answer(decision=Decision.CONVERT, procedure=CLOSURE), **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    assert new
    assert (new.procedure, new.follows_id, new.state) == (CLOSURE, case.pk, "to_act")
    case.refresh_from_db()
    assert (case.state, case.outcome_class) == ("closed", "abandoned")


def test_a_case_without_consent_is_reopened_to_be_prepared(open_one: OpenOne, hand: Hand, today: date) -> None:
    case = open_one(consents=[])
    actions.close_case(case, outcome="abandoned", **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    reopened = actions.reopen_case(case, **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    assert reopened.state == "preparing"
    assert replay(_kinds(reopened)) == "preparing"


def test_a_case_with_consent_is_reopened_to_act(open_one: OpenOne, hand: Hand, today: date) -> None:
    case = open_one()
    actions.close_case(case, outcome="abandoned", **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    assert actions.reopen_case(case, **hand.on(today)).state == "to_act"  # type: ignore[arg-type]  # keywords in a table


def test_what_happens_to_a_closed_case_still_replays(open_one: OpenOne, hand: Hand, today: date) -> None:
    case = open_one()
    actions.close_case(case, outcome="abandoned", **hand.on(today))  # type: ignore[arg-type]  # keywords in a table
    Deadline.objects.filter(case=case).update(due=date(2030, 1, 1))

    actions.give_consent(case, kind=ConsentKind.STATISTICS, **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    assert replay(_kinds(case)) == "closed"


def test_a_proof_that_came_in_time_is_not_late_because_we_checked_it_late(
    open_one: OpenOne, hand: Hand, today: date, now: datetime
) -> None:
    case = _called(open_one(sent=10), hand, on=today)
    due = _deadline(case, "justificatif").due
    assert due
    came = due - timedelta(days=1)
    proof = actions.keep_justificatif(case, factories.rebuilt(), kind="opposition", token=uuid4(), **hand.on(came))  # type: ignore[arg-type]  # keywords in a table

    assert actions.sweep(today=due + timedelta(days=2), at=now).flagged == 0
    actions.check_justificatif(proof, accepted=True, **hand.on(due + timedelta(days=3)))  # type: ignore[arg-type]  # keywords in a table

    assert _deadline(case, "justificatif").met_on == came


def test_erasing_leaves_nobody_to_read_or_to_find(
    open_one: OpenOne, hand: Hand, in_scope: Membership, today: date, now: datetime
) -> None:
    address = "Zq-effacee@exemple.invalid"
    case = open_one(email=address, consents=[ConsentKind.HANDLING, ConsentKind.STATISTICS])
    user = case.member.user
    assert user

    actions.erase_case(case, **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    case = Case.objects.with_people().get(pk=case.pk)
    assert (case.state, case.member.first_name, case.member.email) == ("erased", "", "")
    assert access.known_members(in_scope, email=address, at=now) == []
    assert user_by_email(address) is None
    assert User.objects.get(pk=user.pk).email == ""
    assert list(tallies.to_freeze(case.campaign_id, today=today + timedelta(days=200))) == []
    assert replay(_kinds(case)) == "erased"


def test_erasing_one_case_keeps_the_person_whom_another_case_needs(
    open_one: OpenOne, hand: Hand, today: date, now: datetime, in_scope: Membership
) -> None:
    first = open_one(email="Zq-famille@exemple.invalid")
    second = actions.open_case_for(
        first.member,
        campaign=first.campaign,
        procedure=CLOSURE,
        beneficiary=first.beneficiary,
        today=today,
        at=now,
        by=in_scope.user,
    )

    actions.erase_case(first, **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    second = Case.objects.with_people().get(pk=second.pk)
    assert second.member.email == "Zq-famille@exemple.invalid"
    assert second.member.user_id


def test_erasing_a_member_who_volunteers_keeps_their_account(
    open_one: OpenOne, hand: Hand, in_scope: Membership, today: date
) -> None:
    case = open_one(email=in_scope.user.email)

    actions.erase_case(case, **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    assert User.objects.get(pk=in_scope.user_id).email


def test_nothing_happens_to_an_erased_case(open_one: OpenOne, hand: Hand, today: date) -> None:
    case = open_one()
    actions.erase_case(case, **hand.on(today))  # type: ignore[arg-type]  # keywords in a table

    with pytest.raises(Impossible):
        actions.record_facts(case, [NewFact(kind="sent", earliest=today)], **hand.on(today))  # type: ignore[arg-type]  # keywords in a table
    assert not CaseFact.objects.filter(case=case, kind="sent", earliest=today).exists()


def test_what_was_done_after_the_last_day_was_not_done_in_time(
    open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    case = open_one(sent=60)
    actions.sweep(today=today, at=now)
    [missed] = Deadline.objects.missed().filter(case=case)
    assert missed.due_latest

    late = Answer(decision=Decision.WAS_DONE, done_on=missed.due_latest + timedelta(days=1))
    with pytest.raises(AfterTheDay):
        actions.answer_missed(missed, late, today=today, at=now, by=in_scope.user)
    assert Deadline.objects.missed().filter(case=case).exists()

    in_time = Answer(decision=Decision.WAS_DONE, done_on=missed.due_latest)
    assert actions.answer_missed(missed, in_time, today=today, at=now, by=in_scope.user)


def test_a_late_act_leaves_a_missed_day_to_be_decided(
    open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    case = open_one(sent=60)
    actions.sweep(today=today, at=now)

    late = actions.NewFact(kind="acted", earliest=today, known_by="memory")
    actions.record_facts(case, [late], today=today, at=now, by=in_scope.user)

    [missed] = Deadline.objects.missed().filter(case=case)
    assert missed.met_on is None
