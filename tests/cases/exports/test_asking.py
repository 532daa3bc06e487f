"""Which cases a list names, and asking for it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import AuditEntry, Membership
from accounts.rules.audit import About, AuditKind
from cases import access, actions
from cases.actions import WrongCount
from cases.models import Campaign, Case, Export
from cases.rules import exports
from cases.rules.exports import Selection, Step
from cases.rules.lifecycle import State
from notifications.models import Notice
from tests import factories
from tests.cases.exports.conftest import DAY, OpenOne
from tests.factories import CLOSURE, OPPOSITION

# The rules


@pytest.mark.parametrize(
    ("decided", "approved", "taken", "later", "step"),
    [
        (False, False, False, timedelta(0), Step.WAITING),
        (False, False, False, DAY, Step.UNDECIDED),
        (True, False, False, timedelta(0), Step.REFUSED),
        (True, False, False, DAY, Step.REFUSED),
        (True, True, False, timedelta(0), Step.READY),
        (True, True, False, DAY, Step.LATE),
        (True, True, True, timedelta(0), Step.TAKEN),
        (True, True, True, DAY, Step.TAKEN),
        (True, False, True, timedelta(0), Step.STOPPED),
    ],
)
def test_the_step_follows_from_the_row(
    now: datetime, decided: bool, approved: bool, taken: bool, later: timedelta, step: Step
) -> None:
    assert exports.step(decided=decided, approved=approved, taken=taken, expires_at=now + DAY, now=now + later) is step


def test_a_selection_is_kept_as_codes_and_read_back(today: date) -> None:
    whole = Selection(
        campaign="c", procedure=OPPOSITION, state="closed", outcome="refused", opened_from=today, opened_to=today
    )

    assert exports.read(whole.codes()) == whole
    assert exports.read({}) == Selection()
    assert Selection().codes() == {}


# Which cases


@pytest.mark.django_db
def test_each_filter_narrows_and_all_together_too(
    open_one: OpenOne, campaign: Campaign, referent: Membership, today: date
) -> None:
    opposition, closure = open_one(), open_one(procedure=CLOSURE)
    with scope.enter(referent.association_id):
        Case.objects.filter(pk=closure.pk).update(opened_on=today - timedelta(days=40))

        def named(**chosen: Any) -> set[int]:
            return {case.pk for case in access.named_by(referent, Selection(**chosen))}

        both = {opposition.pk, closure.pk}
        assert named() == named(campaign=campaign.slug) == named(state="to_act") == both
        assert named(campaign="autre") == named(state="closed") == named(outcome="refused") == set()
        assert named(procedure=CLOSURE) == named(opened_to=today - timedelta(days=1)) == {closure.pk}
        assert named(opened_from=today) == named(opened_from=today, opened_to=today) == {opposition.pk}
        assert named(procedure=CLOSURE, opened_from=today) == set()


@pytest.mark.django_db
def test_what_is_erased_or_another_association_s_is_never_named(
    open_one: OpenOne, referent: Membership, stranger: Membership, today: date, now: datetime
) -> None:
    case, gone = open_one(), open_one()
    with scope.enter(referent.association_id):
        actions.erase_case(gone, today=today, at=now, by=referent.user)
        assert gone.pk in set(Case.objects.filter(state=State.ERASED).values_list("pk", flat=True))
        assert [one.pk for one in access.named_by(referent, Selection())] == [case.pk]
    with scope.enter(stranger.association_id):
        assert access.count_and_newest(stranger, Selection()) == (0, 0)


@pytest.mark.django_db
def test_only_cases_that_the_asker_may_reach_are_named(
    open_one: OpenOne, volunteer: Membership, colleague: Membership, today: date, now: datetime
) -> None:
    """Whoever sees their own cases alone would export these alone, whatever their roles say of lists."""
    mine, theirs = open_one(), open_one()
    with scope.enter(volunteer.association_id):
        actions.assign(theirs, to=colleague.user, today=today, at=now, by=colleague.user)
    volunteer.association.team_sees_all = False
    volunteer.association.save(update_fields=["team_sees_all"])

    with scope.enter(volunteer.association_id):
        assert [case.pk for case in access.named_by(volunteer, Selection())] == [mine.pk]


# Asking


@pytest.mark.django_db
def test_asking_writes_codes_tells_who_may_approve_and_is_in_the_log(
    open_one: OpenOne, referent: Membership, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    newest = open_one()

    export = factories.make_export(referent, at=now, selection=Selection(procedure=OPPOSITION))

    assert (export.filter, export.count, export.up_to) == ({"procedure": OPPOSITION}, 2, newest.pk)
    assert export.expires_at == now + DAY
    with scope.enter(referent.association_id):
        told = list(Notice.objects.filter(kind="export_asked").values_list("subject_ids", flat=True))
        entry = AuditEntry.objects.get(about=About.EXPORT)
    assert sorted(ids["membership"] for ids in told) == sorted([coordinator.pk, delegate.pk])
    assert (entry.kind, entry.by_id, entry.about_id) == (AuditKind.EXPORT_ASKED, referent.user_id, str(export.pk))
    assert entry.payload == {"filter": [f"procedure:{OPPOSITION}"], "people": True, "count": 2}


@pytest.mark.django_db
def test_a_list_of_nothing_or_of_another_number_is_not_asked(
    open_one: OpenOne, referent: Membership, now: datetime
) -> None:
    with scope.enter(referent.association_id):
        for seen in (0, 1):
            with pytest.raises(WrongCount):
                actions.ask_export(referent, selection=Selection(), with_people=False, reason="Tri", seen=seen, at=now)
        assert not Export.objects.exists()


@pytest.mark.django_db
def test_a_list_that_is_too_long_is_not_asked(
    open_one: OpenOne, referent: Membership, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.actions.exporting.MOST", 1)
    open_one()
    open_one()

    with pytest.raises(WrongCount):
        factories.make_export(referent, at=now)
