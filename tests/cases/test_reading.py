"""Each reading of a person's file is in the audit log; the person's timeline has one line for each half hour."""

from datetime import datetime, timedelta

import pytest

from accounts.models import AuditEntry, Membership
from accounts.rules.audit import About, AuditKind, Why
from cases import access, actions
from cases.models import Case, CaseEvent, Justificatif
from tests.cases.conftest import OpenOne

MINUTE = timedelta(minutes=1)


def entries(kind: AuditKind) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(kind=kind).order_by("pk"))


def told(case: Case, kind: str = "case_consulted") -> int:
    return CaseEvent.objects.filter(case=case, kind=kind).count()


def test_the_log_has_each_reading_and_the_timeline_one_for_half_an_hour(
    open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    case = open_one()

    for minutes in (0, 5, 29, 31):
        access.consult(case, reader=in_scope.user, why=Why.ASSIGNED, at=now + minutes * MINUTE)

    found = entries(AuditKind.CASE_CONSULTED)
    assert [(one.about, one.about_id, one.why) for one in found] == [(About.CASE, str(case.pk), "assigned")] * 4
    assert {one.by_id for one in found} == {in_scope.user_id}
    assert [one.at for one in found] == [now + minutes * MINUTE for minutes in (0, 5, 29, 31)]
    assert told(case) == 2


def test_contacts_and_files_are_readings_too(open_one: OpenOne, in_scope: Membership, now: datetime) -> None:
    case, document = open_one(), Justificatif(pk=7)

    access.consult_contact(case, reader=in_scope.user, why=Why.QUEUE, at=now)
    access.consult_file(case, document, reader=in_scope.user, why=Why.REASON, at=now)

    [contact], [file] = entries(AuditKind.CONTACT_CONSULTED), entries(AuditKind.FILE_CONSULTED)
    assert (contact.about_id, contact.why, contact.payload) == (str(case.pk), "queue", {})
    assert (file.about_id, file.why, file.payload) == (str(case.pk), "reason", {"justificatif": 7})


def test_ones_own_file_is_in_the_timeline_alone(open_one: OpenOne, in_scope: Membership, now: datetime) -> None:
    case = open_one()

    access.consult(case, reader=in_scope.user, why=Why.OWN, at=now)

    assert not AuditEntry.objects.exists()
    assert told(case) == 1


@pytest.mark.parametrize(("typed", "found"), [("zq-adherente@exemple.invalid", 1), ("Personne", 0)])
def test_a_search_is_recorded_with_its_number_and_never_its_words(
    typed: str, found: int, open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    open_one(email="zq-adherente@exemple.invalid")

    access.search(in_scope, typed, at=now)

    [entry] = entries(AuditKind.SEARCHED)
    assert (entry.by_id, entry.about, entry.about_id, entry.why) == (in_scope.user_id, "", "", "search")
    assert entry.payload == {"found": found}


def test_looking_a_member_up_is_a_search_of_the_permanence(
    open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    open_one(email="zq-adherente@exemple.invalid")

    access.known_members(in_scope, email="zq-adherente@exemple.invalid", at=now)
    access.known_members(in_scope, email="", phone=" ", at=now)

    assert [(one.why, one.payload) for one in entries(AuditKind.SEARCHED)] == [("permanence", {"found": 1})]


# A reason, for somebody else's case


def test_a_reason_holds_twelve_hours_for_that_reader_and_that_case(
    open_one: OpenOne, in_scope: Membership, colleague: Membership, referent: Membership, now: datetime
) -> None:
    case, other = open_one(), open_one()

    actions.say_why(case, reason="Elle rappelle", at=now, by=colleague.user)

    later = now + timedelta(hours=12)
    assert access.said_why(case, reader=colleague.user, at=later - MINUTE)
    assert not access.said_why(case, reader=colleague.user, at=later)
    assert not access.said_why(case, reader=referent.user, at=now)
    assert not access.said_why(other, reader=colleague.user, at=now)


def test_reading_on_does_not_make_a_reason_last_longer(open_one: OpenOne, colleague: Membership, now: datetime) -> None:
    case = open_one()
    actions.say_why(case, reason="Elle rappelle", at=now, by=colleague.user)

    access.consult(case, reader=colleague.user, why=Why.REASON, at=now + timedelta(hours=11))

    assert not access.said_why(case, reader=colleague.user, at=now + timedelta(hours=13))


def test_a_reason_is_sealed_in_the_case_and_nowhere_else(
    open_one: OpenOne, colleague: Membership, now: datetime
) -> None:
    case = open_one()

    actions.say_why(case, reason=" Elle rappelle ", at=now, by=colleague.user)

    event = CaseEvent.objects.get(case=case, kind="case_consulted")
    assert (event.note, event.subject) == ("Elle rappelle", case.subject)
    assert event.payload == {"why": "reason", "typed": True}
    assert not AuditEntry.objects.exists()


def test_only_somebody_elses_case_needs_one(open_one: OpenOne, in_scope: Membership, colleague: Membership) -> None:
    mine, nobodys, erased = open_one(), open_one(by=None), open_one()
    erased.state = "erased"

    assert not access.needs_reason(mine, reader=in_scope.user)
    assert access.needs_reason(mine, reader=colleague.user)
    assert not access.needs_reason(nobodys, reader=colleague.user)
    assert not access.needs_reason(erased, reader=colleague.user)
