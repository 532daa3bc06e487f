"""The journal proves itself: moves lead to the state, chains hold whatever order events were committed in."""

import io
import json
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from cases import actions
from cases.actions import proving
from cases.actions.chaining import link_of
from cases.models import Case, CaseEvent
from cases.rules.chain import first_break
from cases.rules.lifecycle import EventKind, State
from tests.cases.conftest import OpenOne


@pytest.fixture
def case(open_one: OpenOne) -> Case:
    return open_one()


def test_an_event_committed_late_with_a_smaller_id_takes_the_next_place(case: Case, now: datetime) -> None:
    first, late = (
        CaseEvent(pk=pk, association_id=case.association_id, case=case, subject=case.subject, kind=kind, at=now)
        for pk, kind in [(10**6, EventKind.NOTE_ADDED), (10**6 - 1, EventKind.CASE_CONSULTED)]
    )
    for event in (first, late):
        CaseEvent.objects.bulk_create([event])
        actions.chain_events()

    in_order = list(CaseEvent.objects.all().chained().filter(case=case).values_list("pk", "place"))
    assert in_order[-2:] == [(first.pk, len(in_order) - 1), (late.pk, len(in_order))]
    assert first_break([link_of(event) for event in CaseEvent.objects.all().chained()]) is None
    assert proving.check_cases().is_sound


def test_places_count_from_one_in_each_case(open_one: OpenOne) -> None:
    for case in (open_one(), open_one()):
        actions.chain_events()
        places = list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("place", flat=True))
        assert places == list(range(1, len(places) + 1))


def test_a_sound_journal_is_counted(case: Case) -> None:
    actions.chain_events()
    out = io.StringIO()

    call_command("check_cases", "--json", stdout=out)

    events = CaseEvent.objects.filter(case=case).count()
    assert json.loads(out.getvalue()) == {
        "associations": 1, "cases": 1, "chained": events, "misplaced": [], "broken": [],
        "roots": 0, "uncovered": [],
    }  # fmt: skip


def test_a_state_that_no_event_led_to_is_named(case: Case) -> None:
    assert case.state != State.AWAITING
    Case.objects.filter(pk=case.pk).update(state=State.AWAITING)

    with pytest.raises(CommandError, match=rf"cases \[{case.pk}\]") as unsound:
        call_command("check_cases", stdout=io.StringIO())

    assert unsound.value.returncode == 1


def test_a_changed_hash_is_named(case: Case) -> None:
    last = CaseEvent.objects.filter(case=case).order_by("pk").last()
    assert last
    CaseEvent.objects.all().set_hashes({last.pk: (1, "0" * 64)})

    assert proving.check_cases().broken == [last.pk]
