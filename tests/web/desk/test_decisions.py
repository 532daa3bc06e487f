"""Decisions on the desk: a missed deadline, the end of a case, another procedure."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.models import Case, Deadline
from tests import factories
from tests.people import HouseClient
from tests.web.desk.conftest import OpenOne, address, answers, on

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def late(open_one: OpenOne, today: date, now: datetime) -> Case:
    """The six weeks are over, and the night has said so."""
    case = open_one(sent=50)
    actions.sweep(today=today, at=now)
    return _fresh(case)


@pytest.fixture
def unanswered(open_one: OpenOne, volunteer: Membership, today: date, now: datetime) -> Case:
    """The call was made in time; the justificatif did not come."""
    long_ago = today - timedelta(days=60)
    case = open_one(sent=70)
    factories.make_attempt(case, by=volunteer.user, today=long_ago, at=now - timedelta(days=60))
    actions.sweep(today=today, at=now)
    return _fresh(case)


def missed(case: Case) -> Deadline:
    with scope.enter(case.association_id):
        return Deadline.objects.get(case=case, missed_on__isnull=False, answered_on=None, met_on=None)


def test_a_missed_deadline_is_told_with_what_remains_possible(late: Case, at_work: HouseClient) -> None:
    page = at_work.get(address("case", late)).content.decode()

    assert "Délai dépassé" in page
    assert "Rien n’est perdu" in page
    assert address("answer", late, missed(late).pk) in page


def test_a_members_deadline_offers_no_waiting(late: Case, at_work: HouseClient) -> None:
    page = at_work.get(address("answer", late, missed(late).pk)).content.decode()

    assert 'value="convert"' in page
    assert 'value="was_done"' in page
    assert 'value="keep_waiting"' not in page


def test_an_addressees_deadline_offers_waiting_and_not_that_it_was_done(unanswered: Case, at_work: HouseClient) -> None:
    page = at_work.get(address("answer", unanswered, missed(unanswered).pk)).content.decode()

    assert 'value="keep_waiting"' in page
    assert 'value="was_done"' not in page


@pytest.mark.parametrize("decision", ["act_again", "keep_waiting"])
def test_a_decision_takes_it_off_the_list(decision: str, unanswered: Case, at_work: HouseClient) -> None:
    row = missed(unanswered)

    response = at_work.post(address("answer", unanswered, row.pk), answers(unanswered, decision=decision), follow=True)

    assert "La décision est enregistrée" in response.content.decode()
    with scope.enter(unanswered.association_id):
        assert Deadline.objects.get(pk=row.pk).decision == decision
    assert _fresh(unanswered).reason != "missed"


def test_it_was_done_in_time(late: Case, at_work: HouseClient, today: date) -> None:
    row = missed(late)
    without_day = at_work.post(address("answer", late, row.pk), answers(late, decision="was_done"))
    assert without_day.status_code == 422
    assert "Indiquez le jour" in without_day.content.decode()

    typed = answers(late, decision="was_done", **on(today - timedelta(days=20), "done_on"))
    assert at_work.post(address("answer", late, row.pk), typed).status_code == 302
    with scope.enter(late.association_id):
        assert Deadline.objects.get(pk=row.pk).met_on == today - timedelta(days=20)


def test_it_cannot_have_been_done_tomorrow(late: Case, at_work: HouseClient, today: date) -> None:
    typed = answers(late, decision="was_done", **on(today + timedelta(days=1), "done_on"))

    assert at_work.post(address("answer", late, missed(late).pk), typed).status_code == 422


def test_going_on_as_a_closure_opens_the_case_that_follows(late: Case, at_work: HouseClient) -> None:
    response = at_work.post(address("answer", late, missed(late).pk), answers(late, decision="convert"), follow=True)

    assert "Le dossier continue ici" in response.content.decode()
    with scope.enter(late.association_id):
        following = Case.objects.get(follows=late)
    assert following.procedure == factories.CLOSURE
    assert _fresh(late).state == "closed"


def test_closing_needs_an_outcome(late: Case, at_work: HouseClient) -> None:
    row = missed(late)
    assert at_work.post(address("answer", late, row.pk), answers(late, decision="close")).status_code == 422

    at_work.post(address("answer", late, row.pk), answers(late, decision="close", outcome="abandoned"))

    assert _fresh(late).outcome_class == "abandoned"


def test_closing_at_a_missed_deadline_needs_the_same_proof(late: Case, at_work: HouseClient) -> None:
    typed = answers(late, decision="close", outcome="opposed_proven")

    refused = at_work.post(address("answer", late, missed(late).pk), typed)

    assert refused.status_code == 422
    assert "Aucun justificatif n’est accepté" in refused.content.decode()
    assert _fresh(late).state != "closed"


@pytest.mark.parametrize("decision", ["", "invented", "keep_waiting"])
def test_a_decision_that_is_not_offered_is_refused(decision: str, late: Case, at_work: HouseClient) -> None:
    typed = answers(late, decision=decision)

    assert at_work.post(address("answer", late, missed(late).pk), typed).status_code == 422


def test_the_first_decision_stands(late: Case, at_work: HouseClient) -> None:
    row = missed(late)
    at_work.post(address("answer", late, row.pk), answers(late, decision="act_again"))

    again = at_work.post(
        address("answer", late, row.pk), answers(late, decision="close", outcome="abandoned"), follow=True
    )

    assert "Un collègue a déjà décidé" in again.content.decode()
    assert _fresh(late).state == "to_act"
    assert at_work.get(address("answer", late, row.pk)).status_code == 409


def test_nobody_else_decides(
    late: Case,
    open_one: OpenOne,
    stranger: Membership,
    delegate: Membership,
    reception: Membership,
    desk: Desk,
    at_work: HouseClient,
) -> None:
    row = missed(late)
    theirs = answers(late, association=stranger.association_id, decision="act_again")

    assert desk(stranger).post(address("answer", late, row.pk), theirs).status_code == 404
    assert desk(delegate).post(address("answer", late, row.pk), answers(late)).status_code == 403
    assert desk(reception).post(address("answer", late, row.pk), answers(late)).status_code == 404
    assert at_work.get(address("answer", open_one(), row.pk)).status_code == 404
    assert missed(late).pk == row.pk


# The end


def test_a_case_is_closed_with_its_outcome(case: Case, at_work: HouseClient) -> None:
    page = at_work.post(address("close", case), answers(case, outcome="refused"), follow=True).content.decode()

    assert "Le dossier est clos" in page
    assert "L’Assurance maladie a refusé" in page


def test_a_proven_outcome_needs_an_accepted_justificatif(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    typed = answers(case, outcome="opposed_proven")
    refused = at_work.post(address("close", case), typed)
    assert refused.status_code == 422
    assert "Aucun justificatif n’est accepté" in refused.content.decode()

    row = factories.make_justificatif(case, by=volunteer.user, today=today, at=now)
    with scope.enter(case.association_id):
        actions.check_justificatif(row, accepted=True, today=today, at=now, by=volunteer.user)
    sent = {**typed, "version": _fresh(case).version}
    assert at_work.post(address("close", case), sent).status_code == 302
    assert _fresh(case).outcome_class == "obtained_proven"


def test_a_case_is_closed_once(case: Case, at_work: HouseClient) -> None:
    at_work.post(address("close", case), answers(case, outcome="refused"))

    assert at_work.post(address("close", case), answers(case, outcome="abandoned")).status_code == 409
    assert _fresh(case).outcome == "refused"


@pytest.mark.parametrize("outcome", ["", "inventée"])
def test_an_unknown_outcome_is_refused(outcome: str, case: Case, at_work: HouseClient) -> None:
    assert at_work.post(address("close", case), answers(case, outcome=outcome)).status_code == 422
    assert _fresh(case).state == "to_act"


def test_a_closed_case_is_reopened(case: Case, at_work: HouseClient) -> None:
    at_work.post(address("close", case), answers(case, outcome="refused"))

    at_work.post(address("reopen", case), answers(case))

    assert _fresh(case).state == "to_act"
    assert at_work.post(address("reopen", case), answers(case)).status_code == 409


def test_an_opposition_goes_on_as_a_closure_once(case: Case, at_work: HouseClient) -> None:
    page = at_work.get(address("convert", case)).content.decode()
    assert "Clôturer Mon espace santé" in page
    typed: dict[str, Any] = answers(case)

    first = at_work.post(address("convert", case), typed)
    second = at_work.post(address("convert", case), typed)

    assert first.status_code == 302
    assert second.status_code in {302, 409}
    with scope.enter(case.association_id):
        assert Case.objects.filter(follows=case).count() == 1


def test_a_closure_has_nothing_to_become(open_one: OpenOne, at_work: HouseClient) -> None:
    closure = open_one(procedure=factories.CLOSURE)

    assert at_work.get(address("convert", closure)).status_code == 409
    assert at_work.post(address("convert", closure), answers(closure)).status_code == 409


def _fresh(case: Case) -> Case:
    with scope.enter(case.association_id):
        return Case.objects.get(pk=case.pk)
