"""The two ways on a case, the deletion box that is asked about, and what reminds until it is mended."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.models import Attempt, Case, CaseFact, Deadline
from tests import factories
from tests.factories import CLOSURE
from tests.people import HouseClient, signed_in
from tests.web.desk.conftest import OpenOne, address, answers, on

WAYS = "S’opposer ou clôturer : les deux voies"
NOT_ASKED, NOT_KNOWN = "La suppression n’a pas été demandée.", "On ne sait pas si la suppression a été demandée."
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def closure(open_one: OpenOne) -> Case:
    return open_one(procedure=CLOSURE, sent=None)


def read(browser: HouseClient, name: str, case: Case, *args: int) -> str:
    page: str = browser.get(address(name, case, *args)).content.decode()
    return page.replace("\u00a0", " ").replace("\u202f", " ")


def call(browser: HouseClient, case: Case, today: date, **typed: str) -> Any:
    given = {"channel": "phone", "result": "confirmed", "justificatif_asked": "yes", **on(today, "made_on"), **typed}
    with scope.enter(case.association_id):
        fresh = Case.objects.select_related("beneficiary").get(pk=case.pk)
    return browser.post(address("attempt", case), answers(fresh, **given))


def asked(case: Case) -> list[str]:
    with scope.enter(case.association_id):
        facts = CaseFact.objects.current().filter(case=case, kind="deletion_requested")
        return list(facts.values_list("value", flat=True))


# The two ways


def test_both_ways_are_shown_before_the_first_attempt_and_no_longer(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    before = read(at_work, "case", case)
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)
    after = read(at_work, "case", case)

    assert WAYS in before
    assert "c’est la voie la plus sûre" in before
    assert "tout reste archivé dix ans" in before
    assert WAYS not in after


def test_both_ways_come_back_once_the_last_day_is_over(
    open_one: OpenOne, at_work: HouseClient, today: date, now: datetime
) -> None:
    case = open_one(sent=43)
    call(at_work, case, today, result="failed")
    actions.sweep(today=today, at=now)

    assert WAYS in read(at_work, "case", case)


def test_a_closure_has_no_choice_left(closure: Case, at_work: HouseClient) -> None:
    assert WAYS not in read(at_work, "case", closure)


# The deletion box


def test_the_question_says_what_follows_from_each_answer(closure: Case, at_work: HouseClient) -> None:
    page = read(at_work, "attempt", closure)

    assert "La case de la suppression a-t-elle été cochée, ou la suppression demandée ?" in page
    assert "Non<small>Les données restent archivées dix ans." in page
    assert "Je ne sais pas<small>Redemandez la suppression" in page


@pytest.mark.parametrize("result", ["confirmed", "unconfirmed"])
def test_no_attempt_is_kept_without_an_answer_about_the_box(
    closure: Case, at_work: HouseClient, today: date, result: str
) -> None:
    response = call(at_work, closure, today, result=result)

    assert response.status_code == 422
    assert "sans cette demande, tout reste archivé dix ans." in response.content.decode()
    with scope.enter(closure.association_id):
        assert not Attempt.objects.filter(case=closure).exists()


def test_an_attempt_that_failed_needs_no_answer(closure: Case, at_work: HouseClient, today: date) -> None:
    assert call(at_work, closure, today, result="failed").status_code == 302
    assert NOT_KNOWN not in read(at_work, "case", closure)


@pytest.mark.parametrize(("answer", "reminds"), [("no", NOT_ASKED), ("unknown", NOT_KNOWN), ("yes", "")])
def test_the_case_reminds_until_deletion_is_asked_for(
    closure: Case, at_work: HouseClient, today: date, answer: str, reminds: str
) -> None:
    call(at_work, closure, today, deletion_requested=answer)
    page = read(at_work, "case", closure)

    assert [title in page for title in (NOT_ASKED, NOT_KNOWN)] == [title == reminds for title in (NOT_ASKED, NOT_KNOWN)]
    assert ("Redemander la suppression" in page) is bool(reminds)


def test_a_second_call_mends_it_and_a_third_does_not_ask_again(
    closure: Case, at_work: HouseClient, today: date
) -> None:
    call(at_work, closure, today, deletion_requested="no")
    call(at_work, closure, today, deletion_requested="yes")
    page = read(at_work, "case", closure)
    form = read(at_work, "attempt", closure)
    third = call(at_work, closure, today)

    assert NOT_ASKED not in page
    assert 'name="deletion_requested"' not in form
    assert third.status_code == 302
    assert asked(closure) == ["yes"]


def test_a_wrong_answer_is_corrected_on_the_page_of_facts(closure: Case, at_work: HouseClient, today: date) -> None:
    call(at_work, closure, today, deletion_requested="yes")
    with scope.enter(closure.association_id):
        version = Case.objects.get(pk=closure.pk).version

    typed = answers(closure, kind="asked", known_by="memory", deletion_requested="no") | {"version": version}
    response = at_work.post(address("facts", closure), typed)

    assert response.status_code == 302
    assert asked(closure) == ["no"]
    assert NOT_ASKED in read(at_work, "case", closure)
    assert "Suppression demandée" in read(at_work, "facts", closure)


def test_an_opposition_knows_no_deletion(case: Case, at_work: HouseClient, today: date) -> None:
    assert 'name="deletion_requested"' not in read(at_work, "facts", case)
    assert call(at_work, case, today).status_code == 302
    assert NOT_KNOWN not in read(at_work, "case", case)


@pytest.mark.parametrize(
    ("outcome", "reminds"),
    [("archived", True), ("deleted", False), ("refused", False), ("abandoned", False)],
)
def test_a_closed_case_reminds_only_of_data_that_may_be_archived(
    closure: Case,
    at_work: HouseClient,
    volunteer: Membership,
    today: date,
    now: datetime,
    outcome: str,
    reminds: bool,
) -> None:
    call(at_work, closure, today, deletion_requested="no")
    with scope.enter(closure.association_id):
        actions.close_case(closure, outcome=outcome, today=today, at=now, by=volunteer.user)

    page = read(at_work, "case", closure)

    assert (NOT_ASKED in page) is reminds
    assert ("Redemander la suppression" in page) is False


# Why this date


@pytest.mark.parametrize(
    ("language", "why", "safe", "late"),
    [
        (
            "fr",
            "Pourquoi cette date ?",
            "Dernier jour pour agir : mardi 24 novembre 2026.",
            "en retard seulement après",
        ),
        ("en", "Why this date?", "Last day to act: Tuesday 24 November 2026.", "late only after"),
    ],
)
def test_each_date_says_why_with_its_article(
    case: Case,
    at_work: HouseClient,
    volunteer: Membership,
    today: date,
    now: datetime,
    language: str,
    why: str,
    safe: str,
    late: str,
) -> None:
    factories.make_attempt(case, by=volunteer.user, today=today, at=now)
    at_work.cookies["django_language"] = language

    page = read(at_work, "case", case)

    with scope.enter(case.association_id):
        dated = Deadline.objects.filter(case=case, due__isnull=False).count()
    assert dated == 2
    assert page.count(why) == dated
    assert safe in page
    assert late in page
    for article in ("CSP R. 1111-28", "RGPD (GDPR) 12(3)"):
        assert f">{article}</a>" in page


def test_a_date_that_cannot_be_known_says_why_and_names_its_article(open_one: OpenOne, at_work: HouseClient) -> None:
    page = read(at_work, "case", open_one(sent=None))

    assert "Ce jour n’est pas encore connu" in page
    assert ">CSP R. 1111-28</a>" in page


# The line


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 24, 8, 29, tzinfo=PARIS), "Fermé, rouvre aujourd’hui à 8 h 30"),
        (datetime(2026, 11, 24, 8, 30, tzinfo=PARIS), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 11, 27, 17, 30, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
        (datetime(2026, 12, 24, 20, 0, tzinfo=PARIS), "Fermé, rouvre lundi à 8 h 30"),
    ],
)
def test_the_companion_and_the_next_step_say_whether_the_line_answers(
    open_one: OpenOne, volunteer: Membership, clock: time_machine.Traveller, at: datetime, said: str
) -> None:
    case = open_one(sent=1)
    clock.move_to(at)
    browser = signed_in(volunteer.user, association=volunteer.association)

    assert said in read(browser, "case", case)
    assert said in browser.get(address("attempt", case), {"moyen": "phone"}).content.decode().replace("\u00a0", " ")
