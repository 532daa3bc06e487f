"""The rows of what is erased go, by one role alone; counts are all that stays."""

import io
import json
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, models

from accounts import scope
from accounts.models import Association, DataKey, Membership
from accounts.rules.roles import Role
from accounts.scope.roles import PURGE_ROLE, NoPurgeRole, as_purge_role
from cases import actions
from cases.actions import emptying
from cases.actions.rooting import make_root
from cases.models import (
    Attempt,
    Beneficiary,
    Case,
    CaseEvent,
    CaseFact,
    Consent,
    Deadline,
    EvidenceLeaf,
    Justificatif,
    Member,
    PurgeLine,
    Reminder,
)
from cases.rules.lifecycle import State
from notifications.models import Notice
from tests import factories
from vault import access as vault
from vault.models import SealedFile

pytestmark = pytest.mark.django_db(transaction=True)
OF_A_CASE = (Case, CaseEvent, CaseFact, Attempt, Deadline, Justificatif, Reminder, SealedFile)
OF_A_PERSON = (Member, Beneficiary, Consent)


@pytest.fixture
def union(today: date) -> Association:
    return factories.make_association(name="Union")


@pytest.fixture
def by(union: Association) -> Membership:
    return factories.make_membership(union, Role.COORDINATOR)


@pytest.fixture
def case(union: Association, by: Membership, today: date, now: datetime) -> Case:
    """With something in every table that hangs on a case, and under a root of evidence."""
    return full_case(union, by, today, now)


def full_case(union: Association, by: Membership, today: date, now: datetime) -> Case:
    case = factories.make_case(factories.make_campaign(union, today=today), by=by.user, today=today, at=now)
    factories.make_reminder(case, by=by.user, today=today, at=now)
    factories.make_attempt(case, by=by.user, today=today, at=now)
    factories.make_justificatif(case, by=by.user, today=today, at=now)
    factories.make_note(case, by=by.user, at=now)
    with scope.enter(union.pk):
        while actions.chain_events():
            pass
        make_root(union.pk, today=today, at=now)
    return case


def erase(case: Case, today: date, now: datetime) -> None:
    with scope.enter(case.association_id):
        actions.erase_person(Member.objects.get(pk=case.member_id), today=today, at=now, by=None)


def counts(union: Association, *models_: type[models.Model]) -> dict[str, int]:
    with scope.enter(union.pk):
        return {model.__name__: model._default_manager.count() for model in models_}


def purge(today: date, **more: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("purge", "--json", "--today", today.isoformat(), stdout=out, **more)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_every_row_of_an_erased_case_and_person_is_gone(
    case: Case, union: Association, today: date, now: datetime
) -> None:
    before = counts(union, *OF_A_CASE, *OF_A_PERSON)
    assert all(before.values()), before
    erase(case, today, now)

    told = purge(today)

    assert counts(union, *OF_A_CASE, *OF_A_PERSON) == dict.fromkeys(before, 0)
    assert told["tables"]["cases.CaseEvent"]["erasure"] > before["CaseEvent"]
    assert (told["waiting"], told["set_aside"]) == (0, 0)


def test_its_blob_is_gone_from_the_store(case: Case, today: date, now: datetime) -> None:
    with scope.enter(case.association_id):
        [name] = SealedFile.objects.values_list("stored_name", flat=True)
    blob = Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / name
    assert blob.exists()
    erase(case, today, now)

    purge(today)

    assert not blob.exists()
    assert vault.verify().is_sound


def test_the_roots_stand_on_hashes_without_a_case(case: Case, union: Association, today: date, now: datetime) -> None:
    with scope.enter(union.pk):
        leaves = {leaf.pk: leaf.digest for leaf in EvidenceLeaf.objects.order_by("pk")}
        assert EvidenceLeaf.objects.exclude(case=None).exists()
    erase(case, today, now)

    purge(today)

    with scope.enter(union.pk):
        assert {leaf.pk: leaf.digest for leaf in EvidenceLeaf.objects.order_by("pk")} == leaves
        assert not EvidenceLeaf.objects.exclude(case=None, justificatif=None).exists()


def test_a_case_that_nobody_erased_loses_nothing(
    case: Case, union: Association, by: Membership, today: date, now: datetime
) -> None:
    other = full_case(union, by, today + timedelta(days=1), now)
    before = counts(union, *OF_A_CASE)
    erase(case, today, now)

    purge(today)

    after = counts(union, *OF_A_CASE)
    assert after["Case"] == 1
    assert {name: number for name, number in after.items() if number >= before[name]} == {}
    with scope.enter(union.pk):
        assert Case.objects.with_people().get(pk=other.pk).member.last_name
        assert CaseEvent.objects.filter(case=other).count() == after["CaseEvent"]


def test_the_log_has_counts_by_day_and_nothing_else(case: Case, union: Association, today: date, now: datetime) -> None:
    before = counts(union, *OF_A_CASE)
    erase(case, today, now)
    purge(today)

    with scope.enter(union.pk):
        lines = list(PurgeLine.objects.order_by("table").values_list("purged_on", "table", "cause", "count"))
    told = {table: number for _, table, _, number in lines}
    assert {day for day, *_ in lines} == {today}
    assert {cause for *_, cause, _ in lines} == {"erasure"}
    assert told["cases.Case"] == told["cases.Member"] == 1
    assert told["cases.Justificatif"] == before["Justificatif"]
    assert {field.name for field in PurgeLine._meta.concrete_fields} == {
        "id", "association", "purged_on", "table", "cause", "count",
    }  # fmt: skip


def test_a_second_run_finds_nothing(case: Case, union: Association, today: date, now: datetime) -> None:
    erase(case, today, now)
    purge(today)
    lines = counts(union, PurgeLine)

    assert purge(today)["tables"] == {}
    assert counts(union, PurgeLine) == lines


def test_a_dry_run_counts_and_writes_nothing(case: Case, union: Association, today: date, now: datetime) -> None:
    erase(case, today, now)
    before = counts(union, *OF_A_CASE, PurgeLine)

    assert purge(today, dry_run=True)["tables"] == {"cases.Case": {"erasure": 1}}
    assert counts(union, *OF_A_CASE, PurgeLine) == before


def test_what_was_kept_for_long_enough_goes_with_its_rows(
    case: Case, union: Association, today: date, now: datetime
) -> None:
    with scope.enter(union.pk):
        expected = Case.objects.get(pk=case.pk).expected_until
    later = expected + timedelta(days=600)
    actions.sweep(today=later, at=now)
    with scope.enter(union.pk):
        factories.send_waiting(on=later)
    actions.sweep(today=later + timedelta(days=8), at=now)

    told = purge(later + timedelta(days=8))

    assert counts(union, Case) == {"Case": 0}
    assert told["tables"]["cases.Case"] == {"retention": 1}


def test_a_suspended_association_is_emptied_too(case: Case, union: Association, today: date, now: datetime) -> None:
    erase(case, today, now)
    Association.objects.update(is_active=False)

    purge(today)

    assert counts(union, Case) == {"Case": 0}


def test_stopped_in_between_it_goes_on(
    union: Association, by: Membership, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies at the second chunk: the first one is done and told, the next run does the rest."""
    cases = [full_case(union, by, today + timedelta(days=number), now) for number in range(3)]
    for case in cases:
        erase(case, today, now)
    monkeypatch.setattr(emptying, "CHUNK", 1)
    whole, calls = emptying._empty, iter(range(10))

    def dies(ids: list[int], subjects: Any) -> dict[str, int]:
        done = whole(ids, subjects)
        if next(calls) == 1:
            raise KeyboardInterrupt  # after the rows, before the log
        return done

    with monkeypatch.context() as patched:
        patched.setattr(emptying, "_empty", dies)
        with pytest.raises(KeyboardInterrupt):
            purge(today)
    with scope.enter(union.pk):
        assert Case.objects.count() == 2
        assert sum(PurgeLine.objects.filter(table="cases.Case").values_list("count", flat=True)) == 1

    purge(today)

    with scope.enter(union.pk):
        assert Case.objects.count() == 0
        assert sum(PurgeLine.objects.filter(table="cases.Case").values_list("count", flat=True)) == 3


def test_one_associations_trouble_keeps_no_others_rows(
    case: Case, union: Association, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.make_association()
    erase(case, today, now)
    whole = emptying._purge_one

    def fails(pk: int, *args: Any, **kwargs: Any) -> None:
        if pk == union.pk:
            raise DatabaseError
        whole(pk, *args, **kwargs)

    monkeypatch.setattr(emptying, "_purge_one", fails)

    with pytest.raises(CommandError, match="1 set aside"):
        purge(today)
    assert other.pk > union.pk


def test_old_notices_lists_and_invitations_go(
    union: Association, by: Membership, case: Case, today: date, now: datetime
) -> None:
    invitation, _ = factories.make_invitation(union, by=by.user, at=now)
    with scope.enter(union.pk):
        Notice.objects.create(
            association_id=union.pk, kind="deadline_near", dedupe_key="old", message_id="<a@b>", state="dropped",
            reason="stale", next_try_at=now, created_at=now - timedelta(days=91),
        )  # fmt: skip
        Notice.objects.create(
            association_id=union.pk, kind="deadline_near", dedupe_key="new", message_id="<c@b>", state="dropped",
            reason="stale", next_try_at=now, created_at=now - timedelta(days=89),
        )  # fmt: skip
        invitation.expires_at = now - timedelta(days=31)
        invitation.save(update_fields=["expires_at"])
    told = actions.purge(today=today, at=now).told()["tables"]

    assert told["notifications.Notice"] == {"age": 1}
    assert told["accounts.DataKey"] == {"age": 1}
    with scope.enter(union.pk):
        assert list(Notice.objects.values_list("dedupe_key", flat=True)) == ["new"]
    assert not DataKey.objects.filter(subject=invitation.subject).exists()


class TestTheRole:
    """On PostgreSQL: what one role may, and no other."""

    pytestmark = pytest.mark.postgres

    @pytest.fixture
    def erased(self, case: Case, today: date, now: datetime) -> Case:
        erase(case, today, now)
        return case

    def test_the_application_may_not_delete_an_event(self, erased: Case) -> None:
        with scope.enter(erased.association_id), pytest.raises(DatabaseError, match="permission denied"):
            CaseEvent.objects.all().purge([erased.pk])

    def test_the_purge_role_may_only_where_the_case_is_erased(self, case: Case) -> None:
        with as_purge_role(), pytest.raises(DatabaseError, match="append-only"), scope.enter(case.association_id):
            CaseEvent.objects.filter(case=case)._raw_delete("default")

    def test_nor_may_it_change_one(self, erased: Case) -> None:
        with as_purge_role(), pytest.raises(DatabaseError), scope.enter(erased.association_id):
            models.QuerySet.update(CaseEvent.objects.filter(case=erased), payload={})

    def test_it_may_empty_a_leaf_and_not_its_content(self, erased: Case) -> None:
        with as_purge_role(), pytest.raises(DatabaseError, match="append-only"), scope.enter(erased.association_id):
            models.QuerySet.update(EvidenceLeaf.objects.filter(case=erased), case=None, justificatif=None, content={})

    def test_nobody_changes_the_log(self, erased: Case, today: date) -> None:
        purge(today)
        with as_purge_role(), pytest.raises(DatabaseError), scope.enter(erased.association_id):
            models.QuerySet.delete(PurgeLine.objects.all())

    def test_it_sees_one_association_at_a_time(self, erased: Case) -> None:
        other = factories.make_association()
        with as_purge_role(), scope.enter(other.pk):
            assert Case._base_manager.count() == 0
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user")
                assert cursor.fetchone() == (PURGE_ROLE,)

    def test_without_its_password_the_job_says_what_to_do(
        self, erased: Case, today: date, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.scope.roles.PURGE_ROLE", "opposable_nobody")

        with pytest.raises(CommandError, match="PURGE_PASSWORD"):
            purge(today)
        with pytest.raises(NoPurgeRole), as_purge_role():
            pass
        with scope.enter(erased.association_id):
            assert Case.objects.filter(pk=erased.pk).exists()

    def test_two_purges_at_once_empty_each_row_once(
        self, union: Association, by: Membership, today: date, now: datetime
    ) -> None:
        for number in range(3):
            erase(full_case(union, by, today + timedelta(days=number), now), today, now)
        ready, failed = threading.Barrier(2), []

        def run(act: Callable[[], object]) -> None:
            ready.wait()
            try:
                act()
            except (DatabaseError, CommandError) as error:
                failed.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=[lambda: purge(today)]) for _ in range(2)]
        for step in (threading.Thread.start, threading.Thread.join):
            for thread in threads:
                step(thread)
        purge(today)

        assert failed == []
        assert counts(union, *OF_A_CASE) == {model.__name__: 0 for model in OF_A_CASE}
        with scope.enter(union.pk):
            assert sum(PurgeLine.objects.filter(table="cases.Case").values_list("count", flat=True)) == 3

    @pytest.mark.parametrize("_round", range(3))
    def test_of_letting_go_and_taking_up_again_at_once_exactly_one_wins(
        self, case: Case, union: Association, by: Membership, now: datetime, _round: int
    ) -> None:
        """Never a case that is open and has no key."""
        with scope.enter(union.pk):
            later = Case.objects.get(pk=case.pk).expected_until + timedelta(days=600)
        actions.sweep(today=later, at=now)
        later += timedelta(days=8)
        ready, fates = threading.Barrier(3), list[str]()

        def take_up() -> None:
            with scope.enter(union.pk):
                if Case.objects.filter(pk=case.pk).exists():
                    fates.append(f"kept: {actions.keep_longer(case, today=later, at=now, by=by.user)}")

        def run(act: Callable[[], object]) -> None:
            ready.wait()
            try:
                act()
            finally:
                connections.close_all()

        acts = [lambda: actions.sweep(today=later, at=now), lambda: actions.purge(today=later, at=now), take_up]
        threads = [threading.Thread(target=run, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with scope.enter(union.pk):
            left = Case.objects.exclude(state=State.ERASED).filter(pk=case.pk).first()
            events = set(CaseEvent.objects.filter(case=case.pk).values_list("kind", flat=True))
            has_key = DataKey.objects.filter(subject=case.subject).exists()
        assert (left is not None) is has_key
        assert (left is not None) is ("kept: True" in fates)
        assert not {"case_erased", "case_returned"} <= events
