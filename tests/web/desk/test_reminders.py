"""Setting a case aside with a reason, reminders, and the letter that reminds an addressee."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from cases import access, actions
from cases.models import Case, Deadline, Reminder
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.conftest import OpenOne, address, answers, on

REASON = "Elle rentre de voyage"


def _later(today: date, **typed: Any) -> dict[str, Any]:
    return on(today + timedelta(days=7), "until") | {"reason": REASON, "stop_when": "nothing", **typed}


def _reminder(case: Case) -> Reminder:
    with scope.enter(case.association_id):
        [row] = access.reminders_of(case)
    return row


def test_a_reminder_is_set_and_shown_in_the_case(case: Case, at_work: HouseClient, today: date) -> None:
    response = at_work.post(address("remind", case), answers(case, **_later(today, to="moi")))

    assert response.status_code == 302
    page = at_work.get(address("case", case)).content.decode()
    assert re.search(r"Rappel le\s[^<]*30.novembre", page)
    assert REASON in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reason": ""}, "Pourquoi"),
        ({"to": "personne"}, "Pour qui"),
        ({"stop_when": "demain"}, "qu’est-ce qui y met fin"),
        ({"until_day": "31", "until_month": "2"}, "Quel jour"),
        ({"until_year": "1999"}, "Choisissez un jour à venir"),
        ({"reason": "1 85 05 78 006 084 41"}, "sécurité sociale"),
    ],
)
def test_what_is_missing_or_odd_is_said_and_nothing_is_lost(
    case: Case, at_work: HouseClient, today: date, typed: dict[str, str], told: str
) -> None:
    response = at_work.post(address("remind", case), answers(case, **_later(today, to="moi") | typed))

    assert response.status_code == 422
    assert told in response.content.decode()
    with scope.enter(case.association_id):
        assert not Reminder.objects.exists()


def test_on_its_day_it_stands_on_the_first_page_until_it_is_done(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    row = factories.make_reminder(case, by=volunteer.user, today=today, at=now)
    with scope.enter(case.association_id):
        text = _reminder(case).event.note
    assert text in at_work.get(reverse("desk:now")).content.decode()

    assert at_work.post(address("reminder_end", case, row.pk), answers(case)).status_code == 302

    assert text not in at_work.get(reverse("desk:now")).content.decode()
    assert at_work.get(address("reminder_end", case, row.pk)).status_code == 404


def test_a_reminder_for_another_day_does_not_show_yet(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    factories.make_reminder(case, by=volunteer.user, today=today, at=now, days=1)

    assert "Vos rappels" not in at_work.get(reverse("desk:now")).content.decode()


def test_a_colleagues_own_reminder_does_not_show(
    case: Case, referent: Membership, volunteer: Membership, today: date, now: datetime
) -> None:
    factories.make_reminder(case, by=volunteer.user, today=today, at=now)

    assert "Vos rappels" not in signed_in(referent.user).get(reverse("desk:now")).content.decode()


def test_the_words_about_a_colleagues_case_are_read_in_the_case(
    case: Case, referent: Membership, volunteer: Membership, now: datetime, today: date
) -> None:
    with scope.enter(case.association_id):
        actions.assign(case, to=volunteer.user, today=today, at=now, by=volunteer.user)
        actions.set_reminder(case, until=today, reason=REASON, for_user=None, at=now, by=volunteer.user)

    page = signed_in(referent.user).get(reverse("desk:now")).content.decode()

    assert "Vos rappels" in page
    assert REASON not in page


def test_another_associations_reminder_is_not_found(
    case: Case, stranger: Membership, volunteer: Membership, today: date, now: datetime
) -> None:
    row = factories.make_reminder(case, by=volunteer.user, today=today, at=now)
    outsider = signed_in(stranger.user)

    assert outsider.get(address("reminder_end", case, row.pk)).status_code == 404
    theirs = answers(case, association=stranger.association_id)
    assert outsider.post(address("reminder_end", case, row.pk), theirs).status_code == 404
    assert _reminder(case).pk == row.pk


def test_a_case_is_set_aside_with_who_and_why(case: Case, at_work: HouseClient, today: date) -> None:
    at_work.post(address("hold", case), answers(case, **_later(today, stop_when="attempt")))

    page = at_work.get(address("case", case)).content.decode()
    assert REASON in page
    assert "ou dès qu’une démarche est notée" in page


def test_a_reason_is_asked_for(case: Case, at_work: HouseClient, today: date) -> None:
    response = at_work.post(address("hold", case), answers(case, **_later(today, reason="  ")))

    assert response.status_code == 422
    with scope.enter(case.association_id):
        assert not Reminder.objects.exists()


# The letter


@pytest.fixture
def silent(open_one: OpenOne, volunteer: Membership, today: date, now: datetime) -> Deadline:
    """Asked two months ago; the answer has been due for a month."""
    case = open_one(sent=80)
    called = today - timedelta(days=70)
    factories.make_attempt(case, by=volunteer.user, today=called, at=now)
    actions.sweep(today=today, at=now)
    with scope.enter(case.association_id):
        row: Deadline = Deadline.objects.select_related("case").get(case=case, key="justificatif")
    return row


def test_a_letter_is_proposed_and_ready_to_print(silent: Deadline, at_work: HouseClient) -> None:
    case = silent.case
    letter = address("letter", case, silent.pk)
    assert letter in at_work.get(address("case", case)).content.decode()

    page = at_work.get(letter).content.decode()

    assert 'lang="fr"' in page
    assert "je ne l’ai pas" in page
    assert silent.article in page


def test_after_a_fortnight_the_second_level_shows_with_its_ways_out(silent: Deadline, at_work: HouseClient) -> None:
    page = at_work.get(address("case", silent.case)).content.decode()

    assert "jours de retard" in page
    assert "délégué à la protection des données" in page
    assert "jours de retard" in at_work.get(reverse("desk:now")).content.decode()


def test_a_reminder_that_left_takes_it_off_the_screen_for_a_fortnight(silent: Deadline, at_work: HouseClient) -> None:
    at_work.post(address("answer", silent.case, silent.pk), answers(silent.case, decision="remind"))

    page = at_work.get(address("case", silent.case)).content.decode()
    assert "une relance est partie" in page
    assert address("letter", silent.case, silent.pk) not in page


def test_of_a_members_own_day_there_is_no_letter(case: Case, at_work: HouseClient, now: datetime) -> None:
    with scope.enter(case.association_id):
        row = Deadline.objects.get(case=case, key="opposer")

    response = at_work.get(address("letter", case, row.pk))

    assert response.status_code == 409
    assert "Aucune relance" in response.content.decode()


def test_another_associations_letter_is_not_found(silent: Deadline, stranger: Membership) -> None:
    assert signed_in(stranger.user).get(address("letter", silent.case, silent.pk)).status_code == 404
