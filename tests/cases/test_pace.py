"""Reading much raises an alert and asks for a factor; reading a decoy raises an alert."""

from datetime import date, datetime, timedelta

import pytest

from accounts.actions import see_alert
from accounts.models import AuditEntry, Membership
from accounts.rules.audit import About, AuditKind, Why
from cases import access, actions
from cases.access import MOST_AN_HOUR
from cases.actions import SomebodyReal
from cases.models import Case, ConsentKind, Deadline, InboundMail
from cases.tallies import to_freeze
from notifications import registry
from notifications.models import Notice
from tests import factories
from tests.cases.conftest import OpenOne

MINUTE = timedelta(minutes=1)


def read(reader: Membership, numbers: range, *, at: datetime) -> None:
    """These cases, by the ids of their rows in the log; that there are no such cases changes nothing here."""
    for number in numbers:
        AuditEntry.objects.record(
            AuditKind.CASE_CONSULTED, at=at, by=reader.user, about=About.CASE, about_id=-number, why=Why.QUEUE
        )


def alerts(kind: AuditKind = AuditKind.MASS_READING) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(kind=kind).order_by("pk"))


@pytest.fixture
def case(open_one: OpenOne) -> Case:
    return open_one()


def consult(case: Case, reader: Membership, *, at: datetime) -> None:
    access.consult(case, reader=reader.user, why=Why.QUEUE, at=at)


def test_the_sixtieth_case_of_an_hour_raises_one_alert(case: Case, in_scope: Membership, now: datetime) -> None:
    read(in_scope, range(1, MOST_AN_HOUR - 1), at=now)
    consult(case, in_scope, at=now)
    assert alerts() == []

    read(in_scope, range(100, 101), at=now)
    for minutes in (1, 2, 3):
        consult(case, in_scope, at=now + minutes * MINUTE)

    [raised] = alerts()
    assert (raised.by_id, raised.at, raised.payload) == (in_scope.user_id, now + MINUTE, {"found": 60})


def test_an_alert_that_a_program_raises_says_so(case: Case, in_scope: Membership, now: datetime) -> None:
    read(in_scope, range(1, MOST_AN_HOUR), at=now)

    access.consult(case, reader=in_scope.user, why=Why.API, at=now)

    assert [alert.why for alert in alerts()] == [Why.API]


def test_mails_that_wait_count_beside_cases_and_each_once(case: Case, in_scope: Membership, now: datetime) -> None:
    factories.make_mail(case, doubtful=True, at=now)
    mail = InboundMail.objects.get()
    read(in_scope, range(1, MOST_AN_HOUR - 1), at=now)
    AuditEntry.objects.record(AuditKind.MAIL_CONSULTED, at=now, by=in_scope.user, mail=-1)

    assert alerts() == []
    for _ in range(2):
        access.mail_for(in_scope, mail.pk, at=now)

    [raised] = alerts()
    assert (raised.by_id, raised.payload) == (in_scope.user_id, {"found": 60})


def test_the_same_case_read_often_is_one(case: Case, in_scope: Membership, now: datetime) -> None:
    for _ in range(MOST_AN_HOUR + 5):
        consult(case, in_scope, at=now)

    assert alerts() == []


def test_what_was_read_an_hour_ago_or_by_a_colleague_does_not_count(
    case: Case, in_scope: Membership, colleague: Membership, now: datetime
) -> None:
    read(in_scope, range(1, 41), at=now - timedelta(hours=1))
    read(in_scope, range(41, 81), at=now)
    read(colleague, range(81, 121), at=now)

    consult(case, in_scope, at=now)

    assert alerts() == []


def test_an_alert_comes_again_after_an_hour(case: Case, in_scope: Membership, now: datetime) -> None:
    read(in_scope, range(1, 61), at=now)
    consult(case, in_scope, at=now)
    later = now + timedelta(hours=1)
    read(in_scope, range(1, 61), at=later)
    consult(case, in_scope, at=later)

    assert [alert.at for alert in alerts()] == [now, later]


def test_after_the_alert_a_new_case_needs_a_factor_and_a_known_one_does_not(
    open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    known, new, signed_in_at = open_one(), open_one(), now - MINUTE
    reader = in_scope.user
    read(in_scope, range(1, MOST_AN_HOUR), at=now)
    assert access.may_read_on(known, reader=reader, factor_at=signed_in_at, at=now)
    consult(known, in_scope, at=now)

    assert access.may_read_on(known, reader=reader, factor_at=signed_in_at, at=now)
    assert not access.may_read_on(new, reader=reader, factor_at=signed_in_at, at=now + MINUTE)
    assert not access.may_read_on(new, reader=reader, factor_at=signed_in_at, at=now + timedelta(hours=3))
    assert access.may_read_on(new, reader=reader, factor_at=now + MINUTE, at=now + 2 * MINUTE)


def test_a_factor_is_worth_sixty_more(case: Case, in_scope: Membership, now: datetime) -> None:
    read(in_scope, range(1, 61), at=now)
    AuditEntry.objects.record(AuditKind.MASS_READING, at=now, by=in_scope.user, found=60)
    given = now + MINUTE
    read(in_scope, range(61, 120), at=given + MINUTE)
    assert access.may_read_on(case, reader=in_scope.user, factor_at=given, at=given + 2 * MINUTE)

    read(in_scope, range(120, 121), at=given + MINUTE)

    assert not access.may_read_on(case, reader=in_scope.user, factor_at=given, at=given + 2 * MINUTE)


def test_a_program_waits_until_the_hour_is_over(case: Case, in_scope: Membership, now: datetime) -> None:
    read(in_scope, range(1, 61), at=now)
    AuditEntry.objects.record(AuditKind.MASS_READING, at=now, by=in_scope.user, found=60)

    assert not access.may_read_on(case, reader=in_scope.user, factor_at=None, at=now + 59 * MINUTE)
    assert access.may_read_on(case, reader=in_scope.user, factor_at=None, at=now + 60 * MINUTE)


# Lists


def list_on(reader: Membership, pages: int, *, at: datetime) -> None:
    for _ in range(pages):
        access.record_listing(reader, found=50, why=Why.SEARCH, at=at)


def test_more_than_five_hundred_names_of_lists_raise_one_alert(in_scope: Membership, now: datetime) -> None:
    list_on(in_scope, 10, at=now)
    assert alerts() == []
    assert access.may_list_on(in_scope, factor_at=None, at=now)

    list_on(in_scope, 2, at=now + MINUTE)

    [raised] = alerts()
    assert (raised.by_id, raised.payload) == (in_scope.user_id, {"found": 550, "lists": True})


def test_what_searches_found_counts_too(case: Case, in_scope: Membership, now: datetime) -> None:
    list_on(in_scope, 10, at=now)

    assert access.search(in_scope, case.reference, at=now) == [case]

    assert [alert.payload["found"] for alert in alerts()] == [501]


def test_after_many_names_a_factor_is_asked_and_worth_as_many_more(in_scope: Membership, now: datetime) -> None:
    list_on(in_scope, 11, at=now)
    given = now + MINUTE

    assert not access.may_list_on(in_scope, factor_at=now, at=given)
    assert not access.may_list_on(in_scope, factor_at=None, at=given)
    assert access.may_list_on(in_scope, factor_at=given, at=given)
    list_on(in_scope, 11, at=given + MINUTE)
    assert not access.may_list_on(in_scope, factor_at=given, at=given + 2 * MINUTE)
    assert access.may_list_on(in_scope, factor_at=None, at=now + timedelta(hours=2))


def test_names_of_lists_and_files_that_were_opened_are_two_limits(
    case: Case, in_scope: Membership, colleague: Membership, now: datetime
) -> None:
    list_on(in_scope, 11, at=now)
    assert access.may_read_on(case, reader=in_scope.user, factor_at=now - MINUTE, at=now)
    assert access.may_list_on(colleague, factor_at=now - MINUTE, at=now)

    read(in_scope, range(1, 61), at=now)
    consult(case, in_scope, at=now)

    assert [alert.payload.get("lists", False) for alert in alerts()] == [True, False]


# Decoys


def test_opening_a_decoy_raises_an_alert_once_an_hour_for_each_reader(
    open_one: OpenOne, in_scope: Membership, colleague: Membership, now: datetime
) -> None:
    decoy = open_one(email="")
    assert actions.set_canary(decoy, on=True, by=in_scope.user, at=now)
    decoy.refresh_from_db()

    for minutes in (0, 30, 61):
        consult(decoy, in_scope, at=now + minutes * MINUTE)
    consult(decoy, colleague, at=now)

    raised = alerts(AuditKind.CANARY_READ)
    assert [(one.by_id, one.about_id) for one in raised] == [
        (in_scope.user_id, str(decoy.pk)),
        (in_scope.user_id, str(decoy.pk)),
        (colleague.user_id, str(decoy.pk)),
    ]


def test_an_ordinary_case_raises_none(case: Case, in_scope: Membership, now: datetime) -> None:
    consult(case, in_scope, at=now)

    assert alerts(AuditKind.CANARY_READ) == []


def test_somebodys_case_is_no_decoy(open_one: OpenOne, in_scope: Membership, now: datetime) -> None:
    real = open_one(email="zq-adherente@exemple.invalid")

    with pytest.raises(SomebodyReal):
        actions.set_canary(real, on=True, by=in_scope.user, at=now)

    assert not Case.objects.get(pk=real.pk).is_canary
    assert alerts(AuditKind.CANARY_SET) == []


def test_marking_is_recorded_and_not_told_in_the_case(open_one: OpenOne, in_scope: Membership, now: datetime) -> None:
    decoy = open_one(email="")
    events = decoy.events.count()

    assert actions.set_canary(decoy, on=True, by=in_scope.user, at=now)
    assert not actions.set_canary(decoy, on=True, by=in_scope.user, at=now)
    assert actions.set_canary(decoy, on=False, by=in_scope.user, at=now)

    assert [one.payload for one in alerts(AuditKind.CANARY_SET)] == [{"on": True}, {"on": False}]
    assert decoy.events.count() == events


def test_a_decoy_is_in_no_figure(open_one: OpenOne, in_scope: Membership, now: datetime, today: date) -> None:
    both = [ConsentKind.HANDLING, ConsentKind.STATISTICS]
    real, decoy = open_one(consents=both), open_one(consents=both)
    assert len(list(to_freeze(real.campaign_id, today=today))) == 2

    actions.set_canary(decoy, on=True, by=in_scope.user, at=now)

    assert len(list(to_freeze(real.campaign_id, today=today))) == 1


def test_nobody_gets_mail_about_a_decoy(open_one: OpenOne, in_scope: Membership, now: datetime, today: date) -> None:
    decoy = open_one(sent=20)
    Deadline.objects.filter(case=decoy).update(bound="addressee")
    actions.set_canary(decoy, on=True, by=in_scope.user, at=now)

    done = actions.sweep(today=today + timedelta(days=60), at=now)

    assert (done.flagged > 0, done.notices) == (True, 0)


# Who is told


def sweep(now: datetime) -> None:
    actions.sweep(today=now.date(), at=now)


def test_an_alert_is_told_once_to_whoever_watches_but_not_to_whom_it_is_about(
    in_scope: Membership, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    AuditEntry.objects.record(AuditKind.MASS_READING, at=now, by=coordinator.user, found=60)

    sweep(now)
    sweep(now + MINUTE)

    [notice] = Notice.objects.filter(kind="security_alert")
    kind = registry.kind_of("security_alert")
    told = kind.recipient(notice)
    assert told
    assert told.email == delegate.user.email
    assert kind.still_holds(notice)
    assert str(kind.context(notice)["link"]).endswith("/desk/securite/")


def test_an_alert_that_somebody_saw_at_once_is_told_to_the_others_all_the_same(
    in_scope: Membership, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    """Else whoever is behind it and an accomplice would see it away before the others hear of it."""
    raised = AuditEntry.objects.record(AuditKind.MASS_READING, at=now, by=in_scope.user, found=60)
    see_alert(raised, by=delegate.user, at=now)

    sweep(now + MINUTE)

    [notice] = Notice.objects.filter(kind="security_alert")
    kind = registry.kind_of("security_alert")
    told = kind.recipient(notice)
    assert told
    assert told.email == coordinator.user.email
    assert kind.still_holds(notice)


def test_an_alert_of_a_fortnight_ago_is_no_news(in_scope: Membership, delegate: Membership, now: datetime) -> None:
    AuditEntry.objects.record(AuditKind.MASS_READING, at=now - timedelta(days=14), by=in_scope.user, found=60)

    sweep(now)

    assert not Notice.objects.filter(kind="security_alert").exists()


def test_whoever_saw_it_or_no_longer_watches_gets_no_mail(
    in_scope: Membership, delegate: Membership, now: datetime
) -> None:
    raised = AuditEntry.objects.record(AuditKind.MASS_READING, at=now, by=in_scope.user, found=60)
    sweep(now)
    notice = Notice.objects.get(kind="security_alert")
    kind = registry.kind_of("security_alert")

    delegate.roles = ["benevole"]
    delegate.save(update_fields=["roles"])
    assert not kind.still_holds(notice)

    delegate.roles = ["delegue"]
    delegate.save(update_fields=["roles"])
    see_alert(raised, by=delegate.user, at=now)
    assert not kind.still_holds(notice)
