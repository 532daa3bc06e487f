"""One trouble stops the purge for nobody else; whoever goes, goes on their own day and for their own cause."""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from accounts import scope
from accounts.models import Association, Membership
from cases import access, actions
from cases.actions import emptying
from cases.models import Beneficiary, Case, Member, PurgeLine
from cases.rules.keeping import LAST_NOTICE
from tests.cases.test_purging import by, case, counts, erase, full_case, purge, union
from vault.box import store

__all__ = ["by", "case", "union"]
pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def last_day(case: Case, union: Association) -> date:
    """On which the case is kept: archived, its person was told a week before."""
    with scope.enter(union.pk):
        last = access.terms_of(union).purges_on(Case.objects.get(pk=case.pk).expected_until)
        told = {"archived_on": last - 99 * DAY, "purge_told": LAST_NOTICE, "purge_told_on": last - 7 * DAY}
        Case.objects.filter(pk=case.pk).update(**told)
    return last


@pytest.mark.parametrize(("zone", "left"), [("Europe/Paris", 0), ("America/Martinique", 1)])
def test_nothing_goes_on_its_last_day_before_that_is_over_there(
    union: Association, last_day: date, zone: str, left: int
) -> None:
    """Three in the morning in Paris, the evening before in Fort-de-France."""
    Association.objects.filter(pk=union.pk).update(time_zone=zone)
    night = datetime.combine(last_day + DAY, datetime.min.time(), tzinfo=UTC) + timedelta(hours=2)

    done = actions.purge(today=last_day + DAY, at=night)

    assert (counts(union, Case), done.let_go) == ({"Case": left}, 1 - left)


def test_a_blob_that_stays_keeps_nobodys_rows_and_no_hook(
    union: Association,
    by: Membership,
    case: Case,
    today: date,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next one's blob goes all the same; what stayed is an orphan, for the vault's own sweep."""
    other = full_case(union, by, today + DAY, now)
    for one in (case, other):
        erase(one, today, now)
    whole, tried = store.remove, list[str]()

    def stuck(name: str) -> None:
        tried.append(name)
        if len(tried) == 1:
            raise PermissionError(name)
        whole(name)

    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr(store, "remove", stuck)
        told = purge(today)

    assert (counts(union, Case, Member), told["set_aside"]) == ({"Case": 0, "Member": 0}, 0)
    assert len(tried) == 2
    assert list(store.names_of(union.pk)) == tried[:1]
    assert "not removed yet: PermissionError" in caplog.text
    assert tried[0] not in caplog.text


def test_a_case_that_cannot_be_emptied_keeps_no_others_rows(
    union: Association, by: Membership, case: Case, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = full_case(union, by, today + DAY, now)
    for one in (case, other):
        erase(one, today, now)
    whole = emptying._empty

    def fails(ids: list[int], subjects: Any) -> dict[str, int]:
        if case.pk in ids:
            raise DatabaseError("a bad row")
        return whole(ids, subjects)

    monkeypatch.setattr(emptying, "_empty", fails)

    done = actions.purge(today=today, at=now)

    assert (done.set_aside, done.waiting) == (1, 1)
    with scope.enter(union.pk):
        assert list(Case.objects.values_list("pk", flat=True)) == [case.pk]


def test_a_step_that_fails_keeps_no_other_from_its_turn(
    union: Association, case: Case, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(case, today, now)

    def fails(*_: Any, **__: Any) -> int:
        raise OSError

    monkeypatch.setattr(emptying, "_chunks_to_let_go", fails)
    monkeypatch.setattr(emptying, "_empty_others", fails)

    assert actions.purge(today=today, at=now).set_aside == 2
    assert counts(union, Case) == {"Case": 0}


def test_people_go_for_the_cause_of_their_last_case(union: Association, last_day: date, now: datetime) -> None:
    actions.purge(today=last_day + DAY, at=now)

    assert counts(union, Member, Beneficiary) == {"Member": 0, "Beneficiary": 0}
    with scope.enter(union.pk):
        causes = dict(PurgeLine.objects.exclude(cause="age").values_list("table", "cause"))
    assert causes["cases.Member"] == causes["cases.Consent"] == causes["cases.Beneficiary"] == "retention"
    assert set(causes.values()) == {"retention"}


def test_whoever_was_erased_without_a_case_goes_too(union: Association, case: Case, today: date, now: datetime) -> None:
    erase(case, today, now)
    with scope.enter(union.pk):
        member = Member.objects.get(pk=case.member_id)
        child = Beneficiary(association_id=union.pk, member=member, subject=member.subject, kind="child")
        child.save(force_insert=True)

    purge(today)

    assert counts(union, Member, Beneficiary) == {"Member": 0, "Beneficiary": 0}
