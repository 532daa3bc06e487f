from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import Membership, User
from cases import access, actions
from cases.actions import NewBeneficiary, NewFact, NewMember, NotAdmitted
from cases.models import BeneficiaryKind, Campaign, Case, CaseEvent, Consent, ConsentKind, Member
from tests.cases.conftest import CHILD, CLOSURE, OPPOSITION, OpenOne


def test_a_late_letter_still_opens_six_weeks(open_one: OpenOne, today: date) -> None:
    case = open_one(sent=41)

    [deadline] = [row for row in access.deadlines_of(case) if row.due]
    assert (deadline.key, deadline.due) == ("opposer", today + timedelta(days=1))
    assert (case.state, case.reason, case.next_deadline_on) == ("to_act", "deadline", today + timedelta(days=1))
    assert "R. 1111-28" in deadline.article
    assert "mardi 24 novembre 2026" in deadline.explanation("fr")
    assert "24 November 2026" in deadline.explanation("en")


def test_no_letter_at_all_is_a_valid_case_without_a_date(open_one: OpenOne) -> None:
    case = open_one(sent=None, facts=[NewFact(kind="notified_by", value="never")])

    [opposing] = [row for row in access.deadlines_of(case) if row.key == "opposer"]
    assert opposing.due is None
    assert "Aucun courrier" in opposing.explanation("fr")
    assert (case.state, case.reason) == ("to_act", "act")


def test_a_range_of_sending_days_takes_the_safest_end(open_one: OpenOne, today: date) -> None:
    fact = NewFact(
        kind="sent", earliest=today - timedelta(days=20), latest=today - timedelta(days=10), known_by="memory"
    )

    case = open_one(facts=[fact])

    assert case.next_deadline_on == today + timedelta(days=22)


def test_without_consent_to_the_handling_the_case_is_only_prepared(
    open_one: OpenOne, today: date, now: datetime, in_scope: Membership
) -> None:
    case = open_one(consents=[])
    assert (case.state, case.waiting_for) == ("preparing", "member")

    actions.give_consent(case, kind=ConsentKind.HANDLING, today=today, at=now, by=in_scope.user)

    case.refresh_from_db()
    assert case.state == "to_act"


def test_statistics_are_a_choice_of_their_own(open_one: OpenOne) -> None:
    case = open_one(consents=[ConsentKind.HANDLING])

    assert not Consent.objects.filter(beneficiary=case.beneficiary, kind=ConsentKind.STATISTICS).exists()


def test_the_same_form_sent_twice_opens_one_case(open_one: OpenOne) -> None:
    token = uuid4()

    first, second = open_one(token=token), open_one(token=token)

    assert first.pk == second.pk
    assert (Case.objects.count(), Member.objects.count()) == (1, 1)


def test_a_member_with_an_address_can_sign_in_and_one_without_can_not(open_one: OpenOne) -> None:
    with_address, without = open_one(email="Zq-adherente@exemple.invalid"), open_one()

    assert with_address.member.user
    assert without.member.user is None


def test_an_address_whose_account_sleeps_is_that_account(open_one: OpenOne, member_user: User) -> None:
    User.objects.filter(pk=member_user.pk).update(is_active=False)

    assert open_one(email=member_user.email).member.user_id == member_user.pk


def test_known_members_are_found_by_address_and_number_in_whatever_form(
    open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    case = open_one(email="Zq-Adherente@Exemple.invalid")

    assert access.known_members(in_scope, email="zq-adherente@exemple.invalid ", at=now) == [case.member]
    assert access.known_members(in_scope, email="autre@exemple.invalid", at=now) == []
    assert access.phone_digits("+33 6 12.34") == access.phone_digits("06 1234") == "061234"


@pytest.mark.parametrize("phone", ["", "abc", "+", " - "])
def test_a_number_without_a_digit_is_nobodys(
    phone: str, open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    open_one(email="zq-adherente@exemple.invalid")

    assert access.known_members(in_scope, email=" ", phone=phone, at=now) == []


def test_a_search_by_address_finds_that_person_alone(open_one: OpenOne, in_scope: Membership, now: datetime) -> None:
    case, _ = open_one(email="zq-adherente@exemple.invalid"), open_one()

    assert access.search(in_scope, "zq-adherente@exemple.invalid", at=now) == [case]
    assert access.search(in_scope, "zq-autre@exemple.invalid", at=now) == []


@pytest.mark.parametrize("typed", ["zelie", "ZÉLIE", "Ze\u0301lie", "zelie francois"])
def test_a_search_by_name_reads_no_accent(
    typed: str, campaign: Campaign, in_scope: Membership, today: date, now: datetime
) -> None:
    case = actions.open_case(
        campaign,
        procedure=OPPOSITION,
        member=NewMember(first_name="Zélie", last_name="François"),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        facts=[NewFact(kind="notified_by", value="never")],
        consents=[],
        today=today,
        at=now,
        by=in_scope.user,
    )

    assert access.search(in_scope, typed, at=now) == [case]


@pytest.mark.parametrize(
    ("beneficiary", "procedure", "code"),
    [
        (NewBeneficiary(kind=BeneficiaryKind.CHILD, first_name="Zq", ground="agrees"), OPPOSITION, "beneficiary"),
        (NewBeneficiary(kind=BeneficiaryKind.SELF), CHILD, "beneficiary"),
        (NewBeneficiary(kind=BeneficiaryKind.CHILD, first_name="Zq", ground="disagrees"), CHILD, "disagreement"),
        (NewBeneficiary(kind=BeneficiaryKind.REPRESENTED, first_name="Zq"), OPPOSITION, "ground"),
    ],
)
def test_whom_the_procedure_does_not_admit_gets_a_reason_and_no_row(
    open_one: OpenOne, beneficiary: NewBeneficiary, procedure: str, code: str
) -> None:
    with pytest.raises(NotAdmitted) as refused:
        open_one(beneficiary=beneficiary, procedure=procedure)

    assert refused.value.code == code
    assert not Member.objects.exists()
    assert not Case.objects.exists()


def test_a_child_has_a_key_of_its_own(open_one: OpenOne) -> None:
    child = NewBeneficiary(kind=BeneficiaryKind.CHILD, first_name="Zq", ground="agrees")

    case = open_one(beneficiary=child, procedure=CHILD)

    assert len(case.key_subjects()) == 3


def test_opening_writes_its_event_and_is_assigned_to_whoever_opened(open_one: OpenOne, in_scope: Membership) -> None:
    case = open_one(procedure=CLOSURE, sent=None)

    assert case.assigned_to == in_scope.user
    assert CaseEvent.objects.filter(case=case, kind="case_opened", by=in_scope.user).count() == 1


def test_a_volunteers_own_case_as_a_member_uses_the_same_account(open_one: OpenOne, in_scope: Membership) -> None:
    user: User = in_scope.user

    case = open_one(email=user.email)

    assert case.member.user == user
